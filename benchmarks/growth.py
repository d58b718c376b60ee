"""What a large class costs beside a small one: memory, processor time, bytes, all by submission.

    python benchmarks/growth.py [--few 50] [--many 2000] [--jobs 2]

Both are graded by `grader batch` with a small assignment, so that what the batch itself does weighs
most. While it runs, memory and processor time of all its processes are read from /proc (Linux).
The trend is a line through ten equal shares of the large class, the first 50 submissions left out.
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
    parser.add_argument("--few", type=int, default=50)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.many < 4 * _START:
        parser.error(f"--many: expected at least {4 * _START}, got {options.many}")
    print(f"{'submissions':>11}{'processor s':>13}{'each ms':>9}{'kB each':>9}{'again s':>9}")
    for count in (options.few, options.many):
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            course = watch(Path(folder), count, options.jobs)
        processor = course.samples[-1].processor_s
        print(
            f"{count:11}{processor:13.1f}{1e3 * processor / count:9.1f}"
            f"{course.written / count / 1e3:9.1f}{course.again_s:9.1f}"
        )
    _print_trend(course, options.many)


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


def _print_trend(course: Course, count: int) -> None:
    """Memory and cost by shares of the class."""
    samples = [each for each in course.samples if each.done >= _START]
    edges = np.linspace(_START, count, _SHARES + 1)
    at = [each.done for each in samples]
    processor = np.interp(edges, at, [each.processor_s for each in samples])
    each = 1e3 * np.diff(processor) / np.diff(edges)
    memory = [
        median([s.resident / 2**20 for s in samples if low <= s.done <= high] or [np.nan])
        for low, high in pairwise(edges)
    ]
    print(f"\n{'submissions':>11}{'processor ms each':>19}{'memory MB':>11}")
    for high, cost, resident in zip(edges[1:], each, memory, strict=True):
        print(f"{high:11.0f}{cost:19.1f}{resident:11.0f}")
    middles = (edges[1:] + edges[:-1]) / 2
    for name, values in (("processor", each), ("memory", np.array(memory))):
        slope, base = np.polyfit(middles, values, 1)
        first, last = base + slope * _START, base + slope * count
        print(f"{name} from {_START} to {count}: {100 * (last / first - 1):+.1f}% by the trend")
    last = course.samples[-1]
    end = next(each for each in course.samples if each.done >= count)
    print(
        f"after the last submission: {last.seconds - end.seconds:.1f} s, "
        f"{last.processor_s - end.processor_s:.1f} of the processor; most memory at any moment: "
        f"{max(each.resident for each in course.samples) / 2**20:.0f} MB"
    )


if __name__ == "__main__":
    main()
