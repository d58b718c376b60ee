"""What was handed in, as a list of files to read: a folder, or a zip that is read in memory.

A folder may hold links, pipes and more files than anybody wants to read; a zip may lie about its
sizes. So names come first, and contents are read one by one, each up to a limit that the caller
names. Nothing is written to disk, nothing is run, and no link is followed.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ZIP_ERRORS",
    "Entry",
    "Listing",
    "Unreadable",
    "decode_source",
    "entry_of_file",
    "is_leftover",
    "list_folder",
    "list_zip",
    "shown",
    "why_refused",
]

# Far above any homework and far below what takes seconds to list.
_MAX_ENTRIES = 5_000
_MAX_ZIP_BYTES = 64 * 2**20
_MAX_FOLDERS_DEEP = 2

# What systems and editors leave behind; hidden files are the rest of it.
_LEFTOVERS = frozenset({"__MACOSX", "__pycache__"})
# The other methods unpack a whole block at once, however large, before a limit can be held.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
# What editors write. Python knows stranger ones, some of which take minutes for a megabyte.
_ENCODINGS = (
    *("utf-8", "utf-8-sig", "ascii", "latin-1", "iso8859-2", "iso8859-15", "mac-roman"),
    *("cp1250", "cp1251", "cp1252", "cp1254", "koi8-r", "koi8-u"),
    *("gbk", "gb2312", "gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949"),
)
_CENTRAL_ENTRY = b"PK\x01\x02"
# All that a damaged archive was seen to make the standard library raise.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    IndexError,
    OverflowError,
)


class Unreadable(Exception):
    """A file of the submission cannot be read, for a reason that the student can act on."""


class Entry(Struct, frozen=True):
    """A file of the submission: its folders and name, and a way to read its first bytes."""

    folder: tuple[str, ...]
    name: str
    read: Callable[[int], bytes]

    @property
    def path(self) -> str:
        """Path inside the submission, with slashes."""
        return "/".join((*self.folder, self.name))


class Listing(Struct, frozen=True):
    """The files of a submission in a fixed order, and what is to be said about the others."""

    entries: tuple[Entry, ...]
    notices: tuple[str, ...] = ()
    too_deep: tuple[str, ...] = ()
    """Files and folders below the levels that are looked at."""


def shown(name: str) -> str:
    """A name out of a submission, quoted and fit to be read."""
    return repr(one_line(name, limit=100))


def entry_of_file(path: Path) -> Entry:
    """The entry of a single file that was handed in."""
    return Entry((), path.name, _file_reader(path))


def list_folder(folder: Path) -> Listing:  # noqa: C901 - one line per kind of entry
    """List the regular files of a folder and of two levels below it."""
    entries: list[Entry] = []
    notices: list[str] = []
    too_deep: list[str] = []
    waiting: list[tuple[Path, tuple[str, ...]]] = [(folder, ())]
    seen = 0
    while waiting:
        place, inside = waiting.pop(0)
        try:
            with os.scandir(place) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError:
            where = shown("/".join(inside)) if inside else "The submission"
            notices.append(f"{where} was left out: the folder cannot be read.")
            continue
        for item in items:
            seen += 1
            if seen > _MAX_ENTRIES:
                notices.append(_too_many())
                return _listing(entries, notices, too_deep)
            if is_leftover(item.name):
                continue
            path = "/".join((*inside, item.name))
            if item.is_symlink():
                notices.append(f"{shown(path)} was left out: it is a link, not a file.")
            elif item.is_dir(follow_symlinks=False):
                if len(inside) < _MAX_FOLDERS_DEEP:
                    waiting.append((Path(item.path), (*inside, item.name)))
                else:
                    too_deep.append(path)
            elif item.is_file(follow_symlinks=False) and item.stat().st_nlink > 1:
                notices.append(
                    f"{shown(path)} was left out: it is a second name of another file (a hard "
                    "link). Hand in a copy."
                )
            elif item.is_file(follow_symlinks=False):
                entries.append(Entry(inside, item.name, _file_reader(Path(item.path))))
            else:
                notices.append(f"{shown(path)} was left out: it is no regular file.")
    return _listing(entries, notices, too_deep)


def list_zip(data: bytes, name: str) -> Listing:
    """List the files of a zip, at its root and two levels below, without unpacking any."""
    if len(data) > _MAX_ZIP_BYTES:
        limit = f"{_MAX_ZIP_BYTES // 2**20} MiB"
        return Listing((), (f"{shown(name)} was not opened: expected at most {limit}.",))
    # zipfile keeps an object for each entry, so they are counted before it is let loose.
    if data.count(_CENTRAL_ENTRY) > _MAX_ENTRIES:
        return Listing((), (f"{shown(name)} was not opened. {_too_many()}",))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except ZIP_ERRORS:
        return Listing((), (_broken_zip(name),))
    entries: dict[str, Entry] = {}
    notices: list[str] = []
    too_deep: list[str] = []
    for info in infos:
        # Old Windows tools separate folders with backslashes.
        parts = [p for p in info.filename.replace("\\", "/").split("/") if p != "."]
        if not parts or not parts[-1] or any(is_leftover(p) for p in parts if p != ".."):
            continue
        path = "/".join(parts)
        reason = why_refused(info, parts)
        if reason:
            notices.append(f"{shown(path)} was left out: {reason}.")
        elif len(parts) - 1 <= _MAX_FOLDERS_DEEP:
            if path in entries:
                notices.append(f"{shown(path)} is in the zip twice: the last one was read.")
            entries[path] = Entry(tuple(parts[:-1]), parts[-1], _zip_reader(archive, info))
        else:
            too_deep.append(path)
    return _listing(list(entries.values()), notices, too_deep)


def _listing(entries: list[Entry], notices: list[str], too_deep: list[str]) -> Listing:
    """The listing in an order that does not depend on the disk or on the tool that zipped."""
    in_order = sorted(entries, key=lambda e: (e.folder, e.name))
    return Listing(tuple(in_order), tuple(notices), tuple(sorted(too_deep)))


def is_leftover(name: str) -> bool:
    """Whether a file or folder was left behind by a system or an editor."""
    return name in _LEFTOVERS or name.startswith(".")


def _too_many() -> str:
    return f"Expected at most {_MAX_ENTRIES:,} files: hand in those of the homework only."


def _broken_zip(name: str) -> str:
    return f"{shown(name)} could not be opened: it is no zip file, or a damaged one. Zip it again."


def why_refused(info: zipfile.ZipInfo, parts: list[str]) -> str:
    """Why a zip's entry is not read, or nothing."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if ".." in parts or not parts[0] or ":" in parts[0]:
        return "its path leads out of the zip"
    if kind == stat.S_IFLNK:
        return "it is a link, not a file"
    # Zips made on Windows store no kind at all.
    if kind not in {0, stat.S_IFREG}:
        return "it is no regular file"
    if info.flag_bits & _ENCRYPTED:
        return "it is protected by a password"
    if info.compress_type not in _METHODS:
        return "it is packed by an unusual method; zip it with the tool of your system"
    return ""


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    """Read an entry's first bytes as they really are, whatever size its header states."""

    def read(limit: int) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(limit)
        except ZIP_ERRORS as error:
            raise Unreadable("it is damaged; zip it again") from error

    return read


def _file_reader(path: Path) -> Callable[[int], bytes]:
    """Read a file's first bytes, unless it has become a link or a pipe since it was listed."""

    def read(limit: int) -> bytes:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a Path cannot open a descriptor
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("it is no regular file")
                # As many bytes are set aside as are asked for.
                return file.read(min(limit, status.st_size))
        except OSError as error:
            raise Unreadable("it cannot be read") from error

    return read


def decode_source(data: bytes) -> str:
    """Source text, by its byte order mark or its coding line, else UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("it is written in UTF-16; save it as UTF-8")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise Unreadable(f"line {line} holds a zero byte, so it is no text")
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except SyntaxError:
        # Either the coding line names nothing known, or the first two lines are not UTF-8.
        encoding = "utf-8"
    if encoding != "utf-8" and not _is_common(encoding):
        raise Unreadable(f"its coding line asks for {shown(encoding)}; save it as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(f"line {line} is not valid {encoding.upper()}; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_common(encoding: str) -> bool:
    # Asked only when a file names one: to look them up imports each.
    return encoding in {codecs.lookup(name).name for name in _ENCODINGS}
