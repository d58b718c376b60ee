"""What the submissions of a lane have answered that passed a check otherwise than the reference.

A class writes the same few things in a few ways: each way is judged once, and who answers bit for
bit the same passes by it, as by the reference's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.sandbox.script import Script
from grader.scripted import Scripted

_MOST = 16
"""Ways of one check."""
_MOST_BYTES = 16 * 2**20
"""Bytes of all that is kept: each submission is graded in a fork of the process that holds it."""


class OtherWays:
    """The ways that were found so far, by check; the same object serves all grades of a seed."""

    def __init__(self) -> None:
        self._ways: dict[str, list[Scripted]] = {}
        self._size = 0

    @property
    def by_check(self) -> Mapping[str, Sequence[Scripted]]:
        """By the names of the checks; it grows with each submission that is learned from."""
        return self._ways

    def learn(self, scripts: Mapping[str, Scripted]) -> None:
        """Keep what is new in what one submission has passed, as long as there is room."""
        for name, scripted in scripts.items():
            ways, size = self._ways.setdefault(name, []), _size(scripted.script)
            is_full = len(ways) >= _MOST or self._size + size > _MOST_BYTES
            is_known = scripted.script in [way.script for way in ways]
            # By a script that asks back nobody goes.
            if is_full or is_known or scripted.script.asks_back:
                continue
            ways.append(scripted)
            self._size += size


def _size(script: Script) -> int:
    return sum(len(step.message) + sum(map(len, step.answers)) for step in script.steps)
