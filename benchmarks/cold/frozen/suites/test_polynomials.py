"""Part 7: fitting polynomials, and what a fit owes to its bias and what to its variance."""

import numpy as np

from plain.marks import feedback, part, points

pytestmark = part("Polynomials", number=7)


def draw(rng, count):
    """A noisy sine on [-1, 1] in no order, at points that are not evenly spaced."""
    x = rng.permutation(np.cos(np.pi * (np.arange(count) + rng.uniform(0.2, 0.8)) / count))
    return x, np.sin(np.pi * x) + rng.normal(0.0, 0.1, count)


@points(degrees=0.75, order=0.25)
def test_fit_polynomial(check, student, reference, rng):
    """fit_polynomial finds the coefficients of the best polynomial, the constant first."""
    name, grid = "polynomials.fit_polynomial", np.linspace(-1.0, 1.0, 41)
    with check.part_of("degrees"):
        for degree, count in ((0, 6), (1, 7), (3, 4), (3, 23), (6, 50), (9, 50)):
            x, y = draw(rng, count)
            theta = student.call(name, x, y, degree).value
            check.unchanged(name, student.last)
            expected = reference.polynomials.fit_polynomial(x, y, degree)
            if np.shape(theta) != (degree + 1,):
                check.equals(name, theta, expected, what="theta")
            # The normal equations are off by 1e-9 at degree 9: they are right too.
            ours = np.polynomial.polynomial.polyval(grid, expected)
            theirs = np.polynomial.polynomial.polyval(grid, np.asarray(theta))
            backwards = np.polynomial.polynomial.polyval(grid, np.asarray(theta)[::-1])
            either = backwards if np.allclose(backwards, ours, rtol=0.0, atol=1e-6) else theirs
            check.equals(name, either, ours, rtol=1e-6, what="the predictions")
    with check.part_of("order"):
        x = draw(rng, 12)[0]
        theta = student.call(name, x, 3.0 - 2.0 * x + 0.5 * x**2, 2).value
        check.equals(name, theta, np.array([3.0, -2.0, 0.5]), rtol=1e-6, what="theta")


@points(1)
def test_evaluate_polynomial(check, rng):
    """evaluate_polynomial gives the values of a polynomial, in the shape of x."""
    name = "polynomials.evaluate_polynomial"
    for degree, shape in ((3, (7,)), (2, (4, 3)), (0, (5,)), (9, (2, 6)), (1, (1,))):
        theta, x = rng.normal(size=degree + 1), rng.uniform(-1.5, 1.5, shape)
        check.matches(name, theta, x)
    check.matches(name, np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, -1.0]))
    theta, x = rng.normal(size=4), rng.normal(size=(3, 5))
    check.pure(name, (theta, x), (theta[::-1].copy(), x))


@points(bias=0.25, variance=0.25)
def test_bias_variance(check, rng):
    """bias_variance is the squared bias of the mean fit, and the variance around it with 1/M."""
    names, parts = ("bias squared", "variance"), ("bias", "variance")
    for M, K in ((5, 11), (2, 3), (13, 4), (1, 6)):
        predictions, truth = rng.normal(size=(M, K)) + rng.normal(size=K), rng.normal(size=K)
        name = "polynomials.bias_variance"
        check.matches(name, predictions, truth, outputs=names, parts=parts)


@points(0.5)
@feedback("full")
def test_bias_variance_of_a_noisy_sine(check, student, rng):
    """bias_variance of fits to sin(πx): lines are biased, polynomials of degree 9 vary."""
    name, sigma, fits = "polynomials.bias_variance", 0.1, 200
    x = np.linspace(-1.0, 1.0, 50)
    truth = np.sin(np.pi * x)
    got = {}
    for degree in (1, 9):
        powers = np.vander(x, degree + 1, increasing=True)
        noisy = truth + rng.normal(0.0, sigma, (fits, x.size))
        theta = np.linalg.lstsq(powers, noisy.T, rcond=None)[0]
        got[degree] = student.call(name, (powers @ theta).T, truth).value
        if not isinstance(got[degree], (tuple, list)) or len(got[degree]) != 2:
            check.equals(name, got[degree], (0.0, 0.0), what="the pair")
        # A fit of p coefficients to n points has this variance there, on average.
        variance = sigma**2 * (degree + 1) / x.size
        check.equals(name, got[degree][1], variance, rtol=0.35, what="the variance")
    # The best line misses sin(πx) by 1/2 - 3/π² in the mean square; 50 points are close to all.
    check.equals(name, got[1][0], 0.5 - 3.0 / np.pi**2, rtol=0.1, what="the squared bias of lines")
    check.equals(name, got[9][0], 0.0, atol=1e-4, what="the squared bias at degree 9")
