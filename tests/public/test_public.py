"""Tests to run while you work: numbers you can check by hand, and shapes.

    pytest                      your modules
    HOMEWORK=notebook pytest    your notebook, homework.ipynb
    pytest -k softmax           one topic

They are a beginning, not the grade: the graded tests use other data and look closer. A function
that you have not written yet fails with NotImplementedError.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

NOTEBOOK = Path(__file__).with_name("homework.ipynb")

# Scores of a cat, a car and a frog: with W = I the samples are their own scores.
X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
y = np.array([0, 1, 2])

SVM = ["svm_loss_naive", "svm_loss_vectorized"]
SOFTMAX = ["softmax_loss_naive", "softmax_loss_vectorized"]
DESCENTS = [
    "gradient_descent",
    "gradient_descent_momentum",
    "gradient_descent_nesterov",
    "gradient_descent_adagrad",
    "gradient_descent_adadelta",
    "gradient_descent_rmsprop",
    "gradient_descent_adam",
]
RULES = [
    *("SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adadelta"),
    *("Adam", "AdaMax", "Nadam", "AMSGrad"),
]


def work(module: str) -> Any:
    """Your module, or your notebook in its place."""
    if os.environ.get("HOMEWORK") != "notebook":
        return importlib.import_module(module)
    homework = types.ModuleType("homework")
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).split("\n")
            python = [line for line in lines if not line.startswith(("%", "!"))]
            exec("\n".join(python), homework.__dict__)  # noqa: S102 - it is your own notebook
    return homework


def slope(f: Callable[[np.ndarray], float], W: np.ndarray) -> np.ndarray:
    """Gradient of f at W by centred differences, good to some eight digits."""
    gradient = np.zeros_like(W)
    for k in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[k] = 1e-5
        gradient[k] = (f(W + step) - f(W - step)) / 2e-5
    return gradient


def small_problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random W (4, 3), X (5, 4) and labels, the same each time."""
    rng = np.random.default_rng(682)
    labels = np.array([0, 2, 1, 2, 0])
    return 0.5 * rng.standard_normal((4, 3)), rng.standard_normal((5, 4)), labels


def test_linear_scores_of_one_image_of_four_pixels() -> None:
    W = np.array([[0.01, 0.7, 0.0], [-0.05, 0.2, -0.45], [0.1, 0.05, -0.2], [0.05, 0.16, 0.03]])
    image = np.array([[-15.0, 22.0, -44.0, 56.0]])

    scores = work("losses").linear_scores(W, image, np.array([0.0, 0.2, -0.3]))

    np.testing.assert_allclose(scores, [[-2.85, 0.86, 0.28]], atol=1e-9)


def test_append_bias_adds_a_last_column_of_ones() -> None:
    np.testing.assert_array_equal(
        work("losses").append_bias(np.array([[5.0, 6.0], [7.0, 8.0]])),
        [[5.0, 6.0, 1.0], [7.0, 8.0, 1.0]],
    )


@pytest.mark.parametrize(
    ("scores", "label", "loss"),
    [
        ([3.2, 5.1, -1.7], 0, 2.9),
        ([1.3, 4.9, 2.0], 1, 0.0),
        ([2.2, 2.5, -3.1], 2, 12.9),
        ([-2.85, 0.86, 0.28], 2, 1.58),
    ],
    ids=["cat", "car", "frog", "image of four pixels"],
)
def test_svm_loss_of_one_sample(scores: list[float], label: int, loss: float) -> None:
    got = work("losses").svm_loss_single(np.array(scores), label, np.eye(3))

    assert got == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize("name", SVM)
def test_svm_loss_of_the_three_images_is_their_mean(name: str) -> None:
    loss, dW = getattr(work("losses"), name)(np.eye(3), X, y, 0.0)

    assert loss == pytest.approx((2.9 + 0 + 12.9) / 3, abs=1e-9)
    assert dW.shape == (3, 3)


