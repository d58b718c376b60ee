"""Gradescope's smallest container, as far as this machine can play it: half a processor, 768 MB.

    python -m tests.attacks.small

grades hostile homework there under the limits of the shipped assignment: it must end in time, with
all points of what is healthy.

Where control groups may be made (version 1, by root) the kernel holds both limits, and ends the
process that oom_score_adj names when memory is short. Elsewhere the whole tree of processes is
stopped every other 20 ms by signals, and memory is measured and not limited.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from .arena import ROOT
from .traces import memory_of_tree, processes_below

_GROUPS = Path("/sys/fs/cgroup")
MEMORY = 768 * 2**20
GIVEN_S = 600.0
"""What the platform gives a grade."""
_PERIOD_US = 100_000
_STEP_S = 0.02
_SPARED = ("polynomials", "functions")
_LAST_PART = "7"
_JOIN = 'for group in $1 $2; do echo $$ >"$group/cgroup.procs"; done; shift 2; exec "$@"'


SABOTAGE = {
    "slow": "time.sleep({slow_s})",
    "endless": "while True: pass",
    "asleep": "time.sleep(1e9)",
    "hungry": "kept = [bytearray(2**20) for _ in iter(int, 1)]",
}
"""What is done before each call of a module's functions; the answer is right, if there is one."""
_WRAPPED = """

import time
import types


def _sabotaged(function):
    def sabotaged(*args, **kwargs):
        {}
        return function(*args, **kwargs)

    return sabotaged


for _name, _function in list(globals().items()):
    if isinstance(_function, types.FunctionType) and not _name.startswith("_"):
        globals()[_name] = _sabotaged(_function)
"""


class Ran(Struct, frozen=True):
    """A command that has ended on the small machine."""

    status: int
    seconds: float
    memory: int
    """The most that all its processes took together, the kernel's caches left out. [bytes]"""
    played_by: str
    """What held the limits: "control groups" or "signals"."""


def run_small(command: Sequence[str], folder: Path, limit_s: float) -> Ran:
    """Run a command with half a processor and 768 MB."""
    with _groups() as groups:
        began = time.monotonic()
        shut_in = ["/bin/sh", "-c", _JOIN, "sh", *map(str, groups), *command] if groups else command
        process = subprocess.Popen(
            shut_in, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        hold = _do_nothing if groups else _Brake(process.pid).step
        memory = _watch(process, hold, began + limit_s)
        kind = "control groups" if groups else "signals"
        return Ran(process.returncode, time.monotonic() - began, memory, kind)


def _watch(process: subprocess.Popen[bytes], hold: Callable[[], None], end: float) -> int:
    memory = 0
    while process.poll() is None:
        hold()
        memory = max(memory, memory_of_tree(process.pid))
        if time.monotonic() > end:
            process.kill()
        threading.Event().wait(_STEP_S)
    return memory


@contextlib.contextmanager
def _groups() -> Iterator[tuple[Path, ...]]:
    """A group for the processor and one for memory, or none."""
    name = f"grader-small-{os.getpid()}-{time.monotonic_ns()}"
    processor, memory = _GROUPS / "cpu" / name, _GROUPS / "memory" / name
    made: list[Path] = []
    try:
        for group in (processor, memory):
            group.mkdir()
            made.append(group)
        (processor / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
        (processor / "cpu.cfs_quota_us").write_text(str(_PERIOD_US // 2))
        (memory / "memory.limit_in_bytes").write_text(str(MEMORY))
        groups = tuple(made)
    except OSError:
        groups = ()
    try:
        yield groups
    finally:
        for group in made:
            with contextlib.suppress(OSError):
                group.rmdir()


class _Brake:
    """Lets a tree of processes run every other moment."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._runs = True

    def step(self) -> None:
        """Stop the tree, or let it go on."""
        self._runs = not self._runs
        for pid in tuple(processes_below(self._pid)):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGCONT if self._runs else signal.SIGSTOP)


def _do_nothing() -> None:
    """The kernel holds the limits."""


def hand_in(folder: Path, how: str, spared: Sequence[str] = (), slow_s: float = 4.5) -> Path:
    """The reference, each module sabotaged but the spared; `slow_s` is just below a time-out."""
    folder.mkdir()
    for file in sorted((ROOT / "reference").glob("*.py")):
        text = file.read_text("utf-8")
        if how and file.stem not in spared:
            text += _WRAPPED.format(SABOTAGE[how].format(slow_s=slow_s))
        if file.stem != "__init__":
            (folder / file.name).write_text(text, "utf-8")
    return folder


def points_by_part(results: Path) -> dict[str, tuple[float, float]]:
    """Points earned and to be had in each part, by its number; none where grading did not end."""
    document = json.loads(results.read_text("utf-8"))
    earned: Counter[str] = Counter()
    maximum: Counter[str] = Counter()
    for test in document["tests"] if document["extra_data"]["complete"] else ():
        part = test["number"].partition(".")[0]
        earned[part] += round(100 * test["score"])
        maximum[part] += round(100 * test["max_score"])
    return {part: (earned[part] / 100, maximum[part] / 100) for part in maximum}


def grade(place: Path, submission: Path, assignment: Path) -> tuple[Ran, Path]:
    """Grade on the small machine; how it ran, and results.json."""
    out = place / f"{submission.name}-out"
    command = "import sys; from grader.cli import main; sys.exit(main(sys.argv[1:]))"
    options = ("grade", str(submission), "--assignment", str(assignment), "--out", str(out))
    ran = run_small([sys.executable, "-c", command, *options], place, GIVEN_S)
    return ran, out / "results.json"


def main() -> int:
    """Grade each kind of sabotage, all but the last part, and print what came of it."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="small-") as folder, ThreadPoolExecutor() as pool:
        place = Path(folder)
        jobs = {
            how or "healthy": pool.submit(
                grade, place, hand_in(place / (how or "healthy"), how, _SPARED), ROOT
            )
            for how in ("", *SABOTAGE)
        }
        for how, job in jobs.items():
            ran, results = job.result()
            parts = points_by_part(results)
            whole = [part for part, (earned, maximum) in parts.items() if earned == maximum]
            wanted = set(parts) if how == "healthy" else {_LAST_PART}
            held = ran.status == 0 and wanted <= set(whole) and bool(parts)
            held = held and ran.seconds < GIVEN_S and ran.memory < MEMORY
            failed += not held
            print(
                f"{how:<9}{'held' if held else 'LOST':<6}{ran.seconds:6.1f} s  "
                f"{ran.memory / 2**20:4.0f} MB  whole parts: {', '.join(whole) or 'none'} "
                f"(limits held by {ran.played_by})",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
