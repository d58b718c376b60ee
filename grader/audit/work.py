"""What a process of the audit does: grade what it is handed, one after another."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from multiprocessing import connection
from pathlib import Path

from msgspec import Struct

from grader.assignment import Assignment, load_assignment
from grader.audit.equivalence import Compared, compare_changed
from grader.audit.leaks import expected_numbers, leaked, public_numbers
from grader.audit.pool import AuditFailed
from grader.audit.rounds import AuditWall, Graded, Round, Rounds
from grader.outcomes import Finding, Outcome
from grader.sandbox.nursery import Nursery
from grader.submission import load_submission


class Job(Struct, frozen=True):
    """A round to grade, and what else is wanted of it."""

    round: Round
    changed: tuple[str, str] | None = None
    """Module and text of a change that is to be compared with the reference if it is not caught."""
    scan: bool = False
    """Whether to look for expected values in what the student reads."""


class CheckResult(Struct, frozen=True):
    """What an audit needs to know of an outcome."""

    name: str
    number: str
    title: str
    points: float
    earned: float
    failed: bool
    """Whether anything was found: an accepted convention was found, too."""
    findings: tuple[Finding, ...]
    """Of notes as well."""
    functions: tuple[str, ...]


class Answer(Struct, frozen=True):
    """What came of a job."""

    checks: tuple[CheckResult, ...]
    troubles: tuple[str, ...]
    seconds: float
    compared: Compared | None = None
    leaks: tuple[str, ...] = ()


def work(line: connection.Connection) -> None:
    """Start the wall, then read the assignment that is named, then grade until the line closes."""
    with Nursery() as nursery, AuditWall(nursery) as wall:
        folder: Path = line.recv()
        assignment = load_assignment(folder)
        rounds = Rounds(wall, assignment, lambda grade: _serve(line, assignment, grade))
        rounds.run()
        if rounds.troubles:
            raise AuditFailed("; ".join(rounds.troubles))


def _serve(
    line: connection.Connection, assignment: Assignment, grade: Callable[[Round], Graded]
) -> None:
    modules = assignment.settings.modules
    submission = load_submission(assignment.reference, modules, assignment.given_out)
    began = time.monotonic()
    right = grade(Round(submission))
    line.send(_answer(right, began))
    reference = importlib.import_module(assignment.settings.reference)
    expected = expected_numbers(right.histories)
    public = public_numbers(assignment)
    while True:
        try:
            job: Job = line.recv()
        except EOFError:
            return
        began = time.monotonic()
        graded = grade(job.round)
        compared = None
        if job.changed is not None and not any(map(_failed, graded.outcomes)):
            asked = job.round.checks or right.histories.keys()
            histories = {name: h for name, h in right.histories.items() if name in asked}
            compared = compare_changed(reference, *job.changed, histories)
        leaks = _leaks(graded, expected, public) if job.scan else ()
        line.send(_answer(graded, began, compared, leaks))


def _answer(
    graded: Graded, began: float, compared: Compared | None = None, leaks: tuple[str, ...] = ()
) -> Answer:
    return Answer(
        checks=tuple(map(_result, graded.outcomes)),
        troubles=graded.troubles,
        seconds=time.monotonic() - began,
        compared=compared,
        leaks=leaks,
    )


def _result(outcome: Outcome) -> CheckResult:
    return CheckResult(
        name=outcome.name,
        number=outcome.number,
        title=outcome.title,
        points=float(outcome.points),
        earned=float(outcome.earned),
        failed=_failed(outcome),
        findings=(*outcome.findings, *(note.finding for note in outcome.notes)),
        functions=outcome.functions,
    )


def _failed(outcome: Outcome) -> bool:
    return bool(outcome.findings or outcome.notes)


def _leaks(
    graded: Graded, expected: Mapping[str, frozenset[float]], public: frozenset[str]
) -> tuple[str, ...]:
    return tuple(
        f"{outcome.name}: {number}"
        for outcome in graded.outcomes
        if outcome.findings or outcome.notes or outcome.charts
        for number in leaked(outcome, expected.get(outcome.name, frozenset()), public)
    )
