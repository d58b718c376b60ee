"""What a student handed in, read: names, sizes and encodings vetted; nothing is imported or parsed.

A folder, a zip, a notebook or a single file becomes a list of sources. What is left out, and what
is missing by a hair, is said in sentences for the student.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.notebook import Cell, read_cells
from grader.text import one_line
from grader.unpack import (
    Entry,
    Listing,
    Unreadable,
    decode_source,
    entry_of_file,
    list_folder,
    list_zip,
    shown,
)
from grader.vetting import (
    find_named_by_student,
    is_notebook,
    is_source,
    refuse_for_tools,
    stem_of,
    vet_entries,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Cell", "SourceFile", "Submission", "load_submission"]

_MAX_SOURCE_BYTES = 2**20
# Notebooks carry their plots.
_MAX_NOTEBOOK_BYTES = 8 * 2**20
_MAX_TOTAL_BYTES = 16 * 2**20
_MAX_ZIP_BYTES = 64 * 2**20
_MAX_FILES = 200
_MAX_NOTICES = 25

_NOTEBOOK_MODULE = "notebook"

GivenOut = Callable[[str], str | None]


class SourceFile(Struct, frozen=True):
    """A file to grade: a module with its text, or a notebook with its code cells."""

    name: str
    module: str
    text: str = ""
    cells: tuple[Cell, ...] = ()


class Submission(Struct, frozen=True):
    """What a student handed in: sources by name, notices for the student, hash of the sources."""

    name: str
    files: tuple[SourceFile, ...]
    notices: tuple[str, ...]
    digest: str


def load_submission(
    path: Path, modules: tuple[str, ...], given_out: GivenOut = lambda _name: None
) -> Submission:
    """Read what was handed in; whatever is wrong with it becomes a notice.

    `given_out` is the text of a file as students got it, by name: modules that nobody touched give
    way to a notebook that is handed in beside them.
    """
    listing = _list(path)
    notices = list(listing.notices)
    notices += refuse_for_tools(listing.entries)
    if path.is_file() and (named := find_named_by_student(listing.entries, modules)):
        files = _read_named_by_student(named, modules, notices)
    else:
        vetted = vet_entries(listing.entries, modules, notices)
        files = _read_files(vetted, modules, notices)
        files = _one_form(files, modules, given_out, notices)
    if not files:
        notices.append(_nothing(path, listing, modules))
    unique = list(dict.fromkeys(notices))
    if len(unique) > _MAX_NOTICES:
        more = len(unique) - _MAX_NOTICES
        unique = [*unique[:_MAX_NOTICES], f"There are {more} more notices of this kind."]
    name = path.stem if path.is_file() else path.resolve().name
    return Submission(one_line(name, limit=100), tuple(files), tuple(unique), _digest(files))


def _list(path: Path) -> Listing:
    """The files of a folder, of a zip, or the one file that was handed in."""
    if path.is_dir():
        listing = list_folder(path)
        zips = [e for e in listing.entries if e.name.casefold().endswith(".zip")]
        if len(zips) == 1 and not any(is_source(entry) for entry in listing.entries):
            return _list_zip(zips[0])
        return listing
    if not path.is_file():
        return Listing((), (f"{shown(path.name)} does not exist, or is no file or folder.",))
    # The staff may name a link; only what it holds is the student's.
    entry = entry_of_file(path.resolve())
    if is_source(entry):
        return Listing((entry,))
    return _list_zip(entry)


def _list_zip(entry: Entry) -> Listing:
    try:
        data = entry.read(_MAX_ZIP_BYTES + 1)
    except Unreadable as reason:
        return Listing((), (f"{shown(entry.path)} was left out: {reason}.",))
    return list_zip(data, entry.name)


def _read_named_by_student(
    entry: Entry, modules: tuple[str, ...], notices: list[str]
) -> list[SourceFile]:
    """Read ada.py as the only module that there is, or as what would be one notebook of Ada's."""
    try:
        text = _source(entry, entry.read(_MAX_SOURCE_BYTES + 1), notices).text
    except Unreadable as reason:
        notices.append(f"{shown(entry.name)} was left out: {reason}.")
        return []
    if len(modules) == 1:
        notices.append(f"{shown(entry.name)} is graded as {modules[0]}.py.")
        return [SourceFile(f"{modules[0]}.py", modules[0], text)]
    notices.append(
        f"{shown(entry.name)} is graded as if it held all modules: of each only definitions, "
        "imports and constants are used."
    )
    name = one_line(entry.name, limit=100)
    return [SourceFile(name, _NOTEBOOK_MODULE, cells=(Cell(1, text),))]


