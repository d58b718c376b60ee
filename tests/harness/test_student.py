"""What a suite sees of student code behind the wall."""

from __future__ import annotations

import random
import secrets
import time
from typing import Any

import numpy as np
import pytest
from wall_fixtures import behind_the_wall, student_of

from grader.numerics import describe
from grader.outcomes import CheckFailed, Finding, GraderFailed
from grader.sandbox import modules
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.sources import Sources
from grader.sandbox.student import Student


def finding_of(student: Student, name: str, *args: Any, **kwargs: Any) -> Finding:
    with pytest.raises(CheckFailed) as caught:
        student.call(name, *args, **kwargs)
    return caught.value.finding


def test_data_come_back_with_their_exact_types_and_bits() -> None:
    values = [
        *(None, True, 3, -0.0, float("inf"), 2 + 1j, "größe", [1, (2.0, "x")], {"a": [None], 2: 3}),
        *(np.float64(1.5), np.int32(7), np.bool_(True), np.float32(0.1)),
        *(np.arange(6.0).reshape(2, 3), np.zeros((0, 3)), np.array(2.5), np.arange(3, dtype="u1")),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ]
    with student_of("def same(x):\n    return x\n") as student:
        for value in values:
            got = student.call("code.same", value).value

            assert type(got) is type(value)
            assert np.array_equal(got, value) if isinstance(value, np.ndarray) else got == value
            assert str(getattr(got, "dtype", "")) == str(getattr(value, "dtype", ""))


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("object()", "object"),
        ("{1, 2}", "set"),
        ("np.matrix([[1.0]])", "numpy.matrix"),
        ("np.ma.array([1.0])", "MaskedArray"),
        ("np.array([None])", "an array of dtype object"),
        ("np.array(['x'])", "an array of dtype str"),
        ("2**70", "an int of more than 64 bits"),
        ("Liar()", "Liar"),
        ("Number(2.0)", "Number"),
        ("lambda: 1", "function"),
    ],
)
def test_what_is_no_plain_data_is_refused_by_the_name_of_its_type(
    expression: str, named: str
) -> None:
    text = (
        "import numpy as np\n"
        "class Liar(np.ndarray):\n"
        "    def __new__(cls): return np.zeros(2).view(cls)\n"
        "    def __eq__(self, other): return True\n"
        "class Number(float):\n"
        "    def __eq__(self, other): return True\n"
        f"def give():\n    return [{expression}]\n"
    )
    if expression.startswith("lambda"):
        text = text.replace("[lambda: 1]", "len")
        named = "builtin_function_or_method"
    with student_of(text) as student:
        finding = finding_of(student, "code.give")

    assert finding.kind == "type"
    assert named in finding.lead


def test_arguments_are_not_changed_and_changes_are_reported_by_name() -> None:
    text = "def spoil(W, X, y):\n    W *= 0\n    y[0] = 9\n    return W.sum()\n"
    W, X, y = np.ones((2, 2)), np.ones(3), np.zeros(3)
    with student_of(text) as student:
        answer = student.call("code.spoil", W, X, y=y)

    assert answer.value == 0
    assert answer.mutated == ("W", "y")
    assert np.all(W == 1)
    assert np.all(y == 0)


def test_arrays_given_twice_are_one_array_inside() -> None:
    with student_of("def same(a, b):\n    return a is b[0]\n") as student:
        x = np.ones(2)

        assert student.call("code.same", x, [x]).value is True
        assert student.call("code.same", x, [x.copy()]).value is False


def test_a_callback_sees_the_present_content_of_the_arguments() -> None:
    text = (
        "def nudge(f, params):\n"
        "    values = []\n"
        "    for i in range(2):\n"
        "        params[0][i] += 1\n"
        "        values.append(f())\n"
        "        params[0][i] -= 1\n"
        "    return values\n"
    )
    x = np.array([10.0, 20.0])
    seen = []

    def f() -> float:
        seen.append(x.copy())
        return float(x.sum())

    with student_of(text) as student:
        answer = student.call("code.nudge", f, [x])

    assert answer.value == [31.0, 31.0]
    assert answer.mutated == ()
    assert [list(s) for s in seen] == [[11, 20], [10, 21]]
    assert list(x) == [10, 20]


