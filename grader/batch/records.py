"""What a batch knows of a class: who handed in what, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from grader.outcomes import FeedbackLevel, Grade, Status, Visibility
from grader.points import Scored, hundredths, score_checks
from grader.results import as_json, write_whole

BATCH = "batch.json"
"""Beside the submissions' folders: what the batch that ended last has graded."""
RECORD = "record.json"
"""Beside a submission's results.json and report.html; written last, so it stands for all three."""


class Submitter(Struct, frozen=True):
    """One of those who handed a submission in; an identity stays text, whatever it looks like."""

    name: str
    sid: str = ""
    email: str = ""


class Entry(Struct, frozen=True):
    """One submission of a class.

    `name` is unique and fit to be a folder's name; `path` is what `grader grade` would be given;
    `created_at` is ISO 8601 in UTC, or empty where nobody knows.
    """

    name: str
    path: str
    submitters: tuple[Submitter, ...] = ()
    created_at: str = ""


class Refused(Struct, frozen=True):
    """A submission that cannot be graded, and why: its submitters have a row all the same."""

    entry: Entry
    why: str


class Export(Struct, frozen=True):
    """What was found to grade, and what could not be read.

    Each of the refused is named in the troubles too; its path may lead nowhere. `folder` is where
    the submissions lie.
    """

    entries: tuple[Entry, ...]
    troubles: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    folder: Path = Path()


class Misconception(Struct, frozen=True, array_like=True):
    """Something known that a check found: a mistake or a convention, of which function."""

    kind: str
    """Of the finding: "mistake", "convention", "cascade", "timeout", "missing", …"""
    function: str
    lead: str
    """The sentence that the student reads; alike for all who did the same."""


class Checked(Struct, frozen=True, array_like=True):
    """One check of one submission. Points are in hundredths, as shown on the pages."""

    name: str
    number: str
    title: str
    part: str
    points: int
    earned: int
    status: Status
    visibility: Visibility
    found: tuple[Misconception, ...] = ()
    seconds: float = 0.0
    feedback: FeedbackLevel = "hint"
    """How much of what was found its author lets students read."""


class Record(Struct, frozen=True):
    """What came of one submission.

    `key` is the hash of all that the result depends on: submission, assignment, engine, seed and
    settings. A submission that could not be graded has the status "failed", a `trouble` that says
    why, and no checks.
    """

    name: str
    key: str
    status: Literal["graded", "failed"]
    score: int = 0
    """Hundredths of a point."""
    maximum: int = 0
    """Hundredths of a point that the assignment gives out."""
    ungraded: int = 0
    """Hundredths of a point that are left for the staff to give."""
    checks: tuple[Checked, ...] = ()
    notices: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    """What failed in the grader itself, for the staff."""
    isolation: str = ""
    seed: int | None = None
    seconds: float = 0.0
    trouble: str = ""


def record_of(grade: Grade, name: str, key: str) -> Record:
    """What a batch keeps of a grade."""
    scored = score_checks(grade)
    return Record(
        name=name,
        key=key,
        status="graded",
        score=sum(check.score for check in scored),
        maximum=sum(check.maximum for check in scored),
        ungraded=hundredths([grade.ungraded])[0],
        checks=tuple(map(_checked, scored)),
        notices=grade.notices,
        troubles=grade.troubles,
        isolation=grade.isolation,
        seed=grade.seed,
        seconds=round(grade.seconds, 3),
    )


def read_record(folder: Path) -> Record | None:
    """The record in a submission's folder; None where there is none, or none of this version."""
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def write_record(record: Record, folder: Path) -> None:
    """Write the record in one step: it stands for all that was written before."""
    write_whole(folder / RECORD, as_json(record))


def _checked(check: Scored) -> Checked:
    outcome = check.outcome
    findings = (*outcome.findings, *(note.finding for note in outcome.notes))
    return Checked(
        name=outcome.name,
        number=outcome.number,
        title=outcome.title,
        part=outcome.part,
        points=check.maximum,
        earned=check.score,
        status=outcome.status,
        visibility=outcome.visibility,
        found=tuple(Misconception(f.kind, f.function, f.lead) for f in findings),
        seconds=round(outcome.seconds, 4),
        feedback=outcome.feedback,
    )
