"""A class, from an export to a record for each submission; run again, it goes on."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from msgspec import Struct, structs

from grader.assignment import Assignment, Settings, load_assignment
from grader.batch.crew import Crew, failed
from grader.batch.grades.adjustments import (
    Adjustments,
    find_adjustments,
    read_adjustments,
    unread_adjustments,
)
from grader.batch.grades.regrade import read_records
from grader.batch.intake.export import read_export
from grader.batch.likeness.prints import take_prints
from grader.batch.likeness.similar import Pair, similar_pairs
from grader.batch.orders import Order
from grader.batch.records import Entry, Export, Record, read_record
from grader.keys import Unreadable, context_of, key_of
from grader.place import REPORT, RESULTS, STAFF_REPORT
from grader.sandbox import self_test

_LOCK, _WORK = ".lock", ".work"


class OutRefused(Exception):
    """The results cannot go there; the message says why."""


class Options(Struct, frozen=True):
    """How a class is to be graded."""

    export: Path
    assignment: Path
    out: Path
    jobs: int = 1
    seed: int | None = None
    require_isolation: self_test.Level | None = None
    cluster: str = ""
    """Address of a dask scheduler; empty for lanes on this machine."""
    adjustments: Path | None = None
    """Extensions and scores set by hand; None for adjustments.csv beside the export, if any."""
    against: Path | None = None
    """Results of an earlier batch, to say what has changed."""
    anonymous: bool = False
    staff_pages: bool = False
    """Whether each submission gets a page that shows everything, for the staff."""


class Progress(Protocol):
    """Who is told how far a batch is."""

    def begin(self, total: int, reused: int) -> None:
        """Tell how many submissions there are, and how many of them are graded already."""

    def graded(self, record: Record) -> None:
        """Tell of one more that is done."""


class Graders(Protocol):
    """Whoever grades: lanes on this machine, or a cluster."""

    def grade(self, orders: Iterable[Order]) -> Iterator[Record]:
        """Grade all, in any order of their ends, and leave each in its folder."""


class Batch(Struct, frozen=True):
    """What came of a class: a record for each entry, in the order of the entries."""

    settings: Settings
    entries: tuple[Entry, ...]
    records: tuple[Record, ...]
    adjustments: Adjustments
    pairs: tuple[Pair, ...]
    """Submissions that look alike."""
    uncompared: Mapping[str, str]
    """Why a submission, by its name, could not be compared with others."""
    before: Mapping[str, Record] | None
    """Records of an earlier batch to compare with, by submission, if there is one."""
    troubles: tuple[str, ...]
    """What could not be read of the export and of what lies beside it, for the staff."""
    graded: int
    """How many were graded now, with or without success."""
    reused: int
    """How many had been graded before."""
    seconds: float

    @property
    def failed(self) -> tuple[Record, ...]:
        """Submissions that could not be graded, or not wholly."""
        return tuple(r for r in self.records if r.status == "failed" or r.troubles)


def grade_class(options: Options, progress: Progress) -> Batch:
    """Grade every submission whose result is not there yet.

    Raises ExportError, AdjustmentsError, AgainstError, AssignmentError, OutRefused or CrewFailed;
    what was graded before stays.
    """
    began = time.monotonic()
    assignment = load_assignment(options.assignment)
    _require_apart(options)
    with _alone_in(options.out) as work:
        export = read_export(options.export, work, assignment.settings.modules)
        entries = (*export.entries, *(each.entry for each in export.refused))
        adjustments = _adjustments(options, assignment, entries, export.folder)
        before, unread = (None, ()) if options.against is None else read_records(options.against)
        found, wanted = _split(options, assignment, export)
        reused = len(found) - sum(record.status == "failed" for record in found.values())
        engaged = _engage(assignment, options, len(wanted)) if wanted else nullcontext()
        with engaged as graders:
            progress.begin(reused + len(wanted), reused)
            if graders is not None:
                for record in graders.grade(wanted):
                    found[record.name] = record
                    progress.graded(record)
        prints = take_prints(export.entries, assignment, jobs=options.jobs)
        refused = [failed(_order(options, r.entry, None), r.why) for r in export.refused]
    return Batch(
        settings=assignment.settings,
        entries=entries,
        records=(*(found[entry.name] for entry in export.entries), *refused),
        adjustments=adjustments,
        pairs=similar_pairs(prints.marks, prints.template),
        uncompared=prints.troubles,
        before=before,
        troubles=(*export.troubles, *adjustments.notices, *unread),
        graded=len(wanted),
        reused=reused,
        seconds=time.monotonic() - began,
    )


def _adjustments(
    options: Options, assignment: Assignment, entries: Sequence[Entry], folder: Path
) -> Adjustments:
    path = options.adjustments or find_adjustments(options.export, folder)
    if path is None:
        return Adjustments(notices=unread_adjustments(options.export, folder))
    return read_adjustments(path, entries, assignment.settings.late)


def _engage(
    assignment: Assignment, options: Options, submissions: int
) -> AbstractContextManager[Graders]:
    """Who grades: a cluster, if one is named, or lanes on this machine."""
    if options.cluster:
        from grader.batch.cluster.client import Cluster

        return Cluster(
            options.cluster,
            assignment,
            options.require_isolation,
            staff_pages=options.staff_pages,
        )
    limit_s = assignment.settings.limits.submission_s
    return Crew(
        options.assignment,
        min(options.jobs, submissions),
        limit_s,
        options.require_isolation,
        staff_pages=options.staff_pages,
    )


def _split(
    options: Options, assignment: Assignment, export: Export
) -> tuple[dict[str, Record], list[Order]]:
    """Results that are there and still hold, or will never be; and what is to be graded."""
    context = context_of(assignment, options.require_isolation)
    found: dict[str, Record] = {}
    wanted: list[Order] = []
    for entry in export.entries:
        seed = options.seed
        if seed is None:
            seed = assignment.seed_of([who.email for who in entry.submitters])
        order = _order(options, entry, seed)
        try:
            key = key_of(context, Path(entry.path), seed)
        except Unreadable as error:
            found[entry.name] = failed(order, f"it cannot be read: {error}")
            continue
        order = structs.replace(order, key=key)
        record = read_record(order.folder)
        if record is not None and _holds(record, order, options):
            found[entry.name] = record
        else:
            wanted.append(order)
    return found, wanted


def _order(options: Options, entry: Entry, seed: int | None) -> Order:
    path, out = (p.resolve() for p in (Path(entry.path), options.out / entry.name))
    return Order(entry.name, os.fsencode(path), os.fsencode(out), "", seed)


def _holds(record: Record, order: Order, options: Options) -> bool:
    """Whether a submission was graded, by all that counts now, and all that is wanted is there.

    What failed in the grader itself may do better now.
    """
    if (record.name, record.key, record.status) != (order.name, order.key, "graded"):
        return False
    files = [RESULTS, REPORT, *([STAFF_REPORT] if options.staff_pages else [])]
    is_whole = not record.troubles and not record.ungraded
    return is_whole and all((order.folder / name).is_file() for name in files)


def _require_apart(options: Options) -> None:
    """Neither folder may lie in the other: results would be graded, or submissions written to."""
    out, export = options.out.resolve(), options.export.resolve()
    if out == export or out.is_relative_to(export) or export.is_relative_to(out):
        raise OutRefused(
            f"{options.out}: expected a folder apart from the submissions, got one inside "
            f"{options.export}, or around it. Name another with --out."
        )


@contextmanager
def _alone_in(out: Path) -> Iterator[Path]:
    """Keep a second batch from writing to the same folder; a folder in it to work in."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise OutRefused(f"{out}: expected a folder for the results, got a link or a file.")
    out.mkdir(parents=True, exist_ok=True)
    with (out / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutRefused(
                f"{out}: another batch is writing there. Wait for its end, or name another folder."
            ) from None
        # A run that was killed leaves what it was writing, and what it had unpacked.
        for left in out.glob("*/.*.json.*"):
            left.unlink(missing_ok=True)
        work = out / _WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