def test_originals_are_restored_when_a_callback_saw_them_changed_for_good() -> None:
    x = np.array([1.0])
    with student_of("def f(g, x):\n    x[0] = 5\n    return g(x)\n") as student:
        answer = student.call("code.f", lambda value: float(value[0] + x[0]), x)

    assert answer.value == 10
    assert answer.mutated == ("x",)
    assert x[0] == 1


def test_a_callback_of_an_earlier_call_leaves_the_originals_as_they_are() -> None:
    text = (
        "class Keeper:\n"
        "    def __init__(self, f):\n"
        "        self.f = f\n"
        "    def spoil(self, x):\n"
        "        x += 1\n"
        "        return self.f()\n"
    )
    x = np.array([10.0, 20.0])
    with student_of(text) as student:
        keeper = student.call("code.Keeper", lambda: float(x.sum())).value

        assert keeper.spoil(x) == 32.0

    assert list(x) == [10, 20]


def test_the_same_array_twice_is_the_same_array_for_a_callback() -> None:
    text = "import numpy as np\ndef f(g):\n    x = np.ones(2)\n    return g(x, x)\n"
    with student_of(text) as student:
        assert student.call("code.f", lambda x, y: x is y).value is True


def test_what_a_callback_raises_is_raised_in_the_students_code() -> None:
    text = (
        "def caught(f):\n"
        "    try:\n        f(1)\n    except ValueError as e:\n        return str(e)\n"
        "def uncaught(f):\n    return f(1)\n"
    )

    def refuse(_value: object) -> None:
        raise ValueError("no")

    with student_of(text) as student:
        assert student.call("code.caught", refuse).value == "no"
        finding = finding_of(student, "code.uncaught", refuse)

    assert finding.kind == "callback"
    assert finding.code[0].line == 7


def test_callbacks_without_end_are_stopped() -> None:
    text = "def f(g):\n    while True:\n        g()\n"
    with student_of(text, limits=Limits(callbacks=50)) as student:
        finding = finding_of(student, "code.f", lambda: 0.0)

    assert finding.kind == "callbacks"


def test_objects_stay_inside_and_are_used_through_their_proxy() -> None:
    text = (
        "class SGD:\n"
        "    def __init__(self, params, lr):\n        self.params, self.lr = params, lr\n"
        "    def step(self, grads):\n"
        "        for p, g in zip(self.params, grads):\n            p -= self.lr * g\n"
        "        return self.params\n"
        "def run(optimizer, g):\n    return optimizer.step([g])\n"
    )
    with student_of(text) as student:
        held = student.array(np.array([1.0, 2.0]))
        optimizer = student.code.SGD([held], lr=0.5)

        assert list(optimizer.step([np.array([1.0, 1.0])])[0]) == [0.5, 1.5]
        assert list(held.read()) == [0.5, 1.5]
        assert optimizer.lr == 0.5
        assert list(optimizer.params[0]) == [0.5, 1.5]
        assert list(student.code.run(optimizer, np.array([1.0, 1.0]))[0]) == [0, 1]


def test_a_function_of_the_students_can_be_an_argument() -> None:
    text = "def square(x):\n    return x * x\ndef apply(f, x):\n    return f(x)\n"
    with student_of(text) as student:
        assert student.code.apply(student.code.square, 3) == 9


def test_iterators_are_iterated_through_the_wall() -> None:
    text = "def count(n):\n    for i in range(n):\n        yield i\n"
    with student_of(text) as student:
        assert list(student.code.count(3)) == [0, 1, 2]


def test_a_generator_of_numpy_draws_inside_as_it_would_outside() -> None:
    text = "def draw(rng):\n    return rng.standard_normal(3)\n"
    with student_of(text) as student:
        rng = np.random.default_rng(5)

        assert np.array_equal(student.code.draw(rng), np.random.default_rng(5).standard_normal(3))


