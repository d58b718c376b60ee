from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.suite.problems import Problems


def problems(seed: int = 0) -> Problems:
    return Problems(np.random.default_rng(seed))


def hinge_margins(W: Any, X: Any, y: Any) -> Any:
    scores = X @ W
    row = np.arange(len(y))
    margins = scores - scores[row, y][:, np.newaxis] + 1.0
    return np.delete(margins.ravel(), row * scores.shape[1] + y)


def is_power_of_two(n: int) -> bool:
    return n & (n - 1) == 0


@pytest.mark.parametrize("seed", range(5))
def test_sizes_differ_and_none_is_a_power_of_two(seed: int) -> None:
    for W, X, y in problems(seed).classification(cases=20):
        N, (D, C) = len(y), W.shape

        assert X.shape == (N, D)
        assert len({N, D, C}) == 3
        assert not any(is_power_of_two(n) for n in (N, D, C))


def test_every_class_is_there_and_weights_are_no_trifle() -> None:
    for W, _, y in problems().classification(cases=20):
        assert set(y.tolist()) == set(range(W.shape[1]))
        assert np.abs(W).min() >= 1e-3
        assert 0.3 < W.std() < 0.8


def test_margins_are_clear_of_the_kink_and_take_every_branch() -> None:
    for W, X, y in problems().classification(cases=50):
        margins = hinge_margins(W, X, y)

        assert np.abs(margins).min() >= 1e-3 * np.abs(X @ W).max()
        assert (margins < 0).any()
        assert (margins > 1).any()
        assert ((margins > 0) & (margins < 1)).any()


def test_mixed_margins_come_as_they_are() -> None:
    close = [
        np.abs(hinge_margins(W, X, y)).min() < 1e-3 * np.abs(X @ W).max()
        for W, X, y in problems().classification(cases=300, margins="mixed")
    ]

    assert any(close)


@pytest.mark.parametrize("sizes", [{"N": 1}, {"C": 2}, {"N": 1, "C": 2}, {"N": 3, "D": 4, "C": 6}])
def test_sizes_can_be_asked_for(sizes: dict[str, Any]) -> None:
    for W, X, y in problems().classification(cases=5, **sizes):
        got = {"N": len(y), "D": X.shape[1], "C": W.shape[1]}

        assert {name: got[name] for name in sizes} == sizes
        assert np.max(y) < W.shape[1]


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="found no problem for N=5000"):
        next(problems().classification(N=5000))


def test_a_bias_is_a_last_column_of_ones() -> None:
    ((_, X, _),) = problems().classification(1, bias=True)

    assert (X[:, -1] == 1).all()
    assert (X[:, -2] != 1).all()


def test_the_same_seed_draws_the_same_problems() -> None:
    one, two = (list(problems(7).classification(3)) for _ in range(2))
    (other, *_) = problems(8).classification(1)

    for (W, X, y), (V, Z, z) in zip(one, two, strict=True):
        assert np.array_equal(W, V)
        assert np.array_equal(X, Z)
        assert np.array_equal(y, z)
    assert not np.array_equal(one[0][0], other[0])


def test_corners_are_zero_weights_one_sample_two_classes() -> None:
    zero, single, two = problems().corners()

    assert not zero[0].any()
    assert len(single[2]) == 1
    assert two[0].shape[1] == 2


def test_a_penalty_is_as_large_as_the_data_term() -> None:
    rng, draw = np.random.default_rng(1), problems()

    for _ in range(50):
        W, dW = rng.normal(size=(5, 3)), 40.0 * rng.normal(size=(5, 3))
        share = np.linalg.norm(2 * draw.reg_for(dW, W) * W) / np.linalg.norm(dW)
        assert 0.2 <= share <= 1.0


def test_extreme_scores_defeat_a_global_maximum_and_a_plain_exponential() -> None:
    scores = problems().extreme_scores()

    maxima = scores.max(axis=1)
    assert np.ptp(maxima) > 745
    assert np.isclose(np.max(np.ptp(scores, axis=1)), 1e3)
    with np.errstate(all="ignore"):
        assert (np.exp(scores - np.max(scores)).sum(axis=1) == 0).any()
        assert np.isinf(np.exp(scores)).any()


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 1, 3), (1,)])
def test_a_smooth_function_comes_with_its_gradient(shape: tuple[int, ...]) -> None:
    f, df, x = problems().smooth(*shape)

    slopes = np.zeros(shape)
    for k in np.ndindex(shape):
        step = np.zeros(shape)
        step[k] = 1e-5
        slopes[k] = (f(x + step) - f(x - step)) / 2e-5
    # Rounding over the step: 1e-16 · 10 / 1e-5.
    assert np.allclose(df(x), slopes, rtol=0, atol=1e-9)
    assert np.abs(df(x)).min() > 0.5


def test_a_gentle_quadratic_has_the_minimum_that_it_names() -> None:
    f, df, start, minimum = problems().gentle_quadratic(4)

    assert f(minimum) == 0
    assert not df(minimum).any()
    assert (np.abs(start - minimum) >= 1).all()
    assert np.abs(df(start)).min() >= 0.3
    assert np.abs(df(start)).max() <= 4.5


def test_weights_and_points_have_the_shape_asked_for() -> None:
    draw = problems()

    assert np.abs(draw.weights(40, 50)).min() >= 1e-3
    assert np.sign(draw.weights(40, 50)).min() == -1
    assert draw.points(3, 2).shape == (3, 2)
