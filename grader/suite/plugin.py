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
import time
import types
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import Struct, structs

from grader.outcomes import (
    CheckFailed,
    Finding,
    GraderFailed,
    LeaderboardEntry,
    Outcome,
    Surface,
)

from . import marks, verdict
from .check import Check
from .in_process import InProcessStudent
from .problems import Problems
from .record import CheckRecord

_DATA = 1  # a second stream of the check's seed, so that problems do not depend on what rng drew


class SuiteSettings(Struct, frozen=True):
    """One part of the assignment, as the plugin needs it."""

    path: Path
    name: str
    number: int
    points: Fraction


class RunSettings(Struct, frozen=True):
    """What one run of the suites depends on."""

    suites: tuple[SuiteSettings, ...]
    secret: str
    seed: int | None = None
    """Mixed into every check's seed when given."""
    only: str = ""
    """Run only the checks of this name or number."""
    float32_credit: float = 1.0
    surfaces: Mapping[str, Surface] = {}


class Running(Struct):
    """A check's own: settings, seed and record, and its student while it runs."""

    settings: marks.CheckSettings
    suite: SuiteSettings
    name: str
    number: str
    title: str
    seed: int
    record: CheckRecord
    student: Any = None
    began: float = 0.0
    graded: bool = False


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
        self._reference = reference
        self._make_student = make_student
        self._on_outcome = on_outcome
        self.suites = settings.suites
        self._suites = {suite.path.resolve(): suite for suite in settings.suites}
        self.outcomes: list[Outcome] = []
        self.troubles: list[str] = []
        self.leaderboard: list[LeaderboardEntry] = []

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

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Any:
        """The student's modules, behind the wall."""
        return _running(request).student

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference package."""
        return self._reference

    @pytest.fixture
    def check(self, request: pytest.FixtureRequest) -> Check:
        """What may be asked of the student's functions."""
        running = _running(request)
        return self._check(running, running.student, running.record)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator with the check's own seed."""
        return np.random.default_rng(_running(request).seed)

    @pytest.fixture
    def problem(self, request: pytest.FixtureRequest) -> Problems:
        """Well-designed random data with the check's own seed."""
        return Problems(np.random.default_rng([_running(request).seed, _DATA]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Start the clock of a check; its worker starts with its first call."""
        running = item.stash[_RUNNING]
        running.began = time.monotonic()
        running.student = self._make_student(running.seed)

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
            self._grade(item, running, call, report.longreprtext)
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

    def _check(self, running: Running, student: Any, record: CheckRecord) -> Check:
        return Check(
            student,
            self._reference,
            record,
            float32_credit=self._settings.float32_credit,
            surfaces=self._settings.surfaces,
            feedback=running.settings.feedback,
        )

    def _grade(
        self, item: pytest.Item, running: Running, call: pytest.CallInfo[None], details: str
    ) -> None:
        """Turn the record of a check, and how it ended, into its outcome."""
        record, settings = running.record, running.settings
        grader: Finding | None = None
        if call.excinfo is not None:
            try:
                record.fail(self._finding(item, running, call, details))
            except GraderFailed as error:
                grader = Finding(kind="grader", lead=f"{error}.", staff=details)
                self.troubles.append(f"{running.name}: {error}")
        earned, parts = (Fraction(), ()) if grader else record.score(settings)
        failed = bool(record.findings)
        self.leaderboard.extend(record.leaderboard)
        self._add(
            Outcome(
                name=running.name,
                number=running.number,
                title=running.title,
                part=settings.part_name or running.suite.name,
                points=settings.points,
                earned=earned,
                status="grader_failed" if grader else "failed" if failed else "passed",
                visibility=settings.visibility,
                feedback=settings.feedback,
                findings=(grader,) if grader else record.findings,
                notes=tuple(record.notes),
                parts=parts,
                charts=tuple(record.charts),
                tags=("staff",) if grader else (),
                functions=tuple(record.functions),
                seed=running.seed,
                seconds=time.monotonic() - running.began,
            )
        )

    def _finding(
        self, item: pytest.Item, running: Running, call: pytest.CallInfo[None], details: str
    ) -> Finding:
        """What the student is told of an exception; `GraderFailed` if it is not their doing."""
        assert call.excinfo is not None  # noqa: S101 - for the type checker
        error = call.excinfo.value
        finding = verdict.of_exception(
            error, in_set_up=call.when != "call", functions=running.record.functions
        )
        if not isinstance(error, CheckFailed):
            self._try_on_reference(item, running)
            finding = structs.replace(finding, staff=details)
        return finding

    def _try_on_reference(self, item: pytest.Item, running: Running) -> None:
        """Run the check's body on the reference: what fails there is no student's fault."""
        student = InProcessStudent(
            {
                name: module
                for name, module in vars(self._reference).items()
                if isinstance(module, types.ModuleType)
            }
        )
        record = CheckRecord(parts=running.record.parts)
        fresh = {
            "student": student,
            "check": self._check(running, student, record),
            "rng": np.random.default_rng(running.seed),
            "problem": Problems(np.random.default_rng([running.seed, _DATA])),
        }
        assert isinstance(item, pytest.Function)  # noqa: S101 - for the type checker
        names = item._fixtureinfo.argnames  # noqa: SLF001 - pytest has no public list of them
        arguments = {name: fresh.get(name, item.funcargs.get(name)) for name in names}
        try:
            item.obj(**arguments)
        except Exception as error:
            raise GraderFailed(f"the reference fails it too: {verdict.describe(error)}") from error
        if record.findings:
            raise GraderFailed(f"the reference fails it too: {record.findings[0].lead}")

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
