"""What the layers of isolation cost: whole grades with all of them and without, in turns.

    python benchmarks/isolation.py [--runs 15]

Each run is a new process that grades the reference. Without the layers the two processes, the
protocol and the forks stay as they are: what is compared is the layers alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = """
import sys
from grader.cli import main
sys.exit(main(["grade", "reference", "--out", sys.argv[1]]))
"""
WITHOUT = """
import os
from grader.sandbox import isolation

def stay_open(plan, parent):
    os.chdir(plan.scratch)
    return ["everything: this is a benchmark"]

isolation.shut_in = stay_open
isolation.shut_worker = lambda *_, **_kw: None
isolation.limit_worker = lambda *_: None
isolation.own_descriptors = lambda *_: None
"""


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="counted runs of each")
    runs = parser.parse_args().runs
    kinds = {"all layers": GRADE, "no layers": WITHOUT + GRADE}
    wall: dict[str, list[float]] = {kind: [] for kind in kinds}
    processor: dict[str, list[float]] = {kind: [] for kind in kinds}
    for run in range(runs + 1):
        for kind in sorted(kinds, reverse=run % 2 == 1):
            took = grade(kinds[kind])
            if run:  # the first fills caches
                wall[kind].append(took[0])
                processor[kind].append(took[1])
    print(f"{runs} grades of each, in turns; medians (least to most) in seconds")
    print(f"{'':12}{'wall clock':>24}{'processor':>24}")
    for kind in kinds:
        print(f"{kind:<12}{spread(wall[kind]):>24}{spread(processor[kind]):>24}")
    ratios = [
        statistics.median(times["all layers"]) / statistics.median(times["no layers"])
        for times in (wall, processor)
    ]
    print(f"{'ratio':<12}{ratios[0]:>24.2f}{ratios[1]:>24.2f}")
    return 0


def grade(code: str) -> tuple[float, float]:
    """Wall clock and processor time of one grade with all that it starts. [s]."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [sys.executable, "-c", code, out],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def spread(times: list[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


if __name__ == "__main__":
    sys.exit(main())
