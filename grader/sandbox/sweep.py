"""Ending what student code started: by number, by user, and whatever has lost its parent."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from . import isolation

_ROUNDS = 50
_PR_SET_CHILD_SUBREAPER = 36


def kill(pid: int) -> None:
    """Kill a child and wait for its end."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.waitpid(pid, 0)


def sweep(user: int | None) -> None:
    """Kill all children, and all that runs as that user, until nothing is left."""
    for _ in range(_ROUNDS):
        if user is not None:
            _kill_all_of(user)
        # What lost its parent is ours, so where we have no child there is nothing below it.
        found = children()
        if found is not None and not found:
            return
        for pid in found or ():
            kill(pid)


def children() -> set[int] | None:
    """Our children; None where the system does not say."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):
        return {int(pid) for pid in path.read_text().split()}
    return None


def below(pid: int) -> Iterator[int]:
    """All that a process started and what that started, as far as the system says."""
    waiting = [pid]
    while waiting:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                found = [int(child) for child in (task / "children").read_text().split()]
                waiting += found
                yield from found


def become_subreaper() -> None:
    """Have orphans of our descendants become our children, so that they can be found."""
    with contextlib.suppress(OSError, AttributeError):
        isolation.set_process_flag(_PR_SET_CHILD_SUBREAPER, 1)


def _kill_all_of(user: int) -> None:
    """Kill every process of that user, from a process of its own."""
    try:
        pid = os.fork()
    except OSError:  # refused for now; there are more rounds
        return
    if pid == 0:
        with contextlib.suppress(OSError):
            os.setresuid(user, user, user)
            # Root, or anybody with a name here, has processes that are none of ours.
            if os.getresuid() == (user, user, user) and user >= isolation.FIRST_FREE_USER:
                os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(pid, 0)
