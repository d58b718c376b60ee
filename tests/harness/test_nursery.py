"""The clean process obeys whoever holds its other end, whatever became of the one before."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.sandbox import isolation, scratch, server
from grader.sandbox.channel import Channel
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


REFUSED = """
import os, resource, tempfile
from grader.sandbox import isolation
from grader.sandbox.nursery import Nursery, NurseryFailed

os.setresuid(USER, USER, USER)
plan = isolation.Plan(tempfile.mkdtemp(), None)
with Nursery() as nursery:
    resource.prlimit(nursery.pid, resource.RLIMIT_NPROC, (1, 1000))
    try:
        nursery.start(plan)
    except NurseryFailed as error:
        assert "the system refuses it" in str(error), error
    else:
        raise AssertionError("it was not refused")
    nursery.end()
    resource.prlimit(nursery.pid, resource.RLIMIT_NPROC, (1000, 1000))
    assert nursery.start(plan)[0] > 0
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be a user who has no other process")
def test_a_process_that_the_system_refuses_now_may_be_had_later() -> None:
    """A busy machine has its limits, and one refusal is not to cost what comes after."""
    code = REFUSED.replace("USER", str(61_000 + os.getpid() % 4_000))
    # The interpreter of a checkout may be closed to others, so what it needs is imported before.
    code = code.replace("os.setresuid", "import grader.sandbox.wall\nos.setresuid")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


def test_a_worker_that_the_system_refuses_is_no_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To the system, -1 is everybody."""
    killed: list[int] = []
    monkeypatch.setattr(server, "_fork", lambda: -1)
    monkeypatch.setattr(os, "kill", lambda pid, _signal: killed.append(pid))
    monkeypatch.setattr(scratch, "is_overfull", lambda _folder: True)
    ours, theirs = socket.socketpair()
    handed, kept = socket.socketpair()
    with ours, theirs, handed, kept:
        serving = server.Server(theirs, Channel(theirs, exact=True), 0, 0, str(tmp_path))
        socket.send_fds(ours, [b"f"], [handed.fileno()])

        assert serving.obey(server.Spawn()) == server.Spawned(0)
        serving.watch()
        assert serving.obey(server.Reap(0)) == server.Ended(0)
    assert killed == []
