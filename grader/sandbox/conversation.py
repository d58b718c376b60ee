"""One check's talk with its worker: messages there and back, within its time, whatever happens."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from typing import Any

from grader.group import Group
from grader.outcomes import CheckFailed, Finding, GraderFailed

from . import values, wire, words
from .callbacks import Callbacks
from .channel import Closed, TimedOut
from .handed import Handed, Limits
from .kept import OpenWorker
from .script import Answers, Ways
from .wall import WallFailed

_MAX_TIMEOUTS = 2
_MOST_RECORDED = 2**19
"""Bytes of all answers in one check, above which they are not recorded."""


class Conversation:
    """Starts a worker with the first message, and another one if that has ended.

    `seed` and `group` are the check's (see student.py). What goes wrong is the student's doing,
    and raises CheckFailed; GraderFailed if no worker can be had.
    """

    def __init__(
        self,
        handed: Handed,
        limits: Limits,
        seed: int,
        group: Group | None,
        callbacks: Callbacks,
    ) -> None:
        self._handed = handed
        self._limits = limits
        self._seed = _seed_inside(seed)
        self._group = group
        self._callbacks = callbacks
        self._worker: OpenWorker | None = None
        self._deadline = time.monotonic() + min(limits.check_s, handed.share())
        self.generation = 0
        """Number of workers so far: objects of an earlier one are gone."""
        self.is_alone = True
        """Whether no other check has run in any of them."""
        self.is_broken = False
        """Whether a script came to no answer: to something else, or to an end."""
        self.exchanged: list[tuple[wire.Request, wire.Answer]] | None = []
        """What was asked and answered, if that is recorded; None where it was too much, or where
        something came to no answer."""
        self._recorded = 0
        self._unanswered = 0
        """Requests that were put to the worker and have no answer yet."""

    def require_time(self, name: str) -> None:
        """Raise CheckFailed where the function, or the import of its module, is known for slow."""
        if not self._handed.timeouts:
            return
        for what in (name, name.partition(".")[0]):
            if self._handed.timeouts[what] >= _MAX_TIMEOUTS:
                raise CheckFailed(words.of_repeated_timeouts(name, what))

    def share_time(self, other: Conversation) -> None:
        """Take no longer than what is left to another."""
        self._deadline = min(self._deadline, other._deadline)

    def exchange(
        self, request: wire.Request, name: str, arrays: list[values.Array], calls: int
    ) -> wire.Answer:
        """Put a request of so many calls, answer the callbacks of it, and take its answer.

        `name` is the function's; `arrays` are the arguments, which callbacks may read.
        """
        worker = self._open(name)
        module = name.partition(".")[0]
        message: wire.Request = request
        began, deadline = time.monotonic(), self._deadline_of_call(calls)
        self._unanswered += 1
        try:
            worker.channel.send(request, max(0.001, deadline - time.monotonic()))
            while True:
                answer: wire.Answer = worker.channel.receive(
                    wire.answer_decoder, deadline, waiting=self._handed.on_wait
                )
                if isinstance(answer, wire.Imported) and module not in worker.imported:
                    worker.imported.add(module)
                    began, deadline = time.monotonic(), self._deadline_of_call(calls)
                elif isinstance(answer, wire.Callback):
                    reply = self._callbacks.answer(answer, name, arrays)
                    self._record(message, answer, worker)
                    message = reply
                    worker.channel.send(reply, max(0.001, deadline - time.monotonic()))
                else:
                    self._record(message, answer, worker)
                    self._unanswered -= 1
                    return answer
        except TimedOut:
            self.end()
            raise CheckFailed(self._timed_out(name, deadline - began, worker.imported)) from None
        except Closed:
            raise CheckFailed(self._ended(name)) from None
        except wire.Malformed as error:
            raise CheckFailed(self.unreadable(name, str(error))) from None

    def repeat(
        self, name: str, ways: Ways, unpack: Callable[[wire.Value], Any]
    ) -> tuple[int, Answers] | None:
        """Ask as a check did that was passed, as long as any way is left, in a call's time.

        `name` is a function's that is asked for. By which way all was right, and the answers.
        """
        has_asked_back = False
        try:
            worker = self._open(name)
            deadline = self._deadline_of_call(1)
            self._unanswered += 1
            while (step := ways.step) is not None:
                worker.channel.send(step.message, max(0.001, deadline - time.monotonic()))
                answer: wire.Answer = wire.Imported()
                while isinstance(answer, wire.Imported):
                    answer = worker.channel.receive(
                        wire.answer_decoder, deadline, waiting=self._handed.on_wait
                    )
                worker.imported.update(step.modules)
                has_asked_back |= isinstance(answer, wire.Callback)
                if not ways.take(step, answer, unpack):
                    # It waits for something, or is not to be trusted.
                    self._break()
            self._unanswered -= 1
            if has_asked_back and ways.passed is None:
                self.end()  # it may wait for a reply
        except (CheckFailed, GraderFailed, TimedOut, Closed, wire.Malformed):
            self._break()
            return None
        return ways.passed

    def _record(self, asked: wire.Request, answer: wire.Answer, worker: OpenWorker) -> None:
        """Keep what is to be repeated with others: an answer may be as large as a message."""
        if not self._handed.records or self.exchanged is None:
            return
        self.exchanged.append((asked, answer))
        self._recorded += worker.channel.last_size
        if self._recorded > _MOST_RECORDED:
            self.exchanged = None

    def _break(self) -> None:
        self.is_broken = True
        self.end()

    def unreadable(self, name: str, why: str) -> Finding:
        """What is said of a worker that does not keep to the protocol; it is ended."""
        self.end()
        return words.of_unreadable(name, why)

    def close(self) -> None:
        """Leave the worker to a check that may follow, or end it where the check is in no group.

        One whose last answer is still to come would give that to the next check.
        """
        worker, self._worker = self._worker, None
        if worker is not None and self._group is not None and not self._unanswered:
            self._handed.wall.keep_worker(worker, self._group)
        elif worker is not None:
            self._handed.wall.dismiss_worker(worker)

    def end(self) -> None:
        """End the worker, for something is wrong with it: of that there is nothing to repeat."""
        self.exchanged = None
        worker, self._worker = self._worker, None
        if worker is not None:
            self._handed.wall.dismiss_worker(worker)

    def abandon(self) -> None:
        """Have nothing to do with the wall's processes any more: who knows what they are at."""
        self.exchanged, self._worker = None, None
        with contextlib.suppress(WallFailed):  # whoever opens a worker next is told
            self._handed.wall.renew()

    def _open(self, name: str) -> OpenWorker:
        now = time.monotonic()
        if now > self._handed.deadline:
            raise CheckFailed(words.of_no_time_left(name, "the whole submission"))
        if now > self._deadline:
            raise CheckFailed(words.of_no_time_left(name, "this check"))
        if self._worker is None:
            spare = self._handed.spare()
            try:
                group = None if name in self._handed.suspects or not spare else self._group
                self._worker = self._handed.wall.open_worker(self._seed, group)
            except WallFailed as error:
                raise GraderFailed(str(error)) from None
            if not self._worker.is_fresh:
                self.is_alone = False
                # What fails here is tried again, for which each check has the time that is its own.
                self._deadline = min(self._deadline, now + spare)
            self.generation += 1
            self._unanswered = 0
            # That it was to be waited for is not the student's doing.
            self._deadline += time.monotonic() - now
        return self._worker

    def _deadline_of_call(self, calls: int) -> float:
        return min(time.monotonic() + calls * self._limits.call_s, self._deadline)

    def _timed_out(self, name: str, waited: float, imported: set[str]) -> Finding:
        module = name.partition(".")[0]
        seconds = self._limits.call_s if waited > 0.99 * self._limits.call_s else None
        # Modules that were not handed in stand for the notebook, which is loaded once.
        known = module in self._handed.sources.modules
        loaded = module in imported if known else bool(imported)
        if loaded or "." not in name:
            self._handed.timeouts[name] += self.is_alone
            return words.of_timeout(name, seconds)
        # Every function of the module would wait for the same import.
        self._handed.timeouts[module] += self.is_alone
        return words.of_slow_import(name, self._handed.sources, seconds)

    def _ended(self, name: str) -> Finding:
        self.exchanged = None
        worker, self._worker = self._worker, None
        status = 0 if worker is None else self._handed.wall.close_worker(worker)
        return words.of_end(name, status, self._limits.memory_mb, self._limits.check_s)


def _seed_inside(seed: int) -> int:
    """The worker's own: from the check's, its hidden data could be drawn again."""
    digest = hashlib.sha256(b"inside" + seed.to_bytes(8, "big")).digest()
    return int.from_bytes(digest[:6], "big")
