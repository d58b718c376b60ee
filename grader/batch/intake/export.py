"""A class's submissions -> entries to grade: a Gradescope export, or any folder of submissions.

Either may be zipped. What cannot be read is named, and everybody else's submission is graded.
"""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from grader.batch.intake.metadata import METADATA, TOP_FOLDER, read_metadata
from grader.batch.intake.unzip import ExportError, is_submission, unpack_export
from grader.batch.records import Entry, Export, Refused, Submitter
from grader.text import one_line
from grader.unpack import is_leftover, shown

__all__ = ["ExportError", "read_export"]

_HANDED_IN = (".zip", ".ipynb", ".py")
# Staff keep such files beside the submissions: adjustments, lists, notes.
_BESIDE = (".csv", ".tsv", ".xlsx", ".md", ".toml", ".yml", ".yaml", ".json", ".html", ".log")
# An entry's name becomes a folder beside these.
_TAKEN = ("grades.csv", "class.html", "batch.json", "changes.csv", "changes.html")
_MAX_NAME = 80
# Windows gives these names to devices, whatever follows the dot.
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class _Found(Struct, frozen=True):
    """Something that was handed in: its name as found, its path, and why it cannot be graded."""

    name: str
    path: Path
    submitters: tuple[Submitter, ...] = ()
    created_at: str = ""
    why: str = ""


def read_export(path: Path, work: Path, modules: Sequence[str] = ()) -> Export:
    """Find the submissions in a folder or a zip; a zip is unpacked into a new folder in `work`.

    `modules` are those of the assignment: a folder in which one of them lies is a submission.
    Raises ExportError when there is nothing to grade.
    """
    if not path.exists():
        raise ExportError(f"{path}: expected a zip or a folder of submissions. It is not there.")
    refused: Mapping[str, str] = {}
    troubles: list[str] = []
    folder = path
    if path.is_file():
        if path.suffix.casefold() in {".py", ".ipynb"}:
            raise ExportError(
                f"{path}: expected a zip or a folder of submissions, got a single file. "
                "For one submission there is `grader grade`."
            )
        unpacked = unpack_export(path, work, modules)
        folder, refused = unpacked.folder, unpacked.refused
        troubles += unpacked.troubles
    elif not path.is_dir():
        raise ExportError(f"{path}: expected a zip or a folder of submissions, got neither.")
    folder = _folder_of_export(folder, modules)
    if _has_metadata(folder):
        found = _of_gradescope(folder, refused, troubles)
    else:
        found = _of_folder(folder, refused, troubles)
    if not found:
        kinds = "folders, zips, notebooks or .py files"
        raise ExportError(
            f"{path}: expected submissions ({kinds}, one for each student). Found none."
        )
    return structs.replace(_export(found, troubles), folder=folder)


def _folder_of_export(folder: Path, modules: Sequence[str]) -> Path:
    """The folder with the metadata: this one, or the one inside it that has them.

    A student may hand in a file of that name too, so not every folder with one is an export.
    Without any it is the folder in which all submissions lie, as it would be in a zip.
    """
    if _has_metadata(folder):
        return folder
    folders = [item for item in _items(folder) if item.is_dir()]
    named = [item for item in folders if TOP_FOLDER.fullmatch(item.name)]
    exports = [
        item for item in (named or (folders if len(folders) == 1 else [])) if _has_metadata(item)
    ]
    if len(exports) > 1:
        names = ", ".join(shown(item.name) for item in exports[:5])
        raise ExportError(f"{folder}: expected one export, got {len(exports)} ({names}). Name one.")
    if exports:
        return exports[0]
    return folders[0] if len(folders) == 1 and _is_wrapper(folder, folders[0], modules) else folder


def _is_wrapper(folder: Path, only: Path, modules: Sequence[str]) -> bool:
    """Whether the submissions lie in the only folder that there is: several, and none beside it."""
    beside = [item for item in _items(folder) if item != only]
    if only.is_symlink() or any(item.suffix.casefold() not in _BESIDE for item in beside):
        return False
    try:
        inside = _items(only)
    except ExportError:
        return False
    if is_submission((item.name for item in inside), modules):
        return False
    return sum(_looks_handed_in(item, modules) for item in inside) > 1


def _looks_handed_in(item: Path, modules: Sequence[str]) -> bool:
    """Whether this may be one student's: a file of the kinds, or a folder with a module in it."""
    if not item.is_dir():
        return item.suffix.casefold() in _HANDED_IN
    names = [f"{module}.py" for module in modules] + ["*.ipynb"]
    patterns = [f"{above}{name}" for above in ("", "*/", "*/*/") for name in names]
    try:
        return any(next(item.glob(pattern), None) is not None for pattern in patterns)
    except OSError:
        return False


def _has_metadata(folder: Path) -> bool:
    # A Path would raise where the folder may not be entered.
    return os.path.isfile(folder / METADATA)  # noqa: PTH113 - see above


def _items(folder: Path) -> list[Path]:
    """What lies in a folder, in a fixed order, without what systems leave behind."""
    try:
        items = sorted(folder.iterdir())
    except OSError as error:
        raise ExportError(f"{folder}: expected a readable folder, but {error.strerror}.") from None
    return [item for item in items if not is_leftover(item.name)]


