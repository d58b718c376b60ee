"""Workers that have served a check and wait for the next one that may follow it.

A worker that waits is stopped before any other one runs, so that no timer of it is felt there.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time

import msgspec
from msgspec import Struct

from grader.group import Group

from .channel import Channel

_MOST_KEPT_KB = 96 * 2**10
"""What all workers that are kept may have taken together since they were new. [KiB]"""
_LONGEST_STATUS = 2**14
_NOT_RUNNING = (b"T", b"t", b"Z", b"X")  # stopped, or at its end
_STOP_S = 1.0
_THREADS = re.compile(rb"Threads:\s*(\d+)")
_MEMORY = re.compile(rb"(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB")


class OpenWorker(Struct):
    """A worker that runs: its channel, its process, and what has been imported in it."""

    channel: Channel
    pid: int
    is_fresh: bool = True
    """Whether no check has ended in it yet."""
    imported: set[str] = msgspec.field(default_factory=set)
    new_kb: int = 0
    """What it held when it was new, most of which it shares with its server."""
    taken_kb: int = 0
    """What it had taken since when it was last looked at."""


class KeptWorkers:
    """At most one for each group of checks."""

    def __init__(self) -> None:
        self._kept: dict[Group, OpenWorker] = {}
        self._awake: OpenWorker | None = None
        """The one that is not stopped yet, since nobody else has a worker."""

    def __len__(self) -> int:
        """Number of workers that wait."""
        return len(self._kept)

    def put(self, worker: OpenWorker, group: Group) -> bool:
        """Keep a worker that waits for a request; False where it may not be kept.

        That is one with threads that run on, and any where all would hold much memory together.
        """
        threads, memory_kb = standing(worker.pid)
        worker.taken_kb = max(0, memory_kb - worker.new_kb)
        together = worker.taken_kb + sum(kept.taken_kb for kept in self._kept.values())
        is_at_rest = threads == 1 and memory_kb > 0 and together < _MOST_KEPT_KB
        if group in self._kept or not is_at_rest:
            return False
        worker.is_fresh = False
        self.stop()
        self._kept[group] = self._awake = worker
        return True

    def take(self, group: Group | None) -> OpenWorker | None:
        """A worker that the group may have, which runs again; all others are stopped."""
        self.stop(but=group)
        found = self._for(group)
        worker = None if found is None else self._kept.pop(found)
        if worker is not None and worker is not self._awake:
            _signal(worker, signal.SIGCONT)
        self._awake = None
        return worker

    def stop(self, but: Group | None = None) -> None:
        """Stop whoever is not stopped yet, unless this group will have it: another has one now."""
        awake, found = self._awake, self._for(but)
        if awake is not None and (found is None or self._kept[found] is not awake):
            _signal(awake, signal.SIGSTOP)
            _wait_until_stopped(awake.pid)
            self._awake = None

    def _for(self, group: Group | None) -> Group | None:
        """Whose worker a group is to have: its own, or that of one that its checks may follow."""
        if group is None or group in self._kept:
            return group
        return next((earlier for earlier in self._kept if group.may_follow(earlier)), None)

    def clear(self) -> list[OpenWorker]:
        """Keep none any more; those that were."""
        workers = list(self._kept.values())
        self._kept.clear()
        self._awake = None
        return workers


def _signal(worker: OpenWorker, number: int) -> None:
    with contextlib.suppress(OSError):  # it may have ended, which shows when it is asked
        os.kill(worker.pid, number)


def _wait_until_stopped(pid: int) -> None:
    """Wait for a signal to arrive: on another core, the last lines still run for a moment."""
    end = time.monotonic() + _STOP_S
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - as below
                state = file.read(_LONGEST_STATUS).rpartition(b")")[2].split()[0]
        except (OSError, IndexError):
            return
        if state in _NOT_RUNNING:
            return
        time.sleep(0.0002)


def standing(pid: int) -> tuple[int, int]:
    """Threads of a process, and its memory in KiB; none where that cannot be told."""
    try:
        with open(f"/proc/{pid}/status", "rb", buffering=0) as file:  # noqa: PTH123 - once a check
            status = file.read(_LONGEST_STATUS)
    except OSError:
        return 0, 0
    threads, memory = _THREADS.search(status), sum(map(int, _MEMORY.findall(status)))
    return int(threads[1]) if threads else 0, memory
