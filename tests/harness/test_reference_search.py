"""The reference's predictions and random search by hand."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from reference import search
from reference.search import Array


def test_predict_takes_the_highest_score_and_the_lowest_class_of_a_tie() -> None:
    X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [0.0, 7.0, 7.0], [1.0, 1.0, 1.0]])

    classes = search.predict(np.eye(3), X)

    assert_array_equal(classes, [1, 1, 1, 0])
    assert np.issubdtype(classes.dtype, np.integer)


def test_predict_multiplies_x_by_w() -> None:
    W = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])

    assert_array_equal(search.predict(W, np.array([[2.0, 5.0], [-2.0, -5.0]])), [1, 2])


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_accuracy_is_a_fraction(dtype: type[np.integer]) -> None:
    X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1], [9.0, 0.0, 0.0]])

    assert search.accuracy(np.eye(3), X, np.array([0, 1, 2, 0], dtype=dtype)) == 0.5


def test_random_search_keeps_the_best_of_the_stated_draws() -> None:
    def loss(W: Array) -> float:
        return float(np.sum((W - 0.1) ** 2))

    best_W, best_loss, losses = search.random_search(
        loss, (3, 2), 20, 0.5, np.random.default_rng(7)
    )

    rng = np.random.default_rng(7)
    draws = [0.5 * rng.standard_normal((3, 2)) for _ in range(20)]
    expected = [loss(W) for W in draws]
    assert losses == expected
    assert best_loss == min(expected)
    assert_array_equal(best_W, draws[int(np.argmin(expected))])


def test_random_search_keeps_the_first_of_the_best() -> None:
    best_W, best_loss, losses = search.random_search(
        lambda _: 1.0, (2,), 4, 1.0, np.random.default_rng(7)
    )

    assert_array_equal(best_W, np.random.default_rng(7).standard_normal(2))
    assert (best_loss, losses) == (1.0, [1.0] * 4)


def test_random_search_with_one_try_returns_it_however_bad() -> None:
    best_W, best_loss, losses = search.random_search(
        lambda _: float("inf"), (2, 2), 1, 1.0, np.random.default_rng(7)
    )

    assert best_W.shape == (2, 2)
    assert (best_loss, losses) == (float("inf"), [float("inf")])


def test_random_search_draws_nothing_else() -> None:
    rng, same = np.random.default_rng(7), np.random.default_rng(7)

    search.random_search(lambda W: float(np.sum(W)), (2, 3), 5, 0.1, rng)

    for _ in range(5):
        same.standard_normal((2, 3))
    assert rng.random() == same.random()


def test_predictions_leave_their_arguments_alone() -> None:
    W, X, y = np.eye(3), np.arange(6.0).reshape(2, 3), np.array([2, 2])
    for array in (W, X, y):
        array.flags.writeable = False

    assert search.accuracy(W, X, y) == 1.0

    assert_array_equal(X, np.arange(6.0).reshape(2, 3))
