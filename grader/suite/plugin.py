"""The pytest plugin: one submission through the suites, hooks in the order of pytest's calls.

1. `pytest_configure` names the marks.
2. `pytest_collectreport` sees a suite that cannot be read: its points become the staff's to give.
3. `pytest_collection_modifyitems` reads the marks, numbers the checks and splits their points.
4. For each check the fixtures make its seed, its data, its worker and its `check`.
5. `pytest_runtest_makereport` turns what happened into an outcome, and closes the worker.
6. `pytest_internalerror` sees the grader's own failures.

Whatever cannot be graded is an outcome all the same: it earns nothing, costs nothing, and says that
the grader failed.
"""

from __future__ import annotations

import hashlib
import hmac
import types
from collections import Counter
from collections.abc import Callable, Generator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader.outcomes import Finding, Outcome

from . import marks
from .grading import CheckGrader, Running, RunSettings, SuiteSettings
from .record import CheckRecord

_RUNNING = pytest.StashKey[Running]()


class GradingPlugin:
    """Collects the outcomes of one run; `on_outcome` is told after each."""

    def __init__(
        self,
        settings: RunSettings,
        reference: types.ModuleType,
        make_student: Callable[[int], Any],
        on_outcome: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._grader = CheckGrader(settings, reference, make_student)
        self._on_outcome = on_outcome
        self.suites = settings.suites
        self._suites = {suite.path.resolve(): suite for suite in settings.suites}
        self.outcomes: list[Outcome] = []
        self.troubles = self._grader.troubles
        self.leaderboard = self._grader.leaderboard
        self._checks = self._begun = 0

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
        cases = Counter(_function_id(item) for item in items)
        numbered: Counter[int] = Counter()
        seen: dict[str, tuple[str, int]] = {}
        for item in items:
            suite = self._suites[item.path.resolve()]
            function = _function_id(item)
            if function not in seen:
                numbered[suite.number] += 1
                seen[function] = (f"{suite.number}.{numbered[suite.number]}", 0)
            number, case = seen[function]
            seen[function] = (number, case + 1)
            if cases[function] > 1:
                number += _letters(case)
            self._prepare(item, suite, number, cases[function])
        wanted = [item for item in items if self._is_wanted(item)]
        items[:] = wanted
        self._checks = len(wanted)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Any:
        """The student's modules, behind the wall."""
        return _running(request).given["student"]

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Any:
        """The reference package."""
        return _running(request).given["reference"]

    @pytest.fixture
    def check(self, request: pytest.FixtureRequest) -> Any:
        """What may be asked of the student's functions."""
        return _running(request).given["check"]

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Any:
        """A numpy Generator with the check's own seed."""
        return _running(request).given["rng"]

    @pytest.fixture
    def problem(self, request: pytest.FixtureRequest) -> Any:
        """Well-designed random data with the check's own seed."""
        return _running(request).given["problem"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Start the clock of a check; its worker starts with its first call."""
        self._begun += 1
        self._grader.begin(item.stash[_RUNNING])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn what a check came to into its outcome."""
        report = yield
        running = item.stash.get(_RUNNING, None)
        if running is None:
            return report
        if call.when == "teardown":
            if running.student is not None:
                running.student.close()
            if call.excinfo is not None:
                self.troubles.append(f"{running.name}: teardown failed: {report.longreprtext}")
        elif not running.graded and (call.when == "call" or call.excinfo is not None):
            running.graded = True
            self._add(self._grader.grade(item, running, call, report.longreprtext))
        return report

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep what failed in pytest or in a plugin of it."""
        self.troubles.append(f"pytest failed:\n{excrepr}")

    def pytest_keyboard_interrupt(self) -> None:
        """Say that somebody stopped the run."""
        self.troubles.append("the run was interrupted")

    def _prepare(self, item: pytest.Item, suite: SuiteSettings, number: str, cases: int) -> None:
        name = f"{suite.path.stem}::{item.name}"
        seed = _seed(self._settings.secret, self._settings.seed, name)
        try:
            settings = marks.settings_of(item, cases)
        except ValueError as error:
            self.troubles.append(f"{name}: {error}")
            settings = marks.CheckSettings(points=Fraction())
        item.stash[_RUNNING] = Running(
            settings=settings,
            suite=suite,
            name=name,
            number=number,
            title=_title(item),
            seed=seed,
            record=CheckRecord(parts=tuple(settings.parts)),
        )

    def _is_wanted(self, item: pytest.Item) -> bool:
        only = self._settings.only
        running = item.stash[_RUNNING]
        names = {running.name, running.number, item.name, _function_name(item)}
        names |= {running.number.rstrip("abcdefghijklmnopqrstuvwxyz"), running.suite.path.stem}
        return not only or only in names

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._on_outcome()


def _running(request: pytest.FixtureRequest) -> Running:
    return request.node.stash[_RUNNING]  # type: ignore[no-any-return]


def _function_name(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name


def _function_id(item: pytest.Item) -> str:
    return f"{item.path}::{_function_name(item)}"


def _title(item: pytest.Item) -> str:
    """The line that the student reads: the docstring's first, and the case in brackets."""
    function = getattr(item, "function", None)
    lines = (getattr(function, "__doc__", None) or "").strip().splitlines()
    name = _function_name(item)
    title = lines[0].rstrip() if lines else name.removeprefix("test_").replace("_", " ")
    case = item.name.removeprefix(name).strip("[]")
    return f"{title.rstrip('.')} ({case})" if case else title


def _letters(case: int) -> str:
    """a, b, …, z, za, zb, …: cases of one check, in an order that sorts."""
    return "z" * (case // 25) + "abcdefghijklmnopqrstuvwxy"[case % 25]


def _seed(secret: str, seed: int | None, name: str) -> int:
    """The seed of a check: a changed comment or another order of the suite leaves it alone."""
    message = name if seed is None else f"{seed}:{name}"
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:6], "big")
