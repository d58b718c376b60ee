"""What a batch leaves beside the submissions' folders: batch.json, and what people open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from grader import __version__
from grader.batch.grades.changes import CHANGES_HTML, remove_changes, spoken, write_changes
from grader.batch.grades.gradebook import Row, build_rows, write_gradebook
from grader.batch.grades.regrade import compare
from grader.batch.likeness.similar import Pair
from grader.batch.page.render import render_class_page
from grader.batch.records import BATCH, Entry, Record
from grader.batch.run import Batch, Options
from grader.results import as_json, write_whole

GRADEBOOK, PAGE = "grades.csv", "class.html"


class Written(Struct, frozen=True):
    """Where the files are, and what is to be said about them."""

    gradebook: Path
    page: Path
    changes: tuple[str, ...] = ()
    """What changed against an earlier batch, in lines."""
    troubles: tuple[str, ...] = ()
    changes_page: Path | None = None


class _Summary(Struct):
    """The content of batch.json; the checks are in each submission's record."""

    title: str
    grader: str
    entries: tuple[Entry, ...]
    records: tuple[Record, ...]
    pairs: tuple[Pair, ...]
    troubles: tuple[str, ...]


def write_class(batch: Batch, options: Options) -> Written:
    """Write the files of a class, each in one step."""
    out, title = options.out, batch.settings.title
    records = {record.name: record for record in batch.records}
    rows = build_rows(batch.entries, records, batch.settings.late, batch.adjustments)
    parts = [part.name for part in batch.settings.parts]
    troubles = write_gradebook(out / GRADEBOOK, rows, parts)
    page = render_class_page(
        title,
        batch.entries,
        batch.records,
        batch.pairs,
        anonymous=options.anonymous,
        final=_final(rows),
        uncompared=batch.uncompared,
        troubles=(*batch.troubles, *troubles),
    )
    write_whole(out / PAGE, page.encode())
    _write_summary(batch, out / BATCH)
    if batch.before is None:
        remove_changes(out)
        return Written(out / GRADEBOOK, out / PAGE, troubles=troubles)
    found = compare(batch.before, records, batch.entries)
    write_changes(out, found, title)
    changes = tuple(spoken(found))
    return Written(out / GRADEBOOK, out / PAGE, changes, troubles, out / CHANGES_HTML)


def _final(rows: Sequence[Row]) -> dict[str, int]:
    """Scores that count, by submission: of a group that differs in them, the highest."""
    final: dict[str, int] = {}
    for row in rows:
        if row.adjusted.after is not None:
            final[row.entry.name] = max(row.adjusted.after, final.get(row.entry.name, 0))
    return final


def _write_summary(batch: Batch, path: Path) -> None:
    summary = _Summary(
        batch.settings.title,
        __version__,
        batch.entries,
        tuple(structs.replace(record, checks=()) for record in batch.records),
        batch.pairs,
        batch.troubles,
    )
    write_whole(path, msgspec.json.format(as_json(summary), indent=2) + b"\n")
