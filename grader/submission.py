"""What a student handed in, vetted: names, sizes and encodings; nothing is imported or parsed.

A folder, a zip, a notebook or a single file becomes a list of sources. What is left out, and what
is missing by a hair, is said in sentences for the student.
"""

from __future__ import annotations

import hashlib
import keyword
import re
import sys
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

_SPECIAL = frozenset(
    {"__init__", "__main__", "conftest", "setup", "sitecustomize", "usercustomize"}
)
_FOR_TOOLS = (".pth", ".pyc", ".pyd", ".so", ".egg-link")
_SETTINGS = frozenset({"pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"})
_LIBRARIES = frozenset(sys.stdlib_module_names) | {"numpy", "pytest"}
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
    notices += [
        f"{shown(entry.path)} was left out: Python and its tools would run it unasked, or obey it."
        for entry in listing.entries
        if entry.name.endswith(_FOR_TOOLS) or entry.name in _SETTINGS
    ]
    if path.is_file() and (named := _named_by_student(listing, modules)):
        files = _read_named_by_student(named, modules, notices)
    else:
        entries = _chosen_folder(listing.entries, modules, notices)
        vetted = [entry for entry in entries if _is_vetted(entry, modules, notices)]
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
        if len(zips) == 1 and not any(_is_candidate(entry) for entry in listing.entries):
            return _list_zip(zips[0])
        return listing
    if not path.is_file():
        return Listing((), (f"{shown(path.name)} does not exist, or is no file or folder.",))
    # The staff may name a link; only what it holds is the student's.
    entry = entry_of_file(path.resolve())
    if _is_candidate(entry):
        return Listing((entry,))
    return _list_zip(entry)


def _list_zip(entry: Entry) -> Listing:
    try:
        data = entry.read(_MAX_ZIP_BYTES + 1)
    except Unreadable as reason:
        return Listing((), (f"{shown(entry.path)} was left out: {reason}.",))
    return list_zip(data, entry.name)


def _is_candidate(entry: Entry) -> bool:
    return entry.name.casefold().endswith((".py", ".ipynb"))


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _named_by_student(listing: Listing, modules: tuple[str, ...]) -> Entry | None:
    """The one file that was handed in, if it is Python and under no module's name."""
    if len(listing.entries) != 1 or not listing.entries[0].name.endswith(".py"):
        return None
    entry = listing.entries[0]
    known = {module.casefold() for module in modules}
    return None if _stem(entry.name).casefold() in known else entry


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


def _chosen_folder(
    entries: Sequence[Entry], modules: tuple[str, ...], notices: list[str]
) -> list[Entry]:
    """The sources in the folder that holds most of the modules; the others get a notice."""
    wanted = {module.casefold() for module in modules}
    folders: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        if _is_candidate(entry):
            folders.setdefault(entry.folder, []).append(entry)

    def rank(folder: tuple[str, ...]) -> tuple[int, int, int, tuple[str, ...]]:
        names = [entry.name.casefold() for entry in folders[folder]]
        found = sum(name.endswith(".py") and _stem(name) in wanted for name in names)
        notebooks = sum(name.endswith(".ipynb") for name in names)
        return -found, -min(notebooks, 1), len(folder), folder

    if not folders:
        return []
    best, *others = sorted(folders, key=rank)
    left_out = [entry for other in others for entry in folders[other]]
    if left_out:
        found, where = -rank(best)[0], shown("/".join(best)) if best else "the top folder"
        others_named = ", ".join(shown(entry.path) for entry in left_out[:5])
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        notices.append(
            f"There are files in several folders. Those in {where} are graded "
            f"({found} of the {len(modules)} modules are there); "
            f"{others_named}{more} {'was' if len(left_out) == 1 else 'were'} left out."
        )
    return folders[best]


def _is_vetted(entry: Entry, modules: tuple[str, ...], notices: list[str]) -> bool:
    """Whether a source has a name that may be imported; a notice says why not."""
    stem, _, suffix = entry.name.rpartition(".")
    if suffix == "ipynb":
        return True
    if suffix == "py" and stem in modules:
        return True
    for module in modules:
        if module.casefold() == stem.casefold():
            notices.append(
                f"{module}.py is missing. Found {shown(entry.name)}: file names are case-sensitive."
            )
            return False
    if stem in _SPECIAL:
        notices.append(f"{entry.name} was left out: Python and its tools would run it unasked.")
    elif stem in _LIBRARIES:
        notices.append(f"{entry.name} was left out: it would hide the library of that name.")
    elif not re.fullmatch(r"[A-Za-z_]\w*", stem, re.ASCII) or keyword.iskeyword(stem):
        near = [m for m in modules if re.match(rf"{re.escape(m)}\W", stem, re.ASCII)]
        hint = f" Rename it to {near[0]}.py." if near else ""
        notices.append(
            f"{shown(entry.name)} was left out: its name is no name of a Python module.{hint}"
        )
    elif suffix == "py":
        return True
    else:
        notices.append(f"{shown(entry.name)} was left out: the name should end in '.py'.")
    return False


def _read_files(
    entries: Sequence[Entry], modules: tuple[str, ...], notices: list[str]
) -> list[SourceFile]:
    """Read within the limits, the modules asked for first, and decode."""
    files: list[SourceFile] = []
    total = 0
    for entry in sorted(entries, key=lambda e: (_stem(e.name) not in modules, e.name))[:_MAX_FILES]:
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
    return _MAX_NOTEBOOK_BYTES if entry.name.endswith(".ipynb") else _MAX_SOURCE_BYTES


def _source(entry: Entry, data: bytes, notices: list[str]) -> SourceFile:
    """The source in a file's bytes."""
    if len(data) > _limit(entry):
        hint = "; clear its outputs" if entry.name.endswith(".ipynb") else ""
        raise Unreadable(f"expected at most {_limit(entry) // 2**20} MiB{hint}")
    if not entry.name.endswith(".ipynb"):
        return SourceFile(entry.name, _stem(entry.name), decode_source(data))
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
