"""A class's zip -> a folder of ours with each submission in it, or the reason why it is not.

What students handed in may be hostile: links, paths that lead out, sizes that lie. So nothing but
regular files is written, inside a folder that nobody else may enter, and real sizes count. Only
what the grader reads is unpacked; of other files (data, pictures) the name is kept, empty.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from grader.batch.intake.metadata import METADATA, TOP_FOLDER
from grader.text import one_line
from grader.unpack import ZIP_ERRORS, is_leftover, shown, why_refused

__all__ = ["ExportError", "Unpacked", "unpack_export"]

# As much as `grader grade` reads of one file: what is longer, it refuses in words of its own.
_MAX_FILE_BYTES = 64 * 2**20 + 1
_MAX_METADATA_BYTES = 256 * 2**20 + 1
_MAX_SUBMISSION_BYTES = 128 * 2**20
_MAX_SUBMISSION_FILES = 5_000
_MAX_TOTAL_BYTES = 16 * 2**30
# A submission's own folder, and as many levels below it as are searched for sources.
_MAX_DEPTH = 4
_MAX_TROUBLES = 25
_READ = (".py", ".ipynb", ".zip")
_PIECE = 2**20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class ExportError(Exception):
    """There is nothing to grade; the message says what was expected, and where."""


class Unpacked(Struct, frozen=True):
    """The folder, and the submissions that are not in it, by the name of their folder or file."""

    folder: Path
    refused: Mapping[str, str]
    troubles: tuple[str, ...]


class _Member(Struct, frozen=True):
    """An entry of the zip: its path below the submissions' folder; a folder, or a file."""

    parts: tuple[str, ...]
    info: zipfile.ZipInfo
    is_folder: bool
    why: str = ""
    """Why it may not be unpacked."""


def unpack_export(path: Path, work: Path, modules: Sequence[str] = ()) -> Unpacked:
    """Unpack a class into a new folder inside `work`, which is the caller's to clear.

    A folder around everything is left out, unless it holds one of the `modules` itself: then it is
    a submission. Raises ExportError.
    """
    try:
        archive = zipfile.ZipFile(path)
    except ZIP_ERRORS as error:
        why = getattr(error, "strerror", None) or "it is no zip file, or a damaged one"
        raise ExportError(f"{path}: expected the zip of a class, but {why}.") from None
    with archive:
        troubles: list[str] = []
        members = _without_wrapper(_members(archive, troubles), modules)
        try:
            work.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="export-", dir=work))
            refused = _unpack(archive, members, folder)
        except OSError as error:
            raise ExportError(
                f"{work}: expected room for {path.name}, but {error.strerror}."
            ) from None
    if len(troubles) > _MAX_TROUBLES:
        more = len(troubles) - _MAX_TROUBLES
        troubles[_MAX_TROUBLES:] = [f"There are {more} more files that were left out."]
    return Unpacked(folder, refused, tuple(f"{path.name}: {trouble}" for trouble in troubles))


def _members(archive: zipfile.ZipFile, troubles: list[str]) -> list[_Member]:
    """All whose path lies in the zip, in the zip's order; what may not be unpacked says why."""
    members = []
    for info in archive.infolist():
        # Old Windows tools separate folders with backslashes.
        parts = [part for part in info.filename.replace("\\", "/").split("/") if part != "."]
        is_folder = len(parts) > 1 and not parts[-1]
        parts = parts[:-1] if is_folder else parts
        if not any(parts) or any(is_leftover(part) for part in parts if part != ".."):
            continue
        # A folder's kind is that of a folder, which would be refused as no regular file.
        reason = "" if is_folder and ".." not in parts and parts[0] else why_refused(info, parts)
        why = reason or ("its path is none" if "" in parts else "")
        if why:
            troubles.append(f"{shown('/'.join(parts))} was left out: {why}.")
        if "" not in parts and ".." not in parts and ":" not in parts[0]:
            members.append(_Member(tuple(parts), info, is_folder, why))
    return members


