"""A class is graded as each submission alone would be, and nothing that is done is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from grading_fixtures import run_grader
from other_assignment import changed, write_trapezoids

from grader.batch.records import RECORD, Record, read_record
from grader.cli import main

WRONG = "def trapezoid(f, a, b, n):\n    return 0.0\n\ndef total(x):\n    return float(x.sum())\n"
RUN = [sys.executable, "-c", "from grader.cli import main; raise SystemExit(main())"]


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """A small assignment."""
    return write_trapezoids(tmp_path / "assignment")


@pytest.fixture
def school(tmp_path: Path, trapezoids: Path) -> Path:
    """Five submissions: right, wrong, broken, empty, a zip."""
    folder = tmp_path / "handed-in"
    right = (trapezoids / "right" / "areas.py").read_text("utf-8")
    for name, text in (("ada", right), ("bob", WRONG), ("cy", "def total(x:\n")):
        (folder / name).mkdir(parents=True)
        (folder / name / "areas.py").write_text(text, "utf-8")
    (folder / "dee").mkdir()
    (folder / "dee" / "notes.txt").write_text("I was ill.", "utf-8")
    with zipfile.ZipFile(folder / "eve.zip", "w") as archive:
        archive.writestr("homework/areas.py", right)
    return folder


def batch(school: Path, trapezoids: Path, out: Path, *more: str) -> int:
    return main(
        ["batch", str(school), f"--assignment={trapezoids}", f"--out={out}", "--jobs=2", *more]
    )


def records(out: Path) -> dict[str, Record]:
    found = {path.parent.name: read_record(path.parent) for path in out.glob(f"*/{RECORD}")}
    return {name: record for name, record in found.items() if record is not None}


def times(out: Path) -> dict[str, int]:
    return {name: (out / name / RECORD).stat().st_mtime_ns for name in records(out)}


def read(folder: Path) -> dict[str, object]:
    """What a student reads and what they earned; how long it took differs each time."""
    document = json.loads((folder / "results.json").read_text("utf-8"))
    document["execution_time"] = document["extra_data"]["submission"] = ""
    for test in document["tests"]:
        test["extra_data"]["seconds"] = 0
    return dict(document)


def test_a_class_is_graded_as_each_alone(school: Path, trapezoids: Path, tmp_path: Path) -> None:
    assert batch(school, trapezoids, tmp_path / "class") == 0

    scores = {name: record.score for name, record in records(tmp_path / "class").items()}
    assert scores == {"ada": 1000, "bob": 300, "cy": 0, "dee": 0, "eve": 1000}
    for submission in school.iterdir():
        alone = tmp_path / "alone" / submission.stem
        main(["grade", str(submission), f"--assignment={trapezoids}", f"--out={alone}"])
        assert read(alone) == read(tmp_path / "class" / submission.stem)


def test_a_file_named_by_its_student_earns_what_is_in_it(trapezoids: Path, tmp_path: Path) -> None:
    right = (trapezoids / "right" / "areas.py").read_text("utf-8")
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in (("ada", right), ("Bo Lund (2)", WRONG), ("json", right)):
        (folder / f"{name}.py").write_text(text, "utf-8")

    assert batch(folder, trapezoids, tmp_path / "class") == 0

    scores = {name: record.score for name, record in records(tmp_path / "class").items()}
    assert scores == {"ada": 1000, "Bo Lund (2)": 300, "json": 1000}


@pytest.mark.parametrize("form", ["file", "folder"])
def test_what_students_call_their_files_is_not_imported_from_the_class_folder(
    school: Path, trapezoids: Path, tmp_path: Path, form: str
) -> None:
    """A class is graded from within its folder, where Python would look first."""
    came_out = tmp_path / "came-out"
    text = f"open({str(came_out)!r}, 'a').write(__name__)\n"
    for name in ("json", "msgspec", "pytest", "numpy", "grader", "socket", "sitecustomize"):
        path = school / (f"{name}.py" if form == "file" else f"{name}/__init__.py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    options = (f"--assignment={trapezoids}", f"--out={tmp_path / 'class'}", "--jobs=2")
    run = run_grader("batch", ".", *options, folder=school)

    assert run.status == 0, run.complained
    assert not came_out.exists(), came_out.read_text("utf-8")
    assert records(tmp_path / "class")["ada"].score == 1000


def test_a_second_run_grades_nothing_again(
    school: Path, trapezoids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "class"
    batch(school, trapezoids, out)
    before = times(out)
    capsys.readouterr()

    assert batch(school, trapezoids, out) == 0
    assert times(out) == before
    assert "0 graded now, 5 before" in capsys.readouterr().out


def test_only_what_has_changed_is_graded_again(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    out = tmp_path / "class"
    batch(school, trapezoids, out)
    before = times(out)
    (school / "bob" / "areas.py").write_text(WRONG.replace("0.0", "1.0"), "utf-8")

    batch(school, trapezoids, out)

    assert {name for name, time in times(out).items() if time != before[name]} == {"bob"}


def test_a_mended_suite_says_whose_score_changes_and_where_to_read_more(
    school: Path, trapezoids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    batch(school, trapezoids, first)
    # The reference forgets the last number: whoever adds up all of them loses the points.
    changed(trapezoids, "answers/areas.py", "x.sum()", "x[:-1].sum()")
    capsys.readouterr()

    assert batch(school, trapezoids, second, f"--against={first}") == 0

    said = capsys.readouterr().out
    assert "3 scores changed, 2 as before." in said
    assert "ada: 10 → 7 (−3)  by 9.1" in said
    assert f"Changes: {second / 'changes.html'}" in said
    assert (second / "changes.html").is_file()
    assert "test_sums::test_total" in (second / "changes.csv").read_text("utf-8-sig")


def test_what_changed_against_an_earlier_batch_does_not_outlive_its_run(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    """The files would be taken for what this run has found."""
    first, second = tmp_path / "first", tmp_path / "second"
    batch(school, trapezoids, first)
    batch(school, trapezoids, second, f"--against={first}")
    assert (second / "changes.html").is_file()
    for name in ("changes.csv", "changes.html"):
        (first / name).write_text("somebody's own", "utf-8")

    for out in (first, second):
        batch(school, trapezoids, out)

    assert [p.name for p in tmp_path.glob("*/changes.*") if p.parent == second] == []
    assert (first / "changes.csv").read_text("utf-8") == "somebody's own"
    assert (first / "changes.html").read_text("utf-8") == "somebody's own"


@pytest.mark.parametrize("what", ["suite", "reference", "settings", "seed"])
def test_another_assignment_or_seed_has_everything_graded_again(
    what: str, school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    out = tmp_path / "class"
    batch(school, trapezoids, out)
    before = times(out)
    if what == "suite":
        changed(trapezoids, "judges/test_sums.py", "size=5", "size=6")
    elif what == "reference":
        path = trapezoids / "answers" / "areas.py"
        path.write_text(path.read_text("utf-8") + "\n# A comment.\n", "utf-8")
    elif what == "settings":
        changed(trapezoids, "assignment.toml", "call_s = 30.0", "call_s = 29.0")

    batch(school, trapezoids, out, *(["--seed=7"] if what == "seed" else []))

    assert all(time != before[name] for name, time in times(out).items())


def test_a_batch_that_was_killed_goes_on_where_it_stopped(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    out = tmp_path / "class"
    for number in range(12):
        shutil.copytree(school / "bob", school / f"bob-{number}")
    command = [*RUN, "batch", str(school), f"--assignment={trapezoids}", f"--out={out}", "--jobs=1"]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    while len(times(out)) < 3 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    _wait_until_nobody_writes(out)
    before = times(out)

    assert 3 <= len(before) < 17
    for path in out.glob("*/results.json"):
        json.loads(path.read_text("utf-8"))
    assert batch(school, trapezoids, out) == 0
    after = times(out)
    assert len(after) == 17
    assert {name: after[name] for name in before} == before
    assert not list(out.glob("*/.*.json.*"))


def test_a_batch_that_is_stopped_ends_at_once_and_leaves_nothing_running(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    (school / "ada" / "areas.py").write_text("while True:\n    pass\n", "utf-8")
    for number in range(12):
        shutil.copytree(school / "ada", school / f"ada-{number}")
    out = tmp_path / "class"
    command = [*RUN, "batch", str(school), f"--assignment={trapezoids}", f"--out={out}", "--jobs=2"]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not list(out.glob("ada*")) and process.poll() is None:
        time.sleep(0.01)
    lanes = _children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "Stopped" in said
    assert "Traceback" not in said
    assert len(lanes) == 2
    assert not [pid for pid in lanes if Path(f"/proc/{pid}").exists()]
    assert not (out / ".work").exists()


def test_a_grader_that_is_killed_costs_nobody_their_grade(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    out = tmp_path / "class"
    for number in range(8):
        shutil.copytree(school / "ada", school / f"ada-{number}")
    command = [*RUN, "batch", str(school), f"--assignment={trapezoids}", f"--out={out}", "--jobs=2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while len(times(out)) < 2 and process.poll() is None:
        time.sleep(0.01)
    lanes = [pid for pid in _children(process.pid) if "grader.batch.lane" in _command(pid)]
    os.kill(lanes[0], signal.SIGKILL)
    _, said = process.communicate()

    assert process.returncode == 0, said
    assert {record.status for record in records(out).values()} == {"graded"}
    assert len(records(out)) == 13


def test_what_cannot_be_read_or_graded_is_one_students_problem(
    school: Path, trapezoids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (school / "fay.zip").write_bytes(b"PK\x03\x04 no zip at all")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "bob").write_text("a file where bob's folder should be")

    assert batch(school, trapezoids, tmp_path / "class") == 1

    said = capsys.readouterr().err
    assert "bob" in said
    assert records(tmp_path / "class")["ada"].score == 1000
    assert records(tmp_path / "class")["eve"].score == 1000


def test_a_full_disk_is_said_and_a_later_run_makes_up_for_it(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    out = tmp_path / "class"
    command = [*RUN, "batch", str(school), f"--assignment={trapezoids}", f"--out={out}", "--jobs=1"]
    # No file may become larger than this: as on a full disk, to write fails in the middle.
    shell = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *command]
    # Python itself would keep bytecode that is cut off.
    kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(shell, capture_output=True, text=True, check=False, env=kept)

    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "ada" in run.stderr
    assert "File too large" in run.stderr
    assert batch(school, trapezoids, out) == 0
    assert records(out)["ada"].score == 1000


def test_a_broken_assignment_is_told_once(
    school: Path, trapezoids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(trapezoids, "answers/areas.py", "def total", "def total(:\n\ndef total2")

    assert batch(school, trapezoids, tmp_path / "class") == 1
    assert "the reference could not be imported" in capsys.readouterr().err


def test_results_inside_of_the_submissions_are_refused(
    school: Path, trapezoids: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(school, trapezoids, school / "results") == 2
    assert "apart from the submissions" in capsys.readouterr().err
    assert not (school / "results").exists()


def test_students_have_data_of_their_own_where_the_assignment_says_so(
    trapezoids: Path, tmp_path: Path
) -> None:
    toml = trapezoids / "assignment.toml"
    toml.write_text("per_student = true\n" + toml.read_text("utf-8"), "utf-8")
    export = _export(tmp_path, trapezoids, ["ada@example.edu", "Bob@example.edu"])
    out = tmp_path / "class"
    assert batch(export, trapezoids, out) == 0

    seeds = {name: record.seed for name, record in records(out).items()}
    assert len(set(seeds.values())) == 2
    grade = ["grade", f"--assignment={trapezoids}"]
    for name, seed in seeds.items():
        alone = tmp_path / "alone" / name
        submission = export / name
        main([*grade, str(submission), f"--out={alone}", f"--seed={seed}"])
        assert read(alone) == read(out / name)
    # Gradescope says who handed in, in a file beside the submission.
    metadata = tmp_path / "submission_metadata.json"
    metadata.write_text('{"users": [{"email": "bob@example.edu", "id": 3}]}', "utf-8")
    there = tmp_path / "there"
    main([*grade, str(export / "submission_2"), f"--out={there}", f"--metadata={metadata}"])
    assert read(there) == read(out / "submission_2")


def _export(tmp_path: Path, trapezoids: Path, emails: list[str]) -> Path:
    export = tmp_path / "assignment_1_export"
    lines = []
    for number, email in enumerate(emails, 1):
        name = f"submission_{number}"
        shutil.copytree(trapezoids / "right", export / name)
        lines += [f"{name}:", "  :submitters:", f"  - :name: Student {number}"]
        lines += [f"    :sid: '00{number}'", f"    :email: {email}"]
        lines += ["  :created_at: 2026-09-21 10:11:12.000000000 Z"]
    (export / "submission_metadata.yml").write_text("\n".join(lines), "utf-8")
    return export


def _children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _wait_until_nobody_writes(out: Path) -> None:
    """A lane ends when its batch is gone, but not at once."""
    for _ in range(100):
        before = times(out)
        time.sleep(0.3)
        if times(out) == before:
            return
