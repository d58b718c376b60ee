"""Scripts put to a submission while this process still imports the suites, which they do not need.

A process of its own puts them, forked from this one while it is small. It asks through the same
wall what this one would ask, so what it finds is what this one would find.
"""

from __future__ import annotations

import os
import select
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from grader.rules import settle
from grader.sandbox import isolation
from grader.sandbox.script import Answers
from grader.sandbox.wall import Wall, WallFailed
from grader.scripted import group_of

if TYPE_CHECKING:
    from grader.sandbox.student import Student
    from grader.scripted import Scripted

_LONGEST_S = 8.0
"""After so long no other script is begun."""
_PATIENCE_S = 30.0
"""Longest that the process may take: a call's time comes on top, and the end of its workers."""

Seen = dict[str, Answers | None]
_decoder = msgspec.msgpack.Decoder(Seen)


class Sight:
    """The process that puts the scripts, and what it has seen."""

    def __init__(
        self,
        wall: Wall,
        scripts: Mapping[str, Scripted],
        make_student: Callable[[int, str], Student],
    ) -> None:
        self._wall = wall
        self._seen: Seen | None = None
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        self._ended, theirs = os.pipe()
        grader = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            status = 1
            try:
                isolation.die_with_parent(grader)
                wall.leave_core()
                os.close(self._ended)
                starts = wall.starts
                seen = _put(scripts, make_student)
                wall.rest()
                self._file.write(msgspec.msgpack.encode(seen))
                self._file.flush()
                # The other process knows the first server only.
                status = int(wall.starts != starts)
            except (WallFailed, OSError, KeyboardInterrupt):
                pass
            finally:
                os._exit(status)
        os.close(theirs)

    def seen(self) -> Seen:
        """By check what was answered, None where something was not right; waits for it."""
        if self._seen is None:
            self._seen = {}  # should the wall fail, it is asked no second time
            self._seen = self._wait()
        return self._seen

    def _wait(self) -> Seen:
        # The other end closes with the process.
        if not select.select([self._ended], [], [], _PATIENCE_S)[0]:
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        os.close(self._ended)
        with self._file:
            self._file.seek(0)
            data = self._file.read()
        if status != 0:
            # Nobody knows what it has left behind the wall.
            self._wall.renew()
            return {}
        return _decoder.decode(data)


def _put(scripts: Mapping[str, Scripted], make_student: Callable[[int, str], Student]) -> Seen:
    """Put scripts until all are put, or one of them comes to no answer."""
    seen: Seen = {}
    end = time.monotonic() + _LONGEST_S
    for name, known in scripts.items():
        student = make_student(
            known.outcome.seed, group_of(known.outcome.feedback, known.outcome.visibility)
        )
        told = student.put(known.script, settle(known.rules), alone=not known.sees)
        student.close(passed=True)
        seen[name] = told
        if student.is_broken or time.monotonic() > end:
            break
    return seen