@pytest.mark.parametrize("name", SVM)
def test_svm_loss_can_vanish_when_weights_double(name: str) -> None:
    svm_loss = getattr(work("losses"), name)
    car = np.array([[1.3, 2.5, 2.0]])

    assert svm_loss(np.eye(3), car, np.array([1]), 0.0)[0] == pytest.approx(0.5, abs=1e-9)
    assert svm_loss(2 * np.eye(3), car, np.array([1]), 0.0)[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", SVM)
def test_svm_loss_without_weights_is_one_less_than_the_number_of_classes(name: str) -> None:
    loss, _ = getattr(work("losses"), name)(np.zeros((3, 7)), X, y, 0.1)

    assert loss == pytest.approx(6.0, abs=1e-9)


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_loss_without_weights_is_the_logarithm_of_the_number_of_classes(name: str) -> None:
    loss, _ = getattr(work("losses"), name)(np.zeros((3, 7)), X, y, 0.1)

    assert loss == pytest.approx(math.log(7), abs=1e-9)


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_loss_of_the_cat_is_a_natural_logarithm(name: str) -> None:
    loss, _ = getattr(work("losses"), name)(np.eye(3), X[:1], y[:1], 0.0)

    assert loss == pytest.approx(2.04, abs=0.005)


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_loss_is_exact_for_scores_far_apart(name: str) -> None:
    loss, dW = getattr(work("losses"), name)(
        np.eye(2), np.array([[1000.0, 0.0]]), np.array([1]), 0.0
    )

    assert loss == pytest.approx(1000.0)
    assert np.all(np.isfinite(dW))


@pytest.mark.parametrize("name", [*SVM, *SOFTMAX])
def test_regularizer_of_a_loss_is_reg_times_the_sum_of_squares(name: str) -> None:
    loss_of = getattr(work("losses"), name)
    W, data, labels = small_problem()

    difference = loss_of(W, data, labels, 0.3)[0] - loss_of(W, data, labels, 0.0)[0]

    assert difference == pytest.approx(0.3 * np.sum(W**2))


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("name", [*SVM, *SOFTMAX])
def test_gradient_of_a_loss_is_its_slope(name: str, reg: float) -> None:
    loss_of = getattr(work("losses"), name)
    W, data, labels = small_problem()

    _, dW = loss_of(W, data, labels, reg)

    expected = slope(lambda V: loss_of(V, data, labels, reg)[0], W)
    np.testing.assert_allclose(dW, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", [*SVM, *SOFTMAX])
def test_losses_leave_their_arguments_as_they_are(name: str) -> None:
    W, data, labels = small_problem()
    before = W.copy(), data.copy(), labels.copy()

    getattr(work("losses"), name)(W, data, labels, 0.3)

    for array, copy in zip((W, data, labels), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_softmax_gives_probabilities() -> None:
    p = work("losses").softmax(X)

    np.testing.assert_allclose(p[0], [0.13, 0.87, 0.0], atol=0.005)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)


def test_softmax_takes_large_and_small_scores_side_by_side() -> None:
    p = work("losses").softmax(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]))

    np.testing.assert_allclose(p, 0.5)


def test_l2_prefers_weights_that_are_spread_out() -> None:
    R, dR = work("regularization").l2(np.array([1.0, 0.0, 0.0, 0.0]))
    R_spread, _ = work("regularization").l2(np.full(4, 0.25))

    assert (R, R_spread) == pytest.approx((1.0, 0.25))
    np.testing.assert_allclose(dR, [2.0, 0.0, 0.0, 0.0])


def test_l1_has_slope_zero_at_zero() -> None:
    R, dR = work("regularization").l1(np.array([[1.5, -2.0, 0.0]]))

    assert pytest.approx(3.5) == R
    np.testing.assert_array_equal(dR, [[1.0, -1.0, 0.0]])


def test_elastic_net_weighs_the_squares() -> None:
    R, dR = work("regularization").elastic_net(np.array([1.0, -2.0]), beta=0.3)

    assert pytest.approx(0.3 * 5 + 3) == R
    np.testing.assert_allclose(dR, [1.6, -2.2])


def test_full_loss_adds_the_penalty() -> None:
    full_loss = work("regularization").full_loss

    loss, dW = full_loss(np.eye(3), X, y, "svm", "l1", reg=0.1)

    assert loss == pytest.approx(15.8 / 3 + 0.1 * 3)
    assert dW.shape == (3, 3)


