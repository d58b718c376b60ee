"""Grade one check: its record and how it ended become an outcome."""

from __future__ import annotations

import time
import types
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import Struct, structs

from grader.feedback.versions import Versions
from grader.group import Group
from grader.outcomes import (
    CheckFailed,
    Finding,
    GraderFailed,
    LeaderboardEntry,
    Outcome,
    Status,
    Surface,
)
from grader.scripted import group_of

from . import marks, verdict
from .again import run_again
from .check import Check
from .example import Examples
from .explain import Accepted, Explainer, says_it_all
from .in_process import InProcessStudent
from .problems import Problems
from .record import CheckRecord

_UNKNOWN = "None of the known mistakes does the same."
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
    conventions: Mapping[str, float] = {}
    """Credit of accepted conventions, by name, where it is not the variant's own."""
    explain: bool = True
    """Whether to say what is behind a failure; it takes longer than to see that there is one."""


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
    given: dict[str, Any] = {}
    began: float = 0.0
    unexplained: str = ""
    """What the staff are told where no explanation was found."""


class CheckGrader:
    """Grades the checks of one submission, one after another."""

    def __init__(
        self,
        settings: RunSettings,
        reference: types.ModuleType,
        make_student: Callable[[int, Group | None], Any],
        versions: Versions | None = None,
    ) -> None:
        self._settings = settings
        self._reference = reference
        self._make_student = make_student
        self._explainer = Explainer(reference, settings.conventions, versions)
        self._examples = Examples(reference, self._make_alone)
        self._student: Any = None
        self.troubles: list[str] = []
        self.leaderboard: list[LeaderboardEntry] = []

    def begin(self, running: Running, *, shares: bool = False) -> None:
        """Start the clock of a check; its worker starts with its first call.

        It `shares` its worker with others that show as much, or more, if with any.
        """
        settings = running.settings
        group = group_of(settings.feedback, settings.visibility) if shares else None
        running.began = time.monotonic()
        running.record = CheckRecord(parts=tuple(settings.parts))
        running.student = self._student = self._make_student(running.seed, group)

    def give(self, running: Running) -> None:
        """Make what a check that has begun is given."""
        running.given = self.given(running, running.student, running.record, self._reference)

    def given(
        self, running: Running, student: Any, record: CheckRecord, reference: types.ModuleType
    ) -> dict[str, Any]:
        """What a check is given, by name: the same data each time."""
        check = Check(
            student,
            reference,
            record,
            float32_credit=self._settings.float32_credit,
            surfaces=self._settings.surfaces,
            feedback=running.settings.feedback,
        )
        return {
            "student": student,
            "reference": reference,
            "check": check,
            "rng": np.random.default_rng(running.seed),
            "problem": Problems(np.random.default_rng([running.seed, _DATA])),
        }

    def grade(
        self,
        item: pytest.Item,
        running: Running,
        call: pytest.CallInfo[None],
        details: Callable[[], str],
    ) -> Outcome:
        """Turn the record of a check, and how it ended, into its outcome.

        `details` are what the staff read of an exception that is not told by a finding.
        """
        record = running.record
        grader: Finding | None = None
        if call.excinfo is not None:
            try:
                record.fail(self._finding(item, running, call, details))
            except GraderFailed as error:
                grader = self._trouble(running, str(error), details())
        explained: Finding | None = None
        is_plain = says_it_all(record.findings)
        if record.findings and grader is None and self._settings.explain and not is_plain:
            record, explained = self._explain(item, running)
        student = running.student
        self._explainer.saw(student.asked, student.history, record.notes)
        findings = (grader,) if grader else self._findings(running, record, explained)
        self.leaderboard.extend(record.leaderboard)
        return self._outcome(running, record, findings, graded=grader is None)

    def alike(self, running: Running, outcome: Outcome) -> Outcome:
        """The outcome of a check that was answered as in that one, which passed."""
        self._explainer.saw(running.student.asked, running.student.history)
        return structs.replace(outcome, seconds=time.monotonic() - running.began)

    def overdue(self, running: Running) -> Outcome:
        """The outcome of a check that was ended while the grader was at it."""
        trouble = self._trouble(running, verdict.OVERDUE, "")
        return self._outcome(running, running.record, (trouble,), graded=False)

    def _trouble(self, running: Running, why: str, details: str) -> Finding:
        """What failed may name paths, or hold what is hidden: it is for the staff."""
        self.troubles.append(f"{running.name}: {why}")
        said = f"{why}\n\n{details}"
        return Finding(kind="grader", lead="this check could not be run.", staff=said)

    def _outcome(
        self, running: Running, record: CheckRecord, findings: tuple[Finding, ...], *, graded: bool
    ) -> Outcome:
        settings = running.settings
        earned, parts = record.score(settings) if graded else (Fraction(), ())
        status: Status = "failed" if record.findings else "passed"
        return Outcome(
            name=running.name,
            number=running.number,
            title=running.title,
            part=settings.part_name or running.suite.name,
            points=settings.points,
            earned=earned,
            status=status if graded else "grader_failed",
            visibility=settings.visibility,
            feedback=settings.feedback,
            findings=findings,
            notes=tuple(record.notes),
            parts=parts,
            charts=tuple(record.charts),
            tags=() if graded else ("staff",),
            functions=_functions(running),
            seed=running.seed,
            seconds=time.monotonic() - running.began,
        )

    def _finding(
        self,
        item: pytest.Item,
        running: Running,
        call: pytest.CallInfo[None],
        details: Callable[[], str],
    ) -> Finding:
        """What the student is told of an exception; `GraderFailed` if it is not their doing."""
        assert call.excinfo is not None  # noqa: S101 - for the type checker
        error = call.excinfo.value
        finding = verdict.of_exception(
            error,
            in_set_up=call.when != "call",
            functions=_functions(running),
            last=running.student.last,
        )
        if not isinstance(error, CheckFailed):
            self._try_on_reference(item, running)
            finding = structs.replace(finding, staff=details())
        return finding

    def _make_alone(self, seed: int) -> Any:
        """A student whose worker no check shares, in the time of the check that is graded."""
        student = self._make_student(seed, None)
        student.share_time(self._student)
        return student

    def _explain(self, item: pytest.Item, running: Running) -> tuple[CheckRecord, Finding | None]:
        """Say what is behind the findings; grade again by what is accepted."""
        record = running.record
        # Two workers at once may take twice the memory.
        running.student.close(passed=False)
        student = self._make_alone(running.seed)
        try:
            found = self._explainer.explain(
                running.number,
                record.findings,
                running.student.history,
                lambda name, *args, **kwargs: student.call(name, *args, **kwargs).value,
                lambda name, *args, **kwargs: (
                    student.call(name, *args, trace_lines=True, **kwargs).entered
                ),
            )
            if not isinstance(found, Accepted):
                return record, found
            with self._explainer.accepted(found) as reference:
                again = self._rerun(item, running, student, reference)
        except verdict.SUITE_ERRORS as error:  # what cannot be explained stays as it was
            running.unexplained = f"no explanation: {verdict.describe(error)}"
            return record, None
        finally:
            student.close()
        if again.findings:
            return record, None
        again.note(found.finding, found.credit)
        return again, None

    def _findings(
        self, running: Running, record: CheckRecord, explained: Finding | None
    ) -> tuple[Finding, ...]:
        """What explains the findings in front of them; an example where values may be shown."""
        findings = _all(explained, record)
        tried = explained is None and self._settings.explain and running.student.history
        if tried and not says_it_all(findings):
            findings = _with_staff(findings, running.unexplained or _UNKNOWN)
        if not findings or running.settings.feedback != "full" or not self._settings.explain:
            return findings
        try:
            return self._examples.add(
                findings,
                running.student.history,
                running.seed,
                expected=running.settings.expected,
            )
        except verdict.SUITE_ERRORS as error:  # what has no example stays as it was
            return _with_staff(findings, f"no example: {verdict.describe(error)}")

    def _try_on_reference(self, item: pytest.Item, running: Running) -> None:
        """Run the check's body on the reference: what fails there is no student's fault."""
        student = InProcessStudent(
            {
                name: module
                for name, module in vars(self._reference).items()
                if isinstance(module, types.ModuleType)
            }
        )
        try:
            record = self._rerun(item, running, student, self._reference)
        except verdict.SUITE_ERRORS as error:
            raise GraderFailed(f"the reference fails it too: {verdict.describe(error)}") from error
        if record.findings:
            raise GraderFailed(f"the reference fails it too: {record.findings[0].lead}")

    def _rerun(
        self, item: pytest.Item, running: Running, student: Any, reference: types.ModuleType
    ) -> CheckRecord:
        """Run the body of a check once more, on the same data, and return its record."""
        record = CheckRecord(parts=running.record.parts)
        fresh = self.given(running, student, record, reference)
        assert isinstance(item, pytest.Function)  # noqa: S101 - for the type checker
        run_again(item, fresh)
        return record


def _with_staff(findings: tuple[Finding, ...], words: str) -> tuple[Finding, ...]:
    """The first with more for the staff to read."""
    first, *others = findings
    staff = "\n".join(filter(None, (first.staff, words)))
    return structs.replace(first, staff=staff), *others


def _all(first: Finding | None, record: CheckRecord) -> tuple[Finding, ...]:
    """Findings with what explains them in front.

    One question is enough then, one finding for each part, and one look at the code.
    """
    if first is None:
        return record.findings
    firsts = {id(found[0]) for found in record.failures.values()}
    shown = [finding for finding in record.findings if id(finding) in firsts]
    return first, *(
        structs.replace(finding, question="", code=() if number else finding.code)
        for number, finding in enumerate(shown)
    )


def _functions(running: Running) -> tuple[str, ...]:
    """The student's functions that a check asked for, in order, by whatever way it asked."""
    asked = running.student.asked if running.student is not None else ()
    return tuple(dict.fromkeys([*running.record.functions, *asked]))
