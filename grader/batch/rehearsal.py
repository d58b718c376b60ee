"""The reference graded as a submission, once for a class: what is asked, and what is right."""

from __future__ import annotations

import types
from collections.abc import Callable

from msgspec import structs

from grader.assignment import Assignment
from grader.grade import run_settings, stage
from grader.sandbox.nursery import Nursery
from grader.sandbox.wall import Wall
from grader.submission import load_submission
from grader.suite.explain import versions_of
from grader.suite.grading import Rehearsal
from grader.suite.plugin import GradingPlugin


def rehearse(
    nursery: Nursery,
    assignment: Assignment,
    reference: types.ModuleType,
    seed: int | None,
    run: Callable[[GradingPlugin], None],
) -> Rehearsal:
    """Scripts of the checks that the reference passes under this seed, and its versions.

    Only what the reference has earned like any submission is held against others.
    """
    submission = load_submission(
        assignment.reference, assignment.settings.modules, assignment.given_out
    )
    settings = structs.replace(run_settings(assignment, seed), explain=False)
    with Wall(nursery) as wall:
        make_student = stage(wall, assignment, submission, _do_nothing, is_rehearsal=True)
        plugin = GradingPlugin(settings, reference, make_student, _do_nothing)
        run(plugin)
    versions = versions_of(reference)
    versions.build_singles()
    return Rehearsal(plugin.scripts, versions)


def _do_nothing() -> None:
    """Nothing is written on the way."""
