"""What is known of a check before anybody is graded: what it asks, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from grader.group import Group
from grader.outcomes import FeedbackLevel, LeaderboardEntry, Outcome, Visibility
from grader.rules import Judge, Told

Seen = Mapping[str, Any]
"""By check how a submission has answered what it asks (ahead.Put); None where not all is right."""

_DETAIL: Mapping[FeedbackLevel, int] = {"result": 0, "hint": 1, "full": 2}
_LATER = frozenset({"after_due_date", "after_published"})
_TIMES: Mapping[Visibility, frozenset[str]] = {
    "visible": frozenset({"visible"}) | _LATER,
    "after_due_date": frozenset({"after_due_date"}),
    "after_published": frozenset({"after_published"}),
    "hidden": frozenset(),
}
"""When a result is shown: grades may be published before the last extension is over, or after."""


class Scripted(Struct, frozen=True):
    """What a check asks and a right submission answers, and the outcome of that."""

    script: Any
    outcome: Outcome
    rules: Sequence[Judge | None]
    """By what each answer is judged; None where it must be the same, bit for bit."""
    sees: bool
    """Whether the check's own code must see the answers, where they are not."""

    def is_right(self, number: int, told: Sequence[Told]) -> bool:
        """Whether the last of these answers, to the step of that number, is right."""
        rule = self.rules[number]
        return told[-1].is_same if rule is None else rule.holds(told)


class Rehearsal(Struct, frozen=True):
    """What is made once for many submissions under one seed."""

    scripts: Mapping[str, Scripted] = {}
    """By the names of the checks, in their order."""
    is_whole: bool = False
    """Whether there is one for every check of the assignment."""
    versions: Any = None
    """The reference's functions with their variants, where they are made already."""
    seen: Callable[[], Seen] | None = None
    """Waits for what was put to this submission ahead, if anything was."""
    others: Mapping[str, Sequence[Scripted]] = {}
    """By check what others have answered that passed, but not by the script."""
    learns: bool = False
    """Whether what this submission passes otherwise is recorded, for others after it."""


class AllRight:
    """What is known of a submission that has answered every script as it should."""

    troubles: Sequence[str] = ()
    leaderboard: Sequence[LeaderboardEntry] = ()

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = outcomes

    @property
    def checks(self) -> tuple[int, int]:
        """How many checks are still to come, and how many there are."""
        return 0, len(self.outcomes)


def group_of(feedback: FeedbackLevel, visibility: Visibility) -> Group:
    """By what a check shows, which others may be run before it in its worker."""
    return Group(_DETAIL[feedback], _TIMES[visibility])
