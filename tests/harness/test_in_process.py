"""Trusted modules behind the student's interface behave as the wall does."""

from __future__ import annotations

import sys
import types
import warnings
from typing import Any

import numpy as np
import pytest

from grader.outcomes import CheckFailed, GraderFailed
from grader.suite.in_process import InProcessStudent


class Momentum:
    """An optimizer that updates the arrays which it was given."""

    def __init__(self, params: list[Any], rate: float = 0.1) -> None:
        self.params = params
        self.rate = rate

    def step(self, grads: list[Any]) -> list[Any]:
        for i, grad in enumerate(grads):
            self.params[i] -= self.rate * grad
        return self.params


def descend(df: Any, optimizer: Any, steps: int) -> list[Any]:
    start = optimizer.params[0].copy()
    return [
        start,
        *(optimizer.step([df(optimizer.params[0])])[0].copy() for _ in range(steps)),
    ]


def move(f: Any, x: Any) -> Any:
    x += 1.0
    return f()


def outer(x: Any) -> Any:
    sys.stdout.write("computing\n")
    warnings.warn("careful", stacklevel=1)
    return inner(x)


def inner(x: Any) -> Any:
    return x + 1


def broken(x: Any) -> Any:
    raise ValueError(f"cannot take {x}")


def student() -> InProcessStudent:
    functions: list[Any] = [Momentum, descend, move, outer, inner, broken, np.copyto, iter]
    named = {f.__name__: f for f in functions}
    return InProcessStudent({"code": types.SimpleNamespace(**named)})


def test_functions_are_attributes_of_modules() -> None:
    assert student().code.inner(2) == 3


def test_an_answer_holds_all_that_happened() -> None:
    handed_in = student()

    answer = handed_in.call("code.outer", 1, trace_lines=True)

    assert answer is handed_in.last
    assert answer.value == 2
    assert answer.printed == "computing\n"
    assert answer.warnings == ("UserWarning: careful",)
    assert answer.entered == ("code.outer", "code.inner")
    assert answer.lines is not None
    assert answer.lines >= 6
    assert answer.code[0].function == "outer"


def test_lines_are_counted_only_when_asked_for() -> None:
    before = sys.gettrace()

    answer = student().call("code.inner", 1)
    student().call("code.inner", 1, trace_lines=True)

    assert answer.lines is None
    assert sys.gettrace() is before


def test_lines_of_callbacks_are_not_counted() -> None:
    def slow() -> int:
        total = 0
        for i in range(100):
            total += i
        return total

    answer = student().call("code.move", slow, np.zeros(1), trace_lines=True)

    assert answer.value == 4950
    assert answer.lines is not None
    assert answer.lines < 10


def test_arguments_stay_as_they_are_and_changes_are_named() -> None:
    x, y = np.zeros(2), np.ones(2)

    answer = student().call("code.move", lambda: 0, x)
    second = student().call("code.copyto", x, y)

    assert x.tolist() == [0, 0]
    assert answer.mutated == ("x",)
    assert second.mutated in {("dst",), ("argument 1",)}


def test_a_callback_without_arguments_sees_what_became_of_the_arrays() -> None:
    x = np.zeros(2)

    assert student().code.move(lambda: float(x.sum()), x) == 2
    assert x.tolist() == [0, 0]


def test_an_object_stays_inside() -> None:
    x = np.array([1.0, 2.0])
    optimizer = student().code.Momentum([x], rate=0.5)

    before = optimizer.params
    after = optimizer.step([np.ones(2)])

    assert optimizer.rate == 0.5
    assert before[0].tolist() == [1, 2]
    assert after[0].tolist() == [0.5, 1.5]
    assert optimizer.params[0].tolist() == [0.5, 1.5]
    assert x.tolist() == [1, 2]


def test_an_object_can_be_an_argument() -> None:
    handed_in = student()
    optimizer = handed_in.code.Momentum([np.array([1.0])], rate=0.5)

    path = handed_in.code.descend(lambda x: x, optimizer, 2)

    assert [point.tolist() for point in path] == [[1.0], [0.5], [0.25]]
    assert optimizer.params[0].tolist() == [0.25]


def test_an_array_inside_can_be_read_again() -> None:
    handed_in = student()
    array = handed_in.array(np.zeros(2))

    handed_in.code.copyto(array, np.ones(2))

    assert array.read().tolist() == [1, 1]


def test_an_iterator_is_iterated() -> None:
    assert list(student().code.iter([1, 2])) == [1, 2]


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("code.broken", "raised", "broken raised ValueError: cannot take 1"),
        ("code.absent", "missing", "code.py has no absent."),
        ("other.broken", "missing_file", "other.py is missing."),
    ],
)
def test_a_call_that_comes_to_nothing_says_why(name: str, kind: str, says: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        student().call(name, 1)

    assert (caught.value.finding.kind, caught.value.finding.lead) == (kind, says)


def test_failures_inside_a_callback_pass_through() -> None:
    def fail() -> None:
        raise GraderFailed("the check is wrong")

    with pytest.raises(GraderFailed, match="the check is wrong"):
        student().call("code.move", fail, np.zeros(1))
