"""Points as they are shown: hundredths, rounded once, that sum to what is said."""

from __future__ import annotations

from fractions import Fraction
from math import floor, lcm
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.outcomes import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.outcomes import Grade

__all__ = ["Scored", "count", "hundredths", "of", "score_checks", "words"]

_HALF = Fraction(1, 2)


class Scored(Struct, frozen=True):
    """An outcome with its points in hundredths, as every page shows them."""

    outcome: Outcome
    score: int
    maximum: int


def hundredths(amounts: Sequence[Fraction]) -> tuple[int, ...]:
    """Round amounts to hundredths whose sum is the rounded sum (largest remainders first).

    >>> hundredths([Fraction(10, 3)] * 3)
    (334, 333, 333)
    """
    # In whole numbers of what divides them all: fractions take ten times as long.
    unit = lcm(*(amount.denominator for amount in amounts))
    exact = [amount.numerator * (unit // amount.denominator) * 100 for amount in amounts]
    rounded = [value // unit for value in exact]
    missing = (2 * sum(exact) + unit) // (2 * unit) - sum(rounded)
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] % unit), i))
    for index in by_remainder[:missing]:
        rounded[index] += 1
    return tuple(rounded)


def score_checks(grade: Grade) -> tuple[Scored, ...]:
    """Every outcome with its points in hundredths; the last stands for the checks that did not run.

    The maxima sum to the assignment's points, whatever happened, because Gradescope may refuse
    a document in which they do not.
    """
    # Results and pages ask in turn for the same.
    if not _last or _last[0][0] is not grade:
        _last[:] = [(grade, _score_all(grade))]
    return _last[0][1]


_last: list[tuple[Grade, tuple[Scored, ...]]] = []


def _score_all(grade: Grade) -> tuple[Scored, ...]:
    outcomes = grade.outcomes
    rest = grade.expected - sum((o.points for o in outcomes), Fraction())
    if rest > 0:
        # Of a run that broke off nobody can say which checks it would still have come to.
        not_asked = grade.only and grade.complete
        last = _not_asked(rest, grade.only) if not_asked else _never_ran(rest)
        outcomes = (*outcomes, last)
    maxima = hundredths([outcome.points for outcome in outcomes])
    return tuple(
        Scored(outcome, _score(outcome, maximum), maximum)
        for outcome, maximum in zip(outcomes, maxima, strict=True)
    )


def _never_ran(points: Fraction) -> Outcome:
    return Outcome(
        name="",
        number="",
        title="Checks that did not run",
        part="Not graded",
        points=points,
        earned=Fraction(),
        status="grader_failed",
    )


def _not_asked(points: Fraction, only: str) -> Outcome:
    return Outcome(
        name="",
        number="",
        title="Checks that were not asked for",
        part="Not run",
        points=points,
        earned=Fraction(),
        status="not_asked",
        findings=(Finding("not_asked", f"Not run: only check {only} was asked for."),),
    )


def _score(outcome: Outcome, maximum: int) -> int:
    """Full marks are shown as the whole maximum, and only full marks are."""
    if outcome.status in {"grader_failed", "not_asked"} or outcome.earned <= 0:
        return 0
    if outcome.earned >= outcome.points:
        return maximum
    return max(0, min(maximum - 1, floor(outcome.earned * 100 + _HALF)))


def words(amount: int) -> str:
    """Hundredths as a person writes them.

    >>> words(400), words(250), words(333)
    ('4', '2.5', '3.33')
    """
    return f"{amount / 100:.2f}".rstrip("0").rstrip(".")


def count(number: int, noun: str) -> str:
    """A number of things.

    >>> count(1, "check"), count(2, "check")
    ('1 check', '2 checks')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def of(score: int, maximum: int) -> str:
    """What was earned of what could be.

    >>> of(250, 400), of(100, 100)
    ('2.5 of 4 points', '1 of 1 point')
    """
    return f"{words(score)} of {words(maximum)} {'point' if maximum == 100 else 'points'}"
