"""The reference losses against the lecture's numbers, closed forms of scipy and differences."""

import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

# scipy ships no types; its functions are oracles here and their results go into numpy at once.
from scipy import special  # type: ignore[import-untyped]

from reference import losses

Loss = Callable[[losses.Array, losses.Array, losses.Labels, float], tuple[float, losses.Array]]

# Two ways of summing some hundred float64 terms differ by some 1e-15; 1e-12 leaves room.
SUMS = 1e-12
# Centred differences with h = 1e-5 have errors of about h² and 1e-16 / h, both near 1e-10.
DIFFERENCES = 1e-8

SVM = pytest.mark.parametrize(
    "loss", [losses.svm_loss_naive, losses.svm_loss_vectorized], ids=["naive", "vectorized"]
)
SOFTMAX = pytest.mark.parametrize(
    "loss", [losses.softmax_loss_naive, losses.softmax_loss_vectorized], ids=["naive", "vectorized"]
)
ALL_FOUR = pytest.mark.parametrize(
    "loss",
    [
        losses.svm_loss_naive,
        losses.svm_loss_vectorized,
        losses.softmax_loss_naive,
        losses.softmax_loss_vectorized,
    ],
    ids=["svm_naive", "svm_vectorized", "softmax_naive", "softmax_vectorized"],
)

# Cat, car, frog: a row for each image, so that with W = I the scores are X.
LECTURE_X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LECTURE_Y = np.array([0, 1, 2])


def problem(seed: int = 0) -> tuple[losses.Array, losses.Array, losses.Labels]:
    """W (6, 5), X (11, 6), y (11,) with every class present."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(5), rng.integers(0, 5, 6)])
    return 0.5 * rng.standard_normal((6, 5)), rng.standard_normal((11, 6)), y


def centred(f: Callable[[losses.Array], float], W: losses.Array) -> losses.Array:
    """Gradient of f at W by centred differences, entry by entry."""
    gradient = np.empty_like(W)
    for k in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[k] = 1e-5
        gradient[k] = (f(W + step) - f(W - step)) / 2e-5
    return gradient


def executed_lines(call: Callable[[], object]) -> int:
    """Python lines of reference.losses that a call executes."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != losses.__file__:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return lines


def test_linear_scores_are_those_of_the_lecture() -> None:
    W = np.array([[0.01, -0.05, 0.1, 0.05], [0.7, 0.2, 0.05, 0.16], [0.0, -0.45, -0.2, 0.03]]).T
    x = np.array([[-15.0, 22.0, -44.0, 56.0]])

    scores = losses.linear_scores(W, x, np.array([0.0, 0.2, -0.3]))

    # The slide's numbers are exact to two decimals; only rounding of the products remains.
    assert_allclose(scores, [[-2.85, 0.86, 0.28]], rtol=0, atol=1e-13)


def test_bias_trick_gives_the_scores_with_a_bias() -> None:
    W, X, _ = problem()
    b = np.arange(5.0)

    scores = losses.append_bias(X) @ np.vstack([W, b])

    assert_allclose(scores, losses.linear_scores(W, X, b), rtol=0, atol=SUMS)
    assert_array_equal(losses.append_bias(X)[:, :-1], X)


@pytest.mark.parametrize(
    ("scores", "y", "expected"),
    [
        ([3.2, 5.1, -1.7], 0, 2.9),
        ([1.3, 4.9, 2.0], 1, 0.0),
        ([2.2, 2.5, -3.1], 2, 12.9),
        ([1.3, 2.5, 2.0], 1, 0.5),
        ([2.6, 5.0, 4.0], 1, 0.0),
        ([-2.85, 0.86, 0.28], 2, 1.58),
    ],
    ids=["cat", "car", "frog", "regularization", "twice_the_weights", "comparison"],
)
def test_hinge_loss_of_one_sample_is_the_lectures(
    scores: list[float], y: int, expected: float
) -> None:
    single = losses.svm_loss_single(np.array(scores), y, np.eye(3))
    naive, _ = losses.svm_loss_naive(np.eye(3), np.array([scores]), np.array([y]), 0.0)
    vectorized, _ = losses.svm_loss_vectorized(np.eye(3), np.array([scores]), np.array([y]), 0.0)

    assert_allclose([single, naive, vectorized], expected, rtol=0, atol=1e-14)


def test_hinge_loss_of_one_sample_takes_a_row_of_weights_for_each_class() -> None:
    """W (C, D) with C ≠ D: its transpose would not even multiply."""
    W, X, y = problem()

    each = [losses.svm_loss_single(X[i], int(y[i]), W.T) for i in range(len(y))]

    assert_allclose(np.mean(each), losses.svm_loss_naive(W, X, y, 0.0)[0], rtol=SUMS)


@SVM
def test_svm_loss_of_the_three_images_is_their_mean(loss: Loss) -> None:
    value, _ = loss(np.eye(3), LECTURE_X, LECTURE_Y, 0.0)

    assert_allclose(value, (2.9 + 0.0 + 12.9) / 3, rtol=1e-14)
    assert round(value, 2) == 5.27


