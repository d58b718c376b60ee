"""What explanations cost: a submission with ten mistakes, graded with them and without.

    python benchmarks/diagnosis.py [--runs 5]

The submission is the reference with ten of its functions written wrongly, in words that the
registry of known mistakes does not have. Each run is a new process that grades it whole. On a
machine that has something else to do, the processor time says more than the clock.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
UNSEEN = ROOT / "tests" / "unseen"
MISTAKES = {
    "svm": ["right class kept", "squared hinge"],
    "softmax": ["logarithm after underflow", "penalty's slope within the mean"],
    "scores": ["a convex combination"],
    "gradients": ["centred, over one step"],
    "search": ["walks from the best"],
    "descent": ["corrected averages kept"],
    "optimizers": ["no look ahead", "two: no correction, small number in the root"],
}
GRADE = """
import functools, sys
from grader.suite import grading
if sys.argv[2] == "without":
    grading.RunSettings = functools.partial(grading.RunSettings, explain=False)
from grader.cli import main
sys.exit(main(["grade", sys.argv[1], "--out", sys.argv[3]]))
"""
LIMIT_S = 2.0


def main() -> int:
    """Print the medians, and fail if the difference is above the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each")
    runs = parser.parse_args().runs
    took: dict[str, list[float]] = {"without": [], "with": []}
    worked: dict[str, list[float]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as folder:
        submission = hand_in(Path(folder) / "submission")
        named = 0
        for run in range(runs + 1):
            for kind in sorted(took, reverse=run % 2 == 1):
                out = Path(folder) / f"{kind}{run}"
                began = processor_s()
                took_s = grade(submission, kind, out)
                if run:  # the first fills caches
                    took[kind].append(took_s)
                    worked[kind].append(processor_s() - began)
            named = count_named(Path(folder) / f"with{run}" / "results.json")
    for kind, seconds in took.items():
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        work = f"{statistics.median(worked[kind]):.2f} s of processors"
        print(
            f"{kind + ' explanations':<22}{statistics.median(seconds):6.2f} s  ({spread}), {work}"
        )
    more, work_more = (
        statistics.median(seconds["with"]) - statistics.median(seconds["without"])
        for seconds in (took, worked)
    )
    limit = f"limit {LIMIT_S:g}; {work_more:.2f} s of processors; {named} checks are explained"
    print(f"{'difference':<22}{more:6.2f} s  ({limit})")
    return int(more >= LIMIT_S)


def processor_s() -> float:
    """Processor time of all runs so far, with all processes that they started. [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hand_in(folder: Path) -> Path:
    """Write the reference's modules with ten mistakes in them."""
    folder.mkdir()
    texts = {path.stem: path.read_text("utf-8") for path in (ROOT / "reference").glob("*.py")}
    for name, wanted in MISTAKES.items():
        cases = msgspec.toml.decode((UNSEEN / f"{name}.toml").read_bytes())["mistakes"]
        for case in cases:
            if case["name"] in wanted:
                texts[case["function"].partition(".")[0]] += f"\n\n{case['text']}"
    for module, text in texts.items():
        if not module.startswith("_"):
            (folder / f"{module}.py").write_text(text.replace("from .", "from "), "utf-8")
    return folder


def grade(submission: Path, kind: str, out: Path) -> float:
    """Wall clock of one grade. [s]."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", GRADE, str(submission), kind, str(out)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def count_named(results: Path) -> int:
    """How many checks were put down to a known mistake or to an earlier function."""
    tests = msgspec.json.decode(results.read_bytes())["tests"]
    return sum(bool({"mistake", "cascade"} & set(t["extra_data"]["kinds"])) for t in tests)


if __name__ == "__main__":
    sys.exit(main())
