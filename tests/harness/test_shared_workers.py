"""Checks that pass share a worker; what one of them leaves behind must cost or help no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading_fixtures import copy_assignment, grade
from wall_fixtures import behind_the_wall

from grader.outcomes import CheckFailed
from grader.sandbox import modules
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.student import Student

CODE = """
import os
import signal
import threading
import time

seen = []
ticked = []
held = []

def leave():
    seen.append(1)
    open("left", "w").write("x")
    return os.getpid()

def look():
    return [len(seen), os.path.exists("left"), os.getpid()]

def make():
    return Thing()

def go_on():
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    return os.getpid()

def hold():
    held.append(bytearray(150 * 2**20))
    return os.getpid()

def hold_a_little():
    # Above 32 MiB malloc asks the system, whatever it has left over from the process before it.
    held.append(bytearray(40 * 2**20))

def tick():
    signal.signal(signal.SIGALRM, lambda *_: ticked.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)

def nap():
    time.sleep(0.3)

def ticks():
    return len(ticked)

def hang():
    while True:
        pass

class Thing:
    size = 3
"""
SOURCE = modules.Source("code.py", "code", CODE)


def ask(
    handed: Handed,
    name: str,
    group: str = "hint",
    *,
    passed: bool | None = True,
    limits: Limits | None = None,
) -> tuple[object, bool]:
    """Call one function in a check of its own; its value, and whether the check was alone."""
    student = Student(handed, limits or Limits(), 1, group)
    try:
        return student.call(f"code.{name}").value, student.is_alone
    finally:
        student.close(passed=passed)


def test_checks_of_a_group_that_pass_share_a_worker_but_no_files() -> None:
    with behind_the_wall(SOURCE) as handed:
        first, was_alone = ask(handed, "leave")
        found, is_alone = ask(handed, "look")

    assert (was_alone, is_alone) == (True, False)
    assert found == [1, False, first]


@pytest.mark.parametrize("group", ["full", ""], ids=["another group", "alone"])
def test_nobody_else_gets_the_worker_of_a_check(group: str) -> None:
    with behind_the_wall(SOURCE) as handed:
        first, _ = ask(handed, "leave")
        found, is_alone = ask(handed, "look", group)

    assert is_alone
    assert found[:2] == [0, False]  # type: ignore[index]
    assert found[2] != first  # type: ignore[index]


def test_a_function_that_failed_alone_has_workers_of_its_own_from_then_on() -> None:
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "leave", passed=False)
        found = [ask(handed, name)[1] for name in ("look", "leave", "look")]

    assert found == [False, True, False]


def test_a_kept_worker_does_nothing_until_its_next_check() -> None:
    """A timer is no thread, and would run beside checks that show more."""
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "tick")
        ask(handed, "nap", "full")
        found, is_alone = ask(handed, "ticks")

    assert not is_alone
    assert found <= 2  # type: ignore[operator]


def test_a_worker_that_is_kept_while_another_is_open_does_nothing_either() -> None:
    with behind_the_wall(SOURCE) as handed:
        other = Student(handed, Limits(), 1, "full")
        other.call("code.look")
        ask(handed, "tick")
        other.call("code.nap")
        other.close(passed=True)
        found, is_alone = ask(handed, "ticks")

    assert not is_alone
    assert found <= 2  # type: ignore[operator]


def test_workers_that_are_kept_hold_little_together() -> None:
    """In a container of 768 MB there must be room for one that takes all that it may."""
    with behind_the_wall(SOURCE) as handed:
        for group in range(5):
            ask(handed, "hold_a_little", f"group {group}")
        alone = [ask(handed, "look", f"group {group}")[1] for group in range(5)]

    assert not alone[0]
    assert alone.count(False) <= 3


@pytest.mark.parametrize("name", ["go_on", "hold"])
def test_a_worker_that_is_not_at_rest_is_not_kept(name: str) -> None:
    """A thread that runs on and memory that is held would be felt by other checks."""
    with behind_the_wall(SOURCE) as handed:
        first, _ = ask(handed, name)
        found, is_alone = ask(handed, "look")

    assert is_alone
    assert found[2] != first  # type: ignore[index]


def test_objects_of_a_check_are_gone_with_it() -> None:
    with behind_the_wall(SOURCE) as handed:
        one, other = (Student(handed, Limits(), 1, "hint") for _ in range(2))
        thing = one.call("code.make").value
        assert thing.size == 3
        one.close(passed=True)
        new = other.call("code.make").value

        assert new.number == thing.number
        assert not other.is_alone
        other.close()


def test_a_time_out_counts_only_where_the_check_was_alone() -> None:
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "look")
        for alone in (False, True):
            group = "" if alone else "hint"
            with pytest.raises(CheckFailed, match="did not finish"):
                ask(handed, "hang", group, passed=False, limits=Limits(call_s=0.2))
            assert bool(handed.timeouts["code.hang"]) is alone


def test_a_kept_worker_that_has_ended_meanwhile_is_replaced() -> None:
    with behind_the_wall(SOURCE) as handed:
        student = Student(handed, Limits(), 1, "hint")
        student.call("code.look")
        worker = student._talk._worker
        student.close(passed=True)
        assert worker is not None
        handed.wall.close_worker(worker)
        found, is_alone = ask(handed, "look")

    assert is_alone
    assert found[0] == 0  # type: ignore[index]


SPOILS = '''

_calls = []
_right = append_bias


def append_bias(X):
    """Goes wrong once another function has been called."""
    if _calls:
        SPOILT
    return _right(X)


_scores = linear_scores


def linear_scores(W, X, b):
    """Leaves something behind."""
    _calls.append(1)
    return _scores(W, X, b)
'''


@pytest.mark.parametrize("spoilt", ["return _right(X) * 0.0", "raise NotImplementedError"])
def test_what_is_right_alone_passes_whatever_ran_before(spoilt: str, tmp_path: Path) -> None:
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])
    submission = tmp_path / "submission"
    submission.mkdir()
    losses = assignment / "reference" / "losses.py"
    text = losses.read_text("utf-8") + SPOILS.replace("SPOILT", spoilt)
    (submission / "losses.py").write_text(text, "utf-8")

    graded = grade(submission, tmp_path / "out", assignment=assignment)

    assert graded.run.status == 0
    assert {c["status"] for c in graded.checks.values()} == {"passed"}