@pytest.mark.parametrize(
    ("hidden", "call"),
    [
        ("for i in range(n):\n        t += i", ""),
        ("t = sum(i for i in range(n))", ""),
        ("t = [i for i in range(n)][-1]", ""),
        ("t = np.vectorize(lambda v: v + 1)(np.arange(n)).sum()", ""),
        ("t = sum(map(abs, range(n)))", ""),
        ("t = functools.reduce(lambda a, b: a + b, range(n))", ""),
        ("t = np.apply_along_axis(sum, 1, np.ones((n, 2))).sum()", ""),
        ("t = recurse(n)", "def recurse(n):\n    return n and 1 + recurse(n - 1)\n"),
        ("while t < n: t += 1", ""),
        (
            "t = deep(n)",
            "from functools import reduce\ndef deep(n): return reduce(max, range(n))\n",
        ),
    ],
)
def test_lines_grow_with_a_loop_wherever_it_hides(hidden: str, call: str) -> None:
    text = f"import functools\nimport numpy as np\n{call}\n"
    text += f"def f(n):\n    t = 0\n    {hidden}\n    return t\n"
    with student_of(text) as student:
        few = student.call("code.f", 5, trace_lines=True).lines
        many = student.call("code.f", 105, trace_lines=True).lines

    assert few is not None
    assert many is not None
    assert many - few >= 100


def test_lines_do_not_grow_with_arrays() -> None:
    text = "import numpy as np\ndef f(n):\n    A = np.ones((n, 3))\n"
    text += "    return np.einsum('ij,ij->', A, A)\n"
    with student_of(text) as student:
        counts = {student.call("code.f", n, trace_lines=True).lines for n in (50, 5, 500)}

    assert len(counts) == 1


def test_lines_do_not_grow_with_what_is_printed() -> None:
    text = "import numpy as np\ndef f(n):\n    print(np.ones((n, 2)))\n    return n\n"
    with student_of(text) as student:
        counts = {student.call("code.f", n, trace_lines=True).lines for n in (50, 5, 200)}

    assert len(counts) == 1


def test_switching_the_counting_off_is_seen() -> None:
    text = "import sys\ndef f(n):\n    sys.settrace(None)\n    return sum(range(n))\n"
    with student_of(text) as student, pytest.raises(CheckFailed) as caught:
        student.call("code.f", 5, trace_lines=True)

    assert caught.value.finding.kind == "tampering"


def test_a_loop_in_a_thread_of_its_own_is_seen() -> None:
    text = (
        "import threading\ndef f(n):\n    done = []\n"
        "    t = threading.Thread(target=lambda: [done.append(i) for i in range(n)])\n"
        "    t.start(); t.join()\n    return len(done)\n"
    )
    with student_of(text) as student, pytest.raises(CheckFailed) as caught:
        student.call("code.f", 5, trace_lines=True)

    assert caught.value.finding.kind == "tampering"


def test_a_loop_under_the_file_name_of_a_library_is_seen() -> None:
    text = (
        "import numpy as np\n"
        "names = {}\n"
        "loop = 'def loop(n):\\n    t = 0\\n    for i in range(n): t += i\\n    return t\\n'\n"
        "exec(compile(loop, np.__file__.replace('__init__', '_core/arrayprint'), 'exec'), names)\n"
        "def f(n):\n    return names['loop'](n)\n"
    )
    with student_of(text) as student:
        few = student.call("code.f", 5, trace_lines=True).lines or 0
        many = student.call("code.f", 105, trace_lines=True).lines or 0

    assert many - few >= 100


def test_a_named_tuple_is_a_tuple_outside() -> None:
    text = (
        "from typing import NamedTuple\n"
        "class Best(NamedTuple):\n    W: float\n    loss: float\n"
        "def f():\n    return Best(1.0, 2.0)\n"
    )
    with student_of(text) as student:
        value = student.code.f()

    assert value == (1.0, 2.0)
    assert type(value) is tuple


def test_functions_that_were_entered_are_named() -> None:
    text = "def inner():\n    return 1\ndef outer():\n    return inner()\n"
    with student_of(text) as student:
        answer = student.call("code.outer", trace_lines=True)

    assert set(answer.entered) == {"code.inner", "code.outer"}


def test_what_is_printed_is_kept_and_capped() -> None:
    text = "def f(n):\n    print('x' * n)\n    return n\n"
    with student_of(text) as student:
        assert student.call("code.f", 3).printed == "xxx\n"
        assert len(student.call("code.f", 100_000).printed) < 2100


def test_half_a_character_that_is_printed_does_not_end_the_process() -> None:
    text = "def f(x):\n    print('a\\ud83db')\n    return x\n"
    with student_of(text) as student:
        answer = student.call("code.f", 3)

    assert (answer.value, answer.printed) == (3, "a?b\n")


