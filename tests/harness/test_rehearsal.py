"""A rehearsal is kept beside the suites, and shortens the way to the same grade."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from grading_fixtures import PASSED, ROOT, children, copy_assignment, grade, untimed
from other_assignment import changed, write_trapezoids

from grader.scripted import Scripted
from grader.sight import Sight
from grader.suite import guard

only_on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="scripts are put ahead on Linux alone"
)
RIGHT = "right"
HANDED_IN = {
    RIGHT: "",
    "another last bit": "\ndef total(x):\n    return float(sum(sorted(x)))\n",
    "wrong": "\ndef total(x):\n    return 2.0 * sum(x)\n",
    "unwritten": "\ndef total(x):\n    raise NotImplementedError\n",
    "hangs": "\ndef total(x):\n    while True:\n        pass\n",
    "ends": "import os\n\ndef total(x):\n    os._exit(0)\n",
    "ends early": "import os\nos._exit(0)\n",
    "changes its argument": "\ndef total(x):\n    x += 1.0\n    return float(x.sum() - x.size)\n",
}

# Right where it finds total at work.
IS_AT_WORK = """
import os, time

def total(x):
    for _ in range(150):
        open("at work", "w").close()
        time.sleep(0.01)
    return x.sum()

is_right = trapezoid

def trapezoid(f, a, b, n):
    time.sleep(0.05)
    return is_right(f, a, b, n) if os.path.exists("at work") else 0.0
"""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment whose limits are short."""
    folder = write_trapezoids(tmp_path_factory.mktemp("kept") / "trapezoids")
    changed(folder, "assignment.toml", "call_s = 30.0", "call_s = 0.5")
    return folder


def kept_by(assignment: Path) -> Path:
    (found,) = assignment.rglob("__pycache__/rehearsal.*")
    return found


def hand_in(assignment: Path, folder: Path, more: str) -> Path:
    folder.mkdir(parents=True)
    right = (assignment / "right" / "areas.py").read_text("utf-8")
    (folder / "areas.py").write_text(right + more, "utf-8")
    return folder


def rehearse(assignment: Path) -> None:
    subprocess.run([sys.executable, "-m", "grader.rehearse", str(assignment)], check=True, cwd=ROOT)


def forget(assignment: Path) -> None:
    for path in assignment.rglob("__pycache__/rehearsal.*"):
        path.unlink()


def without_times(page: str) -> str:
    """A page without its times, and without what follows from them."""
    return re.sub(r"\d+\.\d+ s\b|sha256-[\w+/=]+", "", page)


@pytest.mark.parametrize("name", HANDED_IN)
def test_the_grade_is_the_same_with_a_rehearsal_and_without(
    name: str, assignment: Path, tmp_path: Path
) -> None:
    handed_in = hand_in(assignment, tmp_path / "handed in", HANDED_IN[name])
    forget(assignment)
    without = grade(handed_in, tmp_path / "without", assignment=assignment)
    rehearse(assignment)
    kept = grade(handed_in, tmp_path / "kept", assignment=assignment)

    assert untimed(kept.results) == untimed(without.results)
    assert kept.run.status == without.run.status == 0
    assert not kept.run.left_over
    page, other = (g.folder / "report.html" for g in (kept, without))
    assert len(page.read_text("utf-8")) == pytest.approx(len(other.read_text("utf-8")), abs=20)


def test_the_reference_itself_is_graded_the_same_without_a_suite(
    assignment: Path, tmp_path: Path
) -> None:
    """All answers are right, those to the functions that it asks included: no suite is needed."""
    handed_in = assignment / "answers"
    forget(assignment)
    without = grade(handed_in, tmp_path / "without", assignment=assignment)
    rehearse(assignment)
    kept = grade(handed_in, tmp_path / "kept", assignment=assignment)

    assert untimed(kept.results) == untimed(without.results)
    assert kept.results["score"] == 10
    page, other = ((g.folder / "report.html").read_text("utf-8") for g in (kept, without))
    assert without_times(page) == without_times(other)


def test_no_check_begins_while_another_process_still_asks(tmp_path: Path) -> None:
    """The first check asks back, and fails at once; the last, slow one goes by its script."""
    assignment = write_trapezoids(tmp_path / "trapezoids")
    handed_in = hand_in(assignment, tmp_path / "handed in", IS_AT_WORK)
    rehearse(assignment)
    done = grade(handed_in, tmp_path / "out", assignment=assignment)

    assert {name: t["score"] for name, t in done.checks.items() if t["score"]} == {"total": 3.0}


