"""A wrong gradient that no known mistake explains is told by its form, in words without numbers."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grading_fixtures import ROOT, copy_assignment, grade, plain

from grader.exchange import Exchange
from grader.feedback import Form, form_of_gradient
from grader.outcomes import CheckFailed, Finding

RNG = np.random.default_rng(5)
X, y = RNG.normal(size=(7, 4)), np.array([0, 1, 2, 0, 1, 2, 0])
W, REG = RNG.normal(size=(4, 3)), 0.3


def least_squares(W: Any, X: Any, y: Any, reg: float) -> tuple[float, Any]:
    """Loss and gradient of something that no suite has."""
    residuals = X @ W - np.eye(3)[y]
    loss = np.sum(residuals**2) / len(y) + reg * np.sum(W**2)
    return float(loss), 2 * X.T @ residuals / len(y) + 2 * reg * W


def parts(W: Any, X: Any, y: Any) -> tuple[float, Any]:
    return least_squares(W, X, y, 0.0)


REFERENCE = types.ModuleType("answers")
REFERENCE.fits = types.SimpleNamespace(least_squares=least_squares)  # type: ignore[attr-defined]
NAME = "fits.least_squares"
UNKNOWN = """
_right = softmax_loss_vectorized


def softmax_loss_vectorized(W, X, y, reg):
    loss, _ = _right(W, X, y, reg)
    _, dW = _right(W, X, y, 0.0)
    return loss + 0.01 * float(np.sum(W**4)), dW + 0.04 * W**3 + reg * W
"""


def form_of(student: Callable[..., Any], *, keyword: bool = False) -> Form | None:
    """What is said of a student's function that was called once."""
    args, kwargs = ((W, X, y), {"reg": REG}) if keyword else ((W, X, y, REG), {})

    def call(_name: str, *given: Any, **named: Any) -> Any:
        return student(*given, **named)

    asked = Exchange(
        "call", NAME, lambda _o, _f: (args, kwargs), lambda: None, value=student(*args, **kwargs)
    )
    return form_of_gradient([asked], NAME, REFERENCE, call)


def with_gradient(change: Callable[[Any, Any, float], Any]) -> Callable[..., Any]:
    """The right loss, and a gradient made of the data's, W and reg."""

    def student(W: Any, X: Any, y: Any, reg: float) -> Any:
        return least_squares(W, X, y, reg)[0], change(parts(W, X, y)[1], W, reg)

    return student


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g, W, reg: g + reg * W, "the penalty's gradient is half of what the loss asks for"),
        (lambda g, _W, _reg: g, "the penalty's gradient is missing"),
        (lambda g, W, reg: g - 2 * reg * W, "the penalty's gradient has the wrong sign"),
        (lambda g, W, reg: g + reg * np.sign(W), "is that of |W|, the loss has W²"),
        (lambda g, W, reg: g + 2 * reg * W / 7, "is divided by the number of samples"),
        (lambda g, W, reg: 7 * (g + 2 * reg * W), "is the sum over the samples, the loss the mean"),
        (lambda g, W, reg: 7 * g + 2 * reg * W, "the data term's gradient is the sum over the"),
        (lambda g, W, reg: -g - 2 * reg * W, "the gradient has the wrong sign"),
        (lambda g, W, reg: -g + 2 * reg * W, "the data term's gradient has the wrong sign"),
    ],
    ids=["half", "none", "pushes", "L1", "mean", "sum", "sum of data", "uphill", "data uphill"],
)
@pytest.mark.parametrize("keyword", [False, True], ids=["by position", "by keyword"])
def test_a_form_has_its_name(
    change: Callable[[Any, Any, float], Any], words: str, *, keyword: bool
) -> None:
    form = form_of(with_gradient(change), keyword=keyword)

    assert form is not None
    assert words in form.sentence
    assert form.question.endswith("?")
    assert not form.details


def test_a_form_without_a_name_keeps_its_numbers_for_those_who_may_read_them() -> None:
    form = form_of(with_gradient(lambda g, W, reg: 0.7 * g + 0.2 * reg * W))

    assert form is not None
    assert form.sentence == (
        "the gradient is off the slope of the loss by a constant factor and a multiple of W."
    )
    assert form.details == (
        "By the values of the loss, the right gradient is about 1.4 times yours + 0.51 times W.",
    )