def _without_wrapper(members: list[_Member], modules: Sequence[str]) -> list[_Member]:
    """The members below the folder that all of them lie in, or that is named as an export's."""
    tops = {member.parts[0] for member in members}
    exports = {top for top in tops if TOP_FOLDER.fullmatch(top)}
    wrapper = tops if len(tops) == 1 else exports
    if len(wrapper) != 1 or any(m.parts[0] in wrapper and _is_top_file(m) for m in members):
        return members
    inside = [m.parts[1] for m in members if m.parts[0] in wrapper and len(m.parts) > 1]
    if not exports and is_submission(inside, modules):
        return members
    return [
        structs.replace(member, parts=member.parts[1:])
        for member in members
        if member.parts[0] in wrapper and len(member.parts) > 1
    ]


def is_submission(names: Iterable[str], modules: Sequence[str]) -> bool:
    """Whether a folder with these names in it is what one student handed in."""
    return not {f"{module}.py" for module in modules}.isdisjoint(names)


def _is_top_file(member: _Member) -> bool:
    return len(member.parts) == 1 and not member.is_folder


def _unpack(archive: zipfile.ZipFile, members: Iterable[_Member], folder: Path) -> dict[str, str]:
    """Unpack submission by submission; those that cannot be, with the reason. Raises OSError."""
    submissions: dict[str, list[_Member]] = {}
    for member in members:
        submissions.setdefault(member.parts[0], []).append(member)
    refused: dict[str, str] = {}
    left = _MAX_TOTAL_BYTES
    for name, own in submissions.items():
        try:
            left -= _unpack_one(archive, own, folder, left)
        except _Refused as reason:
            refused[name] = str(reason)
            _remove(folder / name)
    return refused


class _Refused(Exception):
    """A submission that is not unpacked, and why."""


def _unpack_one(archive: zipfile.ZipFile, members: list[_Member], folder: Path, left: int) -> int:
    """Unpack one submission; its size. Raises _Refused, or OSError on a full disk."""
    if len(members) > _MAX_SUBMISSION_FILES:
        raise _Refused(f"expected at most {_MAX_SUBMISSION_FILES:,} files, got {len(members):,}")
    if all(member.why for member in members):
        where = shown("/".join(members[0].parts))
        raise _Refused(f"nothing of it could be unpacked ({where}: {members[0].why})")
    taken = 0
    for member in members:
        if member.why:
            continue
        if len(member.parts) > _MAX_DEPTH:
            # The folders are there, so that a grade can say that there is more below them.
            folder.joinpath(*member.parts[:_MAX_DEPTH]).mkdir(parents=True, exist_ok=True)
            continue
        try:
            taken += _write(archive, member, folder.joinpath(*member.parts))
        except ZIP_ERRORS as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                raise
            where, what = shown("/".join(member.parts)), one_line(str(error), limit=200)
            raise _Refused(f"{where} cannot be unpacked ({what})") from None
        if taken > min(_MAX_SUBMISSION_BYTES, left) and not _is_metadata(member):
            limit = f"{_MAX_SUBMISSION_BYTES // 2**20} MiB"
            of_all = f", and {_MAX_TOTAL_BYTES // 2**30} GiB for all" if taken > left else ""
            raise _Refused(f"expected at most {limit} of files{of_all}, got more (a zip bomb?)")
    return taken


def _write(archive: zipfile.ZipFile, member: _Member, place: Path) -> int:
    """Write a file's bytes as they really are, up to what is read of it; their number."""
    if member.is_folder:
        place.mkdir(parents=True, exist_ok=True)
        return 0
    place.parent.mkdir(parents=True, exist_ok=True)
    if not (_is_metadata(member) or place.name.casefold().endswith(_READ)):
        place.touch()
        return 0
    limit = _MAX_METADATA_BYTES if _is_metadata(member) else _MAX_FILE_BYTES
    written = 0
    with archive.open(member.info) as source, place.open("wb") as file:
        while piece := source.read(min(_PIECE, limit - written)):
            file.write(piece)
            written += len(piece)
    return written


def _is_metadata(member: _Member) -> bool:
    return member.parts == (METADATA,)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
