"""Workers are forked ahead of their check: they must be as fresh as one that is forked for it."""

from __future__ import annotations

import os
import socket
import sys
import time

import pytest
from wall_fixtures import behind_the_wall

from grader.outcomes import CheckFailed
from grader.sandbox import isolation, modules
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.nursery import Nursery
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall

CODE = """
import os
import numpy as np

seen = []

def leave():
    seen.append(1)
    np.random.seed(0)
    open("left", "w").write("x")
    return os.getpid()

def look():
    return [len(seen), os.path.exists("left"), os.getpid()]

def draw():
    return np.random.random(3)

def cores():
    return sorted(os.sched_getaffinity(0))

def hang():
    while True:
        pass
"""
SOURCE = modules.Source("code.py", "code", CODE)


def ask(handed: Handed, name: str, seed: int = 1, limits: Limits | None = None) -> object:
    """Call one function in a check of its own."""
    student = Student(handed, limits or Limits(), seed)
    try:
        return student.call(f"code.{name}").value
    finally:
        student.close()


def test_a_check_finds_nothing_of_the_one_that_ran_while_its_worker_was_forked() -> None:
    with behind_the_wall(SOURCE) as handed:
        first = ask(handed, "leave")
        found = ask(handed, "look")

    assert found[:2] == [0, False]  # type: ignore[index]
    assert found[2] != first  # type: ignore[index]


def test_the_seed_is_that_of_the_check_not_of_the_fork() -> None:
    with behind_the_wall(SOURCE) as handed:
        one, two, again = (ask(handed, "draw", seed) for seed in (1, 2, 1))

    assert list(one) == list(again)  # type: ignore[call-overload]
    assert list(one) != list(two)  # type: ignore[call-overload]


def test_a_check_after_one_that_was_killed_has_a_worker_that_works() -> None:
    with behind_the_wall(SOURCE) as handed:
        with pytest.raises(CheckFailed, match="did not finish"):
            ask(handed, "hang", limits=Limits(call_s=0.2))

        assert ask(handed, "look")[0] == 0  # type: ignore[index]


def test_no_worker_ahead_keeps_the_sources_that_were_staged_before() -> None:
    other = modules.Source("code.py", "code", "def look():\n    return 'other'\n")
    limits = isolation.WorkerLimits(512, 30, 2000)
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "look")
        handed.wall.stage([other], ["numpy"], [], limits)

        assert ask(handed, "look") == "other"


def test_on_a_busy_machine_the_socket_for_a_worker_may_come_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send_fds = socket.send_fds

    def send_late(sock: socket.socket, buffers: list[bytes], fds: list[int]) -> int:
        time.sleep(0.1)
        return send_fds(sock, buffers, fds)

    with behind_the_wall(SOURCE) as handed:
        ask(handed, "look")
        server = handed.wall._pid
        monkeypatch.setattr(socket, "send_fds", send_late)

        assert ask(handed, "look")[0] == 0  # type: ignore[index]
        assert ask(handed, "look")[0] == 0  # type: ignore[index]
        assert handed.wall._pid == server  # it did not have to be started again


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot choose its core")
def test_both_sides_share_a_core_while_the_wall_stands_and_not_afterwards() -> None:
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # a wall before may have kept it
    before = os.sched_getaffinity(0)

    with behind_the_wall(SOURCE) as handed:
        ours, theirs = os.sched_getaffinity(0), ask(handed, "cores")

    assert len(ours) == 1
    assert theirs == sorted(ours)
    assert os.sched_getaffinity(0) == before


def test_a_worker_that_no_check_wanted_is_gone_with_the_wall() -> None:
    with Nursery() as nursery, Wall(nursery) as wall:
        wall.stage([SOURCE], ["numpy"], [], isolation.WorkerLimits(512, 30, 2000))
        wall.close_worker(wall.open_worker(1))
        wall.close_worker(wall.open_worker(1))
        wall._read_reports()
        ahead = wall._forked_pid

    with pytest.raises(ProcessLookupError):
        os.kill(ahead, 0)
