"""A wall with a student's sources behind it, for the tests of the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from grader.sandbox import isolation, modules
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.nursery import Nursery
from grader.sandbox.sources import Sources
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall
from grader.scripted import group_of

HINT = group_of("hint", "visible")
"""Checks as most of a suite are."""
FULL = group_of("full", "visible")
"""Checks that show what was handed in."""


@contextmanager
def behind_the_wall(
    *sources: modules.Source,
    limits: Limits | None = None,
    memory_mb: int = 512,
    deadline_s: float = 60.0,
    allowed: tuple[str, ...] = ("numpy",),
    processes: bool = False,
) -> Iterator[Handed]:
    """Stage sources behind a wall of their own."""
    limits = limits or Limits()
    with Nursery() as nursery, Wall(nursery) as wall:
        worker_limits = isolation.WorkerLimits(memory_mb, 30, 2000, processes)
        wall.stage(sources, allowed, ["matplotlib"], worker_limits)
        deadline = time.monotonic() + deadline_s
        yield Handed(wall, Sources(sources), allowed, deadline, wall.require_memory)


@contextmanager
def student_of(
    text: str, *, limits: Limits | None = None, memory_mb: int = 512
) -> Iterator[Student]:
    """A student whose only module is `code`."""
    source = modules.Source("code.py", "code", text)
    with behind_the_wall(source, limits=limits, memory_mb=memory_mb) as handed:
        student = Student(handed, limits or Limits(), 1)
        try:
            yield student
        finally:
            student.close()