def _read_files(
    entries: Sequence[Entry], modules: tuple[str, ...], notices: list[str]
) -> list[SourceFile]:
    """Read within the limits, the modules asked for first, and decode."""
    files: list[SourceFile] = []
    total = 0
    in_turn = sorted(entries, key=lambda e: (stem_of(e.name) not in modules, e.name))
    for entry in in_turn[:_MAX_FILES]:
        try:
            data = entry.read(_limit(entry) + 1)
            # Counted before it is judged: what is refused has taken its time as well.
            total += len(data)
            if total > _MAX_TOTAL_BYTES:
                limit = f"{_MAX_TOTAL_BYTES // 2**20} MiB"
                notices.append(f"From {shown(entry.name)} on, files were left out: over {limit}.")
                break
            files.append(_source(entry, data, notices))
        except Unreadable as reason:
            notices.append(f"{shown(entry.name)} was left out: {reason}.")
    if len(entries) > _MAX_FILES:
        notices.append(f"Only {_MAX_FILES} files were read: hand in the homework alone.")
    return sorted(files, key=lambda file: file.name)


def _limit(entry: Entry) -> int:
    return _MAX_NOTEBOOK_BYTES if is_notebook(entry.name) else _MAX_SOURCE_BYTES


def _source(entry: Entry, data: bytes, notices: list[str]) -> SourceFile:
    """The source in a file's bytes."""
    if len(data) > _limit(entry):
        hint = "; clear its outputs" if is_notebook(entry.name) else ""
        raise Unreadable(f"expected at most {_limit(entry) // 2**20} MiB{hint}")
    if not is_notebook(entry.name):
        return SourceFile(entry.name, stem_of(entry.name), decode_source(data))
    cells, said = read_cells(data)
    notices += [f"{shown(entry.name)}, {notice}" for notice in said]
    # Any name will do for a notebook, so what cannot be shown or sent is written out.
    return SourceFile(one_line(entry.name, limit=100), _NOTEBOOK_MODULE, cells=cells)


def _one_form(
    files: list[SourceFile],
    modules: tuple[str, ...],
    given_out: GivenOut,
    notices: list[str],
) -> list[SourceFile]:
    """Modules or one notebook, not both: else the same function may be there twice."""
    notebooks = [file for file in files if not file.name.endswith(".py")]
    given = [file for file in files if file.name.endswith(".py") and file.module in modules]
    if not notebooks:
        return files
    untouched = all(_same(file.text, given_out(file.name)) for file in given)
    if given and not untouched:
        names = ", ".join(shown(file.name) for file in notebooks)
        notices.append(f"{names} was left out: where there are modules too, they are graded.")
        return [file for file in files if file not in notebooks]
    graded = notebooks[0]
    if given:
        notices.append(
            f"{shown(graded.name)} is graded: the modules beside it are as they were given out."
        )
    notices += [
        f"{shown(other.name)} was left out: hand in one notebook. Graded: {shown(graded.name)}."
        for other in notebooks[1:]
    ]
    return [file for file in files if file is graded or file not in (*notebooks, *given)]


def _same(text: str, given_out: str | None) -> bool:
    """Whether a text is the given one but for blanks at the ends of lines."""
    if given_out is None:
        return False
    return [line.rstrip() for line in text.rstrip().split("\n")] == [
        line.rstrip() for line in given_out.rstrip().split("\n")
    ]


def _nothing(path: Path, listing: Listing, modules: tuple[str, ...]) -> str:
    """The notice for a submission without a source."""
    expected = ", ".join(f"{module}.py" for module in modules)
    found = ", ".join(shown(entry.path) for entry in listing.entries[:5]) or "no file"
    deep = ", ".join(shown(each) for each in listing.too_deep[:5])
    hint = f" More than two folders deep lies {deep}: hand in the files alone." if deep else ""
    return (
        f"There is nothing to grade in {shown(path.name)}: "
        f"expected {expected}, or one notebook; found {found}.{hint}"
    )


def _digest(files: Sequence[SourceFile]) -> str:
    """Hash of names and contents, each with its length, so that no two lists look the same."""
    hashed = hashlib.sha256()
    for file in files:
        cells = [f"{cell.number}\n{cell.text}" for cell in file.cells]
        for piece in (file.name, file.text, str(len(cells)), *cells):
            data = piece.encode("utf-8", "surrogatepass")
            hashed.update(len(data).to_bytes(8, "big"))
            hashed.update(data)
    return hashed.hexdigest()
