"""What a right submission was asked and answered is asked of others alike."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grading_fixtures import grade, run_grader, untimed
from other_assignment import write_trapezoids
from wall_fixtures import behind_the_wall

from grader.outcomes import CheckFailed
from grader.portable import portable
from grader.sandbox import modules
from grader.sandbox.handed import Limits
from grader.sandbox.script import Script, Told
from grader.sandbox.student import Student

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
        handed.is_rehearsal = True
        student = Student(handed, Limits(), 1)
        ask(student)
        return student.script()


def is_same(_number: int, told: Sequence[Told]) -> bool:
    """Only bit for bit."""
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
        asked, told = (Student(handed, Limits(), 1, "hint") for _ in range(2))
        ask_for_all(asked)

        answers = told.put(script, is_same, alone=False)
        assert answers is not None
        told.remember(script, answers)
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
        student = Student(handed, Limits(), 1, "hint")

        assert (student.put(script, is_same, alone=False) is not None) is is_equal
        assert not student.history


def test_what_hangs_is_waited_for_once() -> None:
    script = script_of(lambda student: student.call("code.mean", X))
    assert script is not None
    text = RIGHT.replace("return float", "while True: pass\n    return float")
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        for seconds in (0.3, 0.0):
            student = Student(handed, Limits(call_s=0.3), 1, "hint")
            began = time.monotonic()
            assert student.put(script, is_same, alone=False) is None
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
            student = Student(handed, Limits(), 1, "hint")
            assert (student.put(script, is_same, alone=False) is not None) is is_right
            student.close()
            # What waited for a reply is gone.
            assert Student(handed, Limits(), 1, "hint").call("code.mean", X).value > 0


def test_what_calls_no_function_makes_no_script() -> None:
    assert script_of(lambda student: student.array(X)) is None


def test_a_class_reads_the_same_as_each_of_it_alone(tmp_path: Path) -> None:
    """From the third submission on, those who answer as the reference does go by its script."""
    assignment = write_trapezoids(tmp_path / "trapezoids")
    handed_in = tmp_path / "handed in"
    right = (assignment / "right" / "areas.py").read_text("utf-8")
    texts = {
        **{f"right {i}": right for i in range(4)},
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
