"""What a grade leaves in its folder: results.json on the way, the two pages at the end."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.outcomes import Grade
from grader.place import REPORT, STAFF_REPORT, Place

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.scripted import AllRight
    from grader.submission import Submission
    from grader.suite.plugin import GradingPlugin

__all__ = ["BrokeDown", "Output", "write_failure"]

_PARTIAL_S = 0.5
"""Longest that a graded check stays unwritten: to replace a file costs 2 ms, as much as a check."""


class BrokeDown(Exception):
    """The grader failed in the middle; results.json holds what was graded before."""


class Output:
    """Writes what is known of one submission's grade."""

    def __init__(
        self,
        place: Place,
        assignment: Assignment,
        submission: Submission,
        seed: int | None,
        only: str,
    ) -> None:
        from grader.results import PartialResults

        self._place = place
        self._assignment = assignment
        self._submission = submission
        self.notices = submission.notices
        self._seed = seed
        self._only = only
        self._began = time.monotonic()
        self._troubles: tuple[str, ...] = ()
        self._partial = PartialResults()
        self._pending = False
        self._next_partial = self._began
        self.run: GradingPlugin | AllRight | None = None
        """What the checks have come to so far."""
        self.isolation = ""
        self.isolation_notes: tuple[str, ...] = ()

    @property
    def checks(self) -> tuple[int, int]:
        """How many checks are still to come, and how many there are."""
        return self.run.checks if self.run else (0, 0)

    def grade(self, *, complete: bool) -> Grade:
        """The grade as far as it is known."""
        run = self.run
        return Grade(
            submission=self._submission.name,
            title=self._assignment.settings.title,
            outcomes=tuple(run.outcomes) if run else (),
            expected=Fraction(str(self._assignment.settings.total_points)),
            notices=self.notices,
            troubles=(*(run.troubles if run else ()), *self._troubles),
            leaderboard=tuple(run.leaderboard) if run else (),
            seed=self._seed,
            isolation=self.isolation,
            isolation_notes=self.isolation_notes,
            versions=_versions(),
            seconds=time.monotonic() - self._began,
            complete=complete,
            only=self._only,
        )

    def checked(self) -> None:
        """Note that one more check is graded; results.json follows when student code is slow."""
        self._pending = self._place.as_it_goes
        if time.monotonic() > self._next_partial:
            self.write_pending()

    def write_pending(self) -> None:
        """Write what was graded since the last time: a process that hangs may be killed.

        Where the disk is full now, the end says so: no check is to fail of it.
        """
        if self._pending:
            with suppress(OSError):
                self.write_partial()

    def write_partial(self) -> None:
        """Write results.json with what is graded so far."""
        self._partial.write(self.grade(complete=False), self._place.results)
        self._pending = False
        self._next_partial = time.monotonic() + _PARTIAL_S

    @contextmanager
    def kept_on_failure(self) -> Iterator[None]:
        """Leave what was graded so far, with the trouble, when the grader itself breaks down."""
        try:
            yield
        except KeyboardInterrupt:
            self.write_partial()
            raise
        except Exception as error:
            self._troubles = (f"the grader broke down: {type(error).__name__}: {error}",)
            self.write_partial()
            raise BrokeDown(str(error)) from error

    def write(self, graded: Grade) -> None:
        """Write the two pages, and results.json last."""
        from grader.report import render_report
        from grader.results import write_results

        folder = self._place.folder
        pages = [(REPORT, False), (STAFF_REPORT, True)]
        for name, staff in pages if self._place.with_staff_page else pages[:1]:
            # A link under this name would be followed.
            (folder / name).unlink(missing_ok=True)
            (folder / name).write_text(render_report(graded, staff=staff), "utf-8")
        write_results(graded, self._place.results)


def write_begun(place: Place) -> None:
    """Leave a valid results.json before anything of the submission is read."""
    if not place.as_it_goes:
        return
    from grader.results import failed_results, write_results

    message = "Grading did not finish: nothing was graded. Please tell the course staff."
    write_results(failed_results(message, trouble="the grader ended"), place.results)


def write_failure(place: Place, error: Exception) -> None:
    """Leave a valid results.json when grading did not even begin."""
    if isinstance(error, BrokeDown):
        return  # results.json already holds what was graded, and says what happened
    from grader.results import failed_results, write_results

    message = "The grader failed, not your code. Nothing was graded; please tell the course staff."
    place.results.parent.mkdir(parents=True, exist_ok=True)
    write_results(
        failed_results(message, trouble=f"{type(error).__name__}: {error}"), place.results
    )


def _versions() -> tuple[tuple[str, str], ...]:
    import numpy as np

    from grader import __version__

    return (
        ("grader", __version__),
        ("python", platform.python_version()),
        ("numpy", np.__version__),
    )
