"""What all checks of one submission share: its sources, its deadline, what took too long."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from .sources import Sources
from .wall import Wall

_RIGHT = 0.5
"""Share of a submission's time that is set aside for its checks evenly, whatever others take."""
_GREED = 10.0
"""So many even shares of the rest may one check take."""


class Limits(Struct, frozen=True):
    """What one check may take."""

    call_s: float = 5.0
    check_s: float = 20.0
    memory_mb: int = 1024
    callbacks: int = 2000


class Handed:
    """What all checks of one submission share: its sources, its deadline, its time-outs."""

    def __init__(
        self,
        wall: Wall,
        sources: Sources,
        allowed: tuple[str, ...],
        deadline: float,
        on_wait: Callable[[], None] = lambda: None,
        checks: Callable[[], tuple[int, int]] = lambda: (0, 0),
        *,
        records: bool = False,
    ) -> None:
        self.wall = wall
        self.sources = sources
        self.allowed = allowed
        self.deadline = deadline
        """When the whole submission must be graded. [s, monotonic clock]"""
        self.on_wait = on_wait
        """Called when student code takes its time: should this process be killed, then here."""
        self.timeouts: Counter[str] = Counter()
        self.suspects: set[str] = set()
        """Functions that a check called which did not pass: they get workers of their own."""
        self.records = records
        """Whether what passes between the sides is recorded, to be repeated with others."""
        self.unlike: set[str] = set()
        """Functions that do not answer bit for bit as the reference does, right or wrong."""
        self._checks = checks
        """How many checks are still to come, the present one included, and how many there are."""
        self._began = time.monotonic()

    def share(self) -> float:
        """Seconds for the check that begins now, so that those after it have their turn."""
        return self._right() + self.spare()

    def spare(self) -> float:
        """What of it is no check's by right: a try that may be followed by another has no more."""
        left, _ = self._checks()
        if not left:
            return math.inf
        rest = self.deadline - time.monotonic() - left * self._right()
        return max(0.0, rest) * min(1.0, _GREED / left)

    def _right(self) -> float:
        left, of = self._checks()
        return _RIGHT * (self.deadline - self._began) / of if left else 0.0