def test_warnings_that_the_code_switches_off_are_off_for_that_call_alone() -> None:
    text = (
        "import warnings\n"
        "def f(x):\n"
        "    if x < 0:\n"
        "        warnings.simplefilter('ignore')\n"
        "        warnings.showwarning = lambda *_: None\n"
        "    warnings.warn('careful')\n"
    )
    with student_of(text) as student:
        given = [student.call("code.f", x).warnings for x in (1, -1, 1)]

    assert [len(one) for one in given] == [1, 0, 1]


def test_warnings_are_evidence_with_their_line() -> None:
    text = "import numpy as np\ndef f(x):\n    return np.log(x)\n"
    with student_of(text) as student:
        answer = student.call("code.f", np.array([0.0, 1.0]))

    assert answer.warnings == (
        "RuntimeWarning: divide by zero encountered in log (code.py, line 3)",
    )


@pytest.mark.parametrize(
    "drawn",
    [
        "np.random.rand()",
        "random.random()",
        "np.random.default_rng().random()",
        "np.random.RandomState().random_sample()",
        "np.random.Generator(np.random.PCG64()).random()",
    ],
)
def test_unseeded_random_numbers_are_the_same_in_two_runs(drawn: str) -> None:
    text = f"import numpy as np, random\ndef f():\n    return [{drawn}, {drawn}]\n"
    runs = []
    for _ in range(2):
        with student_of(text) as student:
            runs.append(student.code.f())

    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1]


def test_the_seed_of_a_check_does_not_come_in() -> None:
    """Whoever has it can draw again what the check keeps to itself."""
    text = """
import gc, random, sys

def numbers():
    found, frame = [random.getrandbits(40)], sys._getframe()
    while frame:
        found += [getattr(v, "seed", v) for v in list(frame.f_locals.values())]
        frame = frame.f_back
    found += [getattr(thing, "seed", 0) for thing in gc.get_objects()]
    return [number for number in found if type(number) is int]
"""
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        # Only now: the clean process was forked from this one, and knows what it knew.
        seed = secrets.randbits(47)
        student = Student(handed, Limits(), seed)
        found = student.code.numbers()
        student.close()

    assert seed not in found
    assert random.Random(seed).getrandbits(40) not in found  # noqa: S311 - to be foreseen
    assert len(found) > 1


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("raise NotImplementedError", "unwritten", "not written yet"),
        ("return x[7]", "raised", "IndexError"),
        ("import sys; sys.exit(0)", "exit", "exit"),
        ("import os; os._exit(0)", "exit", "ended the whole Python process"),
        ("import ctypes; return ctypes.string_at(0)", "crash", "crash"),
        ("return f(x)", "raised", "RecursionError"),
        ("return np.ones(3 * 2**27).sum()", "memory", "memory"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("raise BaseException('stop')", "raised", "stop"),
        ("import threading; threading.Thread(target=int).start(); return [None][1]", "raised", ""),
        ("import torch", "not_allowed", "torch"),
        ("from past.builtins import xrange", "not_allowed", "past"),
        ("import grader.sandbox", "not_allowed", "grader"),
        ("import msgspec", "not_allowed", "msgspec"),
        ("return input()", "raised", "EOFError"),
    ],
)
def test_whatever_a_function_does_is_said_in_the_students_words(
    body: str, kind: str, said: str
) -> None:
    text = f"import numpy as np\ndef f(x):\n    {body}\ndef healthy():\n    return 1\n"
    with student_of(text, limits=Limits(call_s=20)) as student:
        finding = finding_of(student, "code.f", np.ones(3))

        assert finding.kind == kind
        assert said in finding.lead + " ".join(finding.evidence)
        assert student.call("code.healthy").value == 1


def test_an_import_that_is_not_allowed_looks_like_one_of_what_is_not_installed() -> None:
    """To code that catches it, and tells what it was."""
    told = 'f"{type(error).__module__}.{type(error).__name__}: {error}"'
    body = f"try:\n        import torch\n    except ImportError as error:\n        return {told}"
    with student_of(f"def f():\n    {body}\n") as student:
        assert student.call("code.f").value == (
            "builtins.ModuleNotFoundError: No module named 'torch'"
        )


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("return x[7]", "Which indices"),
        ("return x[x]", "Which dtype does the index have"),
        ("raise ValueError('not fitted')", "Your own line raises it"),
        ("assert len(x) == 2", "Your own line raises it"),
        ("return float(input())", "Nobody is at the keyboard"),
        ("return x + np.ones(2)", "Print the shapes"),
    ],
    ids=["range", "dtype", "raise", "assert", "input", "shapes"],
)
def test_the_question_fits_what_was_raised(body: str, asked: str) -> None:
    with student_of(f"import numpy as np\ndef f(x):\n    {body}\n") as student:
        finding = finding_of(student, "code.f", np.ones(3))

    assert asked in finding.question