@SVM
def test_svm_gradient_counts_the_violations(loss: Loss) -> None:
    """By hand: at W = I the cat loses to the car once, the frog to both others."""
    _, dW = loss(np.eye(3), LECTURE_X, LECTURE_Y, 0.0)

    cat, _, frog = LECTURE_X
    expected = np.stack([frog - cat, cat + frog, -2 * frog], axis=1) / 3
    assert_allclose(dW, expected, rtol=0, atol=1e-15)


@SVM
def test_svm_gives_one_for_each_wrong_class_at_zero_weights(loss: Loss) -> None:
    _, X, y = problem()

    assert loss(np.zeros((6, 5)), X, y, 0.7)[0] == 4.0


@SOFTMAX
def test_softmax_loss_is_ln_c_at_zero_weights(loss: Loss) -> None:
    _, X, y = problem()

    assert_allclose(loss(np.zeros((6, 5)), X, y, 0.7)[0], math.log(5), rtol=1e-14)


@SOFTMAX
@pytest.mark.parametrize(
    ("scores", "y", "natural", "slide"),
    [([3.2, 5.1, -1.7], 0, 2.0404, 0.89), ([-2.85, 0.86, 0.28], 2, 1.0402, 0.452)],
    ids=["cat", "comparison"],
)
def test_softmax_loss_takes_the_natural_logarithm_where_the_slides_take_base_ten(
    loss: Loss, scores: list[float], y: int, natural: float, slide: float
) -> None:
    value, _ = loss(np.eye(3), np.array([scores]), np.array([y]), 0.0)

    # Four decimals by hand. The slide rounds the probability before it takes the logarithm.
    assert_allclose(value, natural, rtol=0, atol=5e-5)
    assert_allclose(value / math.log(10), slide, rtol=0, atol=5e-3)


@SOFTMAX
@pytest.mark.parametrize("seed", range(3))
def test_softmax_loss_and_gradient_agree_with_scipy(loss: Loss, seed: int) -> None:
    W, X, y = problem(seed)
    S = X @ W
    onehot = np.eye(5)[y]

    value, dW = loss(W, X, y, 0.3)

    expected = np.mean(special.logsumexp(S, axis=1) - S[np.arange(11), y]) + 0.3 * np.sum(W**2)
    gradient = X.T @ (special.softmax(S, axis=1) - onehot) / 11 + 0.6 * W
    assert_allclose(value, expected, rtol=SUMS)
    assert_allclose(dW, gradient, rtol=0, atol=SUMS)


@ALL_FOUR
@pytest.mark.parametrize("seed", range(3))
def test_gradient_agrees_with_differences_of_the_loss(loss: Loss, seed: int) -> None:
    W, X, y = problem(seed)

    _, dW = loss(W, X, y, 0.3)

    numeric = centred(lambda V: loss(V, X, y, 0.3)[0], W)
    assert_allclose(dW, numeric, rtol=0, atol=DIFFERENCES)


@ALL_FOUR
def test_regularizer_is_reg_times_the_sum_of_squares(loss: Loss) -> None:
    W, X, y = problem()

    value, dW = loss(W, X, y, 0.0)
    more, dmore = loss(W, X, y, 0.7)

    assert_allclose(more - value, 0.7 * np.sum(W**2), rtol=SUMS)
    assert_allclose(dmore - dW, 1.4 * W, rtol=0, atol=SUMS)


@ALL_FOUR
def test_twice_the_data_leave_loss_and_gradient_alone(loss: Loss) -> None:
    W, X, y = problem()

    value, dW = loss(W, X, y, 0.2)
    twice, dtwice = loss(W, np.vstack([X, X]), np.concatenate([y, y]), 0.2)

    assert_allclose(twice, value, rtol=SUMS)
    assert_allclose(dtwice, dW, rtol=0, atol=SUMS)


@ALL_FOUR
def test_data_gradient_sums_to_zero_over_the_classes(loss: Loss) -> None:
    """A number added to all scores of a sample changes neither loss."""
    W, X, y = problem()

    assert_allclose(loss(W, X, y, 0.0)[1].sum(axis=1), 0.0, rtol=0, atol=SUMS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("naive", "vectorized"),
    [
        (losses.svm_loss_naive, losses.svm_loss_vectorized),
        (losses.softmax_loss_naive, losses.softmax_loss_vectorized),
    ],
    ids=["svm", "softmax"],
)
def test_loops_and_arrays_give_the_same(naive: Loss, vectorized: Loss, seed: int) -> None:
    W, X, y = problem(seed)

    value, dW = vectorized(3 * W, X, y, 0.4)

    expected, gradient = naive(3 * W, X, y, 0.4)
    assert_allclose(value, expected, rtol=SUMS)
    assert_allclose(dW, gradient, rtol=0, atol=SUMS)


