"""The fingerprints of a class, taken in programs that may die.

Parsing what a hostile student wrote can crash Python, or take all time and memory. So child
programs do it, with limits that the system holds: each answers for one submission after the other,
and one that falls costs the submission that it was at, and nothing else. Nothing of a submission is
run; what comes back is numbers.

    main()      an order on its input, a line of JSON for each submission
"""

from __future__ import annotations

import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from grader.assignment import Assignment
from grader.batch.likeness.fingerprints import TooLong, fingerprints
from grader.batch.program import command
from grader.batch.records import Entry
from grader.submission import Submission, load_submission

__all__ = ["Prints", "main", "take_prints"]

_CPU_S = 10
"""For one submission; an honest one takes 0.03. [s]"""
_WALL_S = 30.0
"""Until a line is awaited no longer: reading may hang where no processor time is used. [s]"""
_MEMORY = 1 << 30
"""Address space of a child: a megabyte of brackets takes some hundred. [B]"""
_LINE = 4 << 20
"""Bytes of the longest answer that is read."""


class Prints(Struct, frozen=True):
    """Fingerprints by submission, those of the template, and who could not be compared and why."""

    marks: Mapping[str, tuple[int, ...]]
    template: tuple[int, ...]
    troubles: Mapping[str, str]


class _Order(Struct, frozen=True):
    """What a child is to read."""

    modules: tuple[str, ...]
    given: dict[str, str]
    paths: list[bytes]
    """As the system has them: a name on a disk need be no text."""


class _Answer(Struct, frozen=True):
    """What a child read, or why it could not."""

    marks: tuple[int, ...] = ()
    trouble: str = ""


def take_prints(
    entries: Sequence[Entry], assignment: Assignment, *, jobs: int = 1, wall_s: float = _WALL_S
) -> Prints:
    """Take the fingerprints of every submission, in `jobs` children at once.

    `wall_s` is the longest that one submission may take. [s]
    """
    modules = assignment.settings.modules
    names = [f"{module}.py" for module in modules]
    given = {name: text for name in names if (text := assignment.given_out(name)) is not None}
    answers: dict[str, _Answer] = {}
    lanes = [
        _Lane(entries[start::jobs], modules, given, wall_s)
        for start in range(max(1, jobs))
        if entries[start::jobs]
    ]
    with selectors.DefaultSelector() as waiting:
        for lane in lanes:
            lane.start(waiting)
        while any(lane.left for lane in lanes):
            soonest = min(lane.deadline for lane in lanes if lane.left)
            ready = waiting.select(max(0.0, soonest - time.monotonic()))
            for key, _ in ready:
                answers.update(key.data.read(waiting))
            for lane in lanes:
                if lane.left and time.monotonic() > lane.deadline:
                    answers.update(lane.give_up("it takes too long to read", waiting))
        for lane in lanes:
            lane.end(waiting)
    return Prints(
        marks={name: answer.marks for name, answer in answers.items() if not answer.trouble},
        template=_template(assignment, given),
        troubles={name: answer.trouble for name, answer in answers.items() if answer.trouble},
    )


def _template(assignment: Assignment, given: Mapping[str, str]) -> tuple[int, ...]:
    """Fingerprints of all that students got: stubs, a notebook, public tests."""
    marks = set(fingerprints(list(given.values())))
    folder = assignment.folder / assignment.settings.template
    for path in sorted(folder.glob("*")):
        if path.suffix in {".py", ".ipynb"}:
            marks.update(_marks(load_submission(path, assignment.settings.modules)))
    return tuple(sorted(marks))


class _Lane:
    """One child after the other, until every submission of the lane has an answer."""

    def __init__(
        self,
        entries: Sequence[Entry],
        modules: tuple[str, ...],
        given: Mapping[str, str],
        wall_s: float,
    ) -> None:
        self.left = list(entries)
        self.deadline = 0.0
        self._modules, self._given, self._wall_s = modules, given, wall_s
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""

    def start(self, waiting: selectors.BaseSelector) -> None:
        """Start a child on what is left."""
        order = _Order(
            self._modules, dict(self._given), [os.fsencode(entry.path) for entry in self.left]
        )
        process = subprocess.Popen(
            command(__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process, self._pending = process, b""
        self.deadline = time.monotonic() + self._wall_s
        waiting.register(_open(process.stdout), selectors.EVENT_READ, self)
        try:
            with _open(process.stdin) as order_in:
                order_in.write(msgspec.json.encode(order))
        except BrokenPipeError:
            # It is already gone; its closed output says so.
            pass

    def read(self, waiting: selectors.BaseSelector) -> dict[str, _Answer]:
        """Take what the child has written; start another if it has ended early."""
        process = self._running()
        data = os.read(_open(process.stdout).fileno(), 1 << 16)
        if not data:
            return self.give_up("Python crashes, or runs out of memory or time, on it", waiting)
        *lines, self._pending = (self._pending + data).split(b"\n")
        found: dict[str, _Answer] = {}
        try:
            for line in lines[: len(self.left)]:
                found[self.left[0].name] = msgspec.json.decode(line, type=_Answer)
                del self.left[0]
                self.deadline = time.monotonic() + self._wall_s
        except msgspec.DecodeError:
            return found | self.give_up("what its reader said makes no sense", waiting)
        if len(self._pending) > _LINE:
            return found | self.give_up("there is too much of it", waiting)
        return found

    def give_up(self, why: str, waiting: selectors.BaseSelector) -> dict[str, _Answer]:
        """Blame the submission that the child was at, and go on with the next."""
        self.end(waiting)
        if not self.left:
            return {}
        blamed = self.left.pop(0)
        if self.left:
            self.start(waiting)
        return {blamed.name: _Answer(trouble=why)}

    def end(self, waiting: selectors.BaseSelector) -> None:
        """End the child, if there is one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        waiting.unregister(_open(process.stdout))
        process.kill()
        process.wait()
        _open(process.stdout).close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("no child is running")
        return self._process


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe, which is there because it was asked for."""
    if pipe is None:
        raise RuntimeError("the child has no pipe")
    return pipe


def main() -> None:
    """Answer an order: the child's whole life."""
    _limit()
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=_Order)
    for path in order.paths:
        _allow_time()
        answer = _read(Path(os.fsdecode(path)), order)
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MEMORY if hard == resource.RLIM_INFINITY else min(hard, _MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _allow_time() -> None:
    """Give the next submission its processor time; the system kills what takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + _CPU_S
    if hard != resource.RLIM_INFINITY:
        until = min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _read(path: Path, order: _Order) -> _Answer:
    try:
        submission = load_submission(path, order.modules, order.given.get)
        return _Answer(tuple(sorted(set(_marks(submission)))))
    except TooLong:
        return _Answer(trouble="there is too much of it")
    except MemoryError:
        return _Answer(trouble="it is too large or too deep to read")
    except OSError as error:
        return _Answer(trouble=f"it cannot be read: {error.strerror}")


def _marks(submission: Submission) -> Iterator[int]:
    """Fingerprints of every file that is Python; what is not can be no copy that runs."""
    for file in submission.files:
        cells = [cell.text for cell in file.cells]
        for text in cells or [file.text]:
            try:
                yield from fingerprints([text])
            except (SyntaxError, ValueError, RecursionError):
                continue
