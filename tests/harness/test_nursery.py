"""The clean process obeys whoever holds its other end, whatever became of the one before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.sandbox import isolation
from grader.sandbox.nursery import Nursery


def start_and_leave(nursery: Nursery, plan: isolation.Plan) -> None:
    nursery.start(plan)


def end_and_leave(nursery: Nursery, plan: isolation.Plan) -> None:
    nursery.start(plan)
    nursery.begin_end()


@pytest.mark.parametrize("leave", [start_and_leave, end_and_leave])
def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(
    leave: Callable[[Nursery, isolation.Plan], None], tmp_path: Path
) -> None:
    """A grade may be killed at any moment; the next one has the same clean process."""
    plan = isolation.Plan(str(tmp_path), None)
    with Nursery() as nursery:
        grade = os.fork()
        if grade == 0:
            leave(nursery, plan)
            os._exit(0)
        os.waitpid(grade, 0)
        nursery.end()
        pid, sock = nursery.start(plan)
        sock.close()

        assert Path(f"/proc/{pid}").exists()
        assert int(Path(f"/proc/{pid}/stat").read_text().split()[3]) == nursery.pid


LOST = """
import gc, os, socket
from grader.sandbox.nursery import Nursery

gc.disable()
lost = [socket.socket(fileno=os.dup2(socket.socket().detach(), 3))]
lost.append(lost)
del lost
with Nursery() as nursery:
    nursery.end()
"""


def test_garbage_of_whoever_starts_it_closes_nothing_of_it() -> None:
    """A lost cycle holds a descriptor of the number that the clean process keeps for itself."""
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()
