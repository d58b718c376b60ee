"""Grade many submissions in one process: suites collected once, one wall, a round for each.

The wall's server is forked first, as for a student: it never holds anything of the assignment. It
stays for all rounds, since every submission of an audit is the instructor's own.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, structs

from grader.assignment import Assignment
from grader.exchange import Exchange
from grader.grade import guard_s, run_settings, stage
from grader.group import Group
from grader.outcomes import Outcome
from grader.sandbox import server
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall
from grader.submission import Submission
from grader.suite.plugin import GradingPlugin
from grader.suite.run import import_reference, run_suites
from grader.suite.warm import WarmSuites


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
        self._order(server.Reap(self._forked_pid))


class Rounds:
    """The suites of an assignment, warm, and rounds of them."""

    def __init__(
        self,
        wall: AuditWall,
        assignment: Assignment,
        serve: Callable[[Callable[[Round], Graded]], None],
    ) -> None:
        self._wall = wall
        self._assignment = assignment
        self._run_settings = run_settings(assignment)
        self._reference = import_reference(assignment.folder, assignment.settings.reference)
        self._suites = WarmSuites(
            self._run_settings, self._reference, lambda _suites: serve(self.grade_round)
        )

    @property
    def troubles(self) -> list[str]:
        """What failed in the suites themselves."""
        return self._suites.troubles

    def run(self) -> None:
        """Collect the suites and serve until nothing is asked for any more."""
        run_suites(self._suites, self._assignment.folder, guard_s(self._assignment))

    def grade_round(self, asked: Round) -> Graded:
        """Grade one submission by the checks that were asked for."""
        settings = structs.replace(self._run_settings, seed=asked.seed, explain=asked.explain)
        make_student = self._stage(asked)
        plugin = GradingPlugin(settings, self._reference, make_student, _do_nothing)
        histories: dict[str, tuple[Exchange, ...]] = {}
        for _ in self._suites.run_apart(plugin, asked.checks):
            for outcome in plugin.outcomes[-1:]:
                histories[outcome.name] = tuple(plugin.history)
                if asked.stop and outcome.findings:
                    return self._graded(plugin, histories)
        return self._graded(plugin, histories)

    def _stage(self, asked: Round) -> Callable[[int, Group | None], Student]:
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


def _do_nothing() -> None:
    """Nothing is written on the way."""
