"""Benchmark of a cold grade: `grader grade` beside plain pytest, the same checks, side by side.

    python benchmarks/cold.py [--runs 15] [--style dataclasses_and_types] [--out DIR]
    python benchmarks/cold.py --freeze

The rival, in `cold/`, is what a course does without the grader: pytest with pytest-timeout and a
conftest that writes results.json; the suites import the student's modules in the same process.
What it needs is frozen there, so that it does not become slower or faster with the grader. When
the suites change, `--freeze` copies them anew: both have to come to the same points for each check.

Every run is a new process, from the command to the last file. The runs take turns, and the
first three of each are not counted: they write the bytecode, and the grader's rehearsal of the
reference. A submission of the reference's own code answers as that does, bit for bit; `--style`
hands in another right solution, which does not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
RIVAL = ROOT / "benchmarks" / "cold"
FROZEN = RIVAL / "frozen"
OWN = FROZEN / "submission"
UNCOUNTED = 3
# What a suite imports of the grader's, and where the rival has it.
OURS = {
    "from grader.suite import": "from plain.marks import",
    "from grader.outcomes import": "from plain.student import",
}


class Cost(NamedTuple):
    """What one run took, with all the processes that it started, in seconds."""

    wall: float
    processor: float


def main() -> None:
    """Run the benchmark, or freeze the suites for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15, help="counted runs of each")
    parser.add_argument("--freeze", action="store_true", help="copy the suites and the reference")
    parser.add_argument("--style", help="a complete solution of tests/right, not the reference's")
    parser.add_argument("--out", type=Path, help="keep what the runs write here")
    options = parser.parse_args()
    if options.freeze:
        freeze()
        return
    with tempfile.TemporaryDirectory(prefix="cold-") as folder:
        handed_in = ROOT / "tests" / "right" / options.style if options.style else OWN
        race(handed_in, options.out or Path(folder), options.runs)


def race(submission: Path, out: Path, runs: int) -> None:
    """Let both take turns, and print what they cost."""
    places = {"grader": out / "grader", "pytest": out / "pytest"}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    commands = {
        "grader": _grader(submission, places["grader"]),
        "pytest": plain_pytest(submission, places["pytest"]),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(runs + UNCOUNTED):
        # Who comes first changes, should the first of a pair have it easier.
        for name in sorted(commands, reverse=turn % 2 == 1):
            cost = _run(commands[name])
            if turn >= UNCOUNTED:
                costs[name].append(cost)
        if turn == 0:
            checks = _require_same_points(places)
    _print_table(costs, checks, runs)


def freeze() -> None:
    """Copy the suites, the reference and a right submission to where the rival has its own."""
    shutil.rmtree(FROZEN, ignore_errors=True)
    suites, reference, submission = (FROZEN / n for n in ("suites", "reference", "submission"))
    for folder in (suites, reference, submission):
        folder.mkdir(parents=True)
    for path in sorted((ROOT / "tests" / "hidden").glob("test_*.py")):
        text = path.read_text("utf-8")
        for before, after in OURS.items():
            text = text.replace(before, after)
        if re.search(r"^\s*(from|import) grader", text, re.MULTILINE):
            sys.exit(f"{path.name}: imports more of the grader's than the rival has.")
        (suites / path.name).write_text(text, "utf-8")
    for path in sorted((ROOT / "reference").glob("*.py")):
        text = path.read_text("utf-8")
        (reference / path.name).write_text(text, "utf-8")
        if path.name != "__init__.py":
            flat = re.sub(r"^from \.(\w+) import", r"from \1 import", text, flags=re.MULTILINE)
            (submission / path.name).write_text(flat, "utf-8")
    shutil.copy(ROOT / "grader" / "suite" / "problems.py", FROZEN)
    print(f"frozen: {len(list(FROZEN.rglob('*.py')))} files in {FROZEN.relative_to(ROOT)}")


def _grader(submission: Path, out: Path) -> list[str]:
    start = "from grader.cli import run; run()"
    command = [sys.executable, "-c", start, "grade", str(submission)]
    return [*command, f"--assignment={ROOT}", f"--out={out}"]


def plain_pytest(submission: Path, out: Path) -> list[str]:
    """The command that grades a submission with pytest alone, to be run in RIVAL."""
    command = [sys.executable, "-m", "pytest", "-q", "-ppytest_timeout", "--timeout=20"]
    # It would leave its notes beside the frozen files, and has no second run to use them in.
    command += ["-pno:cacheprovider", f"--config-file={RIVAL / 'pytest.ini'}", f"--rootdir={RIVAL}"]
    command += [f"--submission={submission}", f"--results={out / 'results.json'}"]
    return [*command, *map(str, sorted((FROZEN / "suites").glob("test_*.py")))]


def _run(command: list[str]) -> Cost:
    # One BLAS thread for both: what more of them cost or save is the machine's, not the graders'.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=RIVAL, env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(
            f"{' '.join(command)}\nended with status {done.returncode}:\n"
            f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _require_same_points(places: dict[str, Path]) -> int:
    """Number of checks. Ends the benchmark unless both have graded them, with full points."""
    points = {}
    for name, place in places.items():
        tests = json.loads((place / "results.json").read_text("utf-8"))["tests"]
        points[name] = {
            test["extra_data"]["check"]: (round(test["score"], 1), round(test["max_score"], 1))
            for test in tests
        }
    ours, theirs = points["grader"], points["pytest"]
    differing = sorted(
        check for check in ours.keys() | theirs.keys() if ours.get(check) != theirs.get(check)
    )
    lost = sorted(check for check, (score, most) in ours.items() if score != most)
    if differing or lost:
        sys.exit(
            f"The two do not grade alike: {', '.join((differing or lost)[:5])}. "
            "If the suites have changed, freeze them anew: benchmarks/cold.py --freeze"
        )
    return len(ours)


def _print_table(costs: dict[str, list[Cost]], checks: int, runs: int) -> None:
    print(f"{checks} checks, {runs} runs of each, in turns; medians (least to most) in seconds")
    print(f"{'':8}{'wall clock':>24}{'processor':>24}")
    for name, found in costs.items():
        columns = ([c.wall for c in found], [c.processor for c in found])
        texts = [f"{median(t):.2f} ({min(t):.2f} to {max(t):.2f})" for t in columns]
        print(f"{name:8}{texts[0]:>24}{texts[1]:>24}")
    ours, theirs = costs["grader"], costs["pytest"]
    wall = median(c.wall for c in ours) / median(c.wall for c in theirs)
    processor = median(c.processor for c in ours) / median(c.processor for c in theirs)
    print(f"{'ratio':8}{wall:>24.2f}{processor:>24.2f}")


if __name__ == "__main__":
    main()
