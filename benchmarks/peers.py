"""Other graders, in environments of their own, with the frozen suites as tests of their own kind.

Nothing of theirs is kept here. They are installed from the package index into a cache folder. Their
assignments call the suites' test functions one by one, as their users would write it: otter-grader
has a test file for each part with a case for each check, nbgrader a cell for each check.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

RIVAL = Path(__file__).parent / "cold"
FROZEN = RIVAL / "frozen"
_CASES = """
import json, sys
sys.path.insert(0, sys.argv[1])
from plain.cases import cases
suites = sys.argv[2:]
print(json.dumps({suite: [[case.name, case.points] for case in cases(suite)] for suite in suites}))
"""
_VERSIONS = """
import sys
from importlib.metadata import version
for name in sys.argv[1:]:
    print(name, version(name))
"""
_INSTALL_S = 900
_ASSIGNMENT = "homework"


class PeerFailed(Exception):
    """A peer cannot be installed, or does not run here; the message says why."""


class Submission(NamedTuple):
    """A folder of modules, and its name."""

    name: str
    folder: Path


class Checks(NamedTuple):
    """Where the suites lie for the peers, and the name and points of each case, by suite."""

    folder: Path
    cases: dict[str, list[tuple[str, float]]]


class Environment(NamedTuple):
    """A virtual environment with a peer in it, and the versions of what counts."""

    bin: Path
    home: Path
    versions: str

    def run(self, *command: str, cwd: Path) -> str:
        """Run one of its programs. Raises PeerFailed."""
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=cwd,
            # A home of its own: Jupyter keeps histories and settings there.
            env={
                **os.environ,
                "HOME": str(self.home),
                "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
                "OPENBLAS_NUM_THREADS": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip() or done.stdout.strip() or "nothing said").splitlines()[-1]
            raise PeerFailed(f"{command[0]} ended with status {done.returncode}: {last}")
        return done.stdout


def install(cache: Path, name: str, requirements: Sequence[str]) -> Environment:
    """Install a peer into the cache, unless it is there. Raises PeerFailed."""
    place = cache / name
    bin_folder = place / "bin"
    ready = place / "ready"
    if not ready.is_file():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        venv.create(place, with_pip=True)
        command = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", *requirements]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_INSTALL_S
        )
        if done.returncode != 0:
            last = (done.stderr.strip() or "nothing said").splitlines()[-1]
            raise PeerFailed(f"it could not be installed: {last}")
        ready.touch()
    home = cache / f"{name}-home"
    home.mkdir(exist_ok=True)
    environment = Environment(bin_folder, home, "")
    said = environment.run("python", "-c", _VERSIONS, name, "numpy", cwd=place)
    return environment._replace(versions=", ".join(said.splitlines()))


def lay_out_checks(folder: Path) -> Checks:
    """Copy the frozen suites to where the peers import them, and count their cases."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clean = shutil.ignore_patterns("__pycache__")
    for part in ("suites", "reference"):
        shutil.copytree(FROZEN / part, folder / part, ignore=clean)
    shutil.copytree(RIVAL / "plain", folder / "plain", ignore=clean)
    shutil.copy(FROZEN / "problems.py", folder)
    shutil.copy(RIVAL / "plain" / "without_pytest.py", folder / "pytest.py")
    suites = [path.stem for path in sorted((folder / "suites").glob("test_*.py"))]
    said = subprocess.run(
        [sys.executable, "-c", _CASES, str(folder), *suites],
        capture_output=True,
        text=True,
        check=True,
    )
    return Checks(folder, json.loads(said.stdout))


