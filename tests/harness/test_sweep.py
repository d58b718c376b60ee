"""What is swept away after a submission is student code, and never anybody else's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.sandbox import isolation, sweep
from grader.sandbox.nursery import Nursery

SLEEP = [sys.executable, "-c", "import time; time.sleep(30)"]


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What is killed, noted instead of done: a mistake here would end the machine's work."""
    noted: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, signal: noted.append((pid, signal)))
    monkeypatch.setattr(os, "fork", lambda: 0)
    monkeypatch.setattr(os, "setresuid", lambda *_ids: None)
    monkeypatch.setattr(os, "_exit", lambda _status: None)
    monkeypatch.setattr(os, "waitpid", lambda _pid, _options: (0, 0))
    return noted


@pytest.mark.parametrize("user", [0, 1, 1000, isolation.FIRST_FREE_USER - 1])
def test_processes_of_a_user_who_may_have_others_are_never_killed_wholesale(
    user: int, killed: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getresuid", lambda: (user, user, user))

    sweep._kill_all_of(user)

    assert killed == []


def test_nothing_is_killed_when_the_user_could_not_be_changed(
    killed: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getresuid", lambda: (0, 0, 0))

    sweep._kill_all_of(isolation.FIRST_FREE_USER)

    assert killed == []


def test_processes_of_a_lent_user_are_killed(
    killed: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = isolation.FIRST_FREE_USER
    monkeypatch.setattr(os, "getresuid", lambda: (user, user, user))

    sweep._kill_all_of(user)

    assert killed == [(-1, 9)]


def test_what_a_nursery_sweeps_is_its_own_and_not_its_makers() -> None:
    child = subprocess.Popen(SLEEP)
    try:
        with Nursery() as nursery:
            nursery.end()

        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
