"""Lanes on this machine: started as programs, handed one submission at a time, replaced when lost.

Nothing is forked here, so whoever uses this may have threads.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.batch.orders import Broken, Order, Ready, Setup, answer_decoder
from grader.batch.program import command
from grader.batch.records import Record, read_record, write_record
from grader.output import write_failure
from grader.place import REPORT, RESULTS, STAFF_REPORT, Place
from grader.sandbox import isolation, self_test
from grader.sandbox.channel import Channel, Closed, TimedOut
from grader.sandbox.wire import Malformed

_END_S = 10.0
_ATTEMPTS = 2
"""Of a submission: what ends a lane twice is its own doing."""
_STARTS = 3
"""Of a lane, in a row, of which none comes to where submissions are graded."""


class CrewFailed(Exception):
    """No submission can be graded: the assignment's fault, or the machine's."""


class Crew:
    """Lanes for one assignment; `submission_s` [s] is the longest that one grade should take."""

    def __init__(
        self,
        assignment: Path,
        jobs: int,
        submission_s: float,
        require_isolation: self_test.Level | None = None,
        *,
        staff_pages: bool = False,
        cores: Sequence[int] | None = None,
    ) -> None:
        """Start them, each on one of `cores` in turn: none for any, None for all there are."""
        self._staff_pages = staff_pages
        self._assignment = assignment
        self._require_isolation = require_isolation
        # The grade keeps its own deadline; this is for a grader that hangs.
        self._most_s = 1.5 * submission_s + 120
        if cores is None:
            cores = cores_for_lanes()
        self._lanes = [
            _Lane(self._setup(cores[n % len(cores)] if cores else -1)) for n in range(jobs)
        ]

    def grade(self, orders: Iterable[Order]) -> Iterator[Record]:
        """Grade all, in any order of their ends. Raises CrewFailed."""
        waiting = iter(orders)
        again: list[tuple[Order, int]] = []
        idle = list(self._lanes)
        busy: list[_Lane] = []
        while True:
            while idle:
                order, attempt = again.pop() if again else (next(waiting, None), 1)
                if order is None:
                    break
                idle[-1].hand(order, attempt, self._most_s)
                busy.append(idle.pop())
            if not busy:
                return
            for done in _finished(busy):
                busy.remove(done)
                idle.append(done)
                order, attempt, trouble = done.take()
                record = None if trouble else read_record(order.folder)
                if trouble and attempt < _ATTEMPTS and done.was_lost:
                    again.append((order, attempt + 1))
                    continue
                yield record or failed(order, trouble or "its record could not be read")

    def close(self) -> None:
        """End the lanes."""
        for each in self._lanes:
            each.close()

    def __enter__(self) -> Crew:
        """Enter as a context manager."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close on leaving."""
        self.close()

    def _setup(self, core: int) -> Setup:
        assignment = os.fsencode(self._assignment.resolve())
        return Setup(assignment, self._require_isolation, self._staff_pages, core)


def cores_for_lanes() -> Sequence[int]:
    """Cores that this process may run on; none where there is but one, or nobody knows."""
    cores = sorted(isolation.own_cores())
    return cores if len(cores) > 1 else ()


def failed(order: Order, trouble: str) -> Record:
    """Write, and return, that a submission could not be graded."""
    folder = order.folder
    record = Record(order.name, order.key, "failed", seed=order.seed, trouble=trouble)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for page in (REPORT, STAFF_REPORT):  # of a grade before, which counts no more
            (folder / page).unlink(missing_ok=True)
        write_failure(Place(folder, folder / RESULTS), CrewFailed(trouble))
        write_record(record, folder)
    except OSError as error:
        return Record(order.name, "", "failed", seed=order.seed, trouble=f"{trouble}; {error}")
    return record


class _Lane:
    """One program that grades; another is started when it is lost."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._order: Order | None = None
        self._attempt = 0
        self._trouble = ""
        self._starts = 0
        self.deadline = 0.0
        self.was_lost = False
        self._is_busy = False
        self._start()

    def fileno(self) -> int:
        """Descriptor on which its answers come."""
        return self._channel.fileno()

    def hand(self, order: Order, attempt: int, most_s: float) -> None:
        """Have a submission graded."""
        self._order, self._attempt, self._trouble = order, attempt, ""
        self.was_lost, self._is_busy = False, True
        self.deadline = time.monotonic() + most_s
        try:
            self._channel.send(order)
        except Closed:
            self._lose("the process that grades could not be reached")

    def listen(self) -> bool:
        """Take an answer; whether the submission in hand is done with."""
        try:
            answer = self._channel.receive(answer_decoder, time.monotonic() + _END_S)
        except (Closed, TimedOut, Malformed):
            self._lose("the process that grades ended")
            return True
        if isinstance(answer, Broken):
            raise CrewFailed(answer.message)
        if isinstance(answer, Ready):
            self._starts = 0
            return False
        self._is_busy = False
        if answer.is_fatal:
            raise CrewFailed(answer.trouble)
        self._trouble = answer.trouble
        return True

    def is_overdue(self) -> bool:
        """Whether it takes longer than any grade may."""
        return time.monotonic() > self.deadline

    def give_up(self) -> None:
        """End what takes too long."""
        self._lose("it took longer than any submission may")

    def take(self) -> tuple[Order, int, str]:
        """The submission that is done with, the attempt, and what went wrong."""
        assert self._order is not None  # noqa: S101 - for the type checker
        return self._order, self._attempt, self._trouble

    def close(self) -> None:
        """End the program: what it has started ends when it is gone, or its channel closed."""
        self._channel.close()
        if self._is_busy:  # it would finish what nobody waits for
            self._process.kill()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command("grader.batch.lane", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        # Exact: what is waited for is the socket, which must hold all that was not taken.
        self._channel = Channel(ours, exact=True)
        self._channel.send(self._setup)
        self._starts += 1

    def _lose(self, trouble: str) -> None:
        """Go on with another program."""
        status = self._process.poll()
        self.close()
        self._is_busy = False
        self._trouble = trouble + (f" (status {status})" if status else "")
        self.was_lost = True
        if self._starts >= _STARTS:
            raise CrewFailed(f"{self._trouble}, {_STARTS} times in a row")
        self._start()


def _finished(busy: list[_Lane]) -> list[_Lane]:
    """Wait until at least one is done; return those that are."""
    poll = select.poll()
    by_descriptor = {each.fileno(): each for each in busy}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    while True:
        answered = [by_descriptor[descriptor] for descriptor, _ in poll.poll(1000)]
        finished = [each for each in answered if each.was_lost or each.listen()]
        finished += [each for each in busy if each.was_lost and each not in finished]
        for each in busy:
            if each not in finished and each.is_overdue():
                each.give_up()
                finished.append(each)
        if finished:
            return finished
