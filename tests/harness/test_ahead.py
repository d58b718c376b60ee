"""Scripts are put before any check runs, in an order in which one worker may serve nearly all."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from grading_fixtures import PASSED
from msgspec import structs

from grader.ahead import put_all
from grader.group import Group
from grader.outcomes import FeedbackLevel, Visibility
from grader.scripted import Scripted, group_of

FEEDBACK: Sequence[FeedbackLevel] = ("result", "hint", "full")
VISIBILITY: Sequence[Visibility] = ("hidden", "after_published", "visible", "after_due_date")
KINDS = list(itertools.product(FEEDBACK, VISIBILITY))


class Asked:
    """Stands for a student who answers each script rightly, wrongly, or not at all."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers
        self.is_broken = False

    def put(self, ways: Sequence[Any], *, alone: bool) -> Any:
        assert alone
        answer = self._answers.get(ways[0].script.name, "right")
        self.is_broken = answer in {"none", "hangs"}
        if answer == "hangs":
            time.sleep(1.1)
        return (len(ways) - 1, [None]) if answer == "right" else None

    def close(self, *, passed: bool) -> None:
        assert passed


def put(answers: dict[str, str]) -> tuple[dict[str, Any], list[Group | None], int]:
    """Put a script of each kind, called by it; what came of it, in which groups, who was wrong."""
    scripts = {}
    for feedback, visibility in KINDS:
        name = f"{feedback}, {visibility}"
        outcome = structs.replace(PASSED, feedback=feedback, visibility=visibility)
        asked = SimpleNamespace(name=name, functions=frozenset({feedback}))
        scripts[name] = Scripted(asked, outcome, (), sees=False)
    groups: list[Group | None] = []
    wrong: list[None] = []

    def make_student(_seed: int, group: Group | None) -> Any:
        groups.append(group)
        return Asked(answers)

    return put_all(scripts, make_student, {}, lambda: wrong.append(None)), groups, len(wrong)


def test_whatever_may_follow_comes_later() -> None:
    found, groups, wrong = put({})

    assert found.keys() == {f"{feedback}, {visibility}" for feedback, visibility in KINDS}
    assert all(each.way == 0 for each in found.values())
    assert wrong == 0
    assert set(groups) == {group_of(*kind) for kind in KINDS}
    for earlier, later in itertools.combinations(filter(None, groups), 2):
        assert earlier == later or not earlier.may_follow(later)


def test_what_is_wrong_is_told_and_the_next_is_put() -> None:
    found, _, wrong = put({"hint, visible": "wrong", "full, hidden": "wrong"})

    assert len(found) == len(KINDS)
    assert [name for name, each in found.items() if each is None] == [
        "hint, visible",
        "full, hidden",
    ]
    assert wrong == 2


def test_a_function_that_came_to_no_answer_is_not_asked_for_again() -> None:
    found, _, wrong = put({"hint, visible": "none"})

    assert found.keys() == {
        f"{feedback}, {visibility}"
        for feedback, visibility in KINDS
        if feedback != "hint" or visibility == "visible"
    }
    assert found["hint, visible"] is None
    assert wrong == 1


def test_after_one_that_hangs_none_is_put() -> None:
    """The next might hang as well, and each check of what hangs runs alone anyway."""
    found, groups, wrong = put({"hint, visible": "hangs"})

    assert list(found.items())[-1] == ("hint, visible", None)
    assert len(groups) == len(found) == 2
    assert wrong == 1


@pytest.mark.parametrize("kind", KINDS, ids=", ".join)
def test_a_check_may_follow_those_like_it(kind: tuple[FeedbackLevel, Visibility]) -> None:
    assert group_of(*kind).may_follow(group_of(*kind))


def test_what_is_shown_first_nobody_knows_of_due_dates_and_published_grades() -> None:
    due, published = group_of("hint", "after_due_date"), group_of("hint", "after_published")

    assert not due.may_follow(published)
    assert not published.may_follow(due)
    assert due.may_follow(group_of("hint", "visible"))
    assert not due.may_follow(group_of("result", "visible"))
