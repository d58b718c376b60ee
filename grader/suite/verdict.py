"""Whose doing an exception in a check is, and what the student is told of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader.numerics.describe import name as describe_kind
from grader.outcomes import CheckFailed, Finding, GraderFailed

from .guard import Overdue
from .student_protocol import Answer

ABSENT = frozenset({"missing", "missing_file", "syntax", "import", "not_allowed", "unwritten"})
"""Kinds of findings about what is not there to be called, whatever the arguments."""
OVERDUE = "it took longer than a check may take on the grader's side"
SUITE_ERRORS = (Exception, Overdue, SystemExit, pytest.fail.Exception, pytest.skip.Exception)
"""All that the body of a check may raise, but for what ends the whole run."""
_MAX_MESSAGE = 300


def of_exception(
    error: BaseException, *, in_set_up: bool, functions: Sequence[str], last: Answer
) -> Finding:
    """What is said of an exception that ended a check; `GraderFailed` if the grader is to blame.

    An exception of the check's own body is the student's as far as can be told from it; whether
    the reference fails in the same way must be tried. It met what came `last`, most likely.
    """
    if isinstance(error, CheckFailed):
        return error.finding
    if isinstance(error, GraderFailed):
        raise error
    if in_set_up:
        raise GraderFailed(f"its set-up failed: {describe(error)}")
    if isinstance(error, pytest.skip.Exception):
        raise GraderFailed(f"it was skipped: {error}")
    if isinstance(error, Overdue):
        raise GraderFailed(OVERDUE)
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return of_assertion(error, functions)
    asked = _who_answered(last, functions)
    came = f": {describe_kind(last.value)}" if asked else ""
    return Finding(
        kind="assertion",
        lead=f"What {_shown(asked)} returned could not be used by this check{came}.",
        question="What does the docstring say that it returns?",
        code=last.code,
        function=asked[-1] if asked else "",
    )


def _who_answered(last: Answer, functions: Sequence[str]) -> tuple[str, ...]:
    """The function that was called last, as far as that is known; nothing if none was."""
    shown = {line.function for line in last.code}
    own = tuple(name for name in functions if name.rpartition(".")[2] in shown)
    return own or tuple(functions[-1:])


def of_assertion(error: BaseException, functions: Sequence[str] = ()) -> Finding:
    """What a student is told of a bare assert: the author's words, never the values.

    pytest puts an author's message on the first line and what was compared after it; without a
    message the first line is the comparison, which may hold what is hidden.
    """
    first = str(error).partition("\n")[0].strip()
    written = bool(first) and not first.startswith("assert ")
    return Finding(
        kind="assertion",
        lead=first if written else f"What {_shown(functions)} returned is not what is expected.",
        question="" if written else "What does the docstring say that it returns?",
        function=functions[-1] if functions else "",
        staff=str(error),
    )


def describe(error: BaseException) -> str:
    """An exception on one line, for the staff."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:_MAX_MESSAGE]}"


def _shown(functions: Sequence[str]) -> str:
    return ", ".join(name.rpartition(".")[2] for name in functions) or "your code"
