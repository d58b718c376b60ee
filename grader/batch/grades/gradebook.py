"""grades.csv: a row for each submitter, from what was graded to what counts.

The file is opened by spreadsheets and by scripts. For the former it begins with a byte order mark,
without which they take UTF-8 for something older, and no cell begins like a formula. For the
latter identities stand as they are, zeros and all: text in quotes, points without.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from grader.assignment import Late
from grader.batch.grades.adjustments import Adjustments, people_of
from grader.batch.grades.lateness import Adjusted, Adjustment, adjust
from grader.batch.records import Entry, Record, Submitter
from grader.points import words
from grader.results import write_whole
from grader.text import one_line

__all__ = ["Row", "build_rows", "text_cell", "write_gradebook"]

_KINDS = ("extension", "late", "override")
# What spreadsheets take for the beginning of a formula, wide forms included.
_FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# Where a list's separator is a semicolon, so is a cell's: quotes count at a line's beginning only.
_NEXT_FORMULA = re.compile(r"(;[\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_MAX_CELL = 2_000

Cell = str | Decimal


class Row(Struct, frozen=True):
    """One submitter of one submission, and what came of it for them."""

    who: Submitter
    entry: Entry
    record: Record | None
    adjusted: Adjusted
    notes: tuple[str, ...]


def build_rows(
    entries: Sequence[Entry],
    records: Mapping[str, Record],
    late: Late | None = None,
    adjustments: Adjustments | None = None,
) -> tuple[Row, ...]:
    """A row for each submitter, in the order of the entries; records are by their names."""
    given = adjustments or Adjustments()
    rows = []
    for entry in entries:
        record = records.get(entry.name)
        graded = record is not None and record.status == "graded"
        for index, who in enumerate(people_of(entry)):
            adjusted = adjust(
                record.score if record and graded else None,
                record.maximum if record else 0,
                entry.created_at,
                late,
                given.of(entry, index),
            )
            notes = (*_notes(record), *adjusted.notes)
            rows.append(Row(who, entry, record, adjusted, notes))
    return tuple(rows)


def write_gradebook(path: Path, rows: Sequence[Row], parts: Sequence[str]) -> tuple[str, ...]:
    """Write the table, whole or not at all; name whoever handed in more than once.

    `parts` are the names of the assignment's parts, a column for each.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(
        [
            *("name", "sid", "email", "submission", "created_at", "score_before_adjustments"),
            *(*_KINDS, "score", "maximum", "status"),
            *(f"part: {text_cell(part)}" for part in parts),
            *("ungraded", "notes"),
        ]
    )
    repeated = _repeated(rows)
    for row in rows:
        writer.writerow(_cells(row, parts, repeated.get(_identity(row.who), ())))
    write_whole(path, file.getvalue().encode("utf-8-sig"))
    return tuple(
        f"{one_line(_shown(identity), limit=120)}: expected one submission, "
        f"found {len(names)}: {', '.join(names)}. Each has a row."
        for identity, names in repeated.items()
    )


def text_cell(text: str) -> str:
    r"""Text as a cell that no spreadsheet runs: one visible line, never a formula's beginning.

    >>> text_cell("=1+1"), text_cell("0042"), text_cell("a\nb"), text_cell("a;=1")
    ("'=1+1", '0042', 'a b', "a;'=1")
    """
    line = " ".join(text.split())
    line = "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    # What directs or hides other text has no place at the beginning, nor in an identity.
    line = re.sub("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", line)[:_MAX_CELL]
    line = _NEXT_FORMULA.sub(r"\1'", line)
    return f"'{line}" if _FORMULA.match(line) else line


def _cells(row: Row, parts: Sequence[str], repeated: Sequence[str]) -> Iterator[Cell]:
    record, adjusted = row.record, row.adjusted
    yield from map(text_cell, (row.who.name, row.who.sid, row.who.email))
    yield text_cell(row.entry.name)
    yield text_cell(row.entry.created_at)
    yield _points(adjusted.before)
    for kind in _KINDS:
        yield text_cell("; ".join(_spoken(line) for line in adjusted.lines if line.kind == kind))
    yield _points(adjusted.after)
    yield _points((record.maximum or None) if record else None)
    yield record.status if record else "not graded"
    graded = record is not None and record.status == "graded"
    for part in parts:
        earned = sum(c.earned for c in record.checks if c.part == part) if record else 0
        yield _points(earned if graded else None)
    yield _points(record.ungraded if record and graded else None)
    others = [f"also in {name}" for name in repeated if name != row.entry.name]
    yield text_cell("; ".join((*row.notes, *others)))


def _spoken(line: Adjustment) -> str:
    """A line of adjustments with its points, unless the words have them."""
    if not line.hundredths or line.kind == "late":
        return line.words
    return f"{line.words}: {'+' if line.hundredths > 0 else '−'}{words(abs(line.hundredths))}"


def _points(hundredths: int | None) -> Cell:
    return "" if hundredths is None else Decimal(words(hundredths))


def _notes(record: Record | None) -> Iterator[str]:
    if record is None:
        yield "not graded"
    elif record.status == "failed":
        yield f"not graded: {record.trouble or 'for an unknown reason'}"
    elif record.ungraded:
        yield f"{words(record.ungraded)} points are left for the staff to give"


def _repeated(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who is among the submitters of several submissions, and of which."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        identity = _identity(row.who)
        if identity[1]:
            found.setdefault(identity, []).append(row.entry.name)
    return {who: tuple(dict.fromkeys(n)) for who, n in found.items() if len(set(n)) > 1}


def _identity(who: Submitter) -> tuple[str, str]:
    """What tells people apart: two may share a name, so it comes last."""
    for kind, text in (("e-mail", who.email), ("sid", who.sid), ("name", who.name)):
        if text:
            return kind, text.casefold()
    return "name", ""


def _shown(identity: tuple[str, str]) -> str:
    return f"{identity[0]} {identity[1]!r}"
