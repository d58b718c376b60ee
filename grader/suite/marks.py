"""The marks of a check: its part of the assignment, its points, who sees it, and how much.

Each mark is checked where it is written, so that a slip in a suite fails its collection and
never the grade of a student.
"""

from __future__ import annotations

import inspect
from fractions import Fraction
from typing import Any, get_args

import pytest
from msgspec import Struct

from grader.outcomes import FeedbackLevel, Visibility

PART, POINTS, VISIBILITY, FEEDBACK = (
    "grader_part",
    "grader_points",
    "grader_visibility",
    "grader_feedback",
)
DESCRIPTIONS = (
    f"{PART}(name, number): the part of the assignment that the checks belong to",
    f"{POINTS}(total, parts): the points of a check, split evenly over its cases",
    f"{VISIBILITY}(when): when the student sees the outcome",
    f"{FEEDBACK}(level, expected): how much of a failure the student may read",
)
"""For pytest's list of known marks, one line each."""


class CheckSettings(Struct, frozen=True):
    """What the marks of one check say, after its points were split over its cases.

    `parts` are the declared parts of the points, in the order in which they were written. A
    `part_number` of None is for the assignment to fill in.
    """

    points: Fraction
    parts: dict[str, Fraction] = {}
    visibility: Visibility = "visible"
    feedback: FeedbackLevel = "hint"
    part_name: str = ""
    part_number: int | None = None
    expected: bool = False
    """Whether the smallest example says what is right for it."""


def part(name: str, *, number: int | None = None) -> pytest.MarkDecorator:
    """Say to which part of the assignment the checks of a suite belong."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"part: expected a name, got {name!r}. Write part('Softmax', number=2).")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise TypeError(f"part({name!r}): expected a whole number, got number={number!r}.")
    return pytest.mark.grader_part(name, number)


def points(
    total: float | str | Fraction | None = None, /, **parts: float | str | Fraction
) -> pytest.MarkDecorator:
    """Give a check its points: `points(4)`, or by declared parts `points(value=2, gradient=3)`.

    Raises ValueError or TypeError if these are no points.
    """
    if callable(total):
        raise TypeError("points: expected a number, got a function. Write @points(2).")
    if (total is None) == (not parts):
        raise ValueError(
            "points: expected either one number or named parts. "
            "Write @points(4) or @points(value=2, gradient=3)."
        )
    if total is not None:
        return pytest.mark.grader_points(_fraction("points", total), {})
    named = {name: _fraction(f"points({name}=...)", value) for name, value in parts.items()}
    return pytest.mark.grader_points(sum(named.values(), Fraction()), named)


def visibility(when: Visibility) -> pytest.MarkDecorator:
    """Say when the student sees the outcome of a check."""
    _require_choice("visibility", when, get_args(Visibility))
    return pytest.mark.grader_visibility(when)


def feedback(level: FeedbackLevel, *, expected: bool = False) -> pytest.MarkDecorator:
    """Say how much of a failure the student may read: numbers, the diagnosis, or pass and fail.

    With `expected` the smallest example on which the function fails also says what is right.
    """
    _require_choice("feedback", level, get_args(FeedbackLevel))
    if expected and level != "full":
        raise ValueError(f"feedback({level!r}): expected=True needs 'full'. No example is shown.")
    return pytest.mark.grader_feedback(level, expected)


def settings_of(item: pytest.Item, cases: int = 1) -> CheckSettings:
    """What the marks of `item` say, if its function is run in `cases` parametrized cases.

    Points that stand in a `pytest.param` are split over the cases of that parameter alone.
    Raises ValueError if there are no points.
    """
    if cases < 1:
        raise ValueError(f"{item.name}: expected at least one case, got {cases}.")
    if inspect.iscoroutinefunction(getattr(item, "obj", None)):
        raise ValueError(f"{item.name}: expected a plain function, got `async def`.")
    marked = item.get_closest_marker(POINTS)
    if marked is None:
        raise ValueError(f"{item.name}: expected points, got none. Write @points(2) above it.")
    total, parts = marked.args
    if any(mark is marked for mark in _parameter_marks(item)):
        cases = sum(
            other.get_closest_marker(POINTS) is marked and _function(other) == _function(item)
            for other in {item, *item.session.items}
        )
    name, number = _arguments(item, PART, ("", None))
    level, expected = _arguments(item, FEEDBACK, ("hint", False))
    return CheckSettings(
        points=total / cases,
        parts={key: value / cases for key, value in parts.items()},
        visibility=_arguments(item, VISIBILITY, ("visible",))[0],
        feedback=level,
        part_name=name,
        part_number=number,
        expected=expected,
    )


def _parameter_marks(item: pytest.Item) -> list[pytest.Mark]:
    """The marks that came with the parameters of this case."""
    callspec = getattr(item, "callspec", None)
    return [] if callspec is None else list(callspec.marks)


def _function(item: pytest.Item) -> tuple[object, str]:
    return item.parent, getattr(item, "originalname", item.name)


def _arguments(item: pytest.Item, mark: str, default: tuple[Any, ...]) -> tuple[Any, ...]:
    found = item.get_closest_marker(mark)
    return default if found is None else found.args


def _fraction(where: str, value: Any) -> Fraction:
    """The value as it is written: 0.1 is a tenth, not the float beside it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Fraction)):
        raise TypeError(f"{where}: expected a number, got {type(value).__name__}.")
    try:
        fraction = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{where}: expected a number, got {value!r}.") from None
    if fraction < 0:
        raise ValueError(f"{where}: expected 0 or more points, got {value!r}.")
    return fraction


def _require_choice(where: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        shown = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{where}: expected one of {shown}, got {value!r}.")
