"""Small changes of a text: which are made, and which do the same as before."""

from __future__ import annotations

import ast
import difflib
import importlib
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.audit.equivalence import compare_changed
from grader.audit.mutants import Mutant, mutants_of
from grader.exchange import Exchange

TEXT = '''"""A module → with words."""

LIMIT = 3


def clipped(x: "Array[1]", low: float = 0.5, high: float = 1.5) -> "Array[2]":
    """Clip x - 1 to its limits.

    >>> 1 + 1
    2
    """
    # A comment that stays: x + 1.
    y = np.maximum(x, low)  # ≥ low
    if high > low and not x.size == 0:
        y[0] += -high
    return np.sum(y.copy(), axis=1), [i for i in range(len(y))]


def other(x):
    return x + 1
'''


def mutants(text: str = TEXT, names: Sequence[str] = ("clipped",)) -> list[Mutant]:
    return list(mutants_of("module", text, set(names)))


def of_body(line: str, parameters: str = "x, y") -> set[str]:
    """The lines that one line of a function becomes."""
    text = f"def f({parameters}):\n    {line}\n"
    return {m.text.splitlines()[1].strip() for m in mutants(text, ["f"])}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return x + y", {"return (x - y)", "return x", "return y"}),
        ("return x * y", {"return (x / y)", "return x", "return y"}),
        ("return x / y", {"return (x * y)", "return x"}),
        ("return x**y", {"return (x * y)", "return x"}),
        ("return x @ y", {"return (y @ x)"}),
        ("return -x", {"return x"}),
        ("return x < y", {"return (x <= y)", "return (x > y)"}),
        ("return x and y", {"return (x or y)", "return x", "return y"}),
        ("return x[1]", {"return x[2]", "return x[(0)]"}),
        ("return 0.5", {"return 1.0", "return 0.0"}),
        ("return 1e-8", {"return 2e-08", "return 0.0", "return 1e-06"}),
        ("return np.max(x, axis=1)", {"return np.max(x, axis=0)", "return np.max(x)"}),
        ("return x.T", {"return x"}),
        ("return x.copy()", {"return x"}),
        ("return np.array(x)", {"return x"}),
        ("return x, y", {"return (y, x)"}),
        ("return range(x)", {"return range(x - 1)", "return range(1, x)"}),
        ("x -= y", {"x += y", "x = y", "x = x - y", "pass"}),
        ("x[0] = y", {"pass"}),
        ("raise ValueError(x)", {"pass"}),
        ("return f(x, y)", {"return f(y, x)"}),
        ("return x if y else 1", {"return x", "return 1"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_slip_is_made(line: str, expected: set[str]) -> None:
    assert expected <= of_body(line)


def test_parameters_of_one_type_are_taken_for_each_other() -> None:
    lines = of_body("return a, b, c", "a: float, b: float, c: int")

    assert lines == {"return b, b, c", "return a, a, c", "return (c, b, a)"}


def test_everything_else_stays_as_it_was() -> None:
    """A mutant differs in the lines of one node, and in no word, comment or annotation."""
    for mutant in mutants():
        assert mutant.text.splitlines()[0] == TEXT.splitlines()[0]
        differing = [
            line[2:]
            for line in difflib.ndiff(TEXT.splitlines(), mutant.text.splitlines())
            if line.startswith("- ")
        ]
        assert len(differing) == 1, mutant
        assert TEXT.splitlines()[mutant.line - 1] == differing[0]
        for part in ('x: "Array[1]"', '-> "Array[2]"', "x - 1 to", ">>> 1 + 1", "# A comment"):
            assert part in mutant.text


def test_each_is_a_program_of_its_own() -> None:
    trees = [ast.dump(ast.parse(mutant.text)) for mutant in mutants()]

    assert len(trees) > 30
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(TEXT)) not in trees


def test_only_what_is_asked_for_is_changed() -> None:
    assert {m.function for m in mutants(names=["other"])} == {"module.other"}
    assert mutants(names=["missing"]) == []


def test_defaults_are_changed() -> None:
    assert any("low: float = 1.0," in mutant.text for mutant in mutants())


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """A package with one module, of two functions and a class."""
    folder = tmp_path / "known_answers"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import sums\n", "utf-8")
    (folder / "sums.py").write_text(SUMS, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("known_answers")
    for name in [name for name in sys.modules if name.startswith("known_answers")]:
        del sys.modules[name]


SUMS = """
import numpy as np


def total(x):
    return np.sum(x)


def doubled(x):
    return np.array(2.0 * x)


class Counter:
    def __init__(self, step):
        self.step = step
        self.at = 0.0

    def go(self, x):
        self.at += self.step * x
        return self.at
"""


def exchange(kind: Any, name: str, *args: Any, **settings: Any) -> Exchange:
    """An exchange whose arguments are these, made anew each time."""

    def arguments(*_: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args), {}

    return Exchange(kind, name, arguments, lambda: None, **settings)


def difference(reference: types.ModuleType, old: str, new: str, *history: Exchange) -> str:
    assert old in SUMS
    compared = compare_changed(reference, "sums", SUMS.replace(old, new), {"a check": history})
    assert compared.same == (not compared.difference)
    return compared.difference


X = np.array([1.5, -0.5, 2.0])
TOTAL = exchange("call", "sums.total", X)
DOUBLED = exchange("call", "sums.doubled", X)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.sum(x)", "x.sum()"),
        ("np.sum(x)", "np.sum(x[::-1])"),
        ("np.array(2.0 * x)", "x + x"),
        ("np.sum(x)", "np.sum(np.where(x == 0.123456, 1.0, x))"),
    ],
)
def test_other_words_for_the_same_are_the_same(
    reference: types.ModuleType, old: str, new: str
) -> None:
    assert difference(reference, old, new, TOTAL, DOUBLED) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.sum(x)", "np.sum(x) + 1e-6"),
        # As recorded they agree: one entry is negative, and it is the smallest.
        ("np.sum(x)", "x[0] + x[1] + abs(x[2])"),
        ("np.array(2.0 * x)", "np.multiply(x, 2.0, out=x)"),
        ("np.array(2.0 * x)", "np.float32(2.0 * x)"),
        ("return np.array(2.0 * x)", "raise ValueError"),
    ],
    ids=["another value", "other numbers", "the argument changed", "dtype", "an exception"],
)
def test_what_differs_is_seen(reference: types.ModuleType, old: str, new: str) -> None:
    assert "in a check" in difference(reference, old, new, TOTAL, DOUBLED)


def test_what_objects_remember_is_seen(reference: types.ModuleType) -> None:
    from grader.exchange import Inside

    made = exchange("call", "sums.Counter", 0.5, value=Inside(1))
    steps = [exchange("method", "go", 3.0, object=1) for _ in range(2)]

    assert difference(reference, "self.at +=", "self.at =", made, steps[0]) == ""
    assert "go in a check" in difference(reference, "self.at +=", "self.at =", made, *steps)


def test_endless_change_is_no_equivalent(
    reference: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.audit.equivalence._LIMIT_S", 0.2)

    told = difference(reference, "return np.sum(x)", "while True: pass", TOTAL)

    assert told == "it takes far longer"
