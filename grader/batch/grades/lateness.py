"""What a score becomes by lateness, an extension, or a word of the staff's: a line for each.

Lateness is the time from the due date to `created_at`, which the platform noted. The clock of the
machine that grades plays no part, so a class graded again comes out alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from msgspec import Struct

from grader.assignment import Late
from grader.batch.intake.times import read_time
from grader.points import count, words

__all__ = ["Adjusted", "Adjustment", "Given", "adjust"]

_DAY = timedelta(days=1)
_HALF = Fraction(1, 2)


class Given(Struct, frozen=True):
    """What the staff granted one student."""

    extra_days: Fraction | None = None
    due: datetime | None = None
    score: int | None = None
    """Hundredths of a point, in place of whatever was earned."""
    reason: str = ""
    """For the extension."""
    score_reason: str = ""


class Adjustment(Struct, frozen=True):
    """One line between what was graded and what counts."""

    kind: Literal["extension", "late", "override"]
    words: str
    hundredths: int = 0


class Adjusted(Struct, frozen=True):
    """A score before and after; the lines sum to the difference. None where nothing is known."""

    before: int | None
    lines: tuple[Adjustment, ...]
    after: int | None
    notes: tuple[str, ...] = ()


def adjust(
    score: int | None, maximum: int, created_at: str, late: Late | None, given: Given | None
) -> Adjusted:
    """Apply the policy and what was granted, in this order; points are in hundredths.

    A score that the staff set is final: lateness takes nothing from it.
    """
    given = given or Given()
    lines: list[Adjustment] = []
    notes: list[str] = []
    due = _due(late, given)
    if given.extra_days is not None or given.due is not None:
        lines.append(_extension(given, due))
    after = score
    if late is not None and due is not None:
        created = read_time(created_at)
        if created is None:
            notes.append("no time of handing in is known: no lateness was counted")
        elif score is not None and (line := _lateness(created, due, late, score, maximum)):
            lines.append(line)
            after = score + line.hundredths
    if given.score is not None:
        said = f"score set to {words(given.score)} by the staff{_because(given.score_reason)}"
        lines.append(Adjustment("override", said, given.score - (after or 0)))
        after = given.score
    return Adjusted(score, tuple(lines), after, tuple(notes))


def _due(late: Late | None, given: Given) -> datetime | None:
    """When the student's work is due, if anything is."""
    if late is None:
        return None
    if given.due is not None:
        return given.due
    try:
        return late.due + _days(given.extra_days or Fraction())
    except OverflowError:  # beyond the year 9999 nothing is late
        return datetime.max.replace(tzinfo=late.due.tzinfo)


def _days(number: Fraction) -> timedelta:
    return timedelta(seconds=float(number * 86_400))


def _extension(given: Given, due: datetime | None) -> Adjustment:
    if given.extra_days is not None:
        number = f"{float(given.extra_days):g} {'day' if given.extra_days == 1 else 'days'}"
        said = f"extension of {number}"
    else:
        said = "extension"
    if due is None:
        return Adjustment(
            "extension", f"{said}{_because(given.reason)}; the assignment has no due date"
        )
    return Adjustment("extension", f"{said} to {due:%Y-%m-%d %H:%M %z}{_because(given.reason)}")


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _lateness(
    created: datetime, due: datetime, late: Late, score: int, maximum: int
) -> Adjustment | None:
    """The line of a submission that came after the due date and its grace."""
    over = created - due - timedelta(minutes=late.grace_minutes)
    if over <= timedelta():
        return None
    days = ceil(over / _DAY)
    how_late = f"{count(days, 'day')} late"
    if late.max_days is not None and days > late.max_days:
        said = f"{how_late}, more than {late.max_days}: nothing counts"
        return Adjustment("late", said, -score)
    free = min(days, late.free_days)
    charged = days - free
    if free:
        how_late += f", {free} free"
    if not charged:
        return Adjustment("late", how_late)
    per_day, most = Fraction(str(late.penalty_per_day)), Fraction(str(late.max_penalty))
    share = min(charged * per_day, most)
    capped = ", the most that lateness costs" if charged * per_day > most else ""
    base = maximum if late.of == "total" else score
    taken = min(score, floor(share * base + _HALF))
    of_what = f"{float(share * 100):g}% of the {late.of}{capped}"
    return Adjustment("late", f"{how_late}: {words(taken)} less ({of_what})", -taken)
