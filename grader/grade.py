"""One submission, from top to bottom.

The nursery is forked first, from a process that has read nothing of the assignment yet; then the
assignment is read, the submission staged, the wall tried, and the suites run.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
import time
import types
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from grader.group import Group
from grader.metadata import emails
from grader.outcomes import Grade, Surface
from grader.output import Output, write_begun
from grader.place import Place, prepare
from grader.sandbox import isolation, modules, self_test, words
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.nursery import Nursery
from grader.sandbox.sources import Sources
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall
from grader.scripted import Rehearsal, Seen

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.sight import Sight
    from grader.submission import Submission
    from grader.suite.grading import RunSettings
    from grader.suite.plugin import GradingPlugin

_GUARD_FACTOR = 3
"""The outer guard of the trusted side, in limits of a check."""


class Options(Struct, frozen=True):
    """How one submission is to be graded."""

    submission: Path
    assignment: Path
    place: Place
    seed: int | None = None
    check: str = ""
    require_isolation: self_test.Level | None = None
    metadata: Path | None = None
    """Gradescope's submission_metadata.json: who handed in. Student code must not read it."""
    keeps: bool = False
    """Whether a rehearsal is made and kept, once it pays, for the grades to come."""


class IsolationTooWeak(Exception):
    """The machine does not keep student code in as far as was asked for."""


def grade(options: Options, show: Callable[[Grade], None] = lambda _: None) -> Grade:
    """Grade one submission, write its results and pages, and `show` what came of it.

    Raises PlaceRefused where they cannot be written safely, AssignmentError or ReferenceBroken
    if the assignment is, IsolationTooWeak if the wall is lower than asked for, WallFailed if there
    is none. Whatever else is raised, results.json holds what was graded before.
    """
    with Nursery() as nursery:
        # Only now, with the clean process forked, is anything of the assignment read.
        from grader.assignment import load_assignment
        from grader.rehearsal import Rehearsals

        assignment = load_assignment(options.assignment)
        if options.seed is None and options.metadata is not None:
            seed = assignment.seed_of(emails(options.metadata))
            options = structs.replace(options, seed=seed)
        # Of a single check, or under another seed, there is no rehearsal.
        kept = Rehearsals(assignment) if options.seed is None and not options.check else None

        def reference() -> types.ModuleType:
            from grader.suite.run import import_reference

            return import_reference(assignment.folder, assignment.settings.reference)

        def run(plugin: GradingPlugin) -> None:
            from grader.suite.run import run_suites

            run_suites(plugin, assignment.folder, guard_s(assignment))

        rehearsal = kept.rehearsal if kept else None
        graded = grade_submission(
            nursery, assignment, reference, options, run, rehearsal, looks_ahead=True
        )
    show(graded)
    if options.keeps and kept is not None and kept.is_due():
        import subprocess  # only then: it takes a while

        command = [sys.executable, "-m", "grader.rehearse", str(assignment.folder)]
        # Without one, the next grade takes as long as this one.
        subprocess.run(command, capture_output=True, check=False)
    return graded


def grade_submission(
    nursery: Nursery,
    assignment: Assignment,
    reference: Callable[[], types.ModuleType],
    options: Options,
    run: Callable[[GradingPlugin], None],
    rehearsal: Rehearsal | None = None,
    *,
    looks_ahead: bool = False,
) -> Grade:
    """Grade by an assignment that is read; `run` runs its suites with the plugin of this grade.

    `rehearsal` is what was made before for all that are graded under the same seed. Where nothing
    of the suites is imported yet, its scripts are put meanwhile, if this `looks_ahead`.
    """
    from grader.submission import load_submission

    prepare(options.place, options.submission)
    write_begun(options.place)
    # What is alive now stays: to look through it again and again takes as long as twenty checks.
    gc.freeze()
    gc.enable()
    rehearsal = rehearsal or Rehearsal()
    with Wall(nursery) as wall, contextlib.ExitStack() as ahead:
        wanted = assignment.settings.modules
        submission = load_submission(options.submission, wanted, assignment.given_out)
        output = Output(options.place, assignment, submission, options.seed, options.check)
        output.write_partial()
        output.isolation = _try_the_wall(wall, options, assignment)
        output.isolation_notes = wall.missing_layers
        make_student = stage(
            wall,
            assignment,
            submission,
            output.write_pending,
            lambda: output.checks,
            records=rehearsal.learns,
        )
        output.notices += words.unreadable_files((*wall.rejected, *wall.broken_cells))
        is_ahead = looks_ahead and not assignment.settings.allow_processes
        sight = _put_ahead(wall, rehearsal, make_student) if is_ahead else None
        if sight is not None:
            ahead.callback(sight.close)
        output.run = sight.all_right() if sight and rehearsal.is_whole else None
        plugin = None
        if output.run is None:
            # Only now, for pytest is a third of a cold start.
            from grader.suite.plugin import GradingPlugin

            here = functools.cache(lambda: _put_here(rehearsal, make_student))
            output.run = plugin = GradingPlugin(
                run_settings(assignment, options.seed, options.check),
                reference(),
                sight.make_student if sight else make_student,
                output.checked,
                structs.replace(rehearsal, seen=sight.seen if sight else here),
            )
        with output.kept_on_failure():
            if plugin is not None:
                run(plugin)
            ahead.close()
            wall.finish()
            graded = output.grade(complete=True)
            output.write(graded)
    return graded