def _of_gradescope(folder: Path, refused: Mapping[str, str], troubles: list[str]) -> list[_Found]:
    """A folder for each submission, and a file that says whose they are."""
    metadata = read_metadata(folder / METADATA)
    troubles += metadata.troubles
    described = dict(metadata.submissions)
    folders = {item.name: item for item in _items(folder) if item.is_dir() or item.is_symlink()}
    found = []
    for name, said in described.items():
        # A key is no path: one that looks like it names nothing in the folder.
        place = folders.pop(name, None)
        if name in refused:
            why = refused[name]
        elif place is None:
            why = "expected a folder of this name in the export. It is not there"
        else:
            why = _why_unreadable(place)
        at = place or folder / _fit(name)
        found.append(_Found(name, at, said.submitters, said.created_at, why))
    for name, place in folders.items():
        found.append(_Found(name, place, why=_why_unreadable(place)))
        if described:
            troubles.append(
                f"{METADATA}: expected an entry for the folder {shown(name)}, got none. "
                "It is graded, but nobody knows whose it is."
            )
    rest = [name for name in refused if name not in described]
    return found + [_Found(name, folder / _fit(name), why=refused[name]) for name in rest]


def _of_folder(folder: Path, refused: Mapping[str, str], troubles: list[str]) -> list[_Found]:
    """A folder, a zip, a notebook or a .py file for each student, whose name it bears."""
    found = []
    for item in _items(folder):
        is_file = item.is_file() and not item.is_symlink()
        if is_file and item.suffix.casefold() not in _HANDED_IN:
            if item.suffix.casefold() not in _BESIDE:
                troubles.append(
                    f"{shown(item.name)}: expected a folder, a .zip, an .ipynb or a .py file. "
                    "It was left out."
                )
            continue
        name = item.stem if is_file else item.name
        found.append(_Found(name, item, _named(name), why=_why_unreadable(item)))
    for each, why in refused.items():
        if each.casefold().endswith(_BESIDE):
            continue
        name = Path(each).stem if each.casefold().endswith(_HANDED_IN) else each
        found.append(_Found(name, folder / _fit(each), _named(name), why=why))
    return found


def _named(name: str) -> tuple[Submitter, ...]:
    # A name on a disk need be no text.
    text = os.fsencode(name).decode("utf-8", "replace")
    return (Submitter(" ".join(text.split())),)


def _why_unreadable(path: Path) -> str:
    """Why a submission cannot be read at all, or nothing."""
    if path.is_symlink():
        return "expected a folder or a file, got a link"
    try:
        if path.is_dir():
            with os.scandir(path) as items:
                next(items, None)
        elif path.is_file():
            with path.open("rb") as file:
                # Its list of files may be huge; whether it has one stands at its end.
                if path.suffix.casefold() == ".zip" and not zipfile.is_zipfile(file):
                    return "expected a zip, but it is none, or a damaged one"
        else:
            return "expected a folder or a file, got neither"
    except OSError as error:
        return f"expected to read it, but {error.strerror}"
    return ""


def _export(found: Sequence[_Found], troubles: Sequence[str]) -> Export:
    """Entries with names of their own; what is refused is named among the troubles."""
    named = list(zip(_unique(each.name for each in found), found, strict=True))
    entries, refused = [], []
    for name, each in named:
        entry = Entry(name, str(each.path), each.submitters, each.created_at)
        if each.why:
            refused.append(Refused(entry, each.why))
        else:
            entries.append(entry)
    named_refused = [_not_graded(each) for each in refused]
    return Export(tuple(entries), (*troubles, *named_refused), tuple(refused))


def _not_graded(refused: Refused) -> str:
    who = ", ".join(
        one_line(s.name or s.email or s.sid, limit=80) for s in refused.entry.submitters
    )
    by = f" (by {who})" if who and who != refused.entry.name else ""
    return f"{shown(refused.entry.name)}{by}: {refused.why}. It was not graded."


def _unique(names: Iterable[str]) -> Iterator[str]:
    """Names fit for folders that differ by more than upper and lower case."""
    seen = {name.casefold() for name in _TAKEN}
    for name in names:
        fit = _fit(name)
        one, number = fit, 1
        while one.casefold() in seen:
            number += 1
            one = f"{fit}-{number}"
        seen.add(one.casefold())
        yield one


def _fit(name: str) -> str:
    """A name that every system takes for a folder, and that reads as it was.

    >>> _fit("ada: homework?"), _fit("../nul."), _fit(" ")
    ('ada_ homework_', '_nul', 'submission')
    """
    shown_name = "".join(
        c
        for c in unicodedata.normalize("NFC", name)
        if unicodedata.category(c) not in {"Cf", "Cs", "Co"}
    )
    fit = _UNFIT.sub("_", " ".join(shown_name.split())).strip(". ")
    # Some systems count bytes, and none allows more than 255.
    fit = fit[:_MAX_NAME].encode()[:200].decode("utf-8", "ignore").rstrip(". ")
    if _DEVICES.match(fit):
        fit = f"_{fit}"
    return fit or "submission"
