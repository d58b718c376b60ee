"""What a right submission was asked and answered is asked of others alike."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from grading_fixtures import grade, run_grader, untimed
from msgspec import Raw
from other_assignment import write_trapezoids
from test_rules import OUTCOME
from wall_fixtures import HINT, behind_the_wall

from grader.batch.ways import OtherWays
from grader.outcomes import CheckFailed
from grader.portable import portable
from grader.sandbox import modules
from grader.sandbox.handed import Limits
from grader.sandbox.script import Script, Step, Told
from grader.sandbox.student import Student
from grader.scripted import Scripted

RIGHT = """
import numpy as np

def mean(x):
    return float(np.sum(x)) / len(x)

def ask(f, x):
    return f(x) + 1.0

class Counter:
    def __init__(self, params):
        self.params = params

    def step(self, by):
        for p in self.params:
            p += by
        return [p.copy() for p in self.params]
"""
X = np.array([0.1, 0.2, 0.7])


def ask_for_all(student: Student) -> None:
    student.call("code.mean", X)
    student.call("code.ask", portable(lambda x: 2.0 * x), 3.0)
    array = student.array(X)
    counter = student.call("code.Counter", [array]).value
    counter.in_turn("step", [(1.0,), (2.0,)])
    array.read()
    student.call_each("code.mean", (X,), {}, 0, [X, 2.0 * X])


def script_of(ask: Callable[[Student], Any], text: str = RIGHT) -> Script | None:
    """What passes in one check."""
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        handed.records = True
        student = Student(handed, Limits(), 1)
        ask(student)
        return student.script()


class Alike(NamedTuple):
    """A way in which only the same is right, bit for bit."""

    script: Script

    def is_right(self, _number: int, told: Sequence[Told]) -> bool:
        """Whether the last answer is."""
        return told[-1].is_same


def shown(student: Student) -> list[Any]:
    """A history in words."""
    return [
        (e.kind, e.name, e.object, np.array(e.value, dtype=object).tolist(), e.raised)
        for e in student.history
    ]


def test_who_answers_alike_has_the_same_history_as_if_the_check_had_asked() -> None:
    script = script_of(ask_for_all)
    assert script is not None
    other = RIGHT.replace("def mean(x):", "def mean(x):\n    print('one more line')")
    with behind_the_wall(modules.Source("code.py", "code", other)) as handed:
        asked, told = (Student(handed, Limits(), 1, HINT) for _ in range(2))
        ask_for_all(asked)

        passed = told.put([Alike(script)], alone=False)
        assert passed is not None
        told.remember(script, passed[1])
        assert shown(told) == shown(asked)
        assert set(told.asked) == set(asked.asked)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("float(np.sum(x)) / len(x)", "float(np.nextafter(np.sum(x) / len(x), 9.0))"),
        ("float(np.sum(x)) / len(x)", "np.sum(x) / len(x)"),
        ("+ 1.0", "+ 1"),
        ("return float", "x[0] = x[0] + 1\n    return float"),
        ("return float", "raise ValueError\n    return float"),
        ("p += by", "p += by * (1 + 1e-15)"),
        ("class Counter", "class Counting"),
        ("self.params = params", "self.params = [p.copy() for p in params]"),
        ("return float", "import os\n    os._exit(0)\n    return float"),
        ("import numpy as np", "import numpy as np\n1 / 0"),
    ],
    ids=[
        *("another last bit", "a numpy number", "a whole number", "an argument changed"),
        *("an exception", "a rule that is off", "a missing class", "not in place", "an end"),
        "no import",
    ],
)
def test_whoever_answers_otherwise_is_asked_in_earnest(old: str, new: str) -> None:
    script = script_of(ask_for_all)
    assert script is not None
    text = RIGHT.replace(old, new)
    is_equal = new == "+ 1"  # 6.0 + 1 is 7.0 as well
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        student = Student(handed, Limits(), 1, HINT)

        assert (student.put([Alike(script)], alone=False) is not None) is is_equal
        assert not student.history


def test_what_hangs_is_waited_for_once() -> None:
    script = script_of(lambda student: student.call("code.mean", X))
    assert script is not None
    text = RIGHT.replace("return float", "while True: pass\n    return float")
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        for seconds in (0.3, 0.0):
            student = Student(handed, Limits(call_s=0.3), 1, HINT)
            began = time.monotonic()
            assert student.put([Alike(script)], alone=False) is None
            assert student.is_broken is (seconds > 0.0)
            assert seconds <= time.monotonic() - began < seconds + 0.25
            student.close()
        assert not handed.timeouts
        with pytest.raises(CheckFailed, match="did not finish"):
            Student(handed, Limits(call_s=0.3), 1).call("code.mean", X)


def test_what_is_asked_back_is_answered_as_it_was() -> None:
    """Bit for bit the same question gets the same reply; any other ends the script."""

    def ask(student: Student) -> None:
        student.call("code.ask", lambda x: 2.0 * x, 3.0)

    script = script_of(ask)
    assert script is not None
    assert script.asks_back
    for text, is_right in ((RIGHT, True), (RIGHT.replace("f(x) +", "f(x + 1e-15) +"), False)):
        with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
            student = Student(handed, Limits(), 1, HINT)
            assert (student.put([Alike(script)], alone=False) is not None) is is_right
            student.close()
            # What waited for a reply is gone.
            assert Student(handed, Limits(), 1, HINT).call("code.mean", X).value > 0


def test_who_answers_all_that_one_other_did_goes_by_that_way() -> None:
    """Ways part where they were answered differently; who answers like both is like neither."""

    def ask(student: Student) -> None:
        student.call("code.mean", X)
        student.call("code.ask", portable(lambda x: 2.0 * x), 3.0)

    one_bit_more = ("float(np.sum(x)) / len(x)", "float(np.nextafter(np.sum(x) / len(x), 9.0))")
    other = RIGHT.replace(*one_bit_more).replace("+ 1.0", "+ 0.9")
    ways = [Alike(script) for text in (RIGHT, other) if (script := script_of(ask, text))]
    assert len(ways) == 2
    for text, passed in (
        (RIGHT, 0),
        (other, 1),
        (other + "\nprint(1)\n", 1),
        (RIGHT.replace(*one_bit_more), None),
        (RIGHT.replace("+ 1.0", "+ 0.9"), None),
    ):
        with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
            found = Student(handed, Limits(), 1, HINT).put(ways, alone=False)
            assert (None if found is None else found[0]) == passed


def test_of_what_came_to_no_answer_there_is_no_script() -> None:
    """A check may let that pass, where an answer would not."""

    def ask(student: Student) -> None:
        student.call("code.mean", X)
        with contextlib.suppress(CheckFailed):
            student.call("code.ask", portable(lambda x: x), 1.0)

    assert script_of(ask) is not None
    assert script_of(ask, RIGHT.replace("f(x) + 1.0", "__import__('os')._exit(0)")) is None


def test_an_answer_that_is_huge_is_not_kept_for_others() -> None:
    def ask(student: Student) -> None:
        student.call("code.mean", X)

    assert script_of(ask) is not None
    assert script_of(ask, RIGHT.replace("float(np.sum(x)) / len(x)", "np.zeros(2**17)")) is None


def test_what_calls_no_function_makes_no_script() -> None:
    assert script_of(lambda student: student.array(X)) is None


def test_ways_of_a_check_are_kept_once_and_only_so_many() -> None:
    def known(number: int, *, asks_back: bool = False) -> Scripted:
        step = Step(Raw(b"ask"), False, True, ("code.mean",), (b"%d" % number,))
        script = Script((step,), frozenset({"code.mean"}), False, asks_back)
        return Scripted(script, OUTCOME, [None], sees=True)

    ways = OtherWays()
    for number in (1, 2, 1, 2):
        ways.learn({"one": known(number)})
    ways.learn({"one": known(3, asks_back=True), "two": known(1)})
    assert {name: len(kept) for name, kept in ways.by_check.items()} == {"one": 2, "two": 1}
    for number in range(100):
        ways.learn({"one": known(number)})
    assert len(ways.by_check["one"]) == 16


def test_a_class_reads_the_same_as_each_of_it_alone(tmp_path: Path) -> None:
    """From the third submission on, those who answer as the reference does go by its script."""
    assignment = write_trapezoids(tmp_path / "trapezoids")
    handed_in = tmp_path / "handed in"
    right = (assignment / "right" / "areas.py").read_text("utf-8")
    texts = {
        **{f"right {i}": right for i in range(4)},
        # Another way: the first is judged, the second goes by it, the third parts from it.
        **{f"right otherwise {i}": right.replace("x.sum()", "sum(x)") for i in range(2)},
        "wrong in the end": right.replace("x.sum()", "sum(x) + (len(x) < 5)"),
        "wrong": right.replace("/ 2", "/ 3"),
        "unwritten": "def nothing():\n    pass\n",
    }
    for name, text in texts.items():
        (handed_in / name).mkdir(parents=True)
        (handed_in / name / "areas.py").write_text(text, "utf-8")
    done = run_grader(
        *("batch", str(handed_in), "--assignment", str(assignment)),
        *("--out", str(tmp_path / "class"), "--jobs", "1"),
    )

    assert done.status == 0
    for name in texts:
        alone = grade(handed_in / name, tmp_path / "alone" / name, assignment=assignment)
        batch = json.loads((tmp_path / "class" / name / "results.json").read_text("utf-8"))
        assert untimed(batch) == untimed(alone.results)
