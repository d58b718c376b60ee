"""adjustments.csv -> what the staff granted whom, or every bad row with what was expected there.

Staff edit the file in a spreadsheet, so commas and semicolons separate columns (and then decimals
may have a comma), and a sid that lost its leading zeros there is still found.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from grader.assignment import Late
from grader.batch.grades.lateness import Given
from grader.batch.intake.times import read_time
from grader.batch.records import Entry, Submitter
from grader.keys import ADJUSTMENTS
from grader.text import one_line

__all__ = [
    "ADJUSTMENTS",
    "Adjustments",
    "AdjustmentsError",
    "find_adjustments",
    "people_of",
    "read_adjustments",
    "unread_adjustments",
]

_WHO = ("sid", "email", "submission")
_WHAT = ("extra_days", "due", "score")
_NUMBERS = ("extra_days", "score")
_COLUMNS = (*_WHO, *_WHAT, "reason")
# Far above a class, and a file that is read whole.
_MAX_BYTES = 4 * 2**20
_MAX_SHOWN = 20
_FIRST, _LAST = 1970, 9000

Seat = tuple[str, int]
"""The name of a submission, and the place of a submitter in it."""


class AdjustmentsError(Exception):
    """The table cannot be used; a line for each bad row."""


class Adjustments(Struct, frozen=True):
    """What was granted, by submission and submitter; and the rows that are nobody's."""

    given: Mapping[Seat, Given] = {}
    notices: tuple[str, ...] = ()

    def of(self, entry: Entry, index: int) -> Given | None:
        """What one submitter of a submission was granted."""
        return self.given.get((entry.name, index))


class _Row(Struct, frozen=True):
    line: int
    who: Mapping[str, str]
    what: Given
    reason: str


def find_adjustments(export: Path, folder: Path) -> Path | None:
    """The table beside an export, in it, or in the `folder` in it where the submissions lie.

    One inside a zip is none: students may have filled that. Raises AdjustmentsError for two.
    """
    places = [export.absolute().parent]
    if export.is_dir():
        places += [export.absolute(), folder.absolute()]
    found = [p for place in dict.fromkeys(places) if (p := place / ADJUSTMENTS).is_file()]
    if len(found) > 1:
        raise AdjustmentsError(f"{found[0]} and {found[1]}: expected one of them, found both.")
    return found[0] if found else None


def unread_adjustments(export: Path, folder: Path) -> tuple[str, ...]:
    """What is said of a table that lies in a zip, unpacked into `folder`."""
    if export.is_dir() or not (folder / ADJUSTMENTS).is_file():
        return ()
    return (f"{export}: expected {ADJUSTMENTS} beside the zip, found it inside. It was not read.",)


def people_of(entry: Entry) -> tuple[Submitter, ...]:
    """The submitters; somebody unknown where there are none, since a row must be theirs."""
    return entry.submitters or (Submitter(""),)


def read_adjustments(path: Path, entries: Sequence[Entry], late: Late | None) -> Adjustments:
    """Read the table for a class. Raises AdjustmentsError."""
    wrong: list[str] = []
    rows = list(_rows(path, late, wrong))
    seats = [((e.name, i), who) for e in entries for i, who in enumerate(people_of(e))]
    notices: list[str] = []
    given: dict[Seat, Given] = {}
    lines: dict[tuple[Seat, str], int] = {}
    for row in rows:
        where = f"{path}, line {row.line}"
        found = _find(row.who, seats)
        if not found:
            said = ", ".join(f"{key} {value!r}" for key, value in row.who.items())
            notices.append(f"{where}: expected somebody of this class, found nobody with {said}.")
        for seat in found:
            given[seat] = _merge(row, seat, given.get(seat, Given()), lines, where, wrong)
    if wrong:
        more = [f"… and {len(wrong) - _MAX_SHOWN} more."] if len(wrong) > _MAX_SHOWN else []
        raise AdjustmentsError("\n".join([*wrong[:_MAX_SHOWN], *more]))
    return Adjustments(given, tuple(notices))


def _rows(path: Path, late: Late | None, wrong: list[str]) -> Iterator[_Row]:
    """The rows with their meaning; what is wrong with the others is added to `wrong`."""
    text = _text(path)
    first = text.lstrip("\n").partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{path}, line {reader.line_num}"
            if columns is None:
                columns = _columns(where, cells)
            elif len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                wrong.append(
                    f"{where}: expected {len(columns)} cells as in the first line, found "
                    f"{len(cells)}. A cell with a {separator!r} in it needs quotes."
                )
            else:
                own = {k: " ".join(c.split()) for k, c in zip(columns, cells, strict=False)}
                if separator == ";":
                    own |= {key: _with_point(own[key]) for key in _NUMBERS if key in own}
                if row := _row(where, reader.line_num, own, late, wrong):
                    yield row
    except csv.Error as error:
        wrong.append(f"{path}, line {reader.line_num}: expected cells of a table, but {error}.")
    if columns is None:
        wrong.append(f"{path}: expected a first line such as 'sid,extra_days,reason'. Found none.")