def test_an_exception_shows_the_students_own_lines() -> None:
    text = "def inner(x):\n    return x[7]\n\ndef f(x):\n    y = x\n    return inner(y)\n"
    with student_of(text) as student:
        finding = finding_of(student, "code.f", np.ones(3))

    assert [(c.line, c.text, c.function) for c in finding.code] == [
        (6, "    return inner(y)", "f"),
        (2, "    return x[7]", "inner"),
    ]


def test_a_message_does_not_give_hidden_numbers_away() -> None:
    text = "def f(x):\n    raise ValueError(f'saw {x[0]} of {x.shape}')\n"
    with student_of(text) as student:
        finding = finding_of(student, "code.f", np.array([0.123456789, 2.0]))

    assert "0.123" not in finding.lead
    assert "(2,)" in finding.lead


def test_an_endless_loop_costs_its_calls_only_and_is_run_twice_at_most() -> None:
    text = "def f():\n    while True: pass\ndef g():\n    return 1\n"
    source = modules.Source("code.py", "code", text)
    limits = Limits(call_s=0.3)
    with behind_the_wall(source, limits=limits) as handed:
        kinds = []
        began = time.monotonic()
        for _ in range(4):
            student = Student(handed, limits, 1)
            kinds.append(finding_of(student, "code.f").kind)
            assert student.call("code.g").value == 1
            student.close()

    assert kinds == ["timeout", "timeout", "not_run", "not_run"]
    assert time.monotonic() - began < 10


def test_a_slow_import_is_charged_to_the_module_and_not_to_each_function() -> None:
    text = "import time\ntime.sleep(60)\n" + "".join(f"def f{i}(): return 1\n" for i in range(4))
    source = modules.Source("code.py", "code", text)
    limits = Limits(call_s=0.3)
    with behind_the_wall(source, limits=limits) as handed:
        findings = [finding_of(Student(handed, limits, 1), f"code.f{i}") for i in range(4)]

    assert [f.kind for f in findings] == ["timeout", "timeout", "not_run", "not_run"]
    assert findings[0].lead == "code.py did not finish importing within 0.3 s."
    assert "importing code.py" in findings[3].lead


def test_the_time_of_an_import_is_not_charged_to_the_call() -> None:
    text = "import time\ntime.sleep(0.6)\ndef f():\n    time.sleep(0.6)\n    return 1\n"
    with student_of(text, limits=Limits(call_s=1.0)) as student:
        assert student.code.f() == 1


def test_the_time_of_the_submission_ends_its_checks() -> None:
    source = modules.Source("code.py", "code", "def f():\n    return 1\n")
    with behind_the_wall(source, deadline_s=-1) as handed:
        finding = finding_of(Student(handed, Limits(), 1), "code.f")

    assert finding.kind == "not_run"
    assert "time for the whole submission" in finding.lead