@pytest.mark.parametrize("names", [("hinge", "l2"), ("svm", "l3")])
def test_full_loss_refuses_other_names(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is yours
        work("regularization").full_loss(np.eye(3), X, y, *names, reg=0.1)


def test_forward_differences_find_the_gradient_of_a_bowl() -> None:
    x = np.array([5.0, 3.0])

    gradient = work("gradients").eval_numerical_gradient(lambda v: float(np.sum(v**2)), x)

    np.testing.assert_allclose(gradient, [10.0, 6.0], atol=1e-3)
    np.testing.assert_array_equal(x, [5.0, 3.0])


def test_centred_differences_move_the_arrays_and_put_them_back() -> None:
    x, b = np.array([[2.0, 3.0]]), np.array([0.1])

    gradients = work("gradients").numerical_gradient(
        lambda: float(x[0, 0] ** 2 / 16 + 9 * x[0, 1] ** 2 + 5 * b[0]), [x, b]
    )

    np.testing.assert_allclose(gradients[0], [[0.25, 54.0]], atol=1e-6)
    np.testing.assert_allclose(gradients[1], [5.0], atol=1e-6)
    np.testing.assert_array_equal(x, [[2.0, 3.0]])
    np.testing.assert_array_equal(b, [0.1])


def test_relative_error_is_the_largest() -> None:
    error = work("gradients").relative_error(np.array([1.0, 0.0, 3.0]), np.array([1.0, 0.0, 1.0]))

    assert error == pytest.approx(0.5)


def test_gradient_check_tells_right_from_wrong() -> None:
    check = work("gradients").check_gradient
    x = np.array([0.5, -1.5])

    assert check(lambda v: float(np.sum(v**3)), lambda v: 3 * v**2, x)
    assert not check(lambda v: float(np.sum(v**3)), lambda v: 2 * v**2, x)


def test_prediction_is_the_first_of_the_best_classes() -> None:
    classes = work("search").predict(np.eye(3), np.array([[3.2, 5.1, -1.7], [2.0, 2.0, 1.0]]))

    np.testing.assert_array_equal(classes, [1, 0])


def test_accuracy_is_a_fraction() -> None:
    assert work("search").accuracy(np.eye(3), X, y) == pytest.approx(1 / 3)


def test_random_search_keeps_the_best_of_its_tries() -> None:
    def loss(W: np.ndarray) -> float:
        return float(np.sum(W**2))

    best_W, best_loss, losses = work("search").random_search(
        loss, (2, 3), 5, 0.1, np.random.default_rng(0)
    )

    first = 0.1 * np.random.default_rng(0).standard_normal((2, 3))
    assert losses[0] == pytest.approx(loss(first))
    assert len(losses) == 5
    assert best_loss == min(losses) == pytest.approx(loss(best_W))


def bowl_gradient(x: np.ndarray) -> np.ndarray:
    """Gradient of x²/16 + 9y²."""
    return np.array([x[0] / 8, 18 * x[1]])


@pytest.mark.parametrize("name", DESCENTS)
def test_path_begins_at_the_start_and_leaves_it_alone(name: str) -> None:
    start = np.array([2.0, 3.0])

    path = getattr(work("descent"), name)(bowl_gradient, start, alpha=0.01, iterations=7)

    assert len(path) == 8
    np.testing.assert_array_equal(path[0], [2.0, 3.0])
    np.testing.assert_array_equal(start, [2.0, 3.0])
    assert not np.array_equal(path[1], path[2])


@pytest.mark.parametrize("name", DESCENTS)
def test_path_from_a_stationary_point_is_the_start_alone(name: str) -> None:
    assert len(getattr(work("descent"), name)(bowl_gradient, np.zeros(2))) == 1


def test_gradient_descent_finds_the_minimum_of_the_cubic() -> None:
    path = work("descent").gradient_descent(
        lambda x: 3 * x**2 - 6 * x - 9, 1.0, alpha=0.01, iterations=200
    )

    np.testing.assert_allclose(path[:3], [1.0, 1.12, 1.239568])
    assert path[-1] == pytest.approx(3.0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "points"),
    [
        ("gradient_descent_momentum", {"gamma": 0.5}, [1.0, 0.9, 0.76]),
        ("gradient_descent_nesterov", {"gamma": 0.5}, [1.0, 0.9, 0.765]),
    ],
)
def test_two_steps_with_momentum_by_hand(
    name: str, options: dict[str, float], points: list[float]
) -> None:
    """The function is x²/2, whose gradient is x."""
    path = getattr(work("descent"), name)(lambda x: x, 1.0, alpha=0.1, iterations=2, **options)

    np.testing.assert_allclose(path, points)


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("gradient_descent_adagrad", {"alpha": 0.1}, 0.1),
        ("gradient_descent_rmsprop", {"alpha": 0.1, "beta": 0.75}, 0.2),
        ("gradient_descent_adam", {"alpha": 0.1}, 0.1),
        ("gradient_descent_adadelta", {}, math.sqrt(1e-5)),
    ],
)
def test_first_step_is_as_large_along_a_steep_axis_as_along_a_flat_one(
    name: str, options: dict[str, float], size: float
) -> None:
    path = getattr(work("descent"), name)(
        lambda x: x, np.array([50.0, -2.0]), iterations=1, **options
    )

    np.testing.assert_allclose(path[0] - path[1], [size, -size], rtol=1e-5)


