"""What a large class costs beside a small one: memory, processor time, bytes, all by submission.

    python benchmarks/growth.py [--many 2000] [--jobs 2]

Both are graded by `grader batch` with a small assignment, so that what the batch itself does weighs
most. While it runs, memory and processor time of all its processes are read from /proc (Linux).
The large class is looked at in ten equal shares, the first 50 submissions left out. A small class,
of 50 and one share, is graded before it and after it: whatever else the machine does makes all of
them slower, so the large one's first share is compared with the small class before, and its last
with the small class after.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "harness")]

from other_assignment import TRAPEZOIDS, write_trapezoids  # noqa: E402 - found only now

_START = 50
"""Submissions after which everything that is imported late is there."""
_EVERY_S = 0.2
_SHARES = 10
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Sample(NamedTuple):
    """The state of a running batch."""

    done: int
    seconds: float
    processor_s: float
    resident: int
    """Bytes of all its processes, those that they share counted for each."""


class Course(NamedTuple):
    """How a batch went, from its start to its end."""

    samples: list[Sample]
    written: int
    again_s: float
    """How long it took to run once more, with nothing to grade."""


def main() -> None:
    """Run both classes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.many < 10 * _START:
        parser.error(f"--many: expected at least {10 * _START}, got {options.many}")
    few = _START + (options.many - _START) // _SHARES
    print(f"{'submissions':>11}{'processor s':>13}{'each ms':>9}{'kB each':>9}{'again s':>9}")
    before, large, after = (_course_of(count, options.jobs) for count in (few, options.many, few))
    shares = _costs(large, options.many, _SHARES)
    _print_shares(large, options.many, shares)
    ratios = [
        share / _costs(small, few, 1)[0] - 1
        for share, small in ((shares[0], before), (shares[-1], after))
    ]
    print(
        f"processor for each, beside a small class at the same time: {100 * ratios[0]:+.1f}% in "
        f"the first share, {100 * ratios[1]:+.1f}% in the last"
    )


def _course_of(count: int, jobs: int) -> Course:
    """Grade a class of this size in a folder that is removed, and say what it came to."""
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        course = watch(Path(folder), count, jobs)
    processor = course.samples[-1].processor_s
    print(
        f"{count:11}{processor:13.1f}{1e3 * processor / count:9.1f}"
        f"{course.written / count / 1e3:9.1f}{course.again_s:9.1f}",
        flush=True,
    )
    return course


def watch(work: Path, count: int, jobs: int) -> Course:
    """Grade a class of this size, twice, and watch the first time."""
    assignment = write_trapezoids(work / "assignment")
    handed_in, out = work / "handed-in", work / "out"
    _hand_in(handed_in, count)
    start = "from grader.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", start, "batch", str(handed_in), f"--assignment={assignment}"]
    command += [f"--out={out}", f"--jobs={jobs}", "--quiet"]
    began = time.monotonic()
    samples: list[Sample] = []
    with subprocess.Popen(command, cwd=ROOT) as process:
        while process.poll() is None:
            if found := _sample(process.pid, out, time.monotonic() - began):
                samples.append(found)
            time.sleep(_EVERY_S)
    if process.returncode != 0:
        sys.exit(f"the batch ended with status {process.returncode}")
    written = sum(path.lstat().st_size for path in out.rglob("*"))
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True)
    return Course(samples, written, time.monotonic() - began)


def _hand_in(folder: Path, count: int) -> None:
    """Right and wrong solutions in turn, no two of them alike."""
    for number in range(count):
        text = TRAPEZOIDS[("right" if number % 3 else "rectangles") + "/areas.py"]
        place = folder / f"student-{number:05}"
        place.mkdir(parents=True)
        (place / "areas.py").write_text(f"{text}\n\nNUMBER = {number}\n", "utf-8")


def _sample(root: int, out: Path, seconds: float) -> Sample | None:
    """Add up all the batch's processes; None when it is ending."""
    parents: dict[int, int] = {}
    costs: dict[int, tuple[float, int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        pid = int(folder.name)
        try:
            text = (folder / "stat").read_text("utf-8")
        except OSError:  # it has ended
            continue
        # The name of a process may hold blanks and brackets.
        fields = text.rpartition(")")[2].split()
        parents[pid] = int(fields[1])
        # Its own time and that of the children that it has waited for.
        costs[pid] = sum(map(int, fields[11:15])) / _TICKS, int(fields[21]) * _PAGE
    ours = [pid for pid in parents if _descends(pid, root, parents)]
    if root not in ours or not out.is_dir():
        return None
    done = sum(not path.name.startswith(".") for path in out.iterdir())
    return Sample(
        done, seconds, sum(costs[pid][0] for pid in ours), sum(costs[pid][1] for pid in ours)
    )


def _descends(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid != root and pid in parents:
        pid = parents[pid]
    return pid == root


def _costs(course: Course, count: int, shares: int) -> list[float]:
    """Processor time of a submission in each share of the class, in ms."""
    # What comes when all have begun, the class page and the end of the processes, is told apart.
    samples = [each for each in course.samples if _START <= each.done < count]
    edges = np.linspace(samples[0].done, samples[-1].done, shares + 1)
    processor = np.interp(edges, [s.done for s in samples], [s.processor_s for s in samples])
    return [float(cost) for cost in 1e3 * np.diff(processor) / np.diff(edges)]


def _print_shares(course: Course, count: int, costs: list[float]) -> None:
    """Memory and cost by shares of the class."""
    edges = np.linspace(_START, count, _SHARES + 1)
    memory = [
        median([s.resident / 2**20 for s in course.samples if low <= s.done <= high] or [np.nan])
        for low, high in pairwise(edges)
    ]
    print(f"\n{'submissions':>11}{'processor ms each':>19}{'memory MB':>11}")
    for high, cost, resident in zip(edges[1:], costs, memory, strict=True):
        print(f"{high:11.0f}{cost:19.1f}{resident:11.0f}")
    last = course.samples[-1]
    end = next(each for each in course.samples if each.done >= count)
    print(
        f"after the last had begun: {last.seconds - end.seconds:.1f} s, "
        f"{last.processor_s - end.processor_s:.1f} of the processor; most memory at any moment: "
        f"{max(each.resident for each in course.samples) / 2**20:.0f} MB"
    )


if __name__ == "__main__":
    main()
