"""What the form of a wrong gradient tells, where no known mistake explains it.

The student's loss is asked for its values around the point: is the slope of that loss a sum of the
student's gradient, of W and of sign W? Then a forgotten mean, a wrong constant or the derivative of
another penalty has its name, however the code is written and whatever else is wrong with the loss.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Arguments, Exchange, Inside
from grader.feedback.agree import agree
from grader.feedback.failure import expected_of
from grader.numerics import Location, Structure, check_gradient, locate_errors
from grader.numerics.structure import name_structure
from grader.outcomes import CheckFailed

_GUARD_S = 1.0
"""Longest for the 43 values that a form takes: a student's loop over small data is far faster."""
_REAL = (int, float, np.integer, np.floating)


class Form(Struct, frozen=True):
    """What is to be said of a gradient: numbers stand in `details` alone."""

    sentence: str
    question: str
    details: tuple[str, ...] = ()


class _OutOfTime(Exception):
    """There is no time for another value."""


class _Case(Struct, frozen=True):
    """A call with a loss, and a gradient by one of its arguments that is wrong."""

    arguments: Arguments
    place: int | str
    point: Any
    gradient: Any
    loss_is_right: bool


def form_of_gradient(
    history: Sequence[Exchange],
    function: str,
    reference: types.ModuleType,
    call: Callable[..., Any],
) -> Form | None:
    """The form of the first gradient of `function` that is wrong, if it has one that says much.

    `call` calls the student's own functions by name.
    """
    for case in _cases(history, function, reference):
        with contextlib.suppress(CheckFailed, _OutOfTime):
            return _say(case, _located(case, function, call))
        return None
    return None


def _cases(
    history: Sequence[Exchange], function: str, reference: types.ModuleType
) -> Iterator[_Case]:
    for exchange in history:
        if exchange.kind != "call" or exchange.name != function or exchange.raised:
            continue
        if not _is_pair(exchange.value):
            continue
        with contextlib.suppress(KeyError):
            arguments = exchange.arguments({}, _no_function)
            exchange.restore()
            expected = expected_of(function, arguments, reference)
            if expected is None or not _is_pair(expected.value):
                continue
            loss, gradient = exchange.value
            if gradient.shape != expected.value[1].shape or agree(gradient, expected.value[1]):
                continue
            for place, point in _points(arguments, gradient.shape):
                if _is_gradient(function, arguments, place, expected.value[1], reference):
                    right = agree(loss, expected.value[0])
                    yield _Case(arguments, place, point, gradient, right)


def _is_pair(value: Any) -> bool:
    """Whether it is a loss and an array, both finite; half precision has too few digits to tell."""
    if isinstance(value, Inside) or not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    loss, gradient = value
    return (
        isinstance(loss, _REAL)
        and isinstance(gradient, np.ndarray)
        and gradient.dtype.kind == "f"
        and gradient.dtype.itemsize >= 4
        and gradient.ndim > 0
        and bool(np.isfinite(loss) and np.isfinite(gradient).all())
    )


def _points(arguments: Arguments, shape: tuple[int, ...]) -> Iterator[tuple[int | str, Any]]:
    """Arguments by which the gradient can be one: float arrays of its shape."""
    args, kwargs = arguments
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for place, value in places:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.shape == shape:
            yield place, value


def _is_gradient(
    function: str,
    arguments: Arguments,
    place: int | str,
    gradient: Any,
    reference: types.ModuleType,
) -> bool:
    """Whether the second of what the reference returns is the slope of the first."""

    def loss(point: Any) -> float:
        found = expected_of(function, _replaced(arguments, place, point), reference)
        return float("nan") if found is None else float(found.value[0])

    return check_gradient(loss, gradient, _at(arguments, place)).right


def _located(case: _Case, function: str, call: Callable[..., Any]) -> Location:
    """The form by the student's own loss. CheckFailed, _OutOfTime."""
    deadline = time.monotonic() + _GUARD_S

    def loss(point: Any) -> float:
        if time.monotonic() > deadline:
            raise _OutOfTime
        args, kwargs = _replaced(case.arguments, case.place, point)
        found = call(function, *args, **kwargs)
        return float(found[0]) if _is_pair(found) else float("nan")

    return locate_errors(loss, case.gradient, case.point, places=False)


def _say(case: _Case, found: Location) -> Form | None:
    if found.kind == "nothing" and not case.loss_is_right:
        return Form(
            "the gradient is the slope of the loss that the same call returns, and that loss is "
            "not the one that is asked for.",
            "Which term of the loss is not as in the text? The gradient follows it.",
        )
    if found.structure is None:
        return None
    unnamed = name_structure(found.structure)
    for reg, samples in itertools.product(_numbers(case), _lengths(case)):
        named = name_structure(found.structure, reg, samples)
        if named != unnamed:
            return _form(named)
    return _unnamed(found.structure, unnamed)


def _numbers(case: _Case) -> list[float | None]:
    """What may be the strength of the penalty."""
    args, kwargs = case.arguments
    values = (*args, *kwargs.values())
    return [float(v) for v in values if isinstance(v, _REAL) and not isinstance(v, bool)] or [None]


def _lengths(case: _Case) -> list[int | None]:
    """What may be the number of samples: the length of the labels, or else of other data."""
    args, kwargs = case.arguments
    arrays = [v for v in (*args, *kwargs.values()) if isinstance(v, np.ndarray) and v.ndim]
    labels = [v for v in arrays if v.dtype.kind in "iu"]
    others = labels or [v for v in arrays if v is not case.point]
    return list(dict.fromkeys(len(v) for v in others)) or [None]


def _form(named: tuple[str, str]) -> Form:
    sentence, question = named
    return Form(sentence[0].lower() + sentence[1:], question)


def _unnamed(found: Structure, named: tuple[str, str]) -> Form:
    """A form that has no name: what is off in the sentence, by how much in the details."""
    if np.isclose(found.a, -1.0, rtol=1e-4) and not (found.b or found.c):
        return _form(named)
    terms = (("a multiple of W", found.b), ("a multiple of sign W", found.c))
    off = ["a constant factor"] if found.a != 1.0 else []
    off += [words for words, factor in terms if factor]
    details = [f"{found.a:.2g} times yours"] if found.a != 1.0 else ["yours"]
    details += [
        f"{'+' if factor > 0 else '-'} {abs(factor):.2g} times {term}"
        for factor, term in ((found.b, "W"), (found.c, "sign W"))
        if factor
    ]
    return Form(
        f"the gradient is off the slope of the loss by {' and '.join(off)}.",
        named[1],
        (f"By the values of the loss, the right gradient is about {' '.join(details)}.",),
    )


def _at(arguments: Arguments, place: int | str) -> Any:
    args, kwargs = arguments
    return kwargs[place] if isinstance(place, str) else args[place]


def _replaced(arguments: Arguments, place: int | str, value: Any) -> Arguments:
    args, kwargs = arguments
    if isinstance(place, str):
        return args, {**kwargs, place: value}
    return (*args[:place], value, *args[place + 1 :]), kwargs


def _no_function(name: str) -> Any:
    raise KeyError(name)
