"""The pytest plugin: one submission through the suites, hooks in the order of pytest's calls.

1. `pytest_configure` names the marks.
2. `pytest_collectreport` sees a suite that cannot be read: its points become the staff's to give.
3. `pytest_collection_modifyitems` reads the marks, numbers the checks and splits their points.
4. `pytest_runtest_protocol` runs a check, guarded by pytest-timeout: its seed, its data and its
   worker are made, pytest sets it up, calls it and tears it down, and what happened becomes an
   outcome.
5. `pytest_internalerror` sees the grader's own failures.

Whatever cannot be graded is an outcome all the same: it earns nothing, costs nothing, and says that
the grader failed.
"""

from __future__ import annotations

import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest

from grader.exchange import Exchange
from grader.group import Group
from grader.outcomes import CheckFailed, Finding, Outcome
from grader.scripted import Rehearsal, Scripted

from . import guard, marks, naming, verdict
from .grading import CheckGrader, Running, RunSettings, SuiteSettings
from .record import CheckRecord
from .scripts import Scripts

_RUNNING = pytest.StashKey[Running]()
Ended = pytest.CallInfo[Any]
"""How a step of a check ended."""


class GradingPlugin:
    """Collects the outcomes of one run; `on_outcome` is told after each."""

    def __init__(
        self,
        settings: RunSettings,
        reference: types.ModuleType,
        make_student: Callable[[int, Group | None], Any],
        on_outcome: Callable[[], None],
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self._settings = settings
        rehearsal = rehearsal or Rehearsal()
        self._grader = CheckGrader(settings, reference, make_student, rehearsal.versions)
        self._scripts = Scripts(rehearsal, self._grader)
        self._on_outcome = on_outcome
        self.suites = settings.suites
        self._suites = {suite.path.resolve(): suite for suite in settings.suites}
        self.outcomes: list[Outcome] = []
        self.troubles = self._grader.troubles
        self.leaderboard = self._grader.leaderboard
        self.history: Sequence[Exchange] = ()
        """What the check that ran last asked of the student's code."""
        self._given: dict[str, Any] = {}
        self._absent: set[str] = set()
        """Functions that are not there, which a worker of a check's own has shown."""
        self._checks = self._begun = 0

    @property
    def scripts(self) -> Mapping[str, Scripted]:
        """What the checks that passed asked and were answered, by their names."""
        return self._scripts.made

    @property
    def checks(self) -> tuple[int, int]:
        """How many checks are still to come, the present one included, and how many there are."""
        return self._checks - self._begun + 1, self._checks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Name the marks, so that strict suites may use them."""
        # Only the staff read tracebacks; pytest's own form of them costs 30 ms each.
        config.option.tbstyle = "native"
        for description in marks.DESCRIPTIONS:
            config.addinivalue_line("markers", description)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Give the points of a suite that cannot be read to the staff."""
        if not report.failed:
            return
        name = Path(report.nodeid.partition("::")[0]).name
        suite = next((s for s in self._settings.suites if s.path.name == name), None)
        text = f"{name} could not be collected:\n{report.longreprtext}"
        self.troubles.append(text)
        if suite is not None:
            self._add(
                Outcome(
                    name=suite.path.stem,
                    number=f"{suite.number}",
                    title=f"The checks of {suite.name}",
                    part=suite.name,
                    points=suite.points,
                    earned=Fraction(),
                    status="grader_failed",
                    findings=(Finding("grader", "the suite could not be read.", staff=text),),
                    tags=("staff",),
                )
            )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the marks, number the checks, split points over cases, keep what was asked for."""
        for item, suite, number, cases in naming.numbered(items, self._suites):
            self._prepare(item, suite, number, cases)
        items[:] = self._wanted(items)

    def pytest_collection_finish(self) -> None:
        """Wait for what was put to this submission ahead: it takes none of a check's time."""
        self._scripts.wait()

    def take_over(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The checks that this run wants, of those that another one has numbered before it."""
        for item in items:
            known = item.stash[_RUNNING]
            item.stash[_RUNNING] = self._ready(
                known.settings, known.suite, known.name, known.number, known.title
            )
        wanted = self._wanted(items)
        self._scripts.wait()
        return wanted

    @pytest.fixture
    def student(self) -> Any:
        """The student's modules, behind the wall."""
        return self.given["student"]

    @pytest.fixture
    def reference(self) -> Any:
        """The reference package."""
        return self.given["reference"]

    @pytest.fixture
    def check(self) -> Any:
        """What may be asked of the student's functions."""
        return self.given["check"]

    @pytest.fixture
    def rng(self) -> Any:
        """A numpy Generator with the check's own seed."""
        return self.given["rng"]

    @pytest.fixture
    def problem(self) -> Any:
        """Well-designed random data with the check's own seed."""
        return self.given["problem"]

    @property
    def given(self) -> dict[str, Any]:
        """What the check that runs is given, by name."""
        return self._given

    def pytest_timeout_set_timer(self, settings: Any) -> bool:
        """Guard a check, in the place of pytest-timeout's own way to do it."""
        guard.begin(settings.timeout)
        return True

    def pytest_timeout_cancel_timer(self) -> bool:
        """Guard it no longer."""
        guard.end()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Function, nextitem: pytest.Item | None) -> bool:
        """Run a check, in the place of pytest's own steps: those write reports for a terminal."""
        self.run_check(item, nextitem)
        return True

    def run_check(self, item: pytest.Function, nextitem: pytest.Item | None) -> None:
        """Run a check to its end, or to the end of its time."""
        running, before = item.stash[_RUNNING], len(self.outcomes)
        try:
            try:
                self._run_check(item, nextitem, running)
            finally:
                guard.end()
        except guard.Overdue:
            guard.end()  # it may have come before the other did its work
            if len(self.outcomes) == before:
                self._add(self._grader.overdue(running))
        if guard.has_rung() and running.student is not None:
            running.student.abandon()

    def _run_check(
        self, item: pytest.Function, nextitem: pytest.Item | None, running: Running
    ) -> None:
        """Set a check up, call it, tear it down; turn what came of it into an outcome.

        What did not pass in a worker that had served other checks is tried in one of its own, and
        only that counts.
        """
        if self.goes_by_answers(item, nextitem):
            return
        self._begun += 1
        passed = False
        known, asks_absent = self._scripts.known(running.name), self._asks_absent(running)
        # Judged by itself an answer was not right: what then counts is a worker of the check's own.
        shares = known is None or known.sees or asks_absent
        harmless = False
        try:
            ended = self._attempt(item, running, shares=shares)
            passed = ended.excinfo is None and running.record.is_clean
            harmless = passed or self._is_absent(running, ended)
            if not harmless and running.student is not None and not running.student.is_alone:
                self._tear_down(item, nextitem, running, passed=False)
                _let_go(ended)
                ended = self._attempt(item, running, shares=False)
                passed = ended.excinfo is None and running.record.is_clean
                harmless = passed or self._is_absent(running, ended)
            outcome = self._grader.grade(item, running, ended, lambda: _details(item, ended))
            _let_go(ended)
            if passed and running.student is not None:
                self._scripts.keep(running, outcome)
            self.history = running.student.history if running.student is not None else ()
            self._add(outcome)
        finally:
            self._tear_down(item, nextitem, running, passed=harmless)

    def goes_by_answers(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Grade a check by what was answered ahead, if all of that was right; whether it was."""
        running = item.stash[_RUNNING]
        outcome = None if self._asks_absent(running) else self._scripts.outcome(running)
        if outcome is None:
            return False
        self._begun += 1
        self.history = running.student.history
        self._add(outcome)
        if nextitem is None or nextitem.path != item.path:
            # A module that is over is left, as after any check.
            item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem)
        return True

    def _asks_absent(self, running: Running) -> bool:
        """Whether a check asks for what is known not to be there."""
        known = self._scripts.known(running.name)
        return known is not None and not self._absent.isdisjoint(known.script.functions)

    def _is_absent(self, running: Running, ended: Ended) -> bool:
        """Whether a check found nothing but what is not there, known from a worker of its own."""
        error = None if ended.excinfo is None else ended.excinfo.value
        found = list(running.record.findings)
        if error is not None:
            if not isinstance(error, CheckFailed):
                return False
            found.append(error.finding)
        if not found or any(finding.kind not in verdict.ABSENT for finding in found):
            return False
        functions = {finding.function for finding in found}
        if running.student is not None and running.student.is_alone:
            self._absent |= functions
        return functions <= self._absent

    def _attempt(self, item: pytest.Function, running: Running, *, shares: bool) -> Ended:
        """Set a check up and call it."""
        if not item._request:  # noqa: SLF001 - pytest's own steps ask for it, for a second run
            item._initrequest()  # noqa: SLF001 - the same
        ended = _step("setup", lambda: self._set_up(item, running, shares=shares))
        if ended.excinfo is None:
            ended = _step("call", lambda: item.ihook.pytest_runtest_call(item=item))
        return ended

    def _tear_down(
        self,
        item: pytest.Function,
        nextitem: pytest.Item | None,
        running: Running,
        *,
        passed: bool,
    ) -> None:
        end = item.ihook.pytest_runtest_teardown
        ended = _step("teardown", lambda: end(item=item, nextitem=nextitem))
        if running.student is not None:
            running.student.close(passed=passed)
        if ended.excinfo is not None:
            self.troubles.append(f"{running.name}: teardown failed: {_details(item, ended)}")
        # As in pytest's own steps: a check leaves nothing of what it was given.
        item._request = False  # type: ignore[assignment]  # noqa: SLF001
        item.funcargs = {}

    def _set_up(self, item: pytest.Function, running: Running, *, shares: bool) -> None:
        """Start the clock of a check; its worker starts with its first call."""
        self._grader.begin(running, shares=shares)
        self._grader.give(running)
        self._given = running.given
        # Found here, ours are not made by pytest, which would take as long as a call. Where a suite
        # has a fixture of the same name, there are two.
        for name, known in item._fixtureinfo.name2fixturedefs.items():  # noqa: SLF001
            if name in self._given and len(known) == 1:
                item.funcargs[name] = self._given[name]
        item.ihook.pytest_runtest_setup(item=item)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep what failed in pytest or in a plugin of it."""
        self.troubles.append(f"pytest failed:\n{excrepr}")

    def pytest_keyboard_interrupt(self) -> None:
        """Say that somebody stopped the run."""
        self.troubles.append("the run was interrupted")

    def _prepare(self, item: pytest.Item, suite: SuiteSettings, number: str, cases: int) -> None:
        name = naming.name_of(item)
        try:
            settings = marks.settings_of(item, cases)
        except ValueError as error:
            self.troubles.append(f"{name}: {error}")
            settings = marks.CheckSettings(points=Fraction())
        item.stash[_RUNNING] = self._ready(settings, suite, name, number, naming.title_of(item))

    def _ready(
        self,
        settings: marks.CheckSettings,
        suite: SuiteSettings,
        name: str,
        number: str,
        title: str,
    ) -> Running:
        """A check under this run's seed, before it has begun."""
        return Running(
            settings=settings,
            suite=suite,
            name=name,
            number=number,
            title=title,
            seed=naming.seed_of(self._settings.secret, self._settings.seed, name),
            record=CheckRecord(parts=tuple(settings.parts)),
        )

    def _wanted(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The checks that this run was asked for, which it counts."""
        only = self._settings.only
        wanted = [
            item for item in items if not only or naming.is_called(item, item.stash[_RUNNING], only)
        ]
        self._checks = len(wanted)
        return wanted

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._on_outcome()


def _step(when: Literal["setup", "call", "teardown"], run: Callable[[], object]) -> Ended:
    """Run one step of a check, and keep the exception that it came to, if it did."""
    return pytest.CallInfo.from_call(run, when, (pytest.exit.Exception, KeyboardInterrupt))


def _let_go(ended: Ended) -> None:
    """Forget what an attempt that is judged was answered: it may be as large as a message.

    What its exceptions hold refers to itself, and would stay until Python next looks for such.
    """
    error = None if ended.excinfo is None else ended.excinfo.value
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _details(item: pytest.Function, ended: Ended) -> str:
    """What pytest says of an exception, for the staff."""
    report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=ended)
    return report.longreprtext