def _put_ahead(
    wall: Wall, rehearsal: Rehearsal, make_student: Callable[[int, Group | None], Student]
) -> Sight | None:
    """Put the scripts meanwhile; get ready what a page needs, whatever comes of it."""
    if not rehearsal.scripts or sys.platform != "linux":
        return None
    from grader.report import prepare
    from grader.sight import Sight

    sight = Sight(wall, rehearsal.scripts, make_student)
    prepare()
    return sight


def _put_here(rehearsal: Rehearsal, make_student: Callable[[int, Group | None], Student]) -> Seen:
    """Put the scripts that a check may go by, in this process."""
    from grader.ahead import put_all

    scripts = {n: known for n, known in rehearsal.scripts.items() if not known.script.asks_back}
    return put_all(scripts, make_student, rehearsal.others)


def _try_the_wall(wall: Wall, options: Options, assignment: Assignment) -> self_test.Level:
    """The level that the self-test finds; student code is loaded after it."""
    level = self_test.level_of(wall.self_test(_targets(options, assignment)))
    wanted = options.require_isolation
    if wanted and self_test.LEVELS.index(level) < self_test.LEVELS.index(wanted):
        layers = "; ".join(wall.missing_layers) or "every layer was applied, and the test got out"
        raise IsolationTooWeak(
            f"Isolation: expected level {wanted}, got {level} on this machine ({layers}). "
            "Nothing was graded. Grade on Linux, as root or with landlock, or in a container."
        )
    return level


def _targets(options: Options, assignment: Assignment) -> self_test.Targets:
    """What student code must not reach: the answers, the suites, the results, the raw files."""
    place = options.place
    files = [assignment.folder / "assignment.toml", *assignment.suites, place.results]
    files += [options.submission, *([options.metadata] if options.metadata else [])]
    folders = {assignment.reference, place.folder, place.results.parent}
    folders |= {path.parent for path in assignment.suites}
    return self_test.Targets(
        tuple(os.fsencode(path.resolve()) for path in files if path.exists()),
        tuple(sorted(os.fsencode(path.resolve()) for path in folders if path.is_dir())),
        os.getpid(),
    )


def stage(
    wall: Wall,
    assignment: Assignment,
    submission: Submission,
    on_wait: Callable[[], None],
    checks: Callable[[], tuple[int, int]] = lambda: (0, 0),
    *,
    records: bool = False,
) -> Callable[[int, Group | None], Student]:
    """Hand the files to the wall; return what makes the student of a check.

    It is given the check's seed, and the group of checks that it may share a worker with.

    `checks` are those still to come and all: they share the submission's time. Without, none does.
    """
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
    worker_limits = isolation.WorkerLimits(
        settings.limits.memory_mb,
        int(settings.limits.check_s) + 1,
        settings.limits.output_kb * 1024,
        settings.allow_processes,
    )
    wall.stage(sources, assignment.importable, settings.stand_ins, worker_limits)
    limits = Limits(
        settings.limits.call_s,
        settings.limits.check_s,
        settings.limits.memory_mb,
        settings.limits.callbacks,
    )
    deadline = time.monotonic() + settings.limits.submission_s
    allowed = assignment.importable
    named = Sources(sources, settings.modules)

    def waiting() -> None:
        on_wait()
        wall.require_memory()

    handed = Handed(wall, named, allowed, deadline, waiting, checks, records=records)
    return lambda seed, group: Student(handed, limits, seed, group)


def guard_s(assignment: Assignment) -> float:
    """Seconds that a check may take on the trusted side before it is ended."""
    return _GUARD_FACTOR * assignment.settings.limits.check_s


def run_settings(assignment: Assignment, seed: int | None = None, check: str = "") -> RunSettings:
    """What a run of the assignment's suites depends on."""
    from grader.suite.grading import RunSettings, SuiteSettings

    settings = assignment.settings
    suites = tuple(
        SuiteSettings(path, part.name, part.number, Fraction(str(part.points)))
        for path, part in zip(assignment.suites, settings.parts, strict=True)
    )
    surfaces = {
        name: msgspec.json.decode((assignment.folder / file).read_bytes(), type=Surface)
        for name, file in settings.surfaces.items()
    }
    return RunSettings(
        suites,
        settings.secret,
        seed,
        check,
        settings.float32_credit,
        surfaces,
        settings.conventions,
    )
