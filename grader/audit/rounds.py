"""Grade many submissions in one process: suites collected once, one wall, a round for each.

The wall's server is forked first, as for a student: it never holds anything of the assignment. It
stays for all rounds, since every submission of an audit is the instructor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import pytest
from msgspec import Struct, structs

from grader.assignment import Assignment
from grader.exchange import Exchange
from grader.grade import GUARD_FACTOR, run_settings, stage
from grader.outcomes import Outcome
from grader.sandbox import server
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall
from grader.submission import Submission
from grader.suite.plugin import GradingPlugin
from grader.suite.run import import_reference, run_suites


class Round(Struct, frozen=True):
    """A submission and how it is to be graded."""

    submission: Submission
    checks: frozenset[str] | None = None
    """Names of the checks to run; None for all."""
    seed: int | None = None
    explain: bool = True
    stop: bool = False
    """Whether to stop after the first check that fails."""
    call_s: float | None = None
    """A shorter limit for a call: most changes that make a loop endless are not worth the wait."""


class Graded(Struct, frozen=True):
    """What came of a round, and what passed between its checks and the submission, by check."""

    outcomes: tuple[Outcome, ...]
    troubles: tuple[str, ...]
    histories: dict[str, tuple[Exchange, ...]]


class AuditWall(Wall):
    """A wall that stays for many submissions."""

    def make_room(self) -> None:
        """End the worker that was forked ahead for the submission before."""
        if self._ahead is None:
            return
        self._read_reports()
        self._forget_ahead()
        self._order(server.Reap(self._ahead_pid))


class Rounds(GradingPlugin):
    """The plugin, with a loop of rounds in the place of pytest's loop over the items."""

    def __init__(
        self,
        wall: AuditWall,
        assignment: Assignment,
        serve: Callable[[Callable[[Round], Graded]], None],
    ) -> None:
        self._wall = wall
        self._assignment = assignment
        self._serve = serve
        self._run_settings = run_settings(assignment)
        self._reference = import_reference(assignment.folder, assignment.settings.reference)
        self._items: Sequence[pytest.Item] = ()
        self._current: GradingPlugin = self
        super().__init__(self._run_settings, self._reference, _no_student, _do_nothing)

    def run(self) -> None:
        """Collect the suites and serve until nothing is asked for any more."""
        guard_s = GUARD_FACTOR * self._assignment.settings.limits.check_s
        run_suites(self, self._assignment.folder, guard_s)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade one submission after another, as they are handed in."""
        self._items = tuple(session.items)
        self._serve(self.grade_round)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let this round's own plugin do it."""
        if self._current is self:
            super().pytest_runtest_setup(item)
        else:
            self._current.pytest_runtest_setup(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let this round's own plugin do it."""
        return (yield from self._current.pytest_runtest_makereport(item, call))

    def grade_round(self, asked: Round) -> Graded:
        """Grade one submission by the checks that were asked for."""
        students: list[Student] = []
        make_student = self._stage(asked)

        def make(seed: int) -> Student:
            students.append(make_student(seed))
            return students[-1]

        settings = structs.replace(self._run_settings, seed=asked.seed, explain=asked.explain)
        plugin = self._current = GradingPlugin(settings, self._reference, make, _do_nothing)
        plugin.troubles += self.troubles
        items = list(self._items)
        # Reads the marks anew, and gives each check the seed of this round.
        plugin.pytest_collection_modifyitems(items)
        histories: dict[str, tuple[Exchange, ...]] = {}
        for item in _wanted(items, asked.checks):
            students.clear()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            for outcome in plugin.outcomes[-1:]:
                histories[outcome.name] = tuple(students[0].history) if students else ()
                if asked.stop and outcome.findings:
                    return self._graded(plugin, histories)
        return self._graded(plugin, histories)

    def _stage(self, asked: Round) -> Callable[[int], Student]:
        self._wall.make_room()
        settings = self._assignment.settings
        if asked.call_s is not None:
            limits = settings.limits
            limits = structs.replace(limits, call_s=min(limits.call_s, asked.call_s))
            settings = structs.replace(settings, limits=limits)
        assignment = structs.replace(self._assignment, settings=settings)
        return stage(self._wall, assignment, asked.submission, _do_nothing)

    def _graded(self, plugin: GradingPlugin, histories: dict[str, tuple[Exchange, ...]]) -> Graded:
        return Graded(tuple(plugin.outcomes), tuple(plugin.troubles), histories)


def _wanted(items: Sequence[pytest.Item], checks: frozenset[str] | None) -> Iterator[pytest.Item]:
    for item in items:
        if checks is None or f"{item.path.stem}::{item.name}" in checks:
            yield item


def _no_student(_seed: int) -> Any:
    raise AssertionError("no round has begun")


def _do_nothing() -> None:
    """Nothing is written on the way."""
