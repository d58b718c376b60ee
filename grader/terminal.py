"""What the commands say of grades and classes, in lines for a terminal or a log."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from rich.progress import Progress as Bar
    from rich.progress import TaskID
    from typing_extensions import Buffer

    from grader.batch.records import Record
    from grader.batch.run import Batch, Progress
    from grader.batch.write import Written
    from grader.outcomes import Grade

_MARKS = {"passed": "ok", "failed": "FAILED", "grader_failed": "GRADER"}
_MOST_FAILURES = 200


class _Heard(io.FileIO):
    """A stream that somebody may stop reading, as `| head` does: what follows is lost, no more."""

    def write(self, data: Buffer, /) -> int:
        """Write to whoever still reads."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def let_readers_leave() -> None:
    """Go on, and come to the same exit status, when nobody reads what is printed any more."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # One that stands for it is somebody else's, and a terminal does not break.
        if stream is getattr(sys, f"__{name}__") and stream is not None and not stream.isatty():
            raw = _Heard(stream.fileno(), "w", closefd=False)
            heard = io.TextIOWrapper(
                io.BufferedWriter(raw),
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering,
            )
            setattr(sys, name, heard)


def print_progress(done: int, of: int, name: str) -> None:
    """Say how far an audit is: in place where somebody watches, else a line for each tenth."""
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r{done} of {of}  {name[:50]:<50}", end=end, file=sys.stderr, flush=True)
    else:
        _print_tenth(done, of)


def _print_tenth(done: int, of: int) -> None:
    """A line for each tenth, for logs."""
    if done * 10 // of > (done - 1) * 10 // of:
        print(f"{done} of {of} graded", file=sys.stderr, flush=True)


def _in_short(trouble: str) -> str:
    """What failed, and the error at the end of a traceback."""
    what, *others = [line for line in trouble.splitlines() if line.strip()] or [""]
    errors = [line for line in others if line.startswith("E ")] or others
    return " ".join([what, *errors[-1:]])


def print_grade(graded: Grade, out: Path) -> None:
    """Say what came of each check, and where the pages are."""
    from grader.place import REPORT, STAFF_REPORT
    from grader.text import one_line

    for outcome in graded.outcomes:
        points = f"{_points(outcome.earned)}/{_points(outcome.points)}"
        mark, title = _MARKS[outcome.status], one_line(outcome.title)
        print(f"{outcome.number:>5}  {mark:<7}{points:>8}  {title}")
        leads = dict.fromkeys(one_line(finding.lead) for finding in outcome.findings)
        for lead in list(leads)[:2]:
            print(f"{'':24}{lead}")
    for notice in graded.notices:
        print(f"Note: {one_line(notice)}")
    for trouble in graded.troubles:
        print(f"Grader: {one_line(_in_short(trouble))}", file=sys.stderr)
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


def _points(amount: Fraction) -> str:
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")


@contextmanager
def batch_progress(*, quiet: bool) -> Iterator[Progress]:
    """Say how far a batch is: a bar where somebody watches, else plain lines, or nothing."""
    if quiet:
        yield _Silent()
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress("Grading", *columns, "{task.fields[last]}", console=console) as bar:
            yield _Watched(bar)
    else:
        yield _Lines()


def print_failures(graded: Batch) -> None:
    """Say what could not be read or graded: all that is left for the staff."""
    from grader.text import one_line

    said = "\n".join(graded.troubles)
    failures = [
        *graded.troubles,
        *(
            f"{record.name}: {trouble}"
            for record in graded.failed
            if (trouble := record.trouble or record.troubles[0]) not in said
        ),
    ]
    for failure in failures[:_MOST_FAILURES]:
        print(f"Problem: {one_line(failure)}", file=sys.stderr)
    if len(failures) > _MOST_FAILURES:
        print(f"Problem: and {len(failures) - _MOST_FAILURES} more", file=sys.stderr)


def print_batch(graded: Batch, written: Written, *, quiet: bool) -> None:
    """Say what came of a class, and where the pages are."""
    for trouble in written.troubles:
        print(f"Problem: {trouble}", file=sys.stderr)
    if quiet:
        return
    for line in written.changes:
        print(line)
    total = len(graded.records)
    print(
        f"{total} submission{'s' * (total != 1)}: {graded.graded} graded now, "
        f"{graded.reused} before; {len(graded.failed)} with problems; {graded.seconds:.1f} s"
    )
    print(f"Gradebook: {written.gradebook}")
    print(f"Class page: {written.page}")
    if written.changes_page is not None:
        print(f"Changes: {written.changes_page}")


class _Silent:
    """Says nothing."""

    def begin(self, total: int, reused: int) -> None:
        """Take note of nothing."""

    def graded(self, record: Record) -> None:
        """Take note of nothing."""


class _Lines:
    """A line for each tenth, for logs."""

    def __init__(self) -> None:
        self._done = self._total = 0

    def begin(self, total: int, reused: int) -> None:
        """Say how much there is to do."""
        self._total = total - reused
        before = f"; {reused} are graded already" if reused else ""
        print(f"{total} submission{'s' * (total != 1)}{before}", file=sys.stderr, flush=True)

    def graded(self, record: Record) -> None:
        """Count one more."""
        del record
        self._done += 1
        _print_tenth(self._done, self._total)


class _Watched:
    """A bar, with the time left."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, total: int, reused: int) -> None:
        """Show what is done already."""
        self._task = self._bar.add_task("", total=total, completed=reused, last="")

    def graded(self, record: Record) -> None:
        """Move on by one."""
        assert self._task is not None  # noqa: S101 - for the type checker
        self._bar.update(self._task, advance=1, last=record.name[:40])
