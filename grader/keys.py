"""What a result depends on, as a hash: only where nothing of it has changed is a result reused."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from msgspec import structs

import grader
from grader.assignment import Assignment

MOST_BYTES = 64 * 2**20
"""Read of one file; of a larger one, which no grade reads, the size says enough."""
_MOST_ENTRIES = 20_000


class Unreadable(Exception):
    """A submission that cannot even be read."""


def context_of(assignment: Assignment, settings: object) -> str:
    """What is the same for a whole class: assignment, engine, versions, settings of the run."""
    digest = hashlib.sha256()
    folders = [assignment.reference, *{suite.parent for suite in assignment.suites}]
    files = [assignment.folder / file for file in assignment.settings.surfaces.values()]
    files += assignment.conftests
    for path in (*sorted(files), *sorted(folders)):
        digest.update(digest_of(path).encode())
    # A late policy says what a score counts, not what it is: the gradebook alone depends on it.
    graded_by = structs.replace(assignment.settings, late=None)
    digest.update(msgspec.json.encode((engine_here(), graded_by, settings)))
    return digest.hexdigest()


def engine_here() -> dict[str, str]:
    """What grades in this process: machines where it differs may not share their results."""
    files = digest_of(Path(grader.__file__).parent)
    return {
        "gradient-grader": f"{grader.__version__} (its files: {files[:32]})",
        "Python": platform.python_version(),
        "numpy": np.__version__,
    }


def key_of(context: str, submission: Path, seed: int | None) -> str:
    """The key of one submission's result. Unreadable where it cannot be read."""
    text = f"{context} {digest_of(submission)} {seed}"
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(path: Path) -> str:
    """A hash of a file, or of a folder with all names and contents in it; links are not followed.

    What Python leaves beside its sources does not count.
    """
    digest = hashlib.sha256()
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            _add(digest, path)
            return digest.hexdigest()
        for number, (name, entry) in enumerate(_entries(path)):
            if number > _MOST_ENTRIES:
                digest.update(b"and more")
                break
            digest.update(f"{name}\0".encode("utf-8", "surrogateescape"))
            _add(digest, entry)
    except OSError as error:
        raise Unreadable(f"{error.filename or path}: {error.strerror}") from None
    return digest.hexdigest()


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files and links below a folder, in an order that is always the same."""

    def fail(error: OSError) -> None:
        raise error

    for place, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = Path(place) / name
            yield str(path.relative_to(folder)), path


def _add(digest: hashlib._Hash, path: Path) -> None:
    found = path.lstat()
    digest.update(f"{stat.S_IFMT(found.st_mode)} {found.st_size}\0".encode())
    if stat.S_ISLNK(found.st_mode):
        digest.update(os.fsencode(path.readlink()))
    elif stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(2**20), b""):
                digest.update(block)
