"""The reference penalties by hand and by differences, and the full loss that they belong to."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from reference import losses, regularization
from reference.regularization import Array

W = np.array([[1.5, -2.0, 0.0], [0.25, -0.0, 4.0]])


def test_l2_is_the_sum_of_squares_with_slope_two_w() -> None:
    R, dR = regularization.l2(W)

    assert R == 2.25 + 4.0 + 0.0625 + 16.0
    assert_array_equal(dR, [[3.0, -4.0, 0.0], [0.5, 0.0, 8.0]])


def test_l2_prefers_weights_that_are_spread_out() -> None:
    """The lecture's two vectors, which score the same on (1, 1, 1, 1)."""
    assert regularization.l2(np.array([1.0, 0.0, 0.0, 0.0]))[0] == 1.0
    assert regularization.l2(np.full(4, 0.25))[0] == 0.25


def test_l1_is_the_sum_of_absolute_values_with_slope_zero_at_zero() -> None:
    R, dR = regularization.l1(W)

    assert R == 7.75
    assert_array_equal(dR, [[1.0, -1.0, 0.0], [1.0, 0.0, 1.0]])


@pytest.mark.parametrize("beta", [0.0, 0.3, 1.0, 2.5])
def test_elastic_net_weighs_the_squares_only(beta: float) -> None:
    R, dR = regularization.elastic_net(W, beta)

    # Six terms in another order: some 1e-16.
    assert_allclose(R, beta * 22.3125 + 7.75, rtol=1e-14)
    assert_allclose(dR, 2 * beta * W + np.array([[1, -1, 0], [1, 0, 1]]), rtol=1e-14)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 3)])
def test_penalties_take_weights_of_any_shape(shape: tuple[int, ...]) -> None:
    V = np.random.default_rng(0).standard_normal(shape)

    assert regularization.l2(V)[1].shape == shape
    assert regularization.l1(V)[1].shape == shape
    assert regularization.elastic_net(V, 0.5)[1].shape == shape


def problem() -> tuple[Array, Array, losses.Labels]:
    """W (4, 3), X (7, 4), y (7,)."""
    rng = np.random.default_rng(5)
    weights = 0.5 * rng.standard_normal((4, 3))
    return weights, rng.standard_normal((7, 4)), np.array([0, 1, 2, 2, 0, 1, 1])


@pytest.mark.parametrize("data_loss", ["svm", "softmax"])
@pytest.mark.parametrize("regularizer", ["l2", "l1", "elastic_net"])
def test_full_loss_has_the_gradient_of_its_value(data_loss: str, regularizer: str) -> None:
    V, X, y = problem()

    _, dV = regularization.full_loss(V, X, y, data_loss, regularizer, reg=0.3, beta=0.8)

    numeric = np.empty_like(V)
    for k in np.ndindex(V.shape):
        step = np.zeros_like(V)
        step[k] = 1e-5
        above, below = (
            regularization.full_loss(V + s, X, y, data_loss, regularizer, reg=0.3, beta=0.8)[0]
            for s in (step, -step)
        )
        numeric[k] = (above - below) / 2e-5
    # Centred differences with h = 1e-5 are right to about 1e-10.
    assert_allclose(dV, numeric, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("data_loss", "at_zero"), [("svm", 2.0), ("softmax", np.log(3.0))], ids=["svm", "softmax"]
)
def test_full_loss_takes_the_data_loss_by_its_name(data_loss: str, at_zero: float) -> None:
    V, X, y = problem()

    value, _ = regularization.full_loss(np.zeros_like(V), X, y, data_loss, "l1", reg=0.3)

    assert_allclose(value, at_zero, rtol=1e-14)


@pytest.mark.parametrize(
    ("regularizer", "R"),
    [("l2", 22.3125), ("l1", 7.75), ("elastic_net", 0.5 * 22.3125 + 7.75)],
)
def test_full_loss_takes_the_regularizer_by_its_name(regularizer: str, R: float) -> None:
    """X = 0 makes every score 0; the elastic net has its default beta of one half."""
    X, y = np.zeros((4, 2)), np.array([0, 1, 2, 0])

    value, _ = regularization.full_loss(W, X, y, "svm", regularizer, reg=0.2)

    assert_allclose(value, 2.0 + 0.2 * R, rtol=1e-14)


@pytest.mark.parametrize(
    ("data_loss", "regularizer", "named"),
    [("hinge", "l2", "data_loss"), ("SVM", "l2", "data_loss"), ("svm", "L2", "regularizer")],
)
def test_full_loss_refuses_another_name(data_loss: str, regularizer: str, named: str) -> None:
    V, X, y = problem()

    with pytest.raises(ValueError, match=named):
        regularization.full_loss(V, X, y, data_loss, regularizer, 0.1)


def test_penalties_and_full_loss_leave_their_arguments_alone() -> None:
    arguments = problem()
    before = [array.tobytes() for array in arguments]
    for array in arguments:
        array.flags.writeable = False

    regularization.l2(arguments[0])
    regularization.l1(arguments[0])
    regularization.elastic_net(arguments[0], 0.3)
    regularization.full_loss(*arguments, "softmax", "elastic_net", 0.3)

    assert [array.tobytes() for array in arguments] == before


def test_gradients_are_new_arrays() -> None:
    """A caller may change what it gets without changing its weights."""
    V = W.copy()

    for _, dR in (regularization.l2(V), regularization.l1(V), regularization.elastic_net(V, 0.0)):
        dR[...] = 7.0

    assert_array_equal(V, W)
