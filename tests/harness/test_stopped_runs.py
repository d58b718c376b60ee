"""A run that is stopped leaves valid results and no process."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from grading_fixtures import GRADER, children, grade, heir_of_orphans, plain, still_there
from other_assignment import changed, write_trapezoids

PARTIAL_S = 0.6  # results.json is written at most twice a second


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """The folder of the other assignment, with submissions beside it."""
    return write_trapezoids(tmp_path / "trapezoids")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_run_leaves_what_was_graded_so_far(trapezoids: Path, how: signal.Signals) -> None:
    """Gradescope ends a container that takes too long; what it finds then must be valid."""
    changed(trapezoids, "endless/areas.py", "PAUSE", str(PARTIAL_S))

    status, left_over, document = stop_when_graded(trapezoids, how, after=["lines", "squares[5]"])

    assert status != 0
    assert left_over == ()
    assert document["score"] == 7
    assert sum(test["max_score"] for test in document["tests"]) == 10
    assert document["extra_data"]["complete"] is False
    assert "Grading did not finish." in plain(document["output"])
    assert {path.name for path in (trapezoids / "out").iterdir()} == {"results.json"}


def test_stopped_run_leaves_even_what_was_graded_just_before(trapezoids: Path) -> None:
    changed(trapezoids, "endless/areas.py", "PAUSE", "0")

    _, _, document = stop_when_graded(trapezoids, signal.SIGKILL, after=[])

    assert document["score"] == 7


def test_results_that_cannot_be_kept_for_a_while_cost_nobody_a_check(trapezoids: Path) -> None:
    """A disk may be full for a moment, while student code is slow."""
    out = str(trapezoids / "out")
    call = '    got = student.call("areas.trapezoid"'
    away = f"    import os\n    if n == 2:\n        os.rename({out!r}, {out + '-'!r})\n"
    back = f"    if n == 5:\n        os.rename({out + '-'!r}, {out!r})\n"
    changed(trapezoids, "judges/test_quadrature.py", call, f"{away}{back}{call}")
    slow = "import time\n\n\ndef trapezoid(f, a, b, n):\n    time.sleep(1.0 * (n == 2))\n"
    changed(trapezoids, "right/areas.py", "\ndef trapezoid(f, a, b, n):\n", slow)

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 0
    assert graded.results["score"] == 10


def stop_when_graded(
    folder: Path, how: signal.Signals, after: list[str]
) -> tuple[int, tuple[int, ...], dict[str, Any]]:
    """Stop a run on the endless submission: its status, what outlives it, its results.json."""
    results = folder / "out" / "results.json"
    command = [str(GRADER), "grade", "endless", "--out", "out"]
    with heir_of_orphans() as before:
        run = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(results, after)
        # By now the endless check runs.
        time.sleep(0.3 if after else 3.0)
        run.send_signal(how)
        run.wait(10)
        left_over = still_there(children() - before)
    return run.returncode, left_over, json.loads(results.read_text("utf-8"))


def wait_for(results: Path, checks: list[str]) -> None:
    """Wait until these checks stand in results.json."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        text = results.read_text("utf-8") if results.exists() else ""
        if text and all(f"::test_{check}" in text for check in checks):
            return
        time.sleep(0.02)
    raise AssertionError(f"{checks} were never graded")
