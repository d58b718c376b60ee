"""Grade -> results.json, the document that Gradescope shows to a student."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from grader import markdown, text
from grader.outcomes import Grade, LeaderboardEntry, Visibility
from grader.points import Scored, score_checks
from grader.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = [
    "PartialResults",
    "Results",
    "TestResult",
    "encode",
    "failed_results",
    "results_document",
    "write_results",
    "write_whole",
]


class TestResult(Struct, frozen=True):
    """One test as Gradescope shows it; without a status the platform claims neither."""

    __test__ = False  # the name is Gradescope's; pytest must not collect it

    score: float
    max_score: float
    name: str
    number: str
    output: str
    visibility: Visibility
    tags: list[str]
    extra_data: dict[str, Any]
    status: Literal["passed", "failed"] | UnsetType = UNSET


class Results(Struct, frozen=True):
    """The whole document; the fields are Gradescope's."""

    score: float
    execution_time: float
    output: str
    visibility: Visibility
    tests: list[TestResult]
    extra_data: dict[str, Any]
    leaderboard: list[LeaderboardEntry] | UnsetType = UNSET
    output_format: Literal["md"] = "md"
    test_output_format: Literal["md"] = "md"
    test_name_format: Literal["text"] = "text"
    # What the grader prints names suites and seeds: for instructors alone.
    stdout_visibility: Literal["hidden"] = "hidden"


def results_document(grade: Grade) -> Results:
    """Turn a grade into what Gradescope reads; the scores of the tests sum to the score."""
    scored = score_checks(grade)
    return _document(grade, scored, [_test(check) for check in scored])


class PartialResults:
    """The document while checks are still to come: what stands in it is rendered once."""

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, int], msgspec.Raw] = {}

    def write(self, grade: Grade, path: Path) -> None:
        """Write what is graded so far."""
        scored = score_checks(grade)
        document = _safe(msgspec.to_builtins(_document(grade, scored, [])))
        document["tests"] = [self._render(check) for check in scored]
        _put(msgspec.json.encode(document), path)

    def _render(self, check: Scored) -> msgspec.Raw:
        key = (check.outcome.name, check.maximum)
        if key not in self._rendered:
            self._rendered[key] = msgspec.Raw(as_json(_test(check)))
        return self._rendered[key]


def _document(grade: Grade, scored: Sequence[Scored], tests: list[TestResult]) -> Results:
    return Results(
        score=sum(check.score for check in scored) / 100,
        execution_time=_seconds(grade.seconds),
        output=markdown.of_grade(grade, summarize(grade, staff=False)),
        visibility="visible",
        tests=tests,
        extra_data={
            "assignment": text.one_line(grade.title),
            "submission": text.one_line(grade.submission),
            "complete": grade.complete,
            "earned": str(grade.earned),
            "points": str(grade.expected),
            # As text: a reader whose integers are floats would change a digit.
            "seed": "" if grade.seed is None else str(grade.seed),
            "isolation": grade.isolation,
            "isolation_notes": [text.one_line(note) for note in grade.isolation_notes],
            "versions": {name: text.one_line(version) for name, version in grade.versions},
            "troubles": [text.visible(trouble, limit=500) for trouble in grade.troubles],
        },
        leaderboard=[_entry(entry) for entry in grade.leaderboard] or UNSET,
    )


def failed_results(message: str, *, points: Fraction = Fraction(), trouble: str = "") -> Results:
    """Results for a run in which the grader failed before any check could be made.

    `message` is read by the student: a sentence without paths. `trouble` is for the staff.
    """
    grade = Grade(
        submission="",
        title="",
        outcomes=(),
        expected=points,
        notices=(message,),
        troubles=(trouble or message,),
        isolation="",
        complete=False,
    )
    return results_document(grade)


def encode(results: Results) -> bytes:
    """The document as JSON: the same grade gives the same bytes, and never NaN or a surrogate."""
    return as_json(results) + b"\n"


def write_results(results: Results | Grade, path: Path) -> None:
    """Write results.json in one step, so that a killed run leaves the last whole document."""
    _put(encode(results if isinstance(results, Results) else results_document(results)), path)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file in one step: at any moment the old one is there, or the new one, whole."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _put(document: bytes, path: Path) -> None:
    # What a student earned is nobody else's to read.
    write_whole(path, document, mode=0o600)


def as_json(value: Any) -> bytes:
    """Any document of ours as JSON. Half a character, as in a name that is no text, is a "?"."""
    try:
        return msgspec.json.encode(value)  # it has no NaN: null stands for it
    except UnicodeEncodeError:  # half a character
        return msgspec.json.encode(_safe(msgspec.to_builtins(value)))


def _safe(value: Any) -> Any:
    """Plain data that JSON can hold: the last line of defence, whatever a grade was made of."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {_safe(key): _safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(item) for item in value]
    return value


def _seconds(seconds: float) -> float:
    """A time that Gradescope accepts: to the millisecond, and always a number."""
    return round(seconds, 3) if isfinite(seconds) else 0.0


def _entry(entry: LeaderboardEntry) -> LeaderboardEntry:
    """A leaderboard entry whose value Gradescope can sort or at least show."""
    value = entry.value
    if isinstance(value, str):
        value = text.one_line(value)
    elif not isfinite(value):
        value = "not a number"
    return LeaderboardEntry(text.one_line(entry.name), value, entry.order)


def _test(check: Scored) -> TestResult:
    outcome = check.outcome
    graded = outcome.status in {"passed", "failed"}
    status: Literal["passed", "failed"] = "passed" if outcome.status == "passed" else "failed"
    return TestResult(
        score=check.score / 100,
        max_score=check.maximum / 100,
        status=status if graded else UNSET,
        name=text.one_line(outcome.title),
        number=text.one_line(outcome.number),
        output=markdown.of_check(check),
        visibility=outcome.visibility,
        tags=list(
            dict.fromkeys(
                [*outcome.tags, *(["staff"] if outcome.status == "grader_failed" else [])]
            )
        ),
        extra_data={
            "check": outcome.name,
            "part": outcome.part,
            "earned": str(outcome.earned),
            "points": str(outcome.points),
            "graded": graded,
            "feedback": outcome.feedback,
            "kinds": [finding.kind for finding in outcome.findings],
            "functions": list(outcome.functions),
            "seed": str(outcome.seed),
            "seconds": _seconds(outcome.seconds),
        },
    )
