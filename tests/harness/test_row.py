"""Submissions graded one after another: nothing of one is there for the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.run import playable_users

ROOT = Path(__file__).resolve().parents[2]


def graded_in_a_row(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.attacks.row", "--users", playable_users()[0], *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_left_and_honest_submissions_score_as_alone() -> None:
    """`make redteam` grades 200."""
    ran = graded_in_a_row("--count", "12")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "12 submissions, 4 of them hostile" in ran.stdout
    assert "0 left-overs or differences" in ran.stdout


def test_nothing_of_a_class_is_left() -> None:
    ran = graded_in_a_row("--count", "6", "--batch")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "a class of 6, 2 of them hostile" in ran.stdout


@pytest.mark.parametrize(
    ("hostile", "without", "seen"),
    [
        ("escape/double_fork", "seccomp, once loaded; sweep", "processes"),
        ("leak/shared_memory", "seccomp, always; namespaces", "shared memory"),
        ("leak/file_for_the_next_student", "landlock; own user", "shared files"),
    ],
)
def test_what_is_left_would_be_seen(hostile: str, without: str, seen: str) -> None:
    ran = graded_in_a_row("--count", "3", "--hostile", hostile, "--without", without)

    assert ran.returncode == 1
    assert f"3, after {hostile}: {seen}" in ran.stdout
