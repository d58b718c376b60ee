"""Many points of one call cross the wall in one message, and are as many calls to the student."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from wall_fixtures import student_of

from grader.outcomes import CheckFailed, Finding
from grader.sandbox.channel import Channel
from grader.sandbox.handed import Limits

TEXT = """
import time
import numpy as np

def loss(W, X, reg=0.0):
    W *= 2
    return float((X @ W).sum() + reg), W

def alone(x):
    return x + 1

def slow(x):
    time.sleep(x)
    return x

def picky(x):
    if x > 1:
        raise ValueError("too large")
    return x
"""
W, X = np.arange(6.0).reshape(2, 3), np.ones((4, 2))
POINTS = [W, W + 1.0, W]


def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Types of the requests that are sent from now on."""
    sent: list[str] = []
    send = Channel.send

    def noted(self: Channel, message: Any, timeout_s: float | None = None) -> None:
        sent.append(type(message).__name__)
        send(self, message, timeout_s)

    monkeypatch.setattr(Channel, "send", noted)
    return sent


def test_each_point_has_its_answer_and_arguments_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with student_of(TEXT) as student:
        student.call("code.alone", 1)
        sent = messages(monkeypatch)
        found = student.call_each("code.loss", (W, X), {"reg": 0.5}, 0, POINTS)
        asked = list(sent)

    assert asked == ["CallEach"]
    assert found == [2 * float((X @ V).sum()) + 0.5 for V in POINTS]
    assert np.array_equal(POINTS[0], W), "what is handed in stays as it is"


@pytest.mark.parametrize(
    ("name", "kwargs", "which", "element", "expected"),
    [
        ("code.loss", {"reg": 0.0}, "reg", 0, [121.0, 122.0]),
        ("code.alone", {}, 0, 0, [2.0, 3.0]),
        ("code.alone", {"x": 9.0}, "x", 5, [2.0, 3.0]),
    ],
    ids=["by keyword", "no tuple", "no such element"],
)
def test_the_argument_may_be_a_keyword_and_the_answer_a_number(
    name: str, kwargs: dict[str, Any], which: int | str, element: int, expected: list[float]
) -> None:
    args = (W, X) if name == "code.loss" else () if kwargs else (0.0,)
    with student_of(TEXT) as student:
        assert student.call_each(name, args, kwargs, which, [1.0, 2.0], element) == expected


def test_another_element_may_be_wanted() -> None:
    with student_of(TEXT) as student:
        found = student.call_each("code.loss", (W, X), {}, 0, POINTS, element=1)

    assert all(np.array_equal(got, 2 * V) for got, V in zip(found, POINTS, strict=True))


def test_an_exception_at_one_point_is_that_of_the_call() -> None:
    with student_of(TEXT) as student, pytest.raises(CheckFailed) as caught:
        student.call_each("code.picky", (0,), {}, 0, [0, 1, 2])
    finding: Finding = caught.value.finding

    assert finding.lead.startswith("picky raised ValueError")
    assert finding.code


def test_the_history_has_no_points_in_it() -> None:
    with student_of(TEXT) as student:
        student.call_each("code.alone", (0,), {}, 0, [1, 2])

        assert not student.history


def test_each_point_has_the_time_of_a_call() -> None:
    with student_of(TEXT, limits=Limits(call_s=0.4)) as student:
        assert student.call_each("code.slow", (0.0,), {}, 0, [0.2] * 4) == [0.2] * 4
        with pytest.raises(CheckFailed, match="slow"):
            student.call_each("code.slow", (0.0,), {}, 0, [2.0, 0.0])