@pytest.mark.parametrize("tries", [1, 2], ids=["alone", "in company first"])
def test_checks_that_take_all_that_they_may_leave_each_other_their_turn(
    monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    """100 checks in 400 s: half of the time is theirs evenly, the rest for whoever comes first."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    left = [100]
    handed = Handed(
        None,  # type: ignore[arg-type]
        Sources([]),
        (),
        deadline=1400.0,
        checks=lambda: (left[0], 100),
    )
    shares = []
    while left[0]:
        if tries == 2:
            now[0] += min(20.0, handed.spare())
        shares.append(handed.share())
        now[0] += min(20.0, shares[-1])
        left[0] -= 1

    assert shares[0] >= 19
    assert min(shares) >= 2
    assert now[0] <= 1400


def test_an_object_of_a_process_that_ended_says_so() -> None:
    text = (
        "import os\nclass A:\n    def die(self):\n        os._exit(3)\n"
        "    def live(self):\n        return 1\n"
    )
    with student_of(text) as student:
        thing = student.code.A()
        with pytest.raises(CheckFailed, match="ended the whole"):
            thing.die()
        student.code.A()
        with pytest.raises(CheckFailed, match="gone with its process"):
            thing.live()


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        ("losses.svm", {"Losses.py": ""}, "case-sensitive"),
        ("losses.svm", {"loses.py": ""}, "Found 'loses.py'"),
        ("losses.svm", {}, "no Python file at all"),
        ("losses.svm_loss", {"losses.py": "def svm_los(): pass"}, "svm_los"),
        ("losses.svm", {"losses.py": "svm = 3"}, "no function"),
        ("losses.svm", {"losses.py": "def svm(:\n"}, "line 1"),
        ("losses.svm", {"losses.py": "def svm():\n    print 'x'\n"}, "parentheses"),
        ("losses.svm", {"losses.py": "for i in xrange(3): pass"}, "range"),
        ("losses.svm", {"losses.py": "from helper import x", "helper.py": "x ="}, "helper.py"),
        ("losses.svm", {"losses.py": "from ..helper import x", "helper.py": "x = 1"}, "relative"),
        ("losses.svm", {"losses.py": "import torch"}, "'torch' (line 1)"),
    ],
)
def test_a_missing_name_or_file_says_what_was_found(
    name: str, files: dict[str, str], said: str
) -> None:
    sources = [modules.Source(f, f.removesuffix(".py"), text) for f, text in files.items()]
    with behind_the_wall(*sources) as handed:
        finding = finding_of(Student(handed, Limits(), 1), name)

    assert said in " ".join([finding.lead, *finding.evidence])


FITTED = """
class Fitted:
    def __init__(self):
        self.spread = 1.0
    def transfrom(self, x):
        return x
    def fit(self):
        return None if self.spread else self
    @property
    def broken(self):
        return self.spread.nothing
def make():
    return Fitted()
"""


def test_a_missing_method_or_attribute_says_what_was_found() -> None:
    """It is not there: nothing of the student's was running that could have raised."""
    with student_of(FITTED) as student:
        found = []
        for made, name in ((student.code.Fitted, "transform"), (student.code.make, "sprea")):
            with pytest.raises(CheckFailed) as caught:
                getattr(made(), name)
            found.append(caught.value.finding)

    assert [f.kind for f in found] == ["missing", "missing"]
    assert found[0].lead == "The object of Fitted has no transform."
    assert "'transfrom'" in found[0].evidence[0]
    assert found[1].lead == "What make returned has no sprea."
    assert "'spread'" in found[1].evidence[0]


def test_a_property_that_fails_is_no_missing_attribute() -> None:
    with student_of(FITTED) as student, pytest.raises(CheckFailed) as caught:
        student.code.Fitted().broken  # noqa: B018 - reading it is what fails

    assert caught.value.finding.kind == "raised"
    assert caught.value.finding.code[-1].line == 11


def test_a_relative_import_finds_the_file_beside_it() -> None:
    files = {"a.py": "from .b import one\nfrom . import b\ndef f():\n    return one + b.one\n"}
    files["b.py"] = "one = 1\n"
    sources = [modules.Source(f, f.removesuffix(".py"), text) for f, text in files.items()]
    with behind_the_wall(*sources) as handed:
        assert Student(handed, Limits(), 1).a.f() == 2


def test_a_plotting_library_is_answered_by_something_harmless() -> None:
    text = (
        "import matplotlib.pyplot as plt\nfrom matplotlib import cm\n"
        "fig, ax = plt.subplots(2, figsize=(3, 4))\nax.plot([1, 2], color=cm.jet(3))\n"
        "with plt.style.context('x'):\n    plt.show()\n"
        "def f():\n    return 1\n"
    )
    with student_of(text) as student:
        assert student.code.f() == 1


def test_half_a_character_in_a_message_does_not_end_the_process() -> None:
    text = (
        "import warnings\ndef f(x):\n    raise ValueError('\\ud83d')\n"
        "def g(x):\n    warnings.warn('\\ud83d')\n    return x\n"
    )
    with student_of(text) as student:
        finding = finding_of(student, "code.f", 1)

        assert (finding.kind, finding.exception) == ("raised", "ValueError")
        assert student.call("code.g", 1).value == 1


def test_an_object_that_should_be_a_number_is_not_called_by_a_name_of_ours() -> None:
    with student_of("def f():\n    yield 1\n") as student:
        got = student.call("code.f").value

    assert describe.name(got) == "an object that is no data (of a class of its own, or a generator)"


def test_what_a_broken_cell_defines_is_missing_for_that_cell_alone() -> None:
    """Nothing else of this notebook is a function: no name is there to be taken for one."""
    cells = [
        modules.SourceCell(1, "def first(x)\n    return x"),
        modules.SourceCell(2, "\ndef second(x, scale=SCALE):\n    return x"),
        modules.SourceCell(3, "third = 3"),
    ]
    with behind_the_wall(modules.Source("hw.ipynb", "notebook", "", cells)) as handed:
        student = Student(handed, Limits(), 1)
        first, second, third, fourth = (
            finding_of(student, f"losses.{name}", 1)
            for name in ("first", "second", "third", "fourth")
        )

    assert first.evidence[0].startswith("Part of the file could not be used: hw.ipynb, cell 1,")
    assert "cell 2" not in first.evidence[0]
    assert [(line.file, line.text) for line in first.code] == [("hw.ipynb, cell 1", "def first(x)")]
    assert "cell 2, line 2: NameError: name 'SCALE' is not defined" in second.evidence[0]
    assert second.code[0].text == "def second(x, scale=SCALE):"
    assert third.evidence == ("The name is there, but it is no function: int.",)
    assert all(f"cell {number}, line {number}: " in fourth.evidence[0] for number in (1, 2))
    assert fourth.code == ()


def test_what_a_notebook_computes_outside_of_functions_is_said_not_to_have_run() -> None:
    cells = [
        modules.SourceCell(1, "def made():\n    return 3\n\nSCALE = made()"),
        modules.SourceCell(2, "def f(x):\n    return SCALE * x\ndef g(x):\n    return OTHER"),
        modules.SourceCell(3, "def h(x, by=SCALE):\n    return x"),
    ]
    with behind_the_wall(modules.Source("hw.ipynb", "notebook", "", cells)) as handed:
        student = Student(handed, Limits(), 1)
        f, g, h = (finding_of(student, f"losses.{name}", 1) for name in "fgh")

    said = "SCALE gets its value in hw.ipynb, cell 1, line 4, which was not run"
    assert f.lead == "f raised NameError: name 'SCALE' is not defined"
    assert f.evidence[0].startswith(said)
    assert not any("which was not run" in line for line in g.evidence)
    assert h.evidence[1].startswith(said)


def test_a_notebook_keeps_definitions_and_loses_only_what_does_not_parse() -> None:
    cells = [
        modules.SourceCell(1, "import numpy as np\nSCALE = 2.0\nprint('never run')"),
        modules.SourceCell(2, "def double(x):\n    return SCALE * x\ndouble(1 / 0)"),
        modules.SourceCell(3, "def broken(x:\n    return x"),
        modules.SourceCell(4, "import torch\ndef needs(x):\n    return torch.ones(x)"),
        modules.SourceCell(5, "def wrong(x):\n\n    return x[9]"),
    ]
    source = modules.Source("homework.ipynb", "homework", "", cells)
    with behind_the_wall(source) as handed:
        student = Student(handed, Limits(), 1)
        answer = student.call("losses.double", 3)
        broken = finding_of(student, "losses.broken", 1)
        needs = finding_of(student, "losses.needs", 1)
        wrong = finding_of(student, "losses.wrong", np.ones(2))
        student.close()

    assert answer.value == 6
    assert answer.printed == ""
    assert "homework.ipynb, cell 3, line 1" in " ".join(broken.evidence)
    assert "NameError" in needs.lead
    assert (wrong.code[0].file, wrong.code[0].line) == ("homework.ipynb, cell 5", 3)


def test_a_reference_value_that_cannot_cross_is_the_graders_fault() -> None:
    with student_of("def f(x):\n    return x\n") as student, pytest.raises(GraderFailed):
        student.call("code.f", object())


def test_nothing_written_by_one_check_is_there_for_the_next() -> None:
    text = (
        "import os\nseen = []\n"
        "def leave():\n    seen.append(1)\n    open('left', 'w').write('x')\n"
        "    return os.listdir('.')\n"
    )
    source = modules.Source("code.py", "code", text)
    with behind_the_wall(source) as handed:
        listings = []
        for _ in range(2):
            student = Student(handed, Limits(), 1)
            listings.append(student.call("code.leave").value)
            student.close()

    assert listings == [["left"], ["left"]]