@pytest.mark.parametrize("name", ["svm_loss", "softmax_loss"])
def test_only_the_naive_losses_execute_more_lines_for_more_data(name: str) -> None:
    small = (np.ones((3, 2)), np.ones((4, 3)), np.arange(4) % 2)
    large = (np.ones((7, 5)), np.ones((50, 7)), np.arange(50) % 5)
    naive: Loss = getattr(losses, name + "_naive")
    vectorized: Loss = getattr(losses, name + "_vectorized")

    assert executed_lines(lambda: naive(*large, 0.1)) > executed_lines(lambda: naive(*small, 0.1))
    assert executed_lines(lambda: vectorized(*large, 0.1)) == executed_lines(
        lambda: vectorized(*small, 0.1)
    )


@SOFTMAX
def test_softmax_loss_is_exact_at_score_spreads_of_a_thousand(loss: Loss) -> None:
    """The loss of a hopeless sample is the distance of its score from the best one."""
    scores = np.array([[1000.0, 0.0, -1000.0], [1000.0, 0.0, -1000.0], [-1000.0, -1000.5, -1003.0]])

    value, dW = loss(np.eye(3), scores, np.array([1, 2, 0]), 0.0)

    third = math.log(1.0 + math.exp(-0.5) + math.exp(-3.0))
    assert_allclose(value, (1000.0 + 2000.0 + third) / 3, rtol=1e-15)
    p = np.exp([0.0, -0.5, -3.0]) / math.exp(third)
    errors = np.vstack([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0], p - np.array([1.0, 0.0, 0.0])])
    assert_allclose(dW, scores.T @ errors / 3, rtol=0, atol=1e-12)


def test_softmax_agrees_with_scipy_and_its_rows_sum_to_one() -> None:
    scores = 5 * np.random.default_rng(3).standard_normal((9, 7))

    p = losses.softmax(scores)

    assert_allclose(p, special.softmax(scores, axis=1), rtol=SUMS)
    assert_allclose(p.sum(axis=1), 1.0, rtol=1e-14)


def test_softmax_does_not_change_when_a_row_is_shifted() -> None:
    scores = np.random.default_rng(4).standard_normal((3, 5))

    shifted = losses.softmax(scores + np.array([[1e3], [-1e3], [0.0]]))

    # 1e3 costs three of the sixteen digits of each score.
    assert_allclose(shifted, losses.softmax(scores), rtol=1e-12)


def test_softmax_holds_for_any_finite_scores() -> None:
    """Rows that a maximum over the whole array would turn into 0/0, and the largest floats."""
    scores = np.array([[1e3, 1e3 - 1], [-1e3, -1e3 - 1], [1.7e308, -1.7e308], [0.0, -800.0]])

    p = losses.softmax(scores)

    sigmoid = 1 / (1 + math.exp(-1))
    expected = [[sigmoid, 1 - sigmoid], [sigmoid, 1 - sigmoid], [1, 0], [1, 0]]
    assert_allclose(p, np.array(expected), rtol=0, atol=1e-15)


@ALL_FOUR
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_labels_may_have_any_integer_dtype(loss: Loss, dtype: type[np.integer]) -> None:
    W, X, y = problem()

    value, dW = loss(W, X, y.astype(dtype), 0.1)

    expected, gradient = loss(W, X, y, 0.1)
    assert value == expected
    assert_array_equal(dW, gradient)


@pytest.mark.parametrize(
    ("loss", "data"),
    [
        (losses.svm_loss_naive, 2.0),
        (losses.svm_loss_vectorized, 2.0),
        (losses.softmax_loss_naive, math.log(1.0 + math.e)),
        (losses.softmax_loss_vectorized, math.log(1.0 + math.e)),
    ],
    ids=["svm_naive", "svm_vectorized", "softmax_naive", "softmax_vectorized"],
)
def test_one_sample_and_two_classes_are_enough(loss: Loss, data: float) -> None:
    """The scores are 0.6 and -0.4: a margin of 2, and -ln of the logistic function of -1."""
    value, dW = loss(np.array([[0.3, -0.2]]), np.array([[2.0]]), np.array([1]), 0.5)

    assert_allclose(value, data + 0.5 * 0.13, rtol=1e-14)
    assert dW.shape == (1, 2)


@ALL_FOUR
def test_losses_leave_their_arguments_alone(loss: Loss) -> None:
    arguments = problem()
    for array in arguments:
        array.flags.writeable = False
    before = [array.tobytes() for array in arguments]

    loss(*arguments, 0.3)

    assert [array.tobytes() for array in arguments] == before


def test_scores_and_softmax_leave_their_arguments_alone() -> None:
    W, X, _ = problem()
    for array in (W, X):
        array.flags.writeable = False

    losses.softmax(X)
    losses.append_bias(X)
    losses.linear_scores(W, X, np.zeros(5))
    losses.svm_loss_single(X[0], 2, W.T)

    assert_array_equal(X, problem()[1])
    assert_array_equal(W, problem()[0])
