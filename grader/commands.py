"""What each command does with what it was given; most of what it says is in terminal.py.

Exit status: 0 graded, whatever the score; 1 the grader failed; 2 bad usage.
"""

from __future__ import annotations

import argparse
import gc
import platform
import sys
import traceback
from pathlib import Path

from grader import terminal

GRADED, GRADER_FAILED, BAD_USAGE = 0, 1, 2


def grade(given: argparse.Namespace) -> int:
    """Grade one submission; write results.json, report.html and staff.html."""
    # What is imported until grading begins stays: looking for garbage in it takes 20 ms.
    gc.disable()
    try:
        return _grade(given)
    finally:
        gc.enable()


def _grade(given: argparse.Namespace) -> int:
    from grader.grade import Options
    from grader.grade import grade as grade_submission
    from grader.metadata import MetadataRefused, vet_metadata
    from grader.output import write_failure
    from grader.place import RESULTS, Place, PlaceRefused

    out: Path = given.out
    if not given.submission.exists():
        expected = "expected a folder, a zip, a notebook or a .py file"
        return _usage(f"{given.submission}: {expected}. It is not there.")
    place = Place(out, given.results or out / RESULTS)
    options = Options(
        submission=given.submission,
        assignment=given.assignment,
        place=place,
        seed=given.seed,
        check=given.check,
        require_isolation=given.require_isolation,
        metadata=given.metadata,
        keeps=True,
    )
    try:
        if given.metadata is not None:
            vet_metadata(given.metadata)
        graded = grade_submission(options, lambda graded: terminal.print_grade(graded, out))
    except (MetadataRefused, PlaceRefused) as refused:
        return _usage(str(refused))
    except Exception as error:  # noqa: BLE001 - whatever it is, results.json must say so
        write_failure(place, error)
        return _fail(error, out)
    if given.check and not graded.outcomes:
        return _usage(f"--check {given.check}: no check has this name or number.")
    return GRADER_FAILED if graded.grader_failed else GRADED


def batch(given: argparse.Namespace) -> int:
    """Grade a class: an export of Gradescope's, or any folder of submissions."""
    from grader.assignment import AssignmentError
    from grader.batch.cluster.client import ClusterRefused
    from grader.batch.crew import CrewFailed
    from grader.batch.grades.adjustments import AdjustmentsError
    from grader.batch.grades.regrade import AgainstError
    from grader.batch.intake.export import ExportError
    from grader.batch.run import Options, OutRefused, grade_class
    from grader.batch.write import write_class

    options = Options(
        export=given.export,
        assignment=given.assignment,
        out=given.out,
        jobs=given.jobs,
        seed=given.seed,
        require_isolation=given.require_isolation,
        cluster=given.cluster,
        adjustments=given.adjustments,
        against=given.against,
        anonymous=given.anonymous,
        staff_pages=given.staff_pages,
    )
    try:
        with terminal.batch_progress(quiet=given.quiet) as progress:
            graded = grade_class(options, progress)
        terminal.print_failures(graded)
        written = write_class(graded, options)
    except (ExportError, AdjustmentsError, AgainstError, OutRefused, ClusterRefused) as error:
        return _usage(str(error))
    except (AssignmentError, CrewFailed) as error:
        return complain(str(error))
    except OSError as error:
        return complain(
            f"{error.filename or given.out}: {error.strerror}. What was graded is kept."
        )
    terminal.print_batch(graded, written, quiet=given.quiet)
    return GRADER_FAILED if graded.failed or written.troubles else GRADED


def new(given: argparse.Namespace) -> int:
    """Write a small complete assignment to start from."""
    from grader.starter import NotEmpty, write_starter

    try:
        written = write_starter(given.folder)
    except NotEmpty as error:
        return _usage(str(error))
    print(
        f"{given.folder}: {len(written)} files written; {given.folder / 'README.md'} says what next"
    )
    return GRADED


def template(given: argparse.Namespace) -> int:
    """Write the student's folder from the reference, or say how the two differ."""
    from grader.assignment import AssignmentError, load_assignment
    from grader.template import build_template, template_differences, write_template

    try:
        settings = load_assignment(given.assignment).settings
        files = build_template(given.assignment, settings.modules, reference=settings.reference)
    except AssignmentError as error:
        return complain(str(error))
    target = given.assignment / settings.template
    if not given.check:
        write_template(files, target)
        print(f"{target}: {len(files)} files written")
        return GRADED
    differences = template_differences(files, target)
    for difference in differences:
        print(difference)
    if differences:
        return complain(f"{target} is not what the reference gives. Run: grader template")
    return GRADED


def package(given: argparse.Namespace) -> int:
    """Write the zip that Gradescope takes: scripts, engine, and the assignment's answers."""
    from grader.assignment import AssignmentError, load_assignment
    from grader.package import write_package

    try:
        write_package(load_assignment(given.assignment), given.out)
    except AssignmentError as error:
        return complain(str(error))
    print(f"{given.out}: upload it to Gradescope; it holds the answers, so keep it to yourself")
    return GRADED


def audit(given: argparse.Namespace) -> int:
    """Prove the suites: what is right passes, known mistakes and small changes are caught."""
    from grader.assignment import AssignmentError
    from grader.audit import AuditFailed, Options, figures_of, render_audit, spoken, write_figures
    from grader.audit import audit as audit_suites
    from grader.suite.run import ReferenceBroken

    options = Options(given.assignment, given.jobs, given.sample, given.seeds, given.only)
    try:
        result = audit_suites(options, terminal.print_progress)
    except (AssignmentError, ReferenceBroken, AuditFailed) as error:
        return complain(str(error))
    for line in spoken(result):
        print(line)
    given.out.mkdir(parents=True, exist_ok=True)
    page = given.out / "audit.html"
    page.write_text(render_audit(result), "utf-8")
    figures = given.out / "audit.json"
    figures.write_bytes(write_figures(figures_of(result)))
    print(f"Page: {page}, for the staff; {figures} has the figures")
    return GRADER_FAILED if result.failures else GRADED


def doctor(_given: argparse.Namespace) -> int:
    """Say how well this machine can shut student code in, layer by layer."""
    from grader.doctor import examine

    found = examine()
    print(f"{'layer':<34}{'here':<6}without it")
    for layer in found.layers:
        reason = f" ({layer.why_not})" if layer.why_not else ""
        print(f"{layer.name:<34}{'yes' if layer.works else 'no':<6}{layer.lost}{reason}")
    print(f"\nRefused when tried: {', '.join(found.refused) or 'nothing'}")
    print(f"Isolation level: {found.level}, on {platform.system()} {platform.release()}")
    if found.advice:
        print(found.advice)
    return GRADED


def _usage(message: str) -> int:
    print(message, file=sys.stderr)
    return BAD_USAGE


def complain(message: str) -> int:
    """Say what failed in the grader; the exit status."""
    print(message, file=sys.stderr)
    return GRADER_FAILED


def _fail(error: Exception, out: Path) -> int:
    """Say what failed, in a line; the traceback goes to a file for whoever mends it."""
    from grader.assignment import AssignmentError
    from grader.grade import IsolationTooWeak
    from grader.place import FAILURE
    from grader.suite.run import ReferenceBroken

    if isinstance(error, (AssignmentError, IsolationTooWeak, ReferenceBroken)):
        return complain(str(error))
    path = out / FAILURE
    path.write_text("".join(traceback.format_exception(error)), "utf-8")
    return complain(
        f"The grader failed, not the submission: {type(error).__name__}: {error}. "
        f"Please report it with {path}."
    )