def test_base_optimizer_keeps_the_arrays_and_has_no_rule() -> None:
    w = np.array([1.0, 2.0])
    optimizer = work("optimizers").Optimizer([w])

    assert optimizer.params[0] is w
    assert optimizer.parameters()[0] is w
    with pytest.raises(NotImplementedError):
        optimizer.step([np.zeros(2)])


@pytest.mark.parametrize("name", RULES)
def test_step_changes_every_array_in_place(name: str) -> None:
    w, b = np.array([[1.0, 2.0]]), np.array([3.0])
    optimizer = getattr(work("optimizers"), name)([w, b], learning_rate=0.1)

    params = optimizer.step([np.array([[1.0, -2.0]]), np.array([0.5])])

    assert params[0] is w
    assert params[1] is b
    assert w[0, 0] < 1.0
    assert w[0, 1] > 2.0
    assert b[0] < 3.0


@pytest.mark.parametrize(
    ("name", "options", "after"),
    [
        ("SGD", {}, [0.8, 2.4]),
        ("Momentum", {"gamma": 0.5}, [0.75, 2.5]),
        ("Nesterov", {"gamma": 0.5}, [0.675, 2.65]),
    ],
)
def test_two_steps_of_a_rule_by_hand(
    name: str, options: dict[str, float], after: list[float]
) -> None:
    w, g = np.array([1.0, 2.0]), np.array([1.0, -2.0])
    optimizer = getattr(work("optimizers"), name)([w], learning_rate=0.1, **options)

    optimizer.step([g])
    optimizer.step([g])

    np.testing.assert_allclose(w, after)
    np.testing.assert_array_equal(g, [1.0, -2.0])


@pytest.mark.parametrize("name", ["Adagrad", "Adam", "AdaMax", "AMSGrad"])
def test_first_step_of_an_adaptive_rule_is_the_learning_rate(name: str) -> None:
    w = np.array([1.0, 2.0])

    getattr(work("optimizers"), name)([w], learning_rate=0.1).step([np.array([30.0, -0.2])])

    np.testing.assert_allclose(w, [0.9, 2.1], rtol=1e-6)


def test_optimizer_walks_downhill() -> None:
    optimizers = work("optimizers")
    rule = optimizers.SGD([np.array([4.0, 1.0])], 0.5)

    path = optimizers.gradient_descent_with(
        lambda x: np.array([x[0], 2 * x[1]]), rule, iterations=2
    )

    np.testing.assert_allclose(path, [[4.0, 1.0], [2.0, 0.0], [1.0, 0.0]])


def test_fit_of_a_polynomial_finds_its_coefficients() -> None:
    x = np.linspace(-1, 1, 7)

    theta = work("polynomials").fit_polynomial(x, 1 + 2 * x + 3 * x**2, degree=2)

    np.testing.assert_allclose(theta, [1.0, 2.0, 3.0], atol=1e-9)


def test_values_of_a_polynomial_have_the_shape_of_x() -> None:
    values = work("polynomials").evaluate_polynomial(
        np.array([1.0, 2.0, 3.0]), np.array([[0.0], [2.0]])
    )

    np.testing.assert_allclose(values, [[1.0], [17.0]])


def test_bias_and_variance_by_hand() -> None:
    predictions = np.array([[1.0, 2.0], [3.0, 2.0]])

    bias_squared, variance = work("polynomials").bias_variance(predictions, np.array([1.0, 2.0]))

    assert (bias_squared, variance) == pytest.approx((0.5, 0.5))
