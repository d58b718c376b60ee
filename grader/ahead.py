"""Scripts put to a submission before any of its checks is run: most pass by that alone.

Those that show most go first, so that one worker may serve nearly all (see group.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.sandbox.script import Answers
from grader.scripted import Scripted, group_of

if TYPE_CHECKING:
    from grader.group import Group
    from grader.sandbox.student import Student

_LONGEST_S = 8.0
"""After so long no other script is begun."""
_HANGS_S = 1.0
"""What comes to no answer for so long hangs, and others may, too: nothing else is put ahead."""


class Put(Struct, frozen=True, array_like=True):
    """How a submission has answered what a check asks, all of it right."""

    way: int
    """0 for the script, or the place of the one among the others by which it is right, from 1."""
    answers: Answers
    seconds: float


def put_all(
    scripts: Mapping[str, Scripted],
    make_student: Callable[[int, Group | None], Student],
    others: Mapping[str, Sequence[Scripted]] | None = None,
    on_wrong: Callable[[], object] = lambda: None,
) -> dict[str, Put | None]:
    """Put scripts, and what `others` were asked, until all are put or one hangs.

    By the names of the checks what was answered; None where something was not right, of which
    `on_wrong` is told at once. Functions that came to no answer are not asked for again.
    """
    found: dict[str, Put | None] = {}
    broken: set[str] = set()
    end = time.monotonic() + _LONGEST_S
    for name, known in sorted(scripts.items(), key=lambda pair: _turn(_group(pair[1]))):
        began = time.monotonic()
        if not broken.isdisjoint(known.script.functions):
            continue
        student = make_student(known.outcome.seed, _group(known))
        ways = [known, *(others or {}).get(name, ())]
        passed = student.put(ways, alone=not known.sees)
        # Whatever it answered, its worker has come to no harm; one that has is ended by now.
        student.close(passed=True)
        seconds = time.monotonic() - began
        found[name] = None if passed is None else Put(*passed, seconds)
        if passed is None:
            on_wrong()
        if student.is_broken:
            broken |= known.script.functions
        if (student.is_broken and seconds > _HANGS_S) or time.monotonic() > end:
            break
    return found


def _group(known: Scripted) -> Group:
    return group_of(known.outcome.feedback, known.outcome.visibility)


def _turn(of: Group) -> tuple[int, list[str], int]:
    """A place in an order in which whatever may follow comes later."""
    return -len(of.times), sorted(of.times), -of.detail