class Otter:
    """otter-grader: `otter run`, without a container, one process for each submission."""

    def __init__(self, environment: Environment, checks: Checks, work: Path) -> None:
        self._environment = environment
        tests = work / "tests"
        tests.mkdir(parents=True)
        for suite, cases in checks.cases.items():
            (tests / f"{suite[5:]}.py").write_text(_otter_tests(checks.folder, suite, cases))
        self._autograder = work / "autograder.zip"
        environment.run(
            *("otter", "generate", "-t", str(tests), "-o", str(self._autograder)),
            *("--no-config", "--no-requirements", "--no-environment"),
            cwd=work,
        )

    def prepare(self, submissions: Sequence[Submission], place: Path, _at_once: int) -> None:
        """Make a zip of each: the modules, and the notebook that the course handed out."""
        place.mkdir(parents=True)
        for submission in submissions:
            with zipfile.ZipFile(place / f"{submission.name}.zip", "w") as archive:
                archive.writestr(f"{_ASSIGNMENT}.ipynb", _notebook([_cell("import numpy as np")]))
                for path in sorted(submission.folder.glob("*.py")):
                    archive.write(path, path.name)

    def grade(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Grade all, so many at once."""
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda each: self._grade(place, each.name), submissions))

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each."""
        texts = {s.name: (place / s.name / "results.json").read_text("utf-8") for s in submissions}
        return {
            name: sum(test["score"] for test in json.loads(text)["tests"] if "score" in test)
            for name, text in texts.items()
        }

    def _grade(self, place: Path, name: str) -> None:
        (place / name).mkdir()
        self._environment.run(
            *("otter", "run", "--no-logo", "-a", str(self._autograder), "-o", str(place / name)),
            f"{name}.zip",
            cwd=place,
        )


class NbGrader:
    """nbgrader: `nbgrader autograde`, one command for a course; two at once are two courses."""

    def __init__(self, environment: Environment, checks: Checks, work: Path) -> None:
        self._environment = environment
        self._course = work / "course"
        source = self._course / "source" / _ASSIGNMENT
        source.mkdir(parents=True)
        (source / f"{_ASSIGNMENT}.ipynb").write_text(_nbgrader_notebook(checks), "utf-8")
        environment.run("nbgrader", "generate_assignment", _ASSIGNMENT, cwd=self._course)

    def prepare(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Copy the course with what was handed in: the notebook handed out, and the modules."""
        for number in range(at_once):
            course = place / str(number)
            shutil.copytree(self._course, course)
            for submission in submissions[number::at_once]:
                folder = course / "submitted" / submission.name / _ASSIGNMENT
                shutil.copytree(course / "release" / _ASSIGNMENT, folder)
                for path in sorted(submission.folder.glob("*.py")):
                    shutil.copy(path, folder)

    def grade(self, _submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Grade each course, all at once."""
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._grade, sorted(place.iterdir())))

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each, from the gradebooks."""
        points: dict[str, float] = {}
        for course in sorted(place.iterdir()):
            self._environment.run("nbgrader", "export", "--to", "grades.csv", cwd=course)
            with (course / "grades.csv").open(encoding="utf-8") as file:
                points |= {
                    each["student_id"]: float(each["score"]) for each in csv.DictReader(file)
                }
        return {submission.name: points[submission.name] for submission in submissions}

    def _grade(self, course: Path) -> None:
        self._environment.run("nbgrader", "autograde", _ASSIGNMENT, cwd=course)


def _otter_tests(folder: Path, suite: str, cases: Sequence[tuple[str, float]]) -> str:
    """A test file in otter-grader's format of exceptions, with a case for each check."""
    lines = [
        "OK_FORMAT = False",
        "import sys",
        "from otter.test_files import test_case",
        f"sys.path.insert(0, {str(folder)!r})",
        f"name = {suite[5:]!r}",
        "points = None",
        "all_or_nothing = False",
    ]
    for number, (name, points) in enumerate(cases):
        lines += [
            "",
            f"@test_case(points={points}, name={name!r})",
            f"def case_{number}():",
            "    from plain.cases import run_case",
            f"    run_case({suite!r}, {number})",
        ]
    return "\n".join(lines) + "\n"


def _nbgrader_notebook(checks: Checks) -> str:
    """A source notebook of nbgrader's, with an autograder cell for each check."""
    cells = [_cell("import numpy as np")]
    start = (
        f"import sys\nsys.path.insert(0, {str(checks.folder)!r})\nfrom plain.cases import run_case"
    )
    cells.append(_cell(start, "start"))
    for suite, cases in checks.cases.items():
        for number, (_, points) in enumerate(cases):
            text = f"run_case({suite!r}, {number})"
            cells.append(_cell(text, f"{suite}-{number}", points))
    return _notebook(cells)


def _cell(text: str, grade_id: str = "", points: float | None = None) -> dict[str, object]:
    metadata = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": points is not None,
        "locked": True,
        "solution": False,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return {
        "cell_type": "code",
        "id": f"c-{grade_id or 'first'}",
        "metadata": {"nbgrader": metadata} if grade_id else {},
        "execution_count": None,
        "outputs": [],
        "source": text,
    }


def _notebook(cells: Sequence[dict[str, object]]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    document = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1)