def test_a_gradient_that_follows_a_wrong_loss_is_not_blamed() -> None:
    def student(W: Any, X: Any, y: Any, reg: float) -> Any:
        loss, dW = least_squares(W, X, y, reg)
        return loss + 0.1 * np.sum(W**4), dW + 0.4 * W**3

    form = form_of(student)

    assert form is not None
    assert form.sentence.startswith("the gradient is the slope of the loss that the same call")


def test_a_form_is_told_by_the_students_own_loss() -> None:
    """The loss is wrong in a way that nobody knows; beside that, half of a slope is missing."""

    def student(W: Any, X: Any, y: Any, reg: float) -> Any:
        loss, _ = least_squares(W, X, y, reg)
        return loss + 0.1 * np.sum(W**4), parts(W, X, y)[1] + 0.4 * W**3 + reg * W

    form = form_of(student)

    assert form is not None
    assert "is half of what the loss asks for" in form.sentence


@pytest.mark.parametrize(
    "student",
    [
        least_squares,
        with_gradient(lambda g, W, _reg: g * W**2),
        lambda W, X, y, reg: (least_squares(W, X, y, reg)[0], np.full_like(W, np.nan)),
        lambda W, X, y, reg: (least_squares(W, X, y, reg)[0], W.T),
        lambda W, X, y, reg: least_squares(W, X, y, reg)[0],
        lambda *_arguments: [1.0, 2.0],
        with_gradient(lambda g, W, reg: (g + 2 * reg * W).astype(np.float16)),
    ],
    ids=["right", "no form", "nan", "another shape", "no gradient", "no array", "half precision"],
)
def test_nothing_is_said_of_what_has_no_form(student: Callable[..., Any]) -> None:
    assert form_of(student) is None


def test_code_that_fails_when_it_is_asked_again_has_no_form() -> None:
    wrong = with_gradient(lambda g, _W, _reg: g)
    calls: list[int] = []

    def student(*args: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise CheckFailed(Finding("raised", "It raised."))
        return wrong(*args)

    assert form_of(student) is None


def test_no_sentence_holds_a_number() -> None:
    for factor in (0.3, 1.7, -2.5):

        def change(g: Any, W: Any, reg: float, factor: float = factor) -> Any:
            return factor * (g + reg * W)

        form = form_of(with_gradient(change))

        assert form is not None
        assert not re.search(r"\d\.\d", form.sentence + form.question)


def test_students_read_it_before_what_was_compared(tmp_path: Path) -> None:
    """The loss has a term that nobody knows, and the gradient half of the penalty's slope."""
    losses = (ROOT / "reference" / "losses.py").read_text("utf-8").replace("from .", "from ")
    (tmp_path / "handed_in").mkdir()
    (tmp_path / "handed_in" / "losses.py").write_text(f"{losses}\n{UNKNOWN}", "utf-8")
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])

    checks = grade(tmp_path / "handed_in", tmp_path / "out", assignment=assignment).checks

    read = plain(checks["softmax_vectorized"]["output"])
    assert read.startswith("softmax_loss_vectorized: the penalty's gradient is half of what the")
    assert read.count("\n> *") == 1, "one question"
    assert "dW of softmax_loss_vectorized(W, X, y, reg): every entry differs" in read


def test_the_staff_read_that_no_known_mistake_was_found(tmp_path: Path) -> None:
    search = (ROOT / "reference" / "search.py").read_text("utf-8").replace("from .", "from ")
    own = search.replace("rng.standard_normal", "np.random.default_rng().standard_normal")
    assert own != search
    (tmp_path / "handed_in").mkdir()
    (tmp_path / "handed_in" / "search.py").write_text(own, "utf-8")
    assignment = copy_assignment(tmp_path / "assignment", parts=[4])

    folder = grade(tmp_path / "handed_in", tmp_path / "out", assignment=assignment).folder

    words = "None of the known mistakes does the same."
    assert words in (folder / "staff.html").read_text("utf-8")
    assert words not in (folder / "report.html").read_text("utf-8")
    assert words not in (folder / "results.json").read_text("utf-8")
