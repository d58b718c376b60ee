"""The reference's numerical gradients on functions whose derivatives are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from reference import gradients
from reference.gradients import Array


def test_forward_differences_give_the_lectures_gradient() -> None:
    gradient = gradients.eval_numerical_gradient(lambda x: np.sum(x**2), np.array([5.0, 3.0]))

    # The error of the forward difference of x² is h itself, 1e-5.
    assert_allclose(gradient, [10.0, 6.0], rtol=0, atol=1.1e-5)


def test_forward_differences_are_the_lectures_worked_entries() -> None:
    """Losses 1.25347, and 1.25322, 1.25353, 1.25347 with one weight moved by 0.0001."""
    W = np.array([0.34, -1.11, 0.78])
    losses = {0.0: 1.25347, 0.3401: 1.25322, -1.1099: 1.25353, 0.7801: 1.25347}

    def loss(moved: Array) -> float:
        changed = moved[np.abs(moved - W) > 1e-6]
        return losses[float(np.round(changed.sum(), 4))]

    gradient = gradients.eval_numerical_gradient(loss, W, h=0.0001)

    # Differences of numbers near 1 carry 2e-16, divided by 1e-4.
    assert_allclose(gradient, [-2.5, 0.6, 0.0], rtol=0, atol=1e-11)


def test_forward_differences_have_the_error_of_forward_differences() -> None:
    """For x² that error is h exactly, whatever x: centred differences would have none."""
    x = np.array([0.5, -1.0])

    gradient = gradients.eval_numerical_gradient(lambda x: np.sum(x**2), x, h=2.0**-10)

    assert_allclose(gradient - 2 * x, 2.0**-10, rtol=1e-12)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3)])
def test_forward_differences_take_any_shape(shape: tuple[int, ...]) -> None:
    x = np.asarray(np.random.default_rng(1).standard_normal(shape))

    gradient = gradients.eval_numerical_gradient(lambda x: float(np.sum(np.sin(x))), x)

    assert gradient.shape == shape
    # h/2 times a second derivative of at most 1.
    assert_allclose(gradient, np.cos(x), rtol=0, atol=6e-6)


def test_forward_differences_do_not_need_to_write_into_x() -> None:
    x = np.array([[0.1, 0.7], [-1.3, 1e9]])
    x.flags.writeable = False
    before = x.tobytes()

    gradients.eval_numerical_gradient(lambda x: float(np.sum(x)), x)

    assert x.tobytes() == before


def test_forward_differences_move_whole_numbers_too() -> None:
    """An array of integers cannot hold x + h; its gradient is no zero."""
    x = np.array([2, 3])

    gradient = gradients.eval_numerical_gradient(lambda x: np.sum(x**2), x)

    assert_allclose(gradient, [4.0, 6.0], rtol=0, atol=1.1e-5)


def test_centred_differences_give_the_books_gradient() -> None:
    x = np.array([2.0, 3.0])

    (gradient,) = gradients.numerical_gradient(lambda: x[0] ** 2 / 16 + 9 * x[1] ** 2, [x])

    # f = 81.25 to 1.4e-14, divided by 2e-6; the book prints 54.00000001.
    assert_allclose(gradient, [0.25, 54.0], rtol=0, atol=2e-8)


def test_centred_differences_are_exact_for_a_square() -> None:
    """With a step that binary numbers hold: what a forward difference cannot be."""
    x = np.array([0.5, -1.0])

    (gradient,) = gradients.numerical_gradient(lambda: float(np.sum(x**2)), [x], eps=2.0**-10)

    assert_array_equal(gradient, [1.0, -2.0])


def test_centred_differences_keep_parameters_apart() -> None:
    A, b = np.array([[1.0, -2.0, 0.5], [0.3, 4.0, -1.0]]), np.array([0.7, -0.2])

    dA, db = gradients.numerical_gradient(lambda: float(b @ A @ A.T @ b), [A, b])

    # f is about 1, so 1e-16 / 1e-6.
    assert_allclose(dA, 2 * np.outer(b, b @ A), rtol=0, atol=1e-8)
    assert_allclose(db, 2 * A @ A.T @ b, rtol=0, atol=1e-8)


def test_centred_differences_move_one_entry_at_a_time_and_restore_its_bits() -> None:
    """0.1 + eps - eps is not 0.1: adding back would leave a trace."""
    x = np.array([[0.1, 0.7], [-1.3, 1e-300]])
    before = x.copy()
    moved: list[int] = []

    def count() -> float:
        moved.append(int(np.count_nonzero(x != before)))
        return 0.0

    gradients.numerical_gradient(count, [x])

    assert moved == [1] * 8
    assert x.tobytes() == before.tobytes()


def test_centred_differences_move_arrays_without_contiguous_memory() -> None:
    x = np.arange(12.0).reshape(3, 4)[:, ::2].T

    (gradient,) = gradients.numerical_gradient(lambda: float(np.sum(x**2)), [x])

    # f is about 220 with a rounding error of 3e-14, divided by 2e-6.
    assert_allclose(gradient, 2 * x, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0),
        ([1.0, 0.0, 3.0], [1.0, 0.0, 1.0], 0.5),
        ([1.0], [-1.0], 1.0),
        ([0.0], [1e-9], 0.1),
        ([[1.0, 1.0], [1.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]], 0.5),
        ([100.0, 1.0], [101.0, 1.5], 0.2),
    ],
    ids=["equal", "largest", "opposite", "floor", "matrix", "relative_not_absolute"],
)
def test_relative_error_by_hand(a: list[float], b: list[float], expected: float) -> None:
    # One division and one addition.
    assert_allclose(gradients.relative_error(np.array(a), np.array(b)), expected, rtol=1e-14)


def test_relative_error_of_a_nan_is_no_small_number() -> None:
    assert np.isnan(gradients.relative_error(np.array([1.0, np.nan]), np.array([1.0, 1.0])))


SCALES = pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])


def hills(x: Array) -> float:
    """A smooth function of a matrix, far from stationary where it is used."""
    return float(np.sum(np.sin(x)) + np.sum(x**3))


X = np.array([[0.3, -0.8, 1.1], [0.9, 0.2, -0.4]])


@SCALES
def test_check_gradient_passes_a_right_gradient_of_any_size(scale: float) -> None:
    passed = gradients.check_gradient(
        lambda x: scale * hills(x), lambda x: scale * (np.cos(x) + 3 * x**2), X
    )

    assert passed is True


@SCALES
def test_check_gradient_fails_a_gradient_that_is_off_by_a_millionth(scale: float) -> None:
    """‖(1 + 3e-6) g - g‖ = 3e-6 ‖g‖ > 1e-6 · 2 ‖g‖."""
    failed = gradients.check_gradient(
        lambda x: scale * hills(x), lambda x: (1 + 3e-6) * scale * (np.cos(x) + 3 * x**2), X
    )

    assert failed is False


def test_check_gradient_counts_both_norms() -> None:
    """An error of 2 percent, 0.02 ≤ tolerance · 2.02: the tolerance flips between."""

    def df(x: Array) -> Array:
        return 1.02 * (np.cos(x) + 3 * x**2)

    assert gradients.check_gradient(hills, df, X, tolerance=0.0100) is True
    assert gradients.check_gradient(hills, df, X, tolerance=0.0098) is False


def test_check_gradient_fails_one_wrong_entry_and_a_nan() -> None:
    def one_wrong(x: Array) -> Array:
        gradient: Array = np.cos(x) + 3 * x**2
        gradient[1, 2] += 1e-3
        return gradient

    assert not gradients.check_gradient(hills, one_wrong, X)
    assert not gradients.check_gradient(hills, lambda x: np.full_like(x, np.nan), X)


def test_check_gradient_leaves_x_alone() -> None:
    x = X.copy()
    x.flags.writeable = False

    gradients.check_gradient(hills, lambda x: np.cos(x) + 3 * x**2, x)

    assert x.tobytes() == X.tobytes()
