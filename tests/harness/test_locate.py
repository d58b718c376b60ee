"""Where a gradient is wrong: structure by its name, places exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special  # type: ignore[import-untyped]

from grader.numerics import locate_errors

N, REG = 7, 0.3
RNG = np.random.default_rng(21)
SAMPLES, W = RNG.normal(size=(N, 11)), RNG.normal(size=(11, 5))
TARGET = RNG.normal(size=(N, 5))


def data(W: Any) -> float:
    return float(np.sum(np.logaddexp(0.0, SAMPLES @ W - TARGET))) / N


def data_gradient(W: Any) -> Any:
    return SAMPLES.T @ (1 / (1 + np.exp(TARGET - SAMPLES @ W))) / N


def with_l2(W: Any) -> float:
    return data(W) + REG * float(np.sum(W**2))


def with_l1(W: Any) -> float:
    return data(W) + REG * float(np.sum(np.abs(W)))


D, L2, L1 = data_gradient(W), 2 * REG * W, REG * np.sign(W)


@pytest.mark.parametrize(
    ("gradient", "sentence"),
    [
        pytest.param(D, "The penalty's gradient is missing.", id="missing"),
        pytest.param(D + L2 / 2, "gradient is half of what the loss asks for.", id="halved"),
        pytest.param(D + 2 * L2, "The penalty's gradient is there twice.", id="doubled"),
        pytest.param(D - L2, "The penalty's gradient has the wrong sign.", id="negated"),
        pytest.param(D + L1, "is that of |W|, the loss has W².", id="of another penalty"),
        pytest.param(D + L2 / N, "gradient is divided by the number of samples.", id="a mean"),
        pytest.param(N * (D + L2), "The gradient is the sum over the samples", id="sum"),
        pytest.param(N * D + L2, "The data term's gradient is the sum over", id="data sum"),
        pytest.param(D / N + L2, "The data term's gradient is divided by the", id="mean twice"),
        pytest.param(-D - L2, "The gradient has the wrong sign.", id="all negated"),
        pytest.param(L2 - D, "The data term's gradient has the wrong sign.", id="data negated"),
        pytest.param(3 * (D + L2), "the right gradient is 0.3333333 times yours.", id="no name"),
    ],
)
def test_mistakes_of_a_factor_or_a_penalty_are_named(gradient: Any, sentence: str) -> None:
    found = locate_errors(with_l2, gradient, W, reg=REG, samples=N)

    assert found.kind == "structure"
    assert sentence in found.sentence
    assert found.question
    assert found.evaluations <= 91


def test_l2_for_l1_is_named() -> None:
    found = locate_errors(with_l1, D + L2, W, reg=REG, samples=N)

    assert found.sentence == "The penalty's gradient is that of W², the loss has |W|."


def test_factors_are_exact_and_those_not_needed_are_left_alone() -> None:
    found = locate_errors(with_l2, D + L2 / 2, W).structure

    assert found is not None
    assert (found.a, found.c) == (1.0, 0.0)
    assert found.b == pytest.approx(REG, rel=1e-7)


def test_without_the_strength_a_penalty_is_described() -> None:
    sentence = locate_errors(with_l2, D + L2 / 2, W).sentence

    assert sentence == "By the values of the loss, the right gradient is yours + 0.3 times W."


def test_missing_data_term_is_seen() -> None:
    assert "data term's gradient is missing" in locate_errors(with_l2, L2, W).sentence


def test_right_gradient_has_no_error() -> None:
    assert locate_errors(with_l2, D + L2, W).kind == "nothing"


def test_weights_of_zero_do_not_hinder() -> None:
    zero = np.zeros_like(W)
    gradient = data_gradient(zero)

    assert locate_errors(with_l2, 2 * gradient, zero, samples=N).kind == "structure"
    gradient[3, 2] += 0.1
    assert locate_errors(with_l2, gradient, zero).entries == ((3, 2),)


@pytest.fixture(scope="module")
def large() -> tuple[Any, Any, Any]:
    """A softmax of ten classes on flattened images: loss, right gradient, weights."""
    rng = np.random.default_rng(2)
    samples, W = rng.normal(size=(20, 3073)), rng.normal(size=(3073, 10)) / 55

    def loss(W: Any) -> float:
        return float(special.logsumexp(samples @ W, axis=1).mean())

    P = np.exp(samples @ W)
    return loss, samples.T @ (P / P.sum(axis=1, keepdims=True)) / len(samples), W


@pytest.mark.parametrize("seed", range(3))
def test_one_wrong_entry_of_30730_is_found_in_200_evaluations(large: Any, seed: int) -> None:
    loss, right, W = large
    rng = np.random.default_rng(seed)
    entry = (int(rng.integers(3073)), int(rng.integers(10)))
    wrong = right.copy()
    wrong[entry] += np.abs(right).mean() * 10 ** rng.uniform(-2, 1)

    found = locate_errors(loss, wrong, W, rng=seed)

    assert found.kind == "entries"
    assert found.entries == (entry,)
    assert found.evaluations <= 200


@pytest.mark.parametrize("seed", range(3))
def test_barely_visible_entry_is_not_taken_for_a_factor(large: Any, seed: int) -> None:
    loss, right, W = large
    wrong = right.copy()
    wrong[1549, 1] += 1e-5 * np.abs(right).mean()

    assert locate_errors(loss, wrong, W, rng=seed).kind not in ("structure", "everywhere")


@pytest.mark.parametrize("seed", range(3))
def test_tiny_error_everywhere_is_not_blamed_on_a_few_places(large: Any, seed: int) -> None:
    """What a few steps cannot tell from right must not be called right."""
    loss, right, W = large

    found = locate_errors(loss, right * (1 + 1e-7), W, rng=seed)

    assert found.kind not in ("entries", "rows", "columns")


@pytest.mark.parametrize(
    ("where", "kind", "lines", "words"),
    [
        ((-1,), "rows", (10,), "the last row, row 10."),
        ((0,), "rows", (0,), "in row 0."),
        (([2, 7],), "rows", (2, 7), "in the rows 2, 7."),
        ((slice(None), 3), "columns", (3,), "in column 3."),
        ((slice(None), [1, 3]), "columns", (1, 3), "in the columns 1, 3."),
    ],
)
def test_rows_and_columns_are_found(
    where: Any, kind: str, lines: tuple[int, ...], words: str
) -> None:
    gradient = D + L2
    gradient[where] *= 1.5

    found = locate_errors(with_l2, gradient, W)

    assert (found.kind, found.lines) == (kind, lines)
    assert found.sentence.endswith(words)


def test_two_wrong_entries_are_both_named() -> None:
    gradient = D + L2
    gradient[1, 4] += 1.0
    gradient[9, 0] -= 1.0

    found = locate_errors(with_l2, gradient, W)

    assert found.kind == "entries"
    assert sorted(found.entries) == [(1, 4), (9, 0)]


def test_gradient_that_is_wrong_throughout_is_said_to_be() -> None:
    gradient = np.roll(D + L2, 1, axis=0)

    found = locate_errors(with_l2, gradient, W)

    assert found.kind == "everywhere"
    assert found.evaluations <= 600


def test_vectors_have_entries_only() -> None:
    x = np.linspace(1.0, 2.0, 40)
    wrong = np.cos(x)
    wrong[17] = 0.0

    assert locate_errors(lambda x: np.sin(x).sum(), wrong, x).sentence == (
        "Only the entry at [17] is wrong."
    )


def test_gradient_with_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="expected finite entries"):
        locate_errors(with_l2, D * np.nan, W)


def test_function_without_a_slope_tells_nothing() -> None:
    rng = np.random.default_rng(0)

    assert locate_errors(lambda _: float(rng.normal()), D, W).kind == "could not tell"
