"""Functions of a check's that lie beside the student's code: they do there what they do here."""

from __future__ import annotations

import marshal
import math
import os
from typing import Any

import numpy as np
import pytest
from wall_fixtures import student_of

from grader.outcomes import CheckFailed, GraderFailed
from grader.portable import portable
from grader.sandbox import memory, values, wire
from grader.sandbox.callbacks import Callbacks, take_apart

SCALE = np.array([2.0, 3.0])
FOLDER = os
THING = object()


def scaled(x: Any) -> Any:
    return SCALE * x


@portable
def folded(x: Any, power: int = 2) -> float:
    """A sum that another portable function is part of."""
    return float(np.sum(grown(x) ** power)) + math.pi


@portable
def grown(x: Any) -> Any:
    """The argument, scaled by what lies beside the function."""
    return SCALE * x


CALL = "def ask(f, *args):\n    return f(*args)\n"


def test_a_portable_function_does_inside_what_it_does_here() -> None:
    shift, names = 0.5, {"a": [1.0, 2.0]}
    nested = portable(lambda x: [shift + v for v in (folded(x), x[0], *names["a"])])
    x = np.array([1.0, -4.0])

    with student_of(CALL) as student:
        for function, args in ((folded, (x,)), (folded, (x, 3)), (nested, (x,))):
            answer = student.call("code.ask", function, *args)
            assert answer.value == function(*args)
            assert answer.mutated == ()


def test_it_reads_the_arrays_that_the_students_code_changes() -> None:
    text = (
        "def nudge(f, params):\n"
        "    before = f()\n"
        "    params[0][1] += 1.0\n"
        "    after = f()\n"
        "    params[0][1] -= 1.0\n"
        "    return [before, after]\n"
    )
    params = [np.array([1.0, 2.0]), np.array([3.0])]
    f = portable(lambda: float(sum(p.sum() for p in params)))

    with student_of(text) as student:
        answer = student.call("code.nudge", f, params)

        assert answer.value == [6.0, 7.0]
        assert answer.mutated == ()
        # Played again, it reads the arrays that it is played with.
        (played, arrays), _ = student.history[0].arguments({}, lambda name: name)
        arrays[0][1] += 1.0
        assert played() == 7.0
    assert params[0].tolist() == [1.0, 2.0]


def test_no_callback_is_made_and_none_is_counted() -> None:
    text = "def often(f):\n    for i in range(5000):\n        f(i)\n    return f(2)\n"
    with student_of(text) as student:
        assert student.call("code.often", portable(lambda i: i + 1)).value == 3


def test_what_it_raises_is_no_error_of_the_students_code() -> None:
    text = "def ask(f):\n    return f('text')\n"
    with student_of(text) as student, pytest.raises(CheckFailed) as caught:
        student.call("code.ask", portable(lambda x: np.ones(3) + x))

    assert caught.value.finding.kind == "callback"


def test_a_function_that_is_not_portable_stays_here_even_as_part_of_one_that_is() -> None:
    asked = []

    def watched(x: float) -> float:
        asked.append(x)
        return 2 * x

    with student_of(CALL) as student:
        assert student.call("code.ask", portable(lambda x: watched(x) + 1), 3.0).value == 7.0
    assert asked == [3.0]


def test_results_are_the_callers_own() -> None:
    text = "def twice(f):\n    x = f()\n    x += 1\n    return f()\n"
    kept = np.zeros(2)
    with student_of(text) as student:
        answer = student.call("code.twice", portable(lambda: kept))

    assert answer.value.tolist() == [0.0, 0.0]


def test_where_it_comes_from_is_not_to_be_seen() -> None:
    text = (
        "def ask(f):\n"
        "    inner = [c.cell_contents for c in f.__closure__ if callable(c.cell_contents)]\n"
        "    return [g.__code__.co_filename for g in inner if 'worker' not in str(g.__code__)]\n"
    )

    @portable
    def outer(x: float) -> float:
        def inner(y: float) -> float:
            return x + y

        return inner(1.0)

    with student_of(text) as student:
        assert set(student.call("code.ask", outer).value) == {"<check>"}
    inner = marshal.loads(take_apart(outer, lambda value: value).code)  # noqa: S302 - our own
    assert "tests" not in repr(inner.co_consts)


@pytest.mark.parametrize(
    "function",
    [
        portable(lambda x: FOLDER.stat(x).st_size),
        portable(lambda x: [x, THING]),
    ],
    ids=["a module", "an object"],
)
def test_what_cannot_travel_is_the_graders_fault(function: Any) -> None:
    with student_of(CALL) as student, pytest.raises(GraderFailed, match="cannot cross the wall"):
        student.call("code.ask", function, 0)


def test_only_plain_functions_are_portable() -> None:
    with pytest.raises(TypeError, match="expected a plain Python function"):
        portable(np.sum)


def test_no_function_comes_from_a_worker() -> None:
    """Its code would run beside the answers."""
    parts = take_apart(portable(scaled), lambda _: 0.0)
    callbacks = Callbacks(5, lambda _: None)
    callbacks.add(len)

    with pytest.raises(wire.Malformed):
        memory._answer(parts)
    with pytest.raises(wire.Malformed):
        values.Unpacker(memory._inside).unpack(wire.ListData([parts]))
    with pytest.raises(CheckFailed):
        callbacks.answer(wire.Callback(0, [parts], {}), "code.f", [])
