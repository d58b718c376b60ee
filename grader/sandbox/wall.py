"""The trusted end of the wall: start the process server, open workers, end everything.

The server is forked from the nursery, which was forked before anything of the assignment was read.
Should student code end it all the same, another is forked from there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader.group import Group

from . import isolation, modules, scratch, self_test, server, sweep, wire
from .channel import Channel, Closed, TimedOut
from .kept import KeptWorkers, OpenWorker, standing
from .nursery import Nursery, NurseryFailed

if TYPE_CHECKING:
    from typing_extensions import Self

_ORDER_S = 20.0
"""Longest that a server may take for an order: compiling a megabyte of code takes about 5 s."""
_ONE_FILE_S = 6.0
"""Longest for one file, once all together have taken too long."""
_FILES_S = 30.0
"""Longest for trying them one by one; what is left then is left out."""


class WallFailed(Exception):
    """No process for student code could be had: the machine's fault, or ours."""


class Wall:
    """One submission's processes, from a nursery that has no other wall now. Closed at the end."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._scratch = Path(tempfile.mkdtemp(prefix="scratch-"))
        self._user = isolation.free_user(os.getpid()) if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self._scratch, self._user, self._user)
        self._plan = isolation.Plan(str(self._scratch), self._user)
        self._stage: server.Stage | None = None
        self._open: dict[int, OpenWorker] = {}
        self._kept = KeptWorkers()
        self._rejected: list[modules.Broken] = []
        self._broken: list[modules.Broken] = []
        self._ahead: Channel | None = None
        self._forked_pid = 0
        """Of the worker that was forked last."""
        self._unread = 0
        self._new_kb = 0
        self._is_spent = False
        """Whether the server has crashed, or is busy with what it will not finish."""
        self.missing_layers: tuple[str, ...] = ()
        self.starts = 0
        """How many servers there have been."""
        self._start()
        # What this process comes to know is not for others of the same user to look at.
        isolation.hide_from_siblings()
        # The server stays free, to fork the next worker meanwhile.
        self._cores_before = _stay_on_one_core()

    def stage(
        self,
        sources: Sequence[modules.Source],
        allowed: Sequence[str],
        stand_ins: Sequence[str],
        limits: isolation.WorkerLimits,
    ) -> None:
        """Hand the student's sources in. A source on which the compiler dies is left out."""
        self._stage = server.Stage(list(sources), list(allowed), list(stand_ins), limits)
        for worker in self._kept.clear():  # they hold other sources
            self.dismiss_worker(worker)
        if self._ahead is not None:  # it has other sources
            self.renew()
            return
        try:
            self._broken = self._order(self._stage).broken
        except WallFailed:
            self._is_spent = True
            self._leave_out_what_kills_the_compiler(self._stage)

    @property
    def rejected(self) -> tuple[modules.Broken, ...]:
        """Files on which Python's compiler crashed or did not end."""
        return tuple(self._rejected)

    @property
    def broken_cells(self) -> tuple[modules.Broken, ...]:
        """Cells of a notebook that do not parse; a module that does not fails as a whole."""
        names = {source.name for source in self._stage.sources} if self._stage else set()
        return tuple(broken for broken in self._broken if broken.file not in names)

    def open_worker(self, seed: int, group: Group | None = None) -> OpenWorker:
        """A worker that is shut in and listens: a kept one that the group may have, or a new one.

        Where there is a second core a new one was forked ahead, as the next one is now, so that a
        fork takes no time of the grader's. Nothing of the student's has run in it.
        """
        kept = self._take_kept(group)
        if kept is not None:
            try:
                kept.channel.send(wire.Begin(seed, isolation.own_cores()), _ORDER_S)
            except (Closed, TimedOut):
                self.close_worker(kept)
            else:
                return kept
        for attempt in (1, 2):
            try:
                channel = self._ahead or self._fork(ahead=False)
                self._read_reports()
                channel.receive(wire.answer_decoder, time.monotonic() + _ORDER_S)
                channel.send(wire.Begin(seed, isolation.own_cores()), _ORDER_S)
                self._new_kb = standing(self._forked_pid)[1]
                worker = OpenWorker(channel, self._forked_pid, new_kb=self._new_kb)
                self._open[worker.pid] = worker
                self._ahead = None
                if len(self._cores_before) > 1:
                    self._fork(ahead=True)
            except (WallFailed, Closed, TimedOut, wire.Malformed) as error:
                if attempt == 2:
                    raise WallFailed(f"no worker could be started: {error!r}") from None
                self.renew()
            else:
                return worker
        raise AssertionError

    def _take_kept(self, group: Group | None) -> OpenWorker | None:
        """A kept worker that a group may have, once nobody else's files can reach it any more."""
        self._kept.stop(but=group)
        try:
            self._read_reports()  # who was dismissed has ended, and writes no more
        except WallFailed:
            self.renew()
        self._clear_scratch()
        return self._kept.take(group)

    def close_worker(self, worker: OpenWorker) -> int:
        """End a worker; its exit status, negative for the signal that ended it."""
        worker.channel.close()
        self._open.pop(worker.pid, None)
        try:
            ended = self._order(server.Reap(worker.pid))
        except WallFailed:
            self._give_up(worker)
            return -signal.SIGKILL
        self._end_what_it_started()
        self._clear_scratch()
        return int(ended.status)

    def keep_worker(self, worker: OpenWorker, group: Group) -> None:
        """Keep a worker that a check of this group had, which has answered so far, if it may."""
        if self._may_start_processes or not self._kept.put(worker, group):
            self.dismiss_worker(worker)
        elif len(self._open) > len(self._kept):
            self._kept.stop()

    def dismiss_worker(self, worker: OpenWorker) -> None:
        """End a worker without waiting for it: the next one is opened when it has ended."""
        worker.channel.close()
        self._open.pop(worker.pid, None)
        try:
            self._give(server.Reap(worker.pid))
        except WallFailed:
            self._give_up(worker)
        else:
            self._end_what_it_started()

    def rest(self) -> None:
        """End all workers, those that are kept and the one that is ahead: all is as once staged."""
        for worker in self._kept.clear():
            self.dismiss_worker(worker)
        self._read_reports()
        if self._ahead is not None:
            self._forget_ahead()
            self._give(server.Reap(self._forked_pid))
        self._read_reports()

    def renew(self) -> None:
        """Go on with another server, whatever has become of this one."""
        self._forget_ahead()
        self._kept.clear()
        self._channel.close()
        try:
            self._nursery.end()
        except NurseryFailed as error:
            raise WallFailed(str(error)) from None
        self._clear_scratch()
        self._start()
        if self._stage is not None:
            self._order(self._stage)

    def leave_core(self) -> None:
        """Have this process, a fork of the one that made the wall, run where that one does not."""
        isolation.run_on(self._cores_before - isolation.own_cores())

    def require_memory(self) -> None:
        """Raise Closed where a worker, and what it was allowed to start, hold more than it may."""
        if not self._may_start_processes or self._stage is None:
            return
        ours = {self._nursery.pid, self._pid}
        if self._ahead is not None:
            ours.add(self._forked_pid)
        theirs = [pid for pid in sweep.below(self._nursery.pid) if pid not in ours]
        taken = sum(max(0, standing(pid)[1] - self._new_kb) for pid in theirs)
        if taken > self._stage.limits.memory_mb * 2**10:
            raise Closed

    def self_test(self, targets: self_test.Targets) -> list[str]:
        """What a worker, with no student code in it, was refused when it tried to escape."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            spawned = self._order(server.Probe(targets), theirs)
            theirs.close()
            try:
                channel = Channel(ours)
                refused = channel.receive(server.refused_decoder, time.monotonic() + _ORDER_S)
            except (Closed, TimedOut, wire.Malformed):
                refused = []
        self._order(server.Reap(spawned.pid))
        return list(refused)

    def finish(self) -> None:
        """Let the server end, and what student code started, while the results are written."""
        for worker in self._open.values():
            worker.channel.close()
        self._forget_ahead()
        self._channel.close()
        with contextlib.suppress(NurseryFailed):
            self._nursery.begin_end()

    def close(self) -> None:
        """The same, unless it was done; wait for the end, and remove the scratch."""
        if not self._channel.is_closed:
            self.finish()
        with contextlib.suppress(NurseryFailed):
            self._nursery.end()
        scratch.remove(self._scratch)
        isolation.run_on(self._cores_before)

    def __enter__(self) -> Self:
        """Enter as a context manager."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close on leaving."""
        self.close()

    def _fork(self, *, ahead: bool) -> Channel:
        """Have a worker forked, and do not wait for it: the next one, or the one after it."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._ahead = Channel(ours)
            self._give(server.Spawn(ahead), theirs)
        return self._ahead

    def _forget_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
        self._ahead, self._unread = None, 0

    def _give_up(self, worker: OpenWorker) -> None:
        """Go on with another server when this one does not end a worker.

        If there is none, whoever opens a worker next is told.
        """
        with contextlib.suppress(OSError):
            os.kill(worker.pid, signal.SIGKILL)
        with contextlib.suppress(WallFailed):
            self.renew()

    @property
    def _may_start_processes(self) -> bool:
        return self._stage is not None and self._stage.limits.processes

    def _end_what_it_started(self) -> None:
        """Where a worker may start processes, none of them lives on, nor the server beside them."""
        if self._may_start_processes:
            with contextlib.suppress(WallFailed):  # whoever opens a worker next is told
                self.renew()

    def _order(
        self,
        order: server.Order,
        handed: socket.socket | None = None,
        within_s: float = _ORDER_S,
    ) -> Any:
        """Give an order and wait for the report."""
        self._read_reports()
        self._give(order, handed)
        self._unread = 0
        return self._report(within_s)

    def _give(self, order: server.Order, handed: socket.socket | None = None) -> None:
        """Give an order; its report is read before that of the next is waited for."""
        try:
            self._channel.send(order, _ORDER_S)
            if handed is not None:
                socket.send_fds(self._sock, [b"f"], [handed.fileno()])
        except (Closed, TimedOut, OSError) as error:
            raise WallFailed(f"the process server does not listen: {error!r}") from None
        self._unread += 1

    def _read_reports(self) -> None:
        """Read what was not waited for: the number of a new worker, the end of another."""
        while self._unread:
            report = self._report()
            self._unread -= 1
            if isinstance(report, server.Spawned):
                self._forked_pid = report.pid

    def _report(self, within_s: float = _ORDER_S) -> Any:
        try:
            return self._channel.receive(server.report_decoder, time.monotonic() + within_s)
        except (Closed, TimedOut, wire.Malformed, OSError) as error:
            raise WallFailed(f"the process server did not answer: {error!r}") from None

    def _start(self) -> None:
        try:
            self._pid, self._sock = self._nursery.start(self._plan)
        except NurseryFailed as error:
            raise WallFailed(str(error)) from None
        self.starts += 1
        self._channel = Channel(self._sock, exact=True)
        try:
            started = self._channel.receive(server.report_decoder, time.monotonic() + _ORDER_S)
        except (Closed, TimedOut, wire.Malformed) as error:
            raise WallFailed(f"the process server did not start: {error!r}") from None
        self.missing_layers = tuple(started.missing)

    def _leave_out_what_kills_the_compiler(self, stage: server.Stage) -> None:
        """Compile each file alone, and go on with those that take a short time together."""
        kept: list[modules.Source] = []
        end, left_s = time.monotonic() + _FILES_S, _ORDER_S / 2
        self._stage = None
        for source in stage.sources:
            began = time.monotonic()
            limit_s = min(_ONE_FILE_S, left_s, end - began)
            alone = msgspec.structs.replace(stage, sources=[source])
            try:
                if self._is_spent and limit_s > 0:
                    self.renew()
                    self._is_spent = False
                    began = time.monotonic()
                self._order(alone, within_s=max(limit_s, 0.0))
            except WallFailed:
                self._is_spent = True
                message = "Python's own compiler crashed or did not end on this file"
                self._rejected.append(modules.Broken(source.name, 0, message, ""))
            else:
                kept.append(source)
                left_s -= time.monotonic() - began
        self._is_spent = False
        self._stage = msgspec.structs.replace(stage, sources=kept)
        self.renew()

    def _clear_scratch(self) -> None:
        with contextlib.suppress(OSError):
            scratch.empty(self._scratch)


def _stay_on_one_core() -> set[int]:
    """Keep to the core that this process runs on; return where it could run before.

    The two sides take turns, so another core only costs the way there. The system starts a process
    where there is room: of several graders each comes to have a core of its own.
    """
    before = isolation.own_cores()
    with contextlib.suppress(OSError, AttributeError):
        isolation.run_on({ctypes.CDLL(None, use_errno=True).sched_getcpu()})
    return before
