"""The zip that an instructor uploads to Gradescope: scripts, engine, and the assignment's answers.

    setup.sh, run_autograder    where the platform looks for them
    requirements.txt, .in       pinned versions, and the ranges behind them
    engine/grader/              this package, as source
    assignment/                 assignment.toml, reference, suites, and what these need

The template, the public tests, submissions and the grader's own tests stay out: the grade does not
depend on them.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.assignment import FILE_NAME, Assignment, AssignmentError

__all__ = ["assignment_files", "package_files", "write_package"]

ENGINE, ASSIGNMENT = "engine", "assignment"

_SCRIPTS = ("setup.sh", "run_autograder")
_REQUIREMENTS = ("requirements.txt", "requirements.in")
_HANDOUT = "handout"  # words for the template, below the reference
_LEFT_OUT = re.compile(r"\..*|__pycache__|.*\.(pyc|pyo|ipynb)|.*~")
# The same files give the same bytes, whenever and by whomever the zip is made.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_package(assignment: Assignment, target: Path) -> Path:
    """Write the zip of an assignment. Raises AssignmentError if it needs a file outside itself."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, path in sorted(package_files(assignment).items()):
            if path.resolve() == target.resolve():
                continue
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this is: the modes below are its own
            entry.external_attr = (0o100755 if name in _SCRIPTS else 0o100644) << 16
            package.writestr(entry, path.read_bytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed.getvalue())
    return target


def package_files(assignment: Assignment) -> Mapping[str, Path]:
    """What goes into the zip: its name there, and where it lies."""
    scripts = _scripts_folder()
    engine = Path(__file__).parent
    files = {name: scripts / name for name in (*_SCRIPTS, *_REQUIREMENTS)}
    files |= {f"{ENGINE}/grader/{_below(engine, path)}": path for path in _tree(engine)}
    needed = assignment_files(assignment)
    return files | {f"{ASSIGNMENT}/{name}": path for name, path in needed.items()}


def assignment_files(assignment: Assignment) -> Mapping[str, Path]:
    """What a grade needs of an assignment: its name below the folder, and where it lies."""
    files: dict[str, Path] = {}
    for path in _needed(assignment):
        if not path.resolve().is_relative_to(assignment.folder):
            raise AssignmentError(
                f"{assignment.folder / FILE_NAME}: expected files inside the assignment's folder, "
                f"got {path}. Copy it in, so that it can go where the rest goes."
            )
        files[_below(assignment.folder, path)] = path
    return files


def _needed(assignment: Assignment) -> Iterator[Path]:
    """The files of the assignment that a grade depends on."""
    folder, settings = assignment.folder, assignment.settings
    yield folder / FILE_NAME
    yield from _tree(assignment.reference, but=_HANDOUT)
    yield from (folder / file for file in settings.surfaces.values())
    for suite in assignment.suites:
        yield suite
        if suite.parent == folder:
            yield from sorted(folder.glob("*.py"))  # what it imports; data has to lie lower
        else:
            # Data and modules of a suite's own.
            yield from _tree(suite.parent)
    yield from assignment.conftests


def _scripts_folder() -> Path:
    """Where the scripts lie: in a checkout, or where an installed engine has its data."""
    checkout = Path(__file__).parent.parent / "gradescope"
    installed = Path(sys.prefix, "share", "gradient-grader", "gradescope")
    for folder in (checkout, installed):
        if all((folder / name).is_file() for name in (*_SCRIPTS, *_REQUIREMENTS)):
            return folder
    raise FileNotFoundError(
        f"{checkout}: expected {', '.join(_SCRIPTS)} and the requirements. "
        "Run grader package from a checkout."
    )


def _tree(folder: Path, but: str = "") -> Iterator[Path]:
    """Files below a folder, without caches, hidden files, and the folder named `but`."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != but and not _LEFT_OUT.fullmatch(path.name):
            yield from _tree(path)
    yield from _kept(folder)


def _kept(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not _LEFT_OUT.fullmatch(path.name):
            yield path


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
