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
MOST_DEPTH = 50
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def is_overfull(folder: str) -> bool:
    """Whether the folder holds more than homework writes."""
    total = entries = 0
    waiting = [(folder, 0)]
    while waiting:
        path, depth = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(path) as found:
            for entry in found:
                entries += 1
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                if entries > MOST_ENTRIES or total > MOST_BYTES or depth > MOST_DEPTH:
                    return True
    return False


def empty(folder: Path) -> None:
    """Remove all that is in the folder. Nobody may be writing to it any more."""
    place = os.open(folder, _DIRECTORY)
    above: list[str] = []
    try:
        while True:
            inner = _remove_files(place)
            if inner:
                above.append(inner)
                next_place = os.open(inner, _DIRECTORY, dir_fd=place)
            elif above:
                next_place = os.open("..", _DIRECTORY, dir_fd=place)
                os.rmdir(above.pop(), dir_fd=next_place)
            else:
                return
            os.close(place)
            place = next_place
    finally:
        os.close(place)


def remove(folder: Path) -> None:
    """Remove the folder with all that is in it."""
    with contextlib.suppress(OSError):
        empty(folder)
        folder.rmdir()


def _remove_files(place: int) -> str:
    """Remove files and empty folders; the name of a folder that is left, open now, or none."""
    for name in os.listdir(place):
        try:
            os.unlink(name, dir_fd=place)
        except (IsADirectoryError, PermissionError):
            try:
                os.rmdir(name, dir_fd=place)
            except OSError:
                os.chmod(name, 0o700, dir_fd=place)
                return name
    return ""
