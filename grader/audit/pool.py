"""One process for each core; each grades one submission at a time.

The processes are forked before anything of the assignment is read, and each starts its wall then.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from typing import Any

from grader.sandbox import isolation


class AuditFailed(Exception):
    """The audit could not be done; the message says why."""


class Pool:
    """Processes that wait for work. To be made before the assignment is read."""

    def __init__(self, count: int, work: Callable[[connection.Connection], None]) -> None:
        forked = multiprocessing.get_context("fork")
        cores = sorted(isolation.own_cores())
        self._lines: list[connection.Connection] = []
        self._processes = []
        for number in range(count):
            ours, theirs = forked.Pipe()
            core = {cores[number % len(cores)]} if cores else set()
            inherited = [*self._lines, ours]
            process = forked.Process(target=_begin, args=(theirs, inherited, core, work))
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def tell(self, message: Any) -> Any:
        """Send a message to every process, wait until each has answered, return an answer."""
        for line in self._lines:
            line.send(message)
        answers = [self._receive(line) for line in self._lines]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers[0]

    def map(self, jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Hand out the jobs in their order; yield place and answer of each as they come."""
        waiting = list(enumerate(jobs))[::-1]
        busy: dict[connection.Connection, int] = {}
        for line in self._lines:
            self._hand_out(line, waiting, busy)
        while busy:
            ready = connection.wait(list(busy))
            for line in [line for line in busy if line in ready]:
                answer = self._receive(line)
                if isinstance(answer, BaseException):
                    raise answer
                place = busy.pop(line)
                self._hand_out(line, waiting, busy)
                yield place, answer

    def close(self) -> None:
        """End the processes."""
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join()

    def __enter__(self) -> Pool:
        """Enter as a context manager."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close on leaving."""
        self.close()

    @staticmethod
    def _hand_out(
        line: connection.Connection,
        waiting: list[tuple[int, Any]],
        busy: dict[connection.Connection, int],
    ) -> None:
        if waiting:
            busy[line], job = waiting.pop()
            line.send(job)

    @staticmethod
    def _receive(line: connection.Connection) -> Any:
        try:
            return line.recv()
        except EOFError:
            raise AuditFailed("A process of the audit ended before its work did.") from None


def _begin(
    line: connection.Connection,
    inherited: list[connection.Connection],
    core: set[int],
    work: Callable[[connection.Connection], None],
) -> None:
    for other in inherited:
        other.close()
    isolation.run_on(core)
    try:
        work(line)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except BaseException as error:  # noqa: BLE001 - whatever it is, the audit must say so
        line.send(AuditFailed(f"{type(error).__name__}: {error}"))
