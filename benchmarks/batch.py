"""Benchmark of a class: `grader batch` beside plain pytest, otter-grader and nbgrader.

    python benchmarks/batch.py [--runs 3] [--count 120] [--peers 4] [--cache DIR]

Submissions per minute, on the same checks and the same simulated class, in turns within one run.
The clock runs from the command to the last file, all processes' work counts. otter-grader and
nbgrader are installed into environments of their own below the cache folder (some 900 MB), with
the frozen suites of `cold/` as tests of their own kind (see peers.py); since they are slow they
get fewer submissions of the class. Neither walls a submission off nor says what was mistaken.
What the checks themselves cost, with neither a wall nor a page, is what unwalled.py measures.

Every tool grades a right solution first, which is not counted: it has to come to full points.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple, Protocol

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.cold import RIVAL, plain_pytest  # noqa: E402 - a script finds it only now
from benchmarks.peers import (  # noqa: E402 - likewise
    NbGrader,
    Otter,
    PeerFailed,
    Submission,
    install,
    lay_out_checks,
)
from benchmarks.simulated_class import simulate  # noqa: E402 - likewise

FULL = 100.0


class Tool(Protocol):
    """Something that grades submissions."""

    def prepare(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Lay out what it needs; not timed."""

    def grade(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Grade all; timed."""

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each, by name."""


class Runner(NamedTuple):
    """A tool in the race, how many submissions it grades at once, and how many in a turn."""

    label: str
    tool: Tool
    at_once: int
    share: int


class Cost(NamedTuple):
    """What one turn took, with all the processes that it started."""

    submissions: int
    wall_s: float
    processor_s: float

    @property
    def rate(self) -> float:
        """Submissions per minute."""
        return 60 * self.submissions / self.wall_s

    @property
    def each_s(self) -> float:
        """Processor seconds for a submission."""
        return self.processor_s / self.submissions


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="turns")
    parser.add_argument("--count", type=int, default=120, help="submissions in a turn")
    parser.add_argument("--peers", type=int, default=4, help="in a turn of a peer's; 0 for none")
    parser.add_argument("--cache", type=Path, help="where the peers are installed")
    options = parser.parse_args()
    cache = options.cache or Path(tempfile.gettempdir()) / "batch-benchmark-peers"
    with tempfile.TemporaryDirectory(prefix="batch-benchmark-") as folder:
        work = Path(folder)
        runners = [
            Runner("grader batch --jobs 2", Ours(), 2, options.count),
            Runner("plain pytest, two at a time", Plain(), 2, options.count),
            Runner("the checks alone, in two processes", Unwalled(), 2, options.count),
        ]
        notes = [f"python {platform.python_version()}, {_machine()}"]
        if options.peers:
            peers, said = _peers(cache.resolve(), work, options.peers)
            runners += peers
            notes += said
        race(runners, work, options.runs, notes)


def race(runners: list[Runner], work: Path, runs: int, notes: list[str]) -> None:
    """Let all take turns, and print what they cost."""
    most = max(runner.share for runner in runners)
    right, *rest = _class(work / "class", runs * most + 1)
    for runner in runners:
        _require_full_points(runner, right, work / "first")
    costs: dict[str, list[Cost]] = {runner.label: [] for runner in runners}
    size, own = 0, 0.0
    for turn in range(runs):
        # Who comes first changes, should the first of a turn have it easier.
        for number, runner in enumerate(runners[turn % 2 :] + runners[: turn % 2]):
            share = rest[turn * most :][: runner.share]
            place = work / f"turn-{turn}-{number}"
            costs[runner.label].append(_time(runner, share, place))
            if isinstance(runner.tool, Ours):
                size += runner.tool.written(place)
            if isinstance(runner.tool, Unwalled):
                own += runner.tool.own_s(place)
            shutil.rmtree(place)
    _print_table(runners, costs, runs)
    each = size / (runs * runners[0].share)
    print(f"grader batch wrote {each / 1e3:.0f} kB for each; 500 are {500 * each / 1e6:.0f} MB")
    print(f"the students' own code takes {own / (runs * runners[0].share):.3f} s for each")
    for note in notes:
        print(note)


