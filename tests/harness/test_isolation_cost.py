"""What the layers cost is measured against grades that are whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_benchmark_of_the_layers_grades_with_them_and_without() -> None:
    """It ends with an error if either grade does; how long they take here proves nothing."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "isolation.py"), "--runs", "1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-500:]
    assert re.search(r"^all layers .*\nno layers .*\nratio ", ran.stdout, re.MULTILINE)
