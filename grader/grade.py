"""One submission, from top to bottom.

The process server is forked first, from a process that has read nothing of the assignment yet;
then the assignment is read, the submission staged, the wall tried, and the suites run. Results are
written after every check, so that a run that is killed leaves what it had.
"""

from __future__ import annotations

import contextlib
import io
import os
import platform
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from grader.outcomes import Grade, Surface
from grader.sandbox import isolation, modules, words
from grader.sandbox.student import Handed, Limits, Student
from grader.sandbox.wall import Wall

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.submission import Submission
    from grader.suite.plugin import GradingPlugin

RESULTS, REPORT, STAFF_REPORT = "results.json", "report.html", "staff.html"
_GUARD_FACTOR = 3
"""pytest-timeout's limit in limits of a check: the outer guard, for the trusted side."""


class Options(Struct, frozen=True):
    """How one submission is to be graded."""

    submission: Path
    assignment: Path
    out: Path
    seed: int | None = None
    check: str = ""
    require_isolation: isolation.Level | None = None
    metadata: Path | None = None
    results: Path | None = None
    """Where results.json goes, if not to `out`."""


class IsolationTooWeak(Exception):
    """This machine does not keep student code in as far as was asked for."""


def grade(options: Options) -> Grade:
    """Grade one submission and write its results and pages.

    Raises AssignmentError if the assignment is broken, IsolationTooWeak if the wall is too low.
    """
    began = time.monotonic()
    with Wall() as wall:
        # Only now, with the process server forked, is anything of the assignment read.
        from grader.assignment import load_assignment
        from grader.submission import load_submission

        assignment = load_assignment(options.assignment)
        submission = load_submission(options.submission, tuple(assignment.settings.modules))
        writer = _Writer(options, assignment, submission, began)
        writer.write_partial()
        refused = wall.self_test(_targets(options, assignment))
        writer.level = isolation.level_of(refused)
        writer.missing = wall.missing_layers
        _require(options.require_isolation, writer.level, wall.missing_layers)
        make_student = _stage(wall, assignment, submission, began)
        writer.plugin = _plugin(assignment, options, make_student, writer.write_partial)
        trouble = _run(assignment, writer.plugin)
    graded = writer.grade(complete=True, troubles=trouble)
    writer.write(graded)
    return graded


def _stage(  # noqa: ANN202 - a function of a seed
    wall: Wall, assignment: Assignment, submission: Submission, began: float
):  # type: ignore[no-untyped-def]
    """Hand the files to the wall; return what makes a student for a check's seed."""
    settings = assignment.settings
    sources = [
        modules.Source(
            file.name,
            file.module,
            file.text,
            [modules.SourceCell(cell.number, cell.text) for cell in file.cells],
        )
        for file in submission.files
    ]
    limits = Limits(
        settings.limits.call_s,
        settings.limits.check_s,
        settings.limits.memory_mb,
        settings.limits.callbacks,
    )
    wall.stage(
        sources,
        settings.allowed_imports,
        settings.stand_ins,
        isolation.WorkerLimits(
            settings.limits.memory_mb,
            int(settings.limits.check_s) + 1,
            settings.limits.output_kb * 1024,
        ),
    )
    handed = Handed(
        wall,
        words.Sources(sources),
        tuple(settings.allowed_imports),
        began + settings.limits.submission_s,
    )
    return lambda seed: Student(handed, limits, seed)


def _plugin(assignment: Assignment, options: Options, make_student, on_outcome) -> GradingPlugin:  # type: ignore[no-untyped-def]  # noqa: ANN001
    from grader.suite.plugin import GradingPlugin, RunSettings, SuiteSettings

    settings = assignment.settings
    suites = tuple(
        SuiteSettings(path, part.name, part.number, Fraction(str(part.points)))
        for path, part in zip(assignment.suites, settings.parts, strict=True)
    )
    surfaces = {
        name: msgspec.json.decode((assignment.folder / file).read_bytes(), type=Surface)
        for name, file in settings.surfaces.items()
    }
    run = RunSettings(
        suites, settings.secret, options.seed, options.check, settings.float32_credit, surfaces
    )
    return GradingPlugin(run, _import_reference(assignment), make_student, on_outcome)