def test_one_is_kept_the_third_time_that_nothing_has_changed(
    assignment: Path, tmp_path: Path
) -> None:
    """Who changes a suite and tries it, and changes it again, never waits for one."""
    forget(assignment)
    handed_in = assignment / "right"
    sizes = []
    for number in range(4):
        grade(handed_in, tmp_path / str(number), assignment=assignment)
        sizes.append(kept_by(assignment).stat().st_size)

    assert sizes[0] == sizes[1] < 200 < sizes[2] == sizes[3]
    assert kept_by(assignment).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("answers/areas.py", "x.sum()", "2 * x.sum()"),
        ("judges/test_sums.py", "size=5", "size=6"),
        ("assignment.toml", "eight letters", "nine letters"),
        ("conftest.py", "", "import pytest\n"),
        ("judges/data.txt", "", "1 2 3"),
    ],
)
def test_one_of_another_assignment_is_not_gone_by(
    file: str, old: str, new: str, tmp_path: Path
) -> None:
    assignment = write_trapezoids(tmp_path / "trapezoids")
    rehearse(assignment)
    before = kept_by(assignment).read_bytes()
    if not old:
        (assignment / file).write_text("", "utf-8")
    changed(assignment, file, old, new)

    graded = grade(assignment / "right", tmp_path / "out", assignment=assignment)

    assert kept_by(assignment).read_bytes() != before
    assert graded.results["score"] == (7 if file.startswith("answers") else 10)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x93\xa1a\x80\x80"])
def test_a_file_that_is_none_is_no_matter(content: bytes, tmp_path: Path) -> None:
    assignment = write_trapezoids(tmp_path / "trapezoids")
    rehearse(assignment)
    kept_by(assignment).write_bytes(content)

    graded = grade(assignment / "right", tmp_path / "out", assignment=assignment)

    assert graded.results["score"] == 10


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_one_that_somebody_else_has_written_is_not_gone_by(tmp_path: Path) -> None:
    assignment = write_trapezoids(tmp_path / "trapezoids")
    rehearse(assignment)
    rehearsed = kept_by(assignment).read_bytes()
    os.chown(kept_by(assignment), 12345, 12345)
    handed_in = hand_in(assignment, tmp_path / "handed in", HANDED_IN["wrong"])

    grade(handed_in, tmp_path / "out", assignment=assignment)

    assert kept_by(assignment).stat().st_uid == os.geteuid()
    assert kept_by(assignment).read_bytes() != rehearsed


def test_scripts_are_put_before_pytest_is_imported() -> None:
    """That both go on at the same time is what it is for."""
    code = (
        "import sys, grader.grade, grader.rehearsal, grader.sight, grader.submission\n"
        "sys.exit('pytest' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_who_hangs_everywhere_takes_no_longer(tmp_path: Path) -> None:
    """The first script that comes to no answer is the last that is put ahead."""
    assignment = copy_assignment(tmp_path / "assignment", parts=[2], limits={"call_s": 0.5})
    rehearse(assignment)
    source = (ROOT / "benchmarks/cold/frozen/submission/regularization.py").read_text("utf-8")
    names = ("l2", "l1", "elastic_net", "full_loss")
    hanging = "\n".join(f"def {n}(*a, **k):\n    while True:\n        pass\n" for n in names)
    (tmp_path / "handed in").mkdir()
    (tmp_path / "handed in" / "regularization.py").write_text(source + "\n" + hanging, "utf-8")

    began = time.monotonic()
    graded = grade(tmp_path / "handed in", tmp_path / "out", assignment=assignment)
    seconds = time.monotonic() - began

    assert graded.results["score"] == 0
    # Each of four functions is waited for twice at most, and the script once.
    assert seconds < 9 * 0.5 + 8.0


SCRIPTS = {"one": Scripted(SimpleNamespace(functions=()), PASSED, (), sees=False)}


class OtherWall:
    """Stands in for the wall, and counts how often it was renewed."""

    starts = 1
    renewed = 0

    def leave_core(self) -> None:
        """Stay."""

    def rest(self) -> None:
        """Nothing is open."""

    def renew(self) -> None:
        self.renewed += 1


@only_on_linux
def test_should_the_process_ahead_end_the_checks_are_run_behind_a_new_wall() -> None:

    def make_student(_seed: int, _group: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    wall = OtherWall()
    sight = Sight(wall, SCRIPTS, make_student)  # type: ignore[arg-type]

    assert sight.seen() == sight.seen() == {}
    assert wall.renewed == 1


@only_on_linux
@pytest.mark.parametrize("is_waited_for", [False, True])
def test_a_process_ahead_that_nobody_needs_is_ended_at_once(*, is_waited_for: bool) -> None:
    """What breaks before any check begins, or is ended by the guard, leaves the wall to others."""

    def make_student(_seed: int, _group: object) -> Any:
        time.sleep(60.0)

    before = children()
    sight = Sight(OtherWall(), SCRIPTS, make_student)  # type: ignore[arg-type]
    assert children() > before
    began = time.monotonic()
    if is_waited_for:
        guard.begin(0.2)
        try:
            with pytest.raises(guard.Overdue):
                sight.seen()
        finally:
            guard.end()
        assert sight.seen() == {}
    sight.close()
    sight.close()

    assert time.monotonic() - began < 5.0
    assert children() <= before
