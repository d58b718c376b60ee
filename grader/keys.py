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

ADJUSTMENTS = "adjustments.csv"
"""What the staff granted whom: the gradebook alone depends on it."""
MOST_BYTES = 64 * 2**20
"""Read of one file; of a larger one, which no grade reads, the size says enough."""
_MOST_ENTRIES = 20_000


class Unreadable(Exception):
    """A submission that cannot even be read."""


def context_of(assignment: Assignment, settings: object) -> str:
    """What is the same for a whole class: assignment, engine, versions, settings of the run."""
    digest = hashlib.sha256()
    suites = {suite.parent for suite in assignment.suites}
    folders = [assignment.reference, *(suites - {assignment.folder})]
    files = [assignment.folder / file for file in assignment.settings.surfaces.values()]
    files += assignment.conftests
    if assignment.folder in suites:
        # Results, and what is to be graded, may lie in folders beside such a suite.
        files += _beside_a_suite(assignment.folder)
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
    text = f"{context} {digest_of(submission, with_twins=True)} {seed}"
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(path: Path, *, with_twins: bool = False) -> str:
    """A hash of a file, or of a folder with all names and contents in it; links are not followed.

    What Python leaves beside its sources does not count. `with_twins` it counts which files have a
    second name, as those of a submission are not graded; installers make such for what is ours.
    """
    digest = hashlib.sha256()
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            _add(digest, path, with_twins=with_twins)
            return digest.hexdigest()
        for number, (name, entry) in enumerate(_entries(path)):
            if number > _MOST_ENTRIES:
                digest.update(b"and more")
                break
            digest.update(f"{name}\0".encode("utf-8", "surrogateescape"))
            _add(digest, entry, with_twins=with_twins)
    except OSError as error:
        raise Unreadable(f"{error.filename or path}: {error.strerror}") from None
    return digest.hexdigest()


def _beside_a_suite(folder: Path) -> Iterator[Path]:
    """The files of an assignment's own folder that a suite in it may read."""
    for path in folder.iterdir():
        if path.is_file() and path.suffix != ".zip" and path.name != ADJUSTMENTS:
            yield path


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files and links below a folder, in an order that is always the same."""

    def fail(error: OSError) -> None:
        raise error

    for place, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        # A link to a folder is among the folders, and is not followed.
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*files, *links]):
            path = Path(place) / name
            yield str(path.relative_to(folder)), path


def _add(digest: hashlib._Hash, path: Path, *, with_twins: bool) -> None:
    found = path.lstat()
    is_twin = with_twins and stat.S_ISREG(found.st_mode) and found.st_nlink > 1
    kind = stat.S_IFMT(found.st_mode)
    digest.update(f"{kind} {found.st_size}{' twin' * is_twin}\0".encode())
    if stat.S_ISLNK(found.st_mode):
        digest.update(os.fsencode(path.readlink()))
    elif stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(2**20), b""):
                digest.update(block)
