"""What the answers of all rounds say about the suites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, structs

from grader.assignment import Assignment
from grader.audit.subjects import Subject
from grader.audit.work import Answer, CheckResult
from grader.outcomes import Finding

NAMED_SHARE = 0.95
"""Share of the mistakes that must be named."""
CAUGHT_SHARE = 0.98
"""Share of the mutants, without those that do the same as the reference, that must be caught."""
_SLACK_OF_SAMPLES = 0.1
"""Of a few dozen, one or two more than their share may happen to be chosen."""
_PLAIN = frozenset(
    {
        *("missing", "unwritten", "timeout", "not_run", "exit", "crash", "memory", "type"),
        *("mutated", "loops", "no_loops", "calls", "stale", "constant", "impure", "not_raised"),
        *("callback", "callbacks", "dtype"),
    }
)
"""Kinds of findings that say what was done, whatever the values are."""
_NAMELESS = ("not named", "named otherwise")
_UNSEEN = ("the same", "does not import")
"""What comes of mutants by which no suite is tried."""
_ROUNDING = 1e-9

State = Literal["good", "bad", "aside"]


class Row(Struct, frozen=True):
    """What came of one submission: `aside` neither speaks for the suites nor against them."""

    subject: Subject
    state: State
    outcome: str
    """In a few words: caught, named, survived, full marks."""
    remarks: tuple[str, ...] = ()
    caught_by: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    """Checks that see it under some seeds only, beside those that see it under all."""


class CheckRow(Struct, frozen=True):
    """How often a check failed."""

    name: str
    number: str
    title: str
    points: float
    mistakes: int
    mutants: int


class Audit(Struct, frozen=True):
    """The result: what was graded, and what speaks against the suites."""

    title: str
    rows: tuple[Row, ...]
    checks: tuple[CheckRow, ...]
    failures: tuple[str, ...]
    sampled: bool
    seeds: int
    rounds: int
    seconds: float

    def of(self, kind: str) -> tuple[Row, ...]:
        """Rows of one kind of submission."""
        return tuple(row for row in self.rows if row.subject.kind == kind)

    @property
    def survivors(self) -> tuple[Row, ...]:
        """Mutants that no check sees though they do something else than the reference."""
        return tuple(row for row in self.of("mutant") if row.outcome == "survived")

    @property
    def harmless(self) -> tuple[Row, ...]:
        """Survivors of which it is known why they may."""
        return tuple(row for row in self.of("mutant") if row.outcome == "harmless")

    @property
    def nameless(self) -> tuple[Row, ...]:
        """Mistakes that are caught, and named otherwise or not at all."""
        return tuple(row for row in self.of("mistake") if row.outcome in _NAMELESS)


def judge(subject: Subject, answers: Sequence[Answer]) -> Row:
    """What came of one submission under each of its seeds; the first is the usual one."""
    if not answers:
        return Row(subject, "bad", "no check calls it")
    troubles = tuple(dict.fromkeys(t.splitlines()[0] for a in answers for t in a.troubles))
    if troubles:
        return Row(subject, "bad", "the grader failed", troubles)
    return _JUDGES[subject.kind](subject, answers)


def _judge_right(subject: Subject, answers: Sequence[Answer]) -> Row:
    lost = [c for answer in answers for c in answer.checks if c.earned < c.points - _ROUNDING]
    if not lost:
        return Row(subject, "good", "full marks")
    said = (f"{check.name}: {' '.join(f.lead for f in check.findings[:1])}" for check in lost)
    return Row(subject, "bad", "loses points", tuple(dict.fromkeys(said)))


def _judge_template(subject: Subject, answers: Sequence[Answer]) -> Row:
    earned = tuple(c.name for answer in answers for c in answer.checks if c.earned)
    return Row(subject, "bad" if earned else "good", "earns points" if earned else "0", earned)


def _judge_mistake(subject: Subject, answers: Sequence[Answer]) -> Row:
    first, caught = answers[0], _caught(answers[0])
    if not frozenset(caught).intersection(*map(_caught, answers)):
        return Row(subject, "bad", "caught by luck" if caught else "not caught", (), caught)
    if all(c.earned >= c.points - _ROUNDING for c in first.checks):
        return Row(subject, "bad", "accepted", _said(first), caught)
    row = _judge_name(subject, first, caught)
    varying = _varying(answers)
    return structs.replace(row, varying=varying)


def _judge_name(subject: Subject, answer: Answer, caught: tuple[str, ...]) -> Row:
    """Whether one of the findings says what the mistake is."""
    findings = [finding for check in answer.checks for finding in check.findings]
    known = [finding for finding in findings if finding.kind == "mistake"]
    if any(_names(finding, subject) for finding in known):
        return Row(subject, "good", "named", (), caught)
    if known:
        return Row(subject, "aside", "named otherwise", _said(answer), caught)
    # A cascade leaves it to the check of the function that is the cause.
    own = [c for c in answer.checks if all(f.kind != "cascade" for f in c.findings)]
    if all(finding.kind in _PLAIN for check in own for finding in check.findings):
        return Row(subject, "good", "said", _said(answer), caught)
    return Row(subject, "aside", "not named", _said(answer), caught)


def _judge_convention(subject: Subject, answers: Sequence[Answer]) -> Row:
    lost = [
        check
        for answer in answers
        for check in answer.checks
        if check.earned < subject.credit * check.points - _ROUNDING
    ]
    if lost:
        said = (f"{check.name}: {' '.join(f.lead for f in check.findings[:1])}" for check in lost)
        return Row(subject, "bad", "loses points", tuple(dict.fromkeys(said)))
    if not _caught(answers[0]):
        return Row(subject, "aside", "not noticed")
    return Row(subject, "good", "earns its credit", (), _caught(answers[0]))


def _judge_mutant(subject: Subject, answers: Sequence[Answer]) -> Row:
    (answer,) = answers
    caught = _caught(answer)
    found = [finding.kind for check in answer.checks for finding in check.findings]
    if found and all(kind == "import" for kind in found):
        return Row(subject, "aside", "does not import")
    if caught:
        return Row(subject, "good", "caught", (), caught)
    if answer.compared is not None and answer.compared.same:
        reason = f"does the same on {answer.compared.calls} calls"
        return Row(subject, "aside", "the same", (reason,))
    differs = answer.compared.difference if answer.compared else ""
    if subject.known:
        return Row(subject, "aside", "harmless", (f"differs: {differs}",))
    return Row(subject, "bad", "survived", (f"differs: {differs}",))


_JUDGES = {
    "reference": _judge_right,
    "right": _judge_right,
    "template": _judge_template,
    "mistake": _judge_mistake,
    "convention": _judge_convention,
    "mutant": _judge_mutant,
}


def _names(finding: Finding, subject: Subject) -> bool:
    """Whether a finding names this mistake, or one that says the same."""
    known = re.split(r", | or ", finding.staff.removeprefix("known as "))
    return subject.name in known or subject.says in " ".join((finding.lead, *finding.evidence))


def _caught(answer: Answer) -> tuple[str, ...]:
    return tuple(check.name for check in answer.checks if check.failed)


def _varying(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Checks that fail under one seed and pass under another, though some other check fails."""
    first, *others = (set(_caught(answer)) for answer in answers)
    return tuple(sorted({name for other in others for name in first ^ other}))


