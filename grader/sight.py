"""Scripts put to a submission while this process still imports the suites, which they do not need.

A process of its own puts them, forked from this one while it is small. It asks through the same
wall what this one would ask, so what it finds is what this one would find.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import tempfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Union

import msgspec
from msgspec import structs

from grader.ahead import Put, put_all
from grader.sandbox import isolation
from grader.sandbox.wall import Wall, WallFailed
from grader.scripted import AllRight, Seen

if TYPE_CHECKING:
    from grader.group import Group
    from grader.sandbox.student import Student
    from grader.scripted import Scripted

_PATIENCE_S = 30.0
"""Longest that the process may take: a call's time comes on top, and the end of its workers."""

_decoder = msgspec.msgpack.Decoder(dict[str, Union[Put, None]])


class Sight:
    """The process that puts the scripts, and what it has seen."""

    def __init__(
        self,
        wall: Wall,
        scripts: Mapping[str, Scripted],
        make_student: Callable[[int, Group | None], Student],
    ) -> None:
        self._wall = wall
        self._scripts = scripts
        self._make_student = make_student
        self._seen: Seen | None = None
        self._has_ended = False
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
                seen = put_all(scripts, make_student, on_wrong=lambda: os.write(theirs, b"!"))
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

    def all_right(self) -> AllRight | None:
        """What came of it if all was right; None as soon as something was not."""
        if self._hear():
            return None
        put = {name: self.seen().get(name) for name in self._scripts}
        right = {name: each.seconds for name, each in put.items() if each is not None}
        if len(right) < len(put):
            return None
        return AllRight(
            [
                structs.replace(known.outcome, seconds=right[name])
                for name, known in self._scripts.items()
            ]
        )

    def make_student(self, seed: int, group: Group | None) -> Student:
        """The student of a check that is run in earnest: two processes never ask at once."""
        self.seen()
        return self._make_student(seed, group)

    def seen(self) -> Seen:
        """By check what was answered, None where something was not right; waits for it."""
        if self._seen is None:
            self._seen = {}  # should the wall fail, it is asked no second time
            try:
                self._seen = self._wait()
            finally:
                self.close()
        return self._seen

    def close(self) -> None:
        """End the process, if nobody has waited for it. The wall is to be closed then, too."""
        if not self._has_ended:
            self._seen = self._seen or {}
            os.kill(self._pid, signal.SIGKILL)
            self._end()

    def _hear(self) -> bytes:
        """A byte once something was not right, nothing once the process has ended."""
        if not select.select([self._ended], [], [], _PATIENCE_S)[0]:
            os.kill(self._pid, signal.SIGKILL)
        return os.read(self._ended, 1)

    def _wait(self) -> Seen:
        while self._hear():
            pass
        status, data = self._end()
        if status != 0:
            # Nobody knows what it has left behind the wall.
            with contextlib.suppress(WallFailed):  # whoever opens a worker next is told
                self._wall.renew()
            return {}
        return _decoder.decode(data)

    def _end(self) -> tuple[int, bytes]:
        """How the process ended, and what it has left."""
        _, status = os.waitpid(self._pid, 0)
        self._has_ended = True
        os.close(self._ended)
        with self._file:
            self._file.seek(0)
            return status, self._file.read()
