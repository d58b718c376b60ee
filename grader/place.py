"""Where a grade's files go: what is refused as such a place, and what lay there before."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

__all__ = ["FAILURE", "REPORT", "RESULTS", "STAFF_REPORT", "Place", "PlaceRefused", "prepare"]

RESULTS, REPORT, STAFF_REPORT = "results.json", "report.html", "staff.html"
FAILURE = "grader-failure.txt"


class Place(Struct, frozen=True):
    """Where the files go: results.json may have a place of its own."""

    folder: Path
    results: Path
    with_staff_page: bool = True
    """Whether the page that shows everything is written, too: it is the largest of the files."""
    as_it_goes: bool = True
    """Whether results.json holds what is graded so far, should the grader be killed."""


class PlaceRefused(Exception):
    """Writing there could change what is none of the grade's. Nothing was written."""


def prepare(place: Place, submission: Path) -> None:
    """Make the folder, without anything of an earlier grade. PlaceRefused, before any change.

    What lies in a submission is the student's choice: a folder of that name, or a link to a file
    of the staff's, and a student who finds the results of others there.
    """
    for path in (place.folder, place.results.parent):
        _refuse_folder(path, submission)
    files = {place.folder / name for name in (REPORT, STAFF_REPORT, FAILURE)} | {place.results}
    for path in sorted(files):
        _refuse_file(path, submission)
    for path in (place.folder, place.results.parent):
        path.mkdir(parents=True, exist_ok=True)
    # A run that is killed at once leaves no old grade that could be taken for its own.
    for path in (*files, *place.results.parent.glob(f".{place.results.name}.????????")):
        if not path.is_dir():
            path.unlink(missing_ok=True)


def _refuse_folder(path: Path, submission: Path) -> None:
    if path.is_symlink():
        raise PlaceRefused(
            f"{path}: expected a folder for the results, got a link. Name the folder itself."
        )
    if path.exists() and not path.is_dir():
        raise PlaceRefused(f"{path}: expected a folder for the results, got a file.")
    # By its name and by where it leads: a link inside a submission leads wherever a student likes.
    for ancestor in {*_and_above(path.absolute()), *_and_above(path.resolve())}:
        with suppress(OSError):
            if submission.is_dir() and ancestor.samefile(submission):
                raise PlaceRefused(
                    f"{path}: expected a folder outside of the submission, got one inside it, "
                    "where files and links are the student's. Name another with --out."
                )


def _refuse_file(path: Path, submission: Path) -> None:
    with suppress(OSError):
        if path.samefile(submission):
            raise PlaceRefused(f"{path}: expected a place for results, got the submission itself.")
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "special file"
            raise PlaceRefused(
                f"{path}: expected nothing or the file of an earlier grade, got a {kind} that no "
                "grade has made. Remove it, or name another folder with --out."
            )


def _and_above(path: Path) -> tuple[Path, ...]:
    return (path, *path.parents)
