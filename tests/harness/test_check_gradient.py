"""A student's gradient against the student's own loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from check_fixtures import W, bowl, broken, check_of, finding_of, halved, lonely, single, transposed


def single_gradient(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return loss, dW.astype(np.float32)


def undefined(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    dW[0, 0] = np.nan
    return loss, dW


@pytest.mark.parametrize("function", [bowl, single])
def test_a_gradient_is_judged_by_its_own_loss(function: Any) -> None:
    check = check_of(function)

    check.gradient("losses.bowl", W, reg=0.4)

    assert check.record.findings == ()


def doubled_consistently(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return 2 * loss, 2 * dW


def rough(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return np.round(loss, 1), dW


def infinite(W: Any, reg: float = 0.5) -> Any:
    return np.inf, bowl(W, reg)[1]


def listed(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return np.array([loss]), dW


def test_a_consistent_pair_has_a_right_gradient() -> None:
    check_of(doubled_consistently).gradient("losses.bowl", W)


@pytest.mark.parametrize(
    ("function", "kind", "says"),
    [
        (halved, "gradient", "The gradient by W of bowl(W, reg) is not the slope of the loss"),
        (transposed, "shape", "The gradient by W of bowl(W, reg): expected shape (3, 2)"),
        (lonely, "type", "bowl(W, reg): expected a loss and its gradient, got a numpy float64"),
        (undefined, "nonfinite", "The gradient by W of bowl(W, reg): nan in 1 of 6 entries"),
        (infinite, "nonfinite", "The loss of bowl(W, reg) is inf"),
        (listed, "type", "The loss of bowl(W, reg): expected a number, got an array"),
        (rough, "gradient", "The gradient by W"),
        (broken, "raised", "bowl raised IndexError"),
    ],
)
def test_a_gradient_that_is_not_the_slope_is_found(function: Any, kind: str, says: str) -> None:
    finding = finding_of(check_of(function).gradient, "losses.bowl", W, reg=0.4)

    assert finding.kind == kind
    assert finding.lead.startswith(says)


def test_a_loss_without_slopes_is_not_taken_for_right() -> None:
    noise = np.random.default_rng(3)

    def noisy(W: Any) -> Any:
        loss, dW = bowl(W)
        return loss + noise.normal(), dW

    finding = finding_of(check_of(noisy).gradient, "losses.bowl", W)

    assert finding.kind in {"rough", "gradient"}


def test_a_single_precision_gradient_of_a_double_loss_is_noted() -> None:
    check = check_of(single_gradient)

    check.gradient("losses.bowl", W)

    assert [note.finding.kind for note in check.record.notes] == ["float32"]


def test_a_gradient_may_belong_to_any_argument() -> None:
    def by_reg(W: Any, reg: Any) -> Any:
        return np.sum(W) * np.sum(reg**2), 2 * np.sum(W) * reg

    check = check_of(by_reg, reference=by_reg)

    check.gradient("losses.bowl", W, np.array([0.3, 0.7]), wrt=1)
    check.gradient("losses.bowl", W, reg=np.array([0.3, 0.7]), wrt="reg")


def test_a_function_of_a_number_has_a_slope() -> None:
    def cubic(x: float) -> Any:
        assert isinstance(x, float)
        return x**3, 3 * x**2

    check_of(cubic, reference=cubic).gradient("losses.bowl", 1.5)
    wrong = check_of(lambda x: (x**3, 3 * x), reference=cubic)

    assert finding_of(wrong.gradient, "losses.bowl", 1.5).kind == "gradient"
