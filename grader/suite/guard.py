"""The guard of the trusted side: what hangs there is ended, whatever it is and whatever catches it.

pytest-timeout says when a check begins and ends; its own signal handler writes to a terminal, of
which a grade has none.
"""

from __future__ import annotations

import signal
from types import FrameType

_AGAIN = 0.1
"""Share of the time after which it is ended once more: the words about a check take time, too."""


class Overdue(BaseException):
    """A check took longer on the grader's side than it may; no `except Exception` keeps it."""


class _State:
    has_rung = False


def begin(seconds: float) -> None:
    """Raise Overdue in this process after so long, and from then on again and again."""
    _State.has_rung = False
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, max(_AGAIN * seconds, 0.1))


def end() -> None:
    """Let this process be."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def has_rung() -> bool:
    """Whether Overdue was raised since the last beginning, whoever has caught it."""
    return _State.has_rung


def _ring(_number: int, _frame: FrameType | None) -> None:
    _State.has_rung = True
    raise Overdue
