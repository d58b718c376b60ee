"""What travels to another machine: files and folders as bytes, and how they are laid out there.

What is unpacked looks to a grade as what was packed: names to the byte, links and pipes as such.
What no grade reads stays behind: hidden files and caches but for their names, and the content of
files that are larger than any that is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from grader.keys import MOST_BYTES
from grader.unpack import is_leftover

_MOST_TOTAL = 2 * MOST_BYTES
_MOST_ITEMS = 20_000
PACKED = "packed"
"""Closed to others, and holds what was packed, by its name."""
_NOWHERE = "nowhere"


class TooLarge(Exception):
    """More than is sent to another machine."""


class Item(Struct, frozen=True, array_like=True):
    """A file or folder: its path below what is packed, empty for that itself."""

    path: bytes
    kind: Literal["folder", "file", "twin", "link", "other"]
    """A twin is a file that has another name elsewhere: a hard link."""
    size: int = 0
    content: bytes = b""


class Parcel(Struct, frozen=True):
    """A file or folder of this name, with all that is in it."""

    name: bytes
    items: tuple[Item, ...]


def pack(path: Path) -> bytes:
    """Pack what a student handed in. TooLarge, or OSError where it cannot be read."""
    items: list[Item] = []
    total = 0
    for each in _walk(path):
        items.append(_item(each, path))
        total += len(items[-1].content)
        if total > _MOST_TOTAL or len(items) > _MOST_ITEMS:
            raise TooLarge(
                f"expected at most {_MOST_TOTAL // 2**20} MiB in {_MOST_ITEMS:,} files, "
                "got more than is sent to another machine. Run the batch once without --cluster"
            )
    return msgspec.msgpack.encode(Parcel(os.fsencode(path.name), tuple(items)))


def pack_files(name: str, files: Mapping[str, Path]) -> bytes:
    """Pack these files as a folder; each has its path in there, with slashes."""
    items = [
        Item(os.fsencode(inside), "file", len(content), content)
        for inside, path in files.items()
        for content in [path.read_bytes()]
    ]
    return msgspec.msgpack.encode(Parcel(os.fsencode(name), tuple(items)))


def unpack(parcel: bytes, folder: Path) -> Path:
    """Lay out in a folder what was packed; where it is. OSError where that is not possible."""
    packed = msgspec.msgpack.decode(parcel, type=Parcel)
    top = folder / PACKED / os.fsdecode(packed.name)
    twins = folder / "twins"
    for closed in (folder / PACKED, twins):
        closed.mkdir(mode=0o700)
    for number, item in enumerate(packed.items):
        target = top / os.fsdecode(item.path) if item.path else top
        target.parent.mkdir(parents=True, exist_ok=True)
        if item.kind == "folder":
            target.mkdir()
        elif item.kind == "link":
            # A grade says that it is one, and never follows it.
            target.symlink_to(_NOWHERE)
        elif item.kind == "other":
            os.mkfifo(target)
        else:
            with target.open("wb") as file:
                file.write(item.content)
                file.truncate(item.size)
        if item.kind == "twin":
            os.link(target, twins / str(number))
    return top


def _walk(top: Path) -> Iterator[Path]:
    """A file, or a folder with everything below it; links are not followed."""
    waiting = [top]
    while waiting:
        path = waiting.pop()
        yield path
        if path.is_dir() and not path.is_symlink() and (path == top or not is_leftover(path.name)):
            waiting += sorted(path.iterdir(), reverse=True)


def _item(path: Path, top: Path) -> Item:
    inside = b"" if path == top else os.fsencode(path.relative_to(top))
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return Item(inside, "link")
    if stat.S_ISDIR(found.st_mode):
        return Item(inside, "folder")
    if not stat.S_ISREG(found.st_mode):
        return Item(inside, "other")
    kind: Literal["file", "twin"] = "twin" if found.st_nlink > 1 else "file"
    if found.st_size > MOST_BYTES:
        # To be larger is all that matters of it.
        return Item(inside, kind, MOST_BYTES + 1)
    if path != top and is_leftover(path.name):
        return Item(inside, kind)
    content = path.read_bytes()
    return Item(inside, kind, len(content), content)
