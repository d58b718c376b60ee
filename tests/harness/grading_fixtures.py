"""The grader's command run as a user runs it, on copies of the assignment, and what it leaves."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import Struct

from grader.outcomes import Outcome

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).with_name("grader")
PASSED = Outcome(
    "one", "1.1", "One", "Part", points=Fraction(1), earned=Fraction(1), status="passed"
)
"""What came of a check that passed."""
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_MOMENT_S = 2.0  # for processes whose parent died, to follow it
_LIMIT_S = 120.0  # far above any grade here: only a grader that hangs takes as long


class Run(Struct, frozen=True):
    """A command that has ended, and what became of it."""

    status: int
    printed: str
    complained: str
    left_over: tuple[int, ...]
    """Processes that outlived the command; they are ended by now."""


class Graded(Struct, frozen=True):
    """A graded submission: the command that ran, and the folder with its results."""

    run: Run
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        """What Gradescope would read."""
        document: dict[str, Any] = json.loads((self.folder / "results.json").read_text("utf-8"))
        return document

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        """The tests of results.json by the check's name: `softmax` is `test_softmax`."""
        tests = self.results["tests"]
        return {t["extra_data"]["check"].partition("::test_")[2]: t for t in tests}


def untimed(document: dict[str, Any]) -> dict[str, Any]:
    """All that a results.json says but for times."""
    document.pop("execution_time", None)
    for test in document["tests"]:
        test["extra_data"].pop("seconds", None)
    return document


def notebook_of(*cells: str) -> str:
    """The text of a notebook with these code cells."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {},
            "cells": [
                {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell}
                for cell in cells
            ],
        }
    )


def copy_assignment(
    folder: Path,
    *,
    parts: Sequence[int] = (),
    limits: Mapping[str, float] | None = None,
) -> Path:
    """A copy of the shipped assignment in `folder`: only these parts, with other limits."""
    head, *blocks = (ROOT / "assignment.toml").read_text("utf-8").split("[[parts]]")
    if parts:
        blocks = [blocks[number - 1] for number in parts]
        total = sum(float(_value_of(block, "points")) for block in blocks)
        head = _with(head, "total_points", total)
    for key, value in (limits or {}).items():
        head = _with(head, key, value)
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text("[[parts]]".join([head, *blocks]), "utf-8")
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("reference", "tests/hidden"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
    return folder


def grade(submission: Path, out: Path, *options: str, assignment: Path = ROOT) -> Graded:
    """Grade a submission with the command."""
    arguments = ["grade", str(submission), "--assignment", str(assignment), "--out", str(out)]
    return Graded(run_grader(*arguments, *options), out)


def run_grader(*arguments: str, folder: Path | None = None) -> Run:
    """Run the command to its end, and see which processes it leaves behind."""
    with heir_of_orphans() as before:
        done = subprocess.run(
            [str(GRADER), *arguments],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=_LIMIT_S,
            check=False,
        )
        left_over = still_there(children() - before)
    return Run(done.returncode, done.stdout, done.stderr, left_over)


def plain(markdown: str) -> str:
    """Markdown of results.json as the words that a student reads."""
    return markdown.replace("`", "").replace("**", "").replace("\\", "")


def _with(text: str, key: str, value: float) -> str:
    return text.replace(f"{key} = {_value_of(text, key)}\n", f"{key} = {value:g}\n")


def _value_of(text: str, key: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
    return line.partition(" = ")[2]


@contextlib.contextmanager
def heir_of_orphans() -> Iterator[set[int]]:
    """Whatever loses its parent meanwhile becomes a child of this process, beside those given."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield children()
    finally:
        libc.prctl(_SUBREAPER, 0, 0, 0, 0)


def children() -> set[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def still_there(orphans: set[int]) -> tuple[int, ...]:
    """End the orphans that do not end by themselves within a moment, and name them."""
    deadline = time.monotonic() + _MOMENT_S
    left = sorted(orphans)
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if not _has_ended(pid)]
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return tuple(left)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