def _import_reference(assignment: Assignment):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Import the reference package of the assignment's folder, and let its suites import it."""
    import importlib

    sys.path.insert(0, str(assignment.folder))
    try:
        return importlib.import_module(assignment.settings.reference)
    except Exception as error:
        from grader.assignment import AssignmentError

        raise AssignmentError(
            f"{assignment.reference}: the reference could not be imported: "
            f"{type(error).__name__}: {error}"
        ) from error


def _run(assignment: Assignment, plugin: GradingPlugin) -> tuple[str, ...]:
    """Run the suites; what the grader itself had to complain about."""
    import pytest

    from grader.suite.plugin import pytest_arguments

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    guard_s = _GUARD_FACTOR * assignment.settings.limits.check_s
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(
            pytest_arguments(assignment.suites, assignment.folder, guard_s), plugins=[plugin]
        )
    if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        return (f"pytest ended with {status.name}:\n{said.getvalue()}",)  # type: ignore[union-attr]
    return ()


class _Writer:
    """Writes what is graded so far, and the pages at the end."""

    def __init__(
        self, options: Options, assignment: Assignment, submission: Submission, began: float
    ) -> None:
        self._options = options
        self._assignment = assignment
        self._submission = submission
        self._began = began
        self.plugin: GradingPlugin | None = None
        self.level: isolation.Level = "L1"
        self.missing: tuple[str, ...] = ()

    def grade(self, *, complete: bool, troubles: tuple[str, ...] = ()) -> Grade:
        """The grade as far as it is known."""
        plugin = self.plugin
        return Grade(
            submission=self._submission.name,
            title=self._assignment.settings.title,
            outcomes=tuple(plugin.outcomes) if plugin else (),
            expected=Fraction(str(self._assignment.settings.total_points)),
            notices=self._submission.notices,
            troubles=(*(plugin.troubles if plugin else ()), *troubles),
            leaderboard=tuple(plugin.leaderboard) if plugin else (),
            seed=self._options.seed,
            isolation=self.level,
            isolation_notes=self.missing,
            versions=_versions(),
            seconds=time.monotonic() - self._began,
            complete=complete,
        )

    def write_partial(self) -> None:
        """Write results.json with what is graded so far."""
        from grader.results import write_results

        write_results(self.grade(complete=False), self._path)

    def write(self, graded: Grade) -> None:
        """Write results.json and the two pages."""
        from grader.report import render_report
        from grader.results import write_results

        out = self._options.out
        (out / REPORT).write_text(render_report(graded, staff=False), "utf-8")
        (out / STAFF_REPORT).write_text(render_report(graded, staff=True), "utf-8")
        write_results(graded, self._path)

    @property
    def _path(self) -> Path:
        return self._options.results or self._options.out / RESULTS


def _targets(options: Options, assignment: Assignment) -> isolation.Targets:
    """What student code must not reach: the answers, the suites, the results, the raw files."""
    results = options.results or options.out / RESULTS
    files = [assignment.folder / "assignment.toml", *assignment.suites, results, options.submission]
    files += [options.metadata] if options.metadata else []
    folders = {assignment.reference, options.out, results.parent}
    folders |= {path.parent for path in assignment.suites}
    return isolation.Targets(
        tuple(str(path.resolve()) for path in files if path.exists()),
        tuple(sorted(str(path.resolve()) for path in folders if path.is_dir())),
        os.getpid(),
    )


def _require(
    wanted: isolation.Level | None, level: isolation.Level, missing: tuple[str, ...]
) -> None:
    if wanted is None or isolation.LEVELS.index(level) >= isolation.LEVELS.index(wanted):
        return
    layers = "; ".join(missing) or "no layer failed, but the self-test got through"
    raise IsolationTooWeak(
        f"Isolation: expected level {wanted}, got {level} on this machine ({layers}). "
        "Nothing was graded. Grade in a container, as root, or on a newer kernel."
    )


def _versions() -> tuple[tuple[str, str], ...]:
    import numpy as np

    from grader import __version__

    return (
        ("grader", __version__),
        ("python", platform.python_version()),
        ("numpy", np.__version__),
    )


def failed(options: Options, error: Exception) -> None:
    """Leave a valid results.json when grading did not even begin, or broke down."""
    from grader.results import failed_results, write_results

    message = "The grader failed, not your code. Nothing was graded; please tell the course staff."
    path = options.results or options.out / RESULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    write_results(failed_results(message, trouble=f"{type(error).__name__}: {error}"), path)
