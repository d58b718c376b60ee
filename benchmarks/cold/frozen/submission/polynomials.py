"""Fitting polynomials, and what a fit owes to its bias and what to its variance.

p(x) = θ₀ + θ₁ x + θ₂ x² + … + θₙ xⁿ

References
----------
.. [1] S. Maji and C. Gan, lecture 3: loss function, regularization, optimization, 2024.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fit_polynomial(x: Array, y: Array, degree: int) -> Array:
    """Coefficients of the polynomial that fits best in the sense of least squares.

    θ minimizes Σ_k (p(x_k) - y_k)²

    Parameters
    ----------
    x : Array, shape (K,)
        Where; on [-1, 1] a degree of 9 is still harmless.
    y : Array, shape (K,)
        The values there.
    degree : int
        At least 0 and less than K.

    Returns
    -------
    Array, shape (degree + 1,)
        θ₀ first. NumPy's polyfit has it last.

    References
    ----------
    .. [1] Lecture 3, slide 42.

    Examples
    --------
    >>> x = np.array([-1.0, 0.0, 0.5, 1.0])
    >>> np.abs(fit_polynomial(x, 1 + 2 * x + 3 * x**2, degree=2).round(9)).tolist()
    [1.0, 2.0, 3.0]
    """
    powers = np.vander(x, degree + 1, increasing=True)
    # The normal equations would square the condition number.
    theta = np.linalg.lstsq(powers, y, rcond=None)[0]
    return np.asarray(theta, dtype=np.float64)


def evaluate_polynomial(theta: Array, x: Array) -> Array:
    """Values of a polynomial.

    Parameters
    ----------
    theta : Array, shape (degree + 1,)
        Coefficients, θ₀ first.
    x : Array, any shape
        Where.

    Returns
    -------
    Array, shape of x

    References
    ----------
    .. [1] Lecture 3, slide 42.

    Examples
    --------
    >>> evaluate_polynomial(np.array([1.0, 2.0, 3.0]), np.array([[0.0], [2.0]])).tolist()
    [[1.0], [17.0]]
    """
    value = np.zeros(np.shape(x))
    for coefficient in theta[::-1]:
        value = value * x + coefficient
    return value


def bias_variance(predictions: Array, truth: Array) -> tuple[float, float]:
    """Squared bias and variance of M fits to M samples of the same truth.

    bias² = mean_k (mean_m p_mk - truth_k)²,  variance = mean_k mean_m (p_mk - mean_m p_mk)²

    Parameters
    ----------
    predictions : Array, shape (M, K)
        Values of M fits at K points.
    truth : Array, shape (K,)
        The values without noise at these points.

    Returns
    -------
    bias_squared : float
        How far off the mean fit is.
    variance : float
        How far the fits are from their mean. The mean over m divides by M, not by M - 1.

    References
    ----------
    .. [1] Lecture 3, slides 42 and 43.

    Examples
    --------
    >>> bias_variance(np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([1.0, 2.0]))
    (0.5, 0.5)
    """
    mean = np.mean(predictions, axis=0)
    bias_squared = np.mean((mean - truth) ** 2)
    return float(bias_squared), float(np.mean(np.var(predictions, axis=0)))
