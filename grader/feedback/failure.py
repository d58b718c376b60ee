"""In what the student's answer to a call is wrong, by the reference's, in a few words."""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Arguments
from grader.feedback.agree import agree
from grader.feedback.inputs import flatten, magnitude, rebuild
from grader.outcomes import CheckFailed

Call = Callable[..., Any]
"""Calls the student's function by its name, with arguments; raises CheckFailed."""
Failure = frozenset[tuple[int, str]]
"""Elements of the tuple that is returned (-1: all of it), and how each is wrong."""

_ROUNDING = 1e-9
"""Of the largest number of the input: what is no more may be nothing but rounding."""


_STEADY = 0.1
"""A value that changes by so much of itself beside a special number jumps there, or has a kink."""
_STEEP = 0.05
"""Of the largest number of the input: so much may come of a steep slope."""


class Ended(Exception):
    """The student's function came to no end of its own: it is not asked again."""


class Expected(Struct, frozen=True):
    """What the reference returns."""

    value: Any


def expected_of(name: str, arguments: Arguments, reference: types.ModuleType) -> Expected | None:
    """What the reference returns; None where it raises: then the arguments make no sense."""
    module, _, target = name.partition(".")
    function = getattr(getattr(reference, module, None), target, None)
    # A copy: it may change its arguments.
    args, kwargs = rebuild(arguments, flatten(arguments) or {})
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return None if function is None else Expected(function(*args, **kwargs))
        except Exception:  # noqa: BLE001 - arguments that are tried may be any
            return None


def failure_of(name: str, arguments: Arguments, reference: types.ModuleType, call: Call) -> Failure:
    """How the student's answer differs; nothing if it agrees, or the reference has none. Ended."""
    expected = expected_of(name, arguments, reference)
    if expected is None:
        return frozenset()
    args, kwargs = arguments
    try:
        got = call(name, *args, **kwargs)
    except CheckFailed as error:
        finding = error.finding
        if not finding.exception:
            # It was ended, or refused: whatever it is, it would take its time again and again.
            raise Ended from None
        where = f" in line {finding.code[-1].line}" if finding.code else ""
        return frozenset({(-1, f"{finding.exception}{where}")})
    return frozenset(_differences(got, expected.value, magnitude(flatten(arguments) or {})))


def is_steady(one: Any, other: Any, size: float) -> bool:
    """Whether two values of the reference, for inputs beside each other, are close as well."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(is_steady(a, b, size) for a, b in pairs)
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or not {a.dtype.kind, b.dtype.kind} <= set("biuf"):
        return agree(one, other)
    change, whole = np.abs(a - 1.0 * b), np.max(np.abs(a), initial=0.0)
    return bool(np.max(change, initial=0.0) <= _STEADY * whole + _STEEP * size)


def _differences(got: Any, expected: Any, size: float) -> Iterator[tuple[int, str]]:
    if isinstance(expected, tuple) and isinstance(got, (tuple, list)):
        if len(got) != len(expected):
            yield -1, "shape"
            return
        for i, (one, other) in enumerate(zip(got, expected, strict=True)):
            kind = _difference(one, other, size)
            if kind:
                yield i, kind
        return
    kind = _difference(got, expected, size)
    if kind:
        yield -1, kind


def _difference(got: Any, expected: Any, size: float) -> str:
    """How two values differ: "type", "shape", "nonfinite", "value"; "" if they do not."""
    if agree(got, expected):
        return ""
    try:
        a, b = np.asarray(got), np.asarray(expected)
    except ValueError:  # a list of arrays that do not fit together
        return "shape"
    if not {a.dtype.kind, b.dtype.kind} <= set("biuf"):
        return "type"
    if a.shape != b.shape:
        return "shape"
    if np.isfinite(b).all() and not np.isfinite(a).all():
        return "nonfinite"
    # Not so where neither is finite: nan is larger than nothing.
    return "value" if np.max(np.abs(a - 1.0 * b), initial=0.0) > _ROUNDING * size else ""
