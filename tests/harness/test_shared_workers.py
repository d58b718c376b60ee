"""Checks that pass share a worker; what one of them leaves behind must cost or help no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from grading_fixtures import copy_assignment, grade
from wall_fixtures import FULL, HINT, behind_the_wall

from grader.group import Group
from grader.outcomes import CheckFailed, FeedbackLevel, Visibility
from grader.sandbox import modules
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.student import Student
from grader.scripted import group_of
from grader.suite import guard
from grader.suite.guard import Overdue

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

def ask_on(f):
    while True:
        f(1.0)

def give_0():
    return 0

def give_1():
    return 1

def give_2():
    return 2

def give_3():
    return 3

class Thing:
    size = 3
"""
SOURCE = modules.Source("code.py", "code", CODE)
Shown = tuple[FeedbackLevel, Visibility]


def ask(
    handed: Handed,
    name: str,
    group: Group | None = HINT,
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


@pytest.mark.parametrize("group", [FULL, None], ids=["shows more", "alone"])
def test_nobody_else_gets_the_worker_of_a_check(group: Group | None) -> None:
    with behind_the_wall(SOURCE) as handed:
        first, _ = ask(handed, "leave")
        found, is_alone = ask(handed, "look", group)

    assert is_alone
    assert found[:2] == [0, False]  # type: ignore[index]
    assert found[2] != first  # type: ignore[index]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("full", "visible"), ("hint", "visible")),
        (("hint", "visible"), ("hint", "after_due_date")),
        (("full", "visible"), ("result", "after_published")),
        (("hint", "after_published"), ("hint", "hidden")),
    ],
)
def test_a_check_that_shows_less_may_have_the_worker_of_one_that_shows_more(
    earlier: Shown, later: Shown
) -> None:
    """Not the other way round: what was handed in before could come out where more is shown."""
    more, less = group_of(*earlier), group_of(*later)
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "leave", more)
        assert not ask(handed, "look", less)[1]
        assert ask(handed, "look", more)[1]
        assert not ask(handed, "look", less)[1]
        assert not ask(handed, "look", more)[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Grades may be published before the last late day is over, and after it.
        (("hint", "after_due_date"), ("hint", "after_published")),
        (("full", "after_due_date"), ("hint", "visible")),
    ],
)
def test_where_each_shows_what_the_other_does_not_no_worker_is_shared(
    one: Shown, other: Shown
) -> None:
    with behind_the_wall(SOURCE) as handed:
        for group in (group_of(*one), group_of(*other), group_of(*one), group_of(*other)):
            found = ask(handed, "look", group)[1]

        assert not found
        assert len(handed.wall._kept) == 2


def test_a_function_that_failed_alone_has_workers_of_its_own_from_then_on() -> None:
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "leave", passed=False)
        found = [ask(handed, name)[1] for name in ("look", "leave", "look")]

    assert found == [False, True, False]


def test_a_kept_worker_does_nothing_until_its_next_check() -> None:
    """A timer is no thread, and would run beside checks that show more."""
    with behind_the_wall(SOURCE) as handed:
        ask(handed, "tick")
        ask(handed, "nap", FULL)
        found, is_alone = ask(handed, "ticks")

    assert not is_alone
    assert found <= 2  # type: ignore[operator]


def test_a_worker_that_is_kept_while_another_is_open_does_nothing_either() -> None:
    with behind_the_wall(SOURCE) as handed:
        other = Student(handed, Limits(), 1, FULL)
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
        groups = [Group(1, frozenset({f"time {number}"})) for number in range(5)]
        for group in groups:
            ask(handed, "hold_a_little", group)
        alone = [ask(handed, "look", group)[1] for group in groups]

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
        one, other = (Student(handed, Limits(), 1, HINT) for _ in range(2))
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
            group = None if alone else HINT
            with pytest.raises(CheckFailed, match="did not finish"):
                ask(handed, "hang", group, passed=False, limits=Limits(call_s=0.2))
            assert bool(handed.timeouts["code.hang"]) is alone


def test_a_kept_worker_that_has_ended_meanwhile_is_replaced() -> None:
    with behind_the_wall(SOURCE) as handed:
        student = Student(handed, Limits(), 1, HINT)
        student.call("code.look")
        worker = student._talk._worker
        student.close(passed=True)
        assert worker is not None
        handed.wall.close_worker(worker)
        found, is_alone = ask(handed, "look")

    assert is_alone
    assert found[0] == 0  # type: ignore[index]


LOOKS = """
import os
import signal
import threading
import time

found = []

def look(*_):
    for name in os.listdir():
        with open(name) as file:
            found.append(file.read())

def arm(files):
    os.sched_setaffinity(0, range(os.cpu_count()))
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)

def write(secret):
    # What lies about takes time to clear.
    for number in range(500):
        open(f"f{number}", "w").close()
    with open("zz", "w") as file:
        file.write(secret)

def write_on(secret):
    def run():
        os.sched_setaffinity(0, range(os.cpu_count()))
        while True:
            try:
                file = os.open("zz", os.O_WRONLY | os.O_CREAT)
                os.write(file, secret.encode())
                os.close(file)
            except OSError:
                pass
    for _ in range(8):
        threading.Thread(target=run, daemon=True).start()

def tell(files):
    signal.setitimer(signal.ITIMER_REAL, 0)
    end = time.monotonic() + 0.01
    while time.monotonic() < end:
        look()
    return "".join(found)
"""


@pytest.mark.parametrize(("writes", "tries"), [("write", 20), ("write_on", 60)])
def test_a_worker_that_is_kept_finds_no_files_of_another_group(writes: str, tries: int) -> None:
    """Neither when it wakes, nor from a worker that is still about to end."""
    with behind_the_wall(modules.Source("code.py", "code", LOOKS)) as handed:
        for number in range(tries):
            for group, name, argument in (
                (Group(2, frozenset({f"sooner {number}"})), "arm", ""),
                (Group(1, frozenset({f"later {number}"})), writes, "hidden"),
                (Group(2, frozenset({f"sooner {number}"})), "tell", ""),
            ):
                student = Student(handed, Limits(), 1, group)
                told = student.call(f"code.{name}", argument).value
                student.close(passed=True)
            assert not student.is_alone
            assert told == ""
            for worker in handed.wall._kept.clear():
                handed.wall.dismiss_worker(worker)


def too_many_callbacks(student: Student) -> None:
    student.call("code.ask_on", lambda x: x)


def overdue_in_a_callback(student: Student) -> None:
    def ring(_x: float) -> float:
        raise Overdue

    student.call("code.ask_on", ring)


def overdue_while_waiting(student: Student) -> None:
    guard.begin(0.2)
    try:
        student.call("code.nap")
    finally:
        guard.end()


@pytest.mark.parametrize("talk", [too_many_callbacks, overdue_in_a_callback, overdue_while_waiting])
def test_an_answer_that_is_still_to_come_is_not_given_to_the_next_check(
    talk: Callable[[Student], None],
) -> None:
    limits = Limits(callbacks=20)
    with behind_the_wall(SOURCE) as handed:
        student = Student(handed, limits, 1, HINT)
        with pytest.raises((CheckFailed, Overdue)):
            talk(student)
        student.close(passed=False)
        for number in range(4):
            assert ask(handed, f"give_{number}", limits=limits)[0] == number


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