def _with_point(text: str) -> str:
    """A number with a decimal comma as one with a point; anything else as it is."""
    return text.replace(",", ".") if re.fullmatch(r"\d+,\d+", text) else text


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise AdjustmentsError(f"{path}: expected a table, but {error.strerror}.") from None
    if len(data) > _MAX_BYTES:
        raise AdjustmentsError(f"{path}: expected at most {_MAX_BYTES // 2**20} MiB, found more.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise AdjustmentsError(
            f"{path}, line {line}: expected UTF-8, found {data[error.start : error.start + 1]!r}. "
            "Save it as 'CSV UTF-8'."
        ) from None


def _columns(where: str, cells: Sequence[str]) -> list[str]:
    """The names of the columns. Raises AdjustmentsError, as no row has a meaning without them."""
    names = [
        re.sub(r"[\s_]+", "_", cell.strip().casefold().replace("e-mail", "email")) for cell in cells
    ]
    while names and not names[-1]:
        names.pop()
    unknown = [name for name in names if name not in _COLUMNS]
    twice = [name for name in _COLUMNS if names.count(name) > 1]
    lacking = not set(names) & set(_WHO) or not set(names) & set(_WHAT)
    if unknown or twice or lacking:
        found = ", ".join(one_line(name, limit=40) or "an empty one" for name in names)
        raise AdjustmentsError(
            f"{where}: expected columns for who ({', '.join(_WHO)}) and what "
            f"({', '.join(_WHAT)}), and reason, each once at most. Found {found}."
        )
    return names


def _row(
    where: str, line: int, cells: Mapping[str, str], late: Late | None, wrong: list[str]
) -> _Row | None:
    """What one row says, or None with what is wrong added."""
    who = {key: cells[key] for key in _WHO if cells.get(key)}
    what = {key: cells[key] for key in _WHAT if cells.get(key)}
    problems: list[str] = []
    if not who:
        problems.append(f"{where}: expected one of {', '.join(_WHO)}, found none.")
    if not what:
        problems.append(f"{where}: expected one of {', '.join(_WHAT)}, found none.")
    if "extra_days" in what and "due" in what:
        problems.append(f"{where}: expected extra_days or due, found both.")
    values: dict[str, Any] = {}
    for key, text in what.items():
        values[key], expected = _value(key, text, late)
        if expected:
            said = f"expected {expected}, found {one_line(text, limit=60)!r}"
            problems.append(f"{where}, column {key}: {said}.")
    wrong += problems
    reason = one_line(cells.get("reason", ""), limit=200)
    return None if problems else _Row(line, who, Given(**values), reason)


def _value(key: str, text: str, late: Late | None) -> tuple[Any, str]:
    """The value of a cell, or what was expected there."""
    if key == "due":
        offset = late.due.utcoffset() if late else None
        moment = read_time(text, timezone(offset) if offset is not None else None)
        if moment is None or not _FIRST <= moment.year <= _LAST:  # else no clock can show it
            return None, "a date and a time such as 2026-10-05 23:59"
        # Shown as the course's own clock has it.
        return moment.astimezone(late.due.tzinfo) if late else moment, ""
    number = Fraction(text) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text) else None
    if key == "extra_days":
        return number, "" if number is not None else "a number of days such as 2"
    if number is None or (number * 100).denominator != 1:
        return None, "points such as 85 or 85.25"
    return int(number * 100), ""


def _find(who: Mapping[str, str], seats: Iterable[tuple[Seat, Submitter]]) -> list[Seat]:
    """The seats of whom a row names; all that it says has to fit."""
    left = list(seats)
    for key, value in who.items():
        fitting = [each for each in left if _said_of(key, *each) == _folded(value)]
        left = fitting if fitting or key != "sid" else _without_zeros(value, left)
    return [seat for seat, _ in left]


def _said_of(key: str, seat: Seat, submitter: Submitter) -> str:
    said = {"sid": submitter.sid, "email": submitter.email, "submission": seat[0]}[key]
    return _folded(said)


def _folded(text: str) -> str:
    return text.strip().casefold()


def _without_zeros(
    value: str, seats: Sequence[tuple[Seat, Submitter]]
) -> list[tuple[Seat, Submitter]]:
    """Those whose sid differs by leading zeros only, which spreadsheets drop; if it is one."""
    bare = value.lstrip("0")
    found = [each for each in seats if bare and each[1].sid.lstrip("0") == bare]
    return found if len({each[1].sid for each in found}) == 1 else []


def _merge(
    row: _Row,
    seat: Seat,
    before: Given,
    lines: dict[tuple[Seat, str], int],
    where: str,
    wrong: list[str],
) -> Given:
    """What a student has with one more row; a second row may not say the same thing again."""
    values: dict[str, Any] = {}
    for key in _WHAT:
        value = getattr(row.what, key)
        if value is None:
            continue
        kind = "score" if key == "score" else "extension"
        if (seat, kind) in lines:
            wrong.append(
                f"{where}, column {key}: expected one {kind} for each student of {seat[0]!r}, "
                f"found a second. The first is in line {lines[seat, kind]}."
            )
        lines[seat, kind] = row.line
        values[key] = value
        values["score_reason" if key == "score" else "reason"] = row.reason
    return structs.replace(before, **values)
