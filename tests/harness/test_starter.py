"""`grader new` writes an assignment that holds everything it is to teach."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import main


def run(*arguments: str) -> int:
    """Run a command in a process that has imported no other assignment's reference."""
    command = [sys.executable, "-c", "from grader.cli import main; raise SystemExit(main())"]
    return subprocess.run([*command, *arguments], check=False, capture_output=True).returncode


def score(folder: Path) -> float:
    return float(json.loads((folder / "results.json").read_text("utf-8"))["score"])


def test_a_new_assignment_is_graded_made_into_a_template_and_proven(tmp_path: Path) -> None:
    folder, out = tmp_path / "course", tmp_path / "out"
    where = f"--assignment={folder}"

    assert run("new", str(folder)) == 0
    assert run("grade", str(folder / "reference"), where, f"--out={out}") == 0
    assert score(out) == 10
    assert run("template", where) == 0
    assert (folder / "student_template" / "test_public.py").is_file()
    assert run("grade", str(folder / "student_template"), where, f"--out={out}") == 0
    assert score(out) == 0
    assert run("audit", where, f"--out={out}", "--seeds=3", "--jobs=2") == 0


def test_every_new_assignment_has_a_secret_of_its_own(tmp_path: Path) -> None:
    secrets = set()
    for name in ("one", "two"):
        main(["new", str(tmp_path / name)])
        lines = (tmp_path / name / "assignment.toml").read_text("utf-8").splitlines()
        secrets.add(next(line for line in lines if line.startswith("secret")))

    assert len(secrets) == 2
    assert not any("SECRET" in line for line in secrets)


def test_nothing_is_written_where_something_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("keep")

    assert main(["new", str(tmp_path)]) == 2
    assert "new or empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
