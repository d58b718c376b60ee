"""The commands. The only module that prints.

Exit status: 0 graded, whatever the score; 1 the grader failed; 2 bad usage.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from fractions import Fraction

    from grader.outcomes import Grade

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Grade numerical homework: hidden suites, a wall round student code, reports that teach.",
)

AssignmentFolder = Annotated[
    Path, typer.Option("--assignment", help="The assignment's folder.", show_default="this folder")
]
_MARKS = {"passed": "ok", "failed": "FAILED", "grader_failed": "GRADER"}


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="A folder, a zip, a notebook or a .py file.")],
    assignment: AssignmentFolder = Path(),
    out: Annotated[Path, typer.Option(help="Where results.json and the pages go.")] = Path("grade"),
    seed: Annotated[int | None, typer.Option(help="Other random data than the usual.")] = None,
    check: Annotated[str, typer.Option(help="Run only the check of this name or number.")] = "",
    require_isolation: Annotated[
        Literal["L1", "L2", "L3", "L4"] | None,
        typer.Option(help="Refuse to grade where student code is shut in less well."),
    ] = None,
    metadata: Annotated[
        Path | None, typer.Option(help="Gradescope's submission_metadata.json.")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="Another place for results.json.")] = None,
) -> None:
    """Grade one submission; write results.json, report.html and staff.html."""
    from grader.grade import Options
    from grader.grade import grade as grade_submission
    from grader.output import RESULTS, Place, write_failure

    if not submission.exists():
        _usage(
            f"{submission}: expected a folder, a zip, a notebook or a .py file. It is not there."
        )
    out.mkdir(parents=True, exist_ok=True)
    place = Place(out, results or out / RESULTS)
    options = Options(
        submission=submission,
        assignment=assignment,
        place=place,
        seed=seed,
        check=check,
        require_isolation=require_isolation,
        secrets=(metadata,) if metadata else (),
    )
    try:
        graded = grade_submission(options)
    except Exception as error:  # noqa: BLE001 - whatever it is, results.json must say so
        write_failure(place, error)
        _fail(error, out)
    _print_grade(graded, out)
    if check and not graded.outcomes:
        _usage(f"--check {check}: no check has this name or number.")
    if graded.grader_failed:
        raise typer.Exit(1)


@app.command()
def template(
    assignment: AssignmentFolder = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what differs.")
    ] = False,
) -> None:
    """Write the student's folder from the reference, or say how the two differ."""
    from grader.assignment import load_assignment
    from grader.template import build_template, template_differences, write_template

    with _messages():
        settings = load_assignment(assignment).settings
        files = build_template(assignment, settings.modules, reference=settings.reference)
    target = assignment / settings.template
    if not check:
        write_template(files, target)
        print(f"{target}: {len(files)} files written")
        return
    differences = template_differences(files, target)
    for difference in differences:
        print(difference)
    if differences:
        print(f"{target} is not what the reference gives. Run: grader template", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def package(
    assignment: AssignmentFolder = Path(),
    out: Annotated[Path, typer.Option(help="The zip to write.")] = Path("autograder.zip"),
) -> None:
    """Write the zip that Gradescope takes: scripts, engine, and the assignment's answers."""
    from grader.assignment import load_assignment
    from grader.package import write_package

    with _messages():
        write_package(load_assignment(assignment), out)
    print(f"{out}: upload it to Gradescope; it holds the answers, so keep it to yourself")


@app.callback()
def _commands() -> None:
    """Make every command a word, even when there is only one."""


def main() -> None:
    """Run the command line."""
    # Before numpy is imported: threads on matrices of a homework's size wait more than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()


def _print_grade(graded: Grade, out: Path) -> None:
    from grader.output import REPORT, STAFF_REPORT
    from grader.text import one_line

    for outcome in graded.outcomes:
        points = f"{_points(outcome.earned)}/{_points(outcome.points)}"
        mark, title = _MARKS[outcome.status], one_line(outcome.title)
        print(f"{outcome.number:>5}  {mark:<7}{points:>8}  {title}")
        for finding in outcome.findings[:2]:
            print(f"{'':24}{one_line(finding.lead)}")
    for notice in graded.notices:
        print(f"Note: {one_line(notice)}")
    for trouble in graded.troubles:
        print(f"Grader: {one_line(trouble.splitlines()[0])}", file=sys.stderr)
    left = f", {_points(graded.ungraded)} to be graded by the staff" if graded.ungraded else ""
    total = f"{_points(graded.earned)} of {_points(graded.graded)} graded points{left}"
    print(f"{total}; isolation {graded.isolation}; {graded.seconds:.1f} s")
    if graded.isolation == "L1":
        print(
            "Warning: this machine does not keep student code from your files (level L1). "
            "Grade on Linux, as root or with landlock, or in a container.",
            file=sys.stderr,
        )
    print(f"Pages: {out / REPORT} for the student, {out / STAFF_REPORT} for the staff")


@contextmanager
def _messages() -> Iterator[None]:
    """Say what is wrong with an assignment in a line, and end with status 1."""
    from grader.assignment import AssignmentError

    try:
        yield
    except AssignmentError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


def _points(amount: Fraction) -> str:
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")


def _usage(message: str) -> None:
    print(message, file=sys.stderr)
    raise typer.Exit(2)


def _fail(error: Exception, out: Path) -> None:
    """Say what failed, in a line; the traceback goes to a file for whoever mends it."""
    from grader.assignment import AssignmentError
    from grader.grade import IsolationTooWeak
    from grader.suite.run import ReferenceBroken

    if isinstance(error, (AssignmentError, IsolationTooWeak, ReferenceBroken)):
        print(error, file=sys.stderr)
    else:
        path = out / "grader-failure.txt"
        path.write_text("".join(traceback.format_exception(error)), "utf-8")
        print(
            f"The grader failed, not the submission: {type(error).__name__}: {error}. "
            f"Please report it with {path}.",
            file=sys.stderr,
        )
    raise typer.Exit(1)
