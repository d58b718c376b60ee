"""Where an assignment allows processes, they share a worker's limits and end with the check."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from wall_fixtures import HINT, behind_the_wall

from grader.outcomes import CheckFailed
from grader.sandbox import modules, sweep
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.student import Student

CODE = """
import os
import subprocess
import time

def run():
    done = subprocess.run(["/bin/echo", "42"], capture_output=True, text=True)
    return int(done.stdout)

def fork():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    os.waitpid(pid, 0)
    return os.getpid()

def many():
    for number in range(100):
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError:
            return number

def hungry():
    for _ in range(12):
        if os.fork() == 0:
            kept = bytearray(b"x" * (60 * 2**20))
            time.sleep(60)
    time.sleep(3)

def clone():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    pid = libc.syscall(number, 0x10000000 | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return ctypes.get_errno() if pid < 0 else 0
"""
SOURCE = modules.Source("code.py", "code", CODE)


@pytest.fixture
def handed() -> Iterator[Handed]:
    """A submission whose assignment allows processes."""
    with behind_the_wall(SOURCE, processes=True, memory_mb=6000) as handed:
        yield handed


def ask(handed: Handed, name: str) -> object:
    """Call one function in a check of its own, which passes."""
    student = Student(handed, Limits(), 1, HINT)
    try:
        return student.call(f"code.{name}").value
    finally:
        assert student.is_alone
        student.close(passed=True)


@pytest.mark.parametrize("name", ["run", "fork"])
def test_without_the_setting_none_is_started(name: str) -> None:
    with behind_the_wall(SOURCE) as handed, pytest.raises(CheckFailed, match="PermissionError"):
        ask(handed, name)


def test_a_program_can_be_run(handed: Handed) -> None:
    assert ask(handed, "run") == 42


def test_what_is_left_ends_with_the_check(handed: Handed) -> None:
    """However it has left its parent and its session."""
    ask(handed, "many")
    ask(handed, "fork")

    assert _below() <= 3


def test_no_check_has_the_worker_of_another(handed: Handed) -> None:
    assert ask(handed, "fork") != ask(handed, "fork")


def test_there_are_never_many(handed: Handed) -> None:
    assert ask(handed, "many") <= 64  # type: ignore[operator]


def test_they_share_the_memory_of_one() -> None:
    began = time.monotonic()
    with (
        behind_the_wall(SOURCE, processes=True, memory_mb=400) as handed,
        pytest.raises(CheckFailed) as failed,
    ):
        ask(handed, "hungry")

    assert "memory" in " ".join(failed.value.finding.evidence)
    assert time.monotonic() - began < 3


def test_none_leaves_for_a_namespace(handed: Handed) -> None:
    assert ask(handed, "clone") == 1


def _below() -> int:
    """Number of our descendants, those that lost their parents included."""
    # Nursery, server and the worker ahead are always there, and are not always the same.
    return len(list(sweep.below(os.getpid())))
