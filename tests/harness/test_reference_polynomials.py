"""The reference's polynomial fits against numpy.polynomial, bias and variance by hand."""

import numpy as np
import pytest
from numpy.polynomial import polynomial
from numpy.testing import assert_allclose, assert_array_equal

from reference import polynomials


@pytest.mark.parametrize("degree", range(10))
def test_fit_predicts_as_numpy_polynomial_does(degree: int) -> None:
    rng = np.random.default_rng(degree)
    x = rng.uniform(-1, 1, 50)
    y = np.sin(np.pi * x) + 0.1 * rng.standard_normal(50)

    theta = polynomials.fit_polynomial(x, y, degree)

    grid = np.linspace(-1, 1, 21)
    assert theta.shape == (degree + 1,)
    # The condition number at degree 9 is about 1e4, and float64 has 2e-16.
    expected = polynomial.polyval(grid, polynomial.polyfit(x, y, degree))
    assert_allclose(polynomials.evaluate_polynomial(theta, grid), expected, rtol=0, atol=1e-10)


def test_fit_finds_the_polynomial_that_made_the_data() -> None:
    theta = np.array([0.5, -1.0, 0.0, 2.0])
    x = np.linspace(-1, 1, 9)

    fitted = polynomials.fit_polynomial(x, theta[0] - x + 2 * x**3, 3)

    # Nine points, degree three: a condition number below 10.
    assert_allclose(fitted, theta, rtol=0, atol=1e-14)


def test_fit_passes_through_as_many_points_as_it_has_coefficients() -> None:
    x, y = np.array([-1.0, 0.2, 0.9]), np.array([3.0, -1.0, 2.0])

    theta = polynomials.fit_polynomial(x, y, 2)

    assert_allclose(polynomials.evaluate_polynomial(theta, x), y, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
def test_evaluation_keeps_the_shape_of_x(shape: tuple[int, ...]) -> None:
    x = np.asarray(np.random.default_rng(2).uniform(-2, 2, shape))
    theta = np.array([1.0, -2.0, 0.5, 3.0])

    value = polynomials.evaluate_polynomial(theta, x)

    assert np.shape(value) == shape
    # Four terms of at most 24.
    assert_allclose(value, 1 - 2 * x + 0.5 * x**2 + 3 * x**3, rtol=0, atol=1e-13)


def test_a_constant_is_constant_everywhere() -> None:
    assert_array_equal(polynomials.evaluate_polynomial(np.array([2.5]), np.arange(3.0)), [2.5] * 3)


def test_bias_and_variance_by_hand() -> None:
    """Means 2 and 2; errors of the means 1 and 0; spreads 1 and 0, divided by M = 2."""
    predictions, truth = np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([1.0, 2.0])

    assert polynomials.bias_variance(predictions, truth) == (0.5, 0.5)


def test_bias_and_variance_make_up_the_mean_squared_error() -> None:
    rng = np.random.default_rng(3)
    predictions, truth = rng.standard_normal((7, 5)), rng.standard_normal(5)

    bias_squared, variance = polynomials.bias_variance(predictions, truth)

    # An identity in exact numbers; sums of 35 terms.
    assert_allclose(bias_squared + variance, np.mean((predictions - truth) ** 2), rtol=1e-14)


def test_low_degrees_are_biased_and_high_degrees_vary() -> None:
    """The lecture's experiment: sin(πx), σ = 0.1, 50 samples, many fits."""
    rng = np.random.default_rng(4)
    grid = np.linspace(-0.9, 0.9, 41)
    results = {}
    for degree in (1, 9):
        fits = []
        for _ in range(40):
            x = rng.uniform(-1, 1, 50)
            y = np.sin(np.pi * x) + 0.1 * rng.standard_normal(50)
            theta = polynomials.fit_polynomial(x, y, degree)
            fits.append(polynomials.evaluate_polynomial(theta, grid))
        results[degree] = polynomials.bias_variance(np.array(fits), np.sin(np.pi * grid))

    line, ninth = results[1], results[9]
    # The best line misses 1/2 - 3/π² ≈ 0.2 of the mean square; ten coefficients from fifty samples
    # turn a noise of 0.01 into a variance of about 0.002.
    assert line[0] > 0.05 > ninth[0]
    assert ninth[0] < 1e-3 < ninth[1] < 0.01
    assert line[0] > 10 * line[1]


def test_polynomials_leave_their_arguments_alone() -> None:
    x, y, predictions = np.linspace(-1, 1, 5), np.arange(5.0), np.ones((3, 5))
    for array in (x, y, predictions):
        array.flags.writeable = False

    theta = polynomials.fit_polynomial(x, y, 2)
    polynomials.evaluate_polynomial(theta, x)
    polynomials.bias_variance(predictions, y)

    assert_array_equal(x, np.linspace(-1, 1, 5))
    assert_array_equal(y, np.arange(5.0))
