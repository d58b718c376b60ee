"""The reference graded as a submission: what is asked, and what is right.

python -m grader.rehearse ASSIGNMENT      keeps it for the grades to come
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from grader.grade import guard_s, run_settings, stage
from grader.sandbox.nursery import Nursery
from grader.sandbox.wall import Wall
from grader.scripted import Rehearsal

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.suite.plugin import GradingPlugin


def rehearse(
    nursery: Nursery,
    assignment: Assignment,
    reference: types.ModuleType,
    seed: int | None,
    run: Callable[[GradingPlugin], None],
) -> Rehearsal:
    """Scripts of the checks that the reference passes under this seed.

    Only what the reference has earned like any submission is held against others.
    """
    from grader.submission import load_submission
    from grader.suite.plugin import GradingPlugin

    submission = load_submission(
        assignment.reference, assignment.settings.modules, assignment.given_out
    )
    settings = structs.replace(run_settings(assignment, seed), explain=False)
    with Wall(nursery) as wall:
        make_student = stage(wall, assignment, submission, _do_nothing, records=True)
        plugin = GradingPlugin(settings, reference, make_student, _do_nothing)
        run(plugin)
    whole = len(plugin.scripts) == plugin.checks[1] and not plugin.troubles
    return Rehearsal(plugin.scripts, is_whole=whole)


def main() -> None:
    """Rehearse the assignment in the folder that is named, and keep it beside the suites."""
    with Nursery() as nursery:
        # Only now, with the clean process forked, is anything of the assignment read.
        from grader.assignment import load_assignment
        from grader.rehearsal import Rehearsals
        from grader.suite.run import import_reference, run_suites

        assignment = load_assignment(Path(sys.argv[1]))
        reference = import_reference(assignment.folder, assignment.settings.reference)
        rehearsed = rehearse(
            nursery,
            assignment,
            reference,
            None,
            lambda plugin: run_suites(plugin, assignment.folder, guard_s(assignment)),
        )
        Rehearsals(assignment).keep(rehearsed)


def _do_nothing() -> None:
    """Nothing is written on the way."""


if __name__ == "__main__":
    main()