class Ours:
    """`grader batch`."""

    def prepare(self, submissions: Sequence[Submission], place: Path, _at_once: int) -> None:
        """Copy the folders into one."""
        for submission in submissions:
            shutil.copytree(submission.folder, place / "handed-in" / submission.name)

    def grade(self, _submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Run the command."""
        start = "from grader.cli import main; raise SystemExit(main())"
        command = [sys.executable, "-c", start, "batch", str(place / "handed-in"), "--quiet"]
        command += [f"--assignment={ROOT}", f"--out={place / 'out'}", f"--jobs={at_once}"]
        _run(command, ROOT, {0})

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each."""
        return {each.name: _score(place / "out" / each.name) for each in submissions}

    def written(self, place: Path) -> int:
        """Bytes of all that it wrote."""
        return sum(path.lstat().st_size for path in (place / "out").rglob("*"))


class Plain:
    """Plain pytest: a process for each submission."""

    def prepare(self, submissions: Sequence[Submission], place: Path, _at_once: int) -> None:
        """Make a folder for each one's results."""
        for submission in submissions:
            (place / submission.name).mkdir(parents=True)

    def grade(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Run a command for each, so many at once."""
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda each: self._grade(each, place), submissions))

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each."""
        return {submission.name: _score(place / submission.name) for submission in submissions}

    def _grade(self, submission: Submission, place: Path) -> None:
        # Status 1 says that some test has failed.
        _run(plain_pytest(submission.folder, place / submission.name), RIVAL, {0, 1})


class Unwalled:
    """The checks alone, in warm processes: one for each share of the submissions."""

    def prepare(self, submissions: Sequence[Submission], place: Path, _at_once: int) -> None:
        """Copy the folders, under their names."""
        for submission in submissions:
            shutil.copytree(submission.folder, place / "handed-in" / submission.name)

    def grade(self, submissions: Sequence[Submission], place: Path, at_once: int) -> None:
        """Run a command for each share, all at once."""
        folders = [str(place / "handed-in" / submission.name) for submission in submissions]
        start = [sys.executable, str(ROOT / "benchmarks" / "unwalled.py"), str(place)]
        commands = [[*start, *folders[i::at_once]] for i in range(at_once)]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda command: _run(command, ROOT, {0}), commands))

    def scores(self, submissions: Sequence[Submission], place: Path) -> dict[str, float]:
        """The points of each."""
        return {submission.name: _score(place / submission.name) for submission in submissions}

    def own_s(self, place: Path) -> float:
        """Seconds that the students' own functions took, all together."""
        told = [json.loads(path.read_text("utf-8")) for path in place.glob("own-*.json")]
        return float(sum(each["own_s"] for each in told))


def _run(command: list[str], cwd: Path, allowed: set[int]) -> None:
    # One BLAS thread for all: what more of them cost or save is the machine's, not the graders'.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in allowed:
        sys.exit(
            f"{' '.join(command)}\nended with status {done.returncode}:\n"
            f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )


def _score(folder: Path) -> float:
    tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
    return float(sum(test["score"] for test in tests))


def _peers(cache: Path, work: Path, count: int) -> tuple[list[Runner], list[str]]:
    """The peers that run here; and for the notes their versions, or why one does not run."""
    import numpy as np

    runners: list[Runner] = []
    notes: list[str] = []
    # The same numpy for all. pypdf, ipykernel and more come with otter-grader's "grading".
    numpy = f"numpy=={np.__version__}"
    checks = lay_out_checks(work / "checks")
    for name, requirement, tool, label in (
        ("otter-grader", "otter-grader[grading]", Otter, "otter run"),
        ("nbgrader", "nbgrader", NbGrader, "nbgrader autograde"),
    ):
        try:
            environment = install(cache, name, [requirement, numpy])
            peer = tool(environment, checks, work / name)
        except (PeerFailed, OSError, subprocess.SubprocessError) as error:
            notes.append(f"{name}: not measured, {error}")
            continue
        notes.append(environment.versions)
        runners += [
            Runner(f"{label}, one at a time", peer, 1, count),
            Runner(f"{label}, two at a time", peer, 2, count),
        ]
    return runners, notes


def _class(place: Path, count: int) -> list[Submission]:
    """A right solution, and then a class of honest students' modules, in random order.

    Notebooks are left out: plain pytest could not read them.
    """
    made = simulate(place, 2 * count)
    modules = [
        Submission(name, made.path / name)
        for name in made.kinds
        if not list((made.path / name).glob("*.ipynb"))
    ]
    right = next(each for each in modules if made.kinds[each.name] == "right")
    rest = [each for each in modules if each is not right]
    random.Random(1).shuffle(rest)  # noqa: S311 - the same class each time
    return [right, *rest[: count - 1]]


def _require_full_points(runner: Runner, right: Submission, place: Path) -> None:
    """Grade the right solution, which also writes the bytecode, and see that nothing is missing."""
    twice = [right, right._replace(name="again")]
    runner.tool.prepare(twice, place, runner.at_once)
    runner.tool.grade(twice, place, runner.at_once)
    points = runner.tool.scores(twice, place)
    shutil.rmtree(place)
    if any(abs(score - FULL) > 0.1 for score in points.values()):
        sys.exit(
            f"{runner.label}: expected {FULL:g} points for a right solution, got {points}. "
            "If the suites have changed, freeze them anew: benchmarks/cold.py --freeze"
        )


def _time(runner: Runner, submissions: Sequence[Submission], place: Path) -> Cost:
    runner.tool.prepare(submissions, place, runner.at_once)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    runner.tool.grade(submissions, place, runner.at_once)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(len(submissions), wall, processor)


def _print_table(runners: list[Runner], costs: dict[str, list[Cost]], runs: int) -> None:
    print(f"{runs} turns; medians (least to most)")
    print(f"{'':34}{'in a turn':>10}{'submissions/min':>26}{'ours/theirs':>12}{'processor s':>12}")
    ours = costs[runners[0].label]
    for runner in runners:
        found = costs[runner.label]
        rates = [cost.rate for cost in found]
        # Turn by turn: what else the machine does changes more slowly.
        ratio = median(our.rate / their.rate for our, their in zip(ours, found, strict=True))
        text = f"{median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f})"
        print(
            f"{runner.label:34}{runner.share:10}{text:>26}{ratio:12.1f}"
            f"{median(cost.each_s for cost in found):12.2f}"
        )


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0]
    return f"{cores} cores ({platform.machine()}), load average {load:.1f} at the start"


if __name__ == "__main__":
    main()