def _said(answer: Answer) -> tuple[str, ...]:
    findings = (check.findings[0] for check in answer.checks if check.findings)
    said = (f"{f.lead} ({f.staff})" if f.kind == "mistake" else f.lead for f in findings)
    return tuple(dict.fromkeys(said))[:3]


def check_rows(rows: Sequence[Row], checks: Sequence[CheckResult]) -> tuple[CheckRow, ...]:
    """For each check how many mistakes and mutants it caught."""

    def caught(kind: str, name: str) -> int:
        return sum(row.subject.kind == kind and name in row.caught_by for row in rows)

    return tuple(
        CheckRow(
            name=check.name,
            number=check.number,
            title=check.title,
            points=check.points,
            mistakes=caught("mistake", check.name),
            mutants=caught("mutant", check.name),
        )
        for check in checks
    )


def points_failures(assignment: Assignment, checks: Sequence[CheckResult]) -> Iterator[str]:
    """Parts whose checks do not give out the points that assignment.toml says."""
    for part, suite in zip(assignment.settings.parts, assignment.suites, strict=True):
        given = sum(c.points for c in checks if c.name.partition("::")[0] == suite.stem)
        if abs(given - part.points) > _ROUNDING:
            yield f"{part.name}: expected {part.points:g} points in its checks, got {given:g}."


def failures_of(rows: Sequence[Row], checks: Sequence[CheckRow], *, sampled: bool) -> Iterator[str]:
    """What speaks against the suites, each in a line."""
    for row in rows:
        if row.state == "bad" and row.subject.kind != "mutant":
            told = f"{row.subject.kind} {_where(row.subject)}: {row.outcome}."
            yield f"{told} {_short(row.remarks)}".rstrip()
    yield from _unexplained(rows)
    if not sampled:
        yield from _no_longer_harmless(rows)
    slack = _SLACK_OF_SAMPLES if sampled else 0.0
    different = [row for row in rows if row.outcome not in _UNSEEN]
    yield from _share(rows, "mistake", ("named", "said"), NAMED_SHARE - slack)
    yield from _share(different, "mutant", ("caught",), CAUGHT_SHARE - slack)
    if not sampled and any(row.subject.kind == "mistake" for row in rows):
        for check in checks:
            if not check.mistakes:
                yield f"check {check.number} {check.name} never fails: it catches no known mistake."


def _unexplained(rows: Sequence[Row]) -> Iterator[str]:
    """What has no name and no reason for it, and reasons that hold no more."""
    for row in rows:
        told, known = f"{row.subject.kind} {_where(row.subject)}", row.subject.known
        if row.outcome in _NAMELESS and not known:
            yield f"{told}: {row.outcome}, and no reason is given. {_short(row.remarks)}".rstrip()
        elif row.outcome in {"named", "said"} and known:
            yield f"{told}: {row.outcome}, though a reason is given why not: {known}"


def _no_longer_harmless(rows: Sequence[Row]) -> Iterator[str]:
    """Changes that may survive, and do not; the same may be made in several places."""
    alive = {_change(row) for row in rows if row.outcome == "harmless"}
    for row in rows:
        if row.subject.mutant and row.subject.known and _change(row) not in alive:
            alive.add(_change(row))
            change = f"{row.subject.function}: {row.subject.says}"
            yield f"mutant {change}: {row.outcome}, though it is said to be harmless."


def _change(row: Row) -> tuple[str, str]:
    """A small change as reasons name it."""
    return row.subject.function, row.subject.says


def _share(
    rows: Sequence[Row], kind: str, outcomes: tuple[str, ...], least: float
) -> Iterator[str]:
    came_to = [row.outcome in outcomes for row in rows if row.subject.kind == kind]
    share = sum(came_to) / len(came_to) if came_to else 1.0
    if share < least:
        yield f"{kind}s: {share:.1%} are {' or '.join(outcomes)}, expected {least:.0%} at least."


def _where(subject: Subject) -> str:
    return f"{subject.function} {subject.name}".strip()


def _short(remarks: Sequence[str]) -> str:
    more = f" (and {len(remarks) - 2} more)" if len(remarks) > 2 else ""
    return "; ".join(remarks[:2]) + more
