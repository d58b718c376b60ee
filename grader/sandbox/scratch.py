"""The one folder that student code may write to: how much it holds, and emptying it for the next.

What lies in it was made to be hard to remove: nested deeper than a path is long, closed to its own
owner, or too much to list. Nothing here recurses, and links are never followed.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MOST_BYTES = 64 * 2**20
MOST_ENTRIES = 2_000
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def is_overfull(folder: str) -> bool:
    """Whether the folder holds more than homework writes."""
    total = entries = 0
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                entries += 1
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                if entries > MOST_ENTRIES or total > MOST_BYTES:
                    return True
    return False


def empty(folder: Path) -> None:
    """Remove all that is in the folder. Nobody may be writing to it any more."""
    with os.scandir(folder) as found:
        if next(found, None) is None:
            return
    top = os.open(folder, _DIRECTORY)
    try:
        number = 0
        while names := os.listdir(top):  # noqa: PTH208 - a descriptor, not a path
            for name in names:
                number = _remove(top, name, number)
    finally:
        os.close(top)


def remove(folder: Path) -> None:
    """Remove the folder with all that is in it."""
    with contextlib.suppress(OSError):
        empty(folder)
        folder.rmdir()


def _remove(top: int, name: str, number: int) -> int:
    """Remove one entry; what is in a folder moves up first, so that none is ever deep."""
    try:
        os.unlink(name, dir_fd=top)
    except (IsADirectoryError, PermissionError):
        os.chmod(name, 0o700, dir_fd=top)
        inside = os.open(name, _DIRECTORY, dir_fd=top)
        try:
            for child in os.listdir(inside):  # noqa: PTH208 - a descriptor, not a path
                try:
                    os.unlink(child, dir_fd=inside)
                except (IsADirectoryError, PermissionError):
                    # A folder that is closed cannot be moved by its owner.
                    os.chmod(child, 0o700, dir_fd=inside)
                    number += 1
                    os.rename(child, f".left-{number}", src_dir_fd=inside, dst_dir_fd=top)
        finally:
            os.close(inside)
        os.rmdir(name, dir_fd=top)
    return number
