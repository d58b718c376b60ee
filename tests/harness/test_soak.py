"""A class with bad homework in it, whose batch is killed, loses and leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parent / "soak.py"


def test_a_killed_batch_with_bad_homework_loses_and_leaves_nothing() -> None:
    """`make soak` is the long form, with a class of 500."""
    options = ["--small", "--count=24", "--bad=6", "--kills=2", "--alone=2"]
    run = subprocess.run(
        [sys.executable, str(SOAK), *options], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "24 submissions, 6 of them bad, killed 2 times" in run.stdout
    assert ": 0 troubles" in run.stdout
