"""Grade functions that are written otherwise, each in an otherwise right submission.

    python tests/unseen/grade.py < jobs.json > answers.json

By the real pipeline, one submission after another behind one wall: only the checks that ask for
the function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from grader.assignment import Assignment, load_assignment
from grader.audit.rounds import AuditWall, Graded, Round, Rounds
from grader.outcomes import Finding, Grade, Outcome
from grader.results import results_document
from grader.sandbox.nursery import Nursery
from grader.submission import Submission, load_submission

ROOT = Path(__file__).resolve().parents[2]
_KNOWN_AS = "known as "


class Job(Struct, frozen=True):
    """A function in other words, with the module's own names at hand."""

    function: str
    text: str
    first: bool = False
    """Whether the first check that fails is enough."""


class Failure(Struct, frozen=True):
    """A check that was not passed, or not without a word."""

    check: str
    names: tuple[str, ...]
    """Names of the variants that it was put down to."""
    leads: tuple[str, ...]
    output: str
    """What the student reads."""


class Answer(Struct, frozen=True):
    """What came of a job."""

    failures: tuple[Failure, ...]
    troubles: tuple[str, ...]


def main() -> None:
    """Read jobs, grade them, write answers."""
    jobs = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Job])
    answers: list[Answer] = []
    with Nursery() as nursery, AuditWall(nursery) as wall:
        assignment = load_assignment(ROOT)

        def serve(grade: Callable[[Round], Graded]) -> None:
            modules = assignment.settings.modules
            right = load_submission(assignment.reference, modules, assignment.given_out)
            functions = {o.name: o.functions for o in grade(Round(right)).outcomes}
            for job in jobs:
                asked = frozenset(n for n, used in functions.items() if job.function in used)
                graded = grade(Round(_with(right, job), asked, stop=job.first))
                answers.append(_answer(assignment, graded))

        rounds = Rounds(wall, assignment, serve)
        rounds.run()
        if rounds.troubles:
            raise SystemExit("; ".join(rounds.troubles))
    sys.stdout.buffer.write(msgspec.json.encode(answers))


def _with(right: Submission, job: Job) -> Submission:
    module = job.function.partition(".")[0]
    return structs.replace(
        right,
        files=tuple(
            structs.replace(file, text=f"{file.text}\n\n{job.text}")
            if file.module == module
            else file
            for file in right.files
        ),
    )


def _answer(assignment: Assignment, graded: Graded) -> Answer:
    failed = [outcome for outcome in graded.outcomes if outcome.findings or outcome.notes]
    return Answer(tuple(_failure(assignment, o) for o in failed), graded.troubles)


def _failure(assignment: Assignment, outcome: Outcome) -> Failure:
    findings = (*outcome.findings, *(note.finding for note in outcome.notes))
    grade = Grade("", assignment.settings.title, (outcome,), Fraction(outcome.points))
    (test,) = results_document(grade).tests
    names = dict.fromkeys(name for finding in findings for name in _known_as(finding))
    return Failure(outcome.name, tuple(names), tuple(f.lead for f in findings), test.output)


def _known_as(finding: Finding) -> list[str]:
    if not finding.staff.startswith(_KNOWN_AS):
        return []
    return finding.staff.removeprefix(_KNOWN_AS).split(", ")


if __name__ == "__main__":
    main()
