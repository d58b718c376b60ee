"""How long a search for an explanation may take."""

from __future__ import annotations

import time


class Budget:
    """Time of this process, so that a busy machine finds what an idle one does; and a guard.

    What is asked of the student's own code, and what a machine takes for others, is in the guard
    alone.
    """

    def __init__(self, process_s: float, guard_s: float) -> None:
        began = time.monotonic()
        self._process = time.process_time() + process_s
        self._earliest = began + process_s
        self._guard = began + guard_s

    @property
    def is_spent(self) -> bool:
        """Whether it is time to end."""
        now = time.monotonic()
        # One thread works no longer than the clock on the wall runs, which costs far less to ask.
        if now < self._earliest:
            return False
        return time.process_time() > self._process or now > self._guard
