"""What a rehearsed check is judged by lets pass what the check would, and nothing else."""

from __future__ import annotations

import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from wall_fixtures import behind_the_wall

from grader import rules
from grader.outcomes import CheckFailed, Outcome
from grader.sandbox import modules
from grader.sandbox.handed import Limits
from grader.sandbox.student import Student
from grader.scripted import Scripted
from grader.suite.check import Check
from grader.suite.record import CheckRecord

RIGHT = """
import numpy as np

def mean(x):
    return float(np.sum(x)) / len(x)

def halves(x):
    return x / 2, x.sum()

def bowl(x):
    return float(np.sum(x * x)), 2.0 * x

def plain(x):
    total = 0.0
    for value in x:
        total += value
    return float(total)

def picky(x):
    if x < 0:
        raise ValueError(f"not {x}")
    return x
"""
X = np.array([0.1, 0.2, 0.7])
LONG = np.linspace(0.1, 1.0, 40)

Ask = Callable[[Check], object]
CHECKS: dict[str, Ask] = {
    "matches": lambda check: check.matches("code.mean", X),
    "outputs": lambda check: check.matches("code.halves", X, outputs=("half", "sum")),
    "pure": lambda check: check.pure("code.mean", (X,), (3.0 * X,)),
    "gradient": lambda check: check.gradient("code.bowl", X),
    "vectorized": lambda check: check.vectorized("code.mean", (X,), (LONG,)),
    "loops": lambda check: check.loops("code.plain", (X,), (LONG,), calls_not=("code.mean",)),
    "raises": lambda check: check.raises("code.picky", ValueError, -1.0),
}
OTHER = {
    "matches": ("float(np.sum(x)) / len(x)", "float(np.sum(x / len(x)))"),
    "outputs": ("x / 2, x.sum()", "[0.5 * x, float(sum(x))]"),
    "pure": ("float(np.sum(x)) / len(x)", "float(np.sum(x / len(x)))"),
    "gradient": ("float(np.sum(x * x)), 2.0 * x", "float(x @ x * 1.0000000000000002), x + x"),
    "vectorized": ("float(np.sum(x)) / len(x)", "7"),
    "loops": ("total += value", "total = total + value"),
    "raises": ('f"not {x}"', '"negative"'),
}
"""Other ways to do the same, as far as each check asks."""
WRONG = {
    "matches": [
        ("float(np.sum(x)) / len(x)", "float(np.sum(x)) / len(x) * (1 + 1e-8)"),
        ("float(np.sum(x)) / len(x)", "np.array([np.mean(x)])"),
        ("float(np.sum(x)) / len(x)", "None"),
        ("float(np.sum(x)) / len(x)", "1 / 0"),
    ],
    "outputs": [
        ("x / 2, x.sum()", "x / 2, x.sum() * 1.01"),
        ("x / 2, x.sum()", "x.sum(), x / 2"),
        ("x / 2, x.sum()", "x / 2"),
    ],
    "pure": [
        ("return float(np.sum(x)) / len(x)", "x *= 2.0\n    return float(np.sum(x)) / len(x)"),
        (
            "def mean(x):",
            "def mean(x, kept=[]):\n    kept.append(1)\n    return len(kept) * x.sum()",
        ),
        ("def mean(x):", "def mean(x, kept=[]):\n    kept.append(x.mean())\n    return kept[0]"),
        ("float(np.sum(x)) / len(x)", "7.0"),
    ],
    "gradient": [
        ("float(np.sum(x * x)), 2.0 * x", "float(np.sum(x * x)), 2.0 * x * (1 + 1e-6)"),
        ("float(np.sum(x * x)), 2.0 * x", "float(np.sum(x * x)) * 2.0, 2.0 * x"),
        ("float(np.sum(x * x)), 2.0 * x", "float(np.sum(x * x))"),
        ("float(np.sum(x * x)), 2.0 * x", "np.sum(x * x) * np.ones(1), 2.0 * x"),
    ],
    "vectorized": [("float(np.sum(x)) / len(x)", "sum(v for v in x) / len(x)")],
    "loops": [
        ("    for value in x:\n        total += value\n", "    total = np.sum(x)\n"),
        ("return float(total)", "return mean(x) + 0.0 * total"),
    ],
    "raises": [
        ("raise ValueError", "raise TypeError"),
        ("if x < 0:", "if x < -9:"),
        ("def picky(x):", "def picky_(x):"),
    ],
}


def reference() -> types.ModuleType:
    package, code = types.ModuleType("reference"), types.ModuleType("code")
    exec(RIGHT, vars(code))  # noqa: S102 - the reference of these checks
    vars(package)["code"] = code
    return package


OUTCOME = Outcome("test_code", "1.1", "It works", "One", Fraction(1), Fraction(1), "passed")


def passes(text: str, ask: Ask) -> bool:
    """Whether a submission passes the check."""
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        record = CheckRecord()
        try:
            ask(Check(Student(handed, Limits(), 1), reference(), record))
        except CheckFailed:
            return False
        return record.is_clean


def passes_by_rules(text: str, ask: Ask) -> bool:
    """Whether it is taken for right by the script of the check and its rules."""
    with behind_the_wall(modules.Source("code.py", "code", RIGHT)) as handed:
        handed.records = True
        student, record = Student(handed, Limits(), 1), CheckRecord()
        ask(Check(student, reference(), record))
        script = student.script()
    assert script is not None
    known = rules.rules_of(
        record.asked, len(script.steps), is_traced=script.is_traced, sees=record.sees
    )
    assert known is not None
    with behind_the_wall(modules.Source("code.py", "code", text)) as handed:
        way = Scripted(script, OUTCOME, known, sees=False)
        return Student(handed, Limits(), 1).put([way], alone=True) is not None


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_right_in_another_way_is_right_by_the_rules(name: str) -> None:
    text = RIGHT.replace(*OTHER[name])

    assert text != RIGHT
    assert passes(text, CHECKS[name])
    assert passes_by_rules(text, CHECKS[name])


@pytest.mark.parametrize(
    ("name", "old", "new"), [(name, *change) for name, many in WRONG.items() for change in many]
)
def test_what_is_wrong_is_put_to_the_check_itself(name: str, old: str, new: str) -> None:
    text = RIGHT.replace(old, new)

    assert text != RIGHT
    assert not passes(text, CHECKS[name])
    assert not passes_by_rules(text, CHECKS[name])


def test_where_the_check_sees_an_answer_it_must_be_the_same() -> None:
    """What it asks next, or demands, may depend on any bit of it."""

    def ask(check: Check) -> Any:
        (mean,) = check.returned("code.halves", X, outputs=("half", "sum"))[1:]
        check.matches("code.mean", mean * X)

    record = CheckRecord()
    with behind_the_wall(modules.Source("code.py", "code", RIGHT)) as handed:
        handed.records = True
        student = Student(handed, Limits(), 1)
        ask(Check(student, reference(), record))

    assert record.sees
    assert rules.rules_of(record.asked, 2, is_traced=False, sees=True) == (None, None)


def test_lines_that_the_check_counts_itself_are_no_script() -> None:
    assert rules.rules_of([None], 2, is_traced=True, sees=True) is None
    assert rules.rules_of([None], 2, is_traced=False, sees=True) == (None, None)
