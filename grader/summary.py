"""What a reader is told first: how much, what works, and what to look at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from grader.outcomes import Outcome, student_outcome
from grader.points import Scored, score_checks, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.outcomes import Grade

__all__ = ["PartSummary", "Step", "Summary", "readable_checks", "summarize", "why_not_graded"]

_NOT_GRADED = (
    "The grader failed, not your code. This check is not scored; please tell the course staff."
)
# More than this is a list of everything, not advice on where to begin.
_STEPS = 3


class PartSummary(Struct, frozen=True):
    """One part of the assignment; points in hundredths, of the graded checks only."""

    name: str
    number: str
    score: int
    maximum: int
    passed: int
    checks: int
    ungraded: int
    """Hundredths that the grader failed to grade."""


class Step(Struct, frozen=True):
    """One thing to look at: the checks that fail for one reason, and what they cost."""

    outcomes: tuple[Outcome, ...]
    lead: str
    question: str
    lost: int


class Summary(Struct, frozen=True):
    """The whole at a glance, of the checks that its reader may see; points in hundredths."""

    score: int
    maximum: int
    ungraded: int
    passed: int
    checks: int
    parts: tuple[PartSummary, ...]
    steps: tuple[Step, ...]
    unseen: str
    """A sentence about the checks that are left out here, or empty."""
    not_asked: str
    """A sentence about the checks that were not asked for, or empty."""

    @property
    def whole(self) -> tuple[PartSummary, ...]:
        """The parts in which every check passed."""
        return tuple(p for p in self.parts if p.checks and p.passed == p.checks and not p.ungraded)


def readable_checks(grade: Grade, *, staff: bool) -> tuple[Scored, ...]:
    """The checks that this reader may see, each as far as its feedback level allows."""
    scored = tuple(s for s in score_checks(grade) if s.outcome.status != "not_asked")
    if staff:
        return scored
    return tuple(
        Scored(student_outcome(s.outcome), s.score, s.maximum)
        for s in scored
        if s.outcome.visibility == "visible"
    )


def summarize(grade: Grade, *, staff: bool) -> Summary:
    """Sum up a grade for the student, or for the staff who may see every check."""
    checks = readable_checks(grade, staff=staff)
    parts: dict[str, list[Scored]] = {}
    for check in checks:
        parts.setdefault(check.outcome.part, []).append(check)
    graded = [check for check in checks if check.outcome.status != "grader_failed"]
    return Summary(
        score=sum(check.score for check in graded),
        maximum=sum(check.maximum for check in graded),
        ungraded=sum(c.maximum for c in checks) - sum(c.maximum for c in graded),
        passed=sum(check.outcome.status == "passed" for check in graded),
        checks=len(graded),
        parts=tuple(_sum_part(name, members) for name, members in parts.items()),
        steps=_next_steps(graded),
        unseen="" if staff else _unseen(grade),
        not_asked=_not_asked(grade),
    )


def why_not_graded(outcome: Outcome) -> str:
    """What to say of a check that the grader failed to grade."""
    if outcome.findings and outcome.feedback != "result":
        return outcome.findings[0].lead
    return _NOT_GRADED


def _sum_part(name: str, members: list[Scored]) -> PartSummary:
    graded = [member for member in members if member.outcome.status != "grader_failed"]
    return PartSummary(
        name=name,
        number=members[0].outcome.number.partition(".")[0],
        score=sum(member.score for member in graded),
        maximum=sum(member.maximum for member in graded),
        passed=sum(member.outcome.status == "passed" for member in graded),
        checks=len(graded),
        ungraded=sum(m.maximum for m in members) - sum(m.maximum for m in graded),
    )


def _next_steps(checks: Iterable[Scored]) -> tuple[Step, ...]:
    """Group the failures by what is said about them, the most expensive first."""
    groups: dict[str, list[Scored]] = {}
    for check in checks:
        if check.outcome.status == "failed":
            findings = check.outcome.findings
            # Checks that say no more than that they failed have no reason in common.
            known = bool(findings) and check.outcome.feedback != "result"
            reason = findings[0].lead if known else f"\0{check.outcome.name}"
            groups.setdefault(reason, []).append(check)
    steps = [
        Step(
            outcomes=tuple(check.outcome for check in group),
            lead=next((f.lead for f in group[0].outcome.findings), "This check did not pass."),
            question=next((f.question for f in group[0].outcome.findings), ""),
            lost=sum(check.maximum - check.score for check in group),
        )
        for group in groups.values()
    ]
    return tuple(sorted(steps, key=lambda step: -step.lost)[:_STEPS])


def _unseen(grade: Grade) -> str:
    """What a student may know of the checks that are not shown: only whether they will be."""
    unseen = {o.visibility for o in grade.outcomes if o.visibility != "visible"}
    if not unseen:
        return ""
    if unseen == {"hidden"}:
        return "More checks are graded that are not shown here; they count as well."
    return "More checks are graded that are shown later; they count as well."


def _not_asked(grade: Grade) -> str:
    """What a run of one check left out, and why."""
    points = sum(s.maximum for s in score_checks(grade) if s.outcome.status == "not_asked")
    if not points:
        return ""
    others = f"The others have {words(points)} points."
    return f"Not run: only check {grade.only} was asked for. {others}"
