"""Gradients by finite differences, and how to judge another gradient by them.

Whatever is moved to take a difference ends bit for bit as it was.

References
----------
.. [1] S. Maji and C. Gan, lecture 3: loss function, regularization, optimization, 2024.
.. [2] hwdong, Anatomy of Deep Learning Principles, chapter 2, section 2.4.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def eval_numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """Gradient of f at x by forward differences.

    ∂f/∂x_k ≈ (f(x + h e_k) - f(x)) / h

    Parameters
    ----------
    f : callable
        f(x) is a number, for an array of the shape of x. It may be given x itself, moved in one
        entry, or a copy.
    x : Array, any shape
        Where; it ends bit for bit as it was.
    h : float
        Step.

    Returns
    -------
    Array, shape of x

    Notes
    -----
    The error is about h·f''/2, so only four or five digits are right. `numerical_gradient` takes
    centred differences, whose error falls with the square of the step.

    References
    ----------
    .. [1] Lecture 3, slides 51 to 63.

    Examples
    --------
    z = x² + y² at (5, 3):

    >>> eval_numerical_gradient(lambda x: np.sum(x**2), np.array([5.0, 3.0])).round(3).tolist()
    [10.0, 6.0]
    """
    # Moving a copy keeps x as it is even if f raises.
    moved = np.array(x, dtype=np.float64)
    start = f(moved)
    gradient = np.zeros(moved.shape)
    for k in np.ndindex(moved.shape):
        old = moved[k]
        moved[k] = old + h
        gradient[k] = (f(moved) - start) / h
        moved[k] = old
    return gradient


def numerical_gradient(
    f: Callable[[], float], params: list[Array], eps: float = 1e-6
) -> list[Array]:
    """Gradients of f with respect to several arrays by centred differences.

    ∂f/∂p_k ≈ (f at p_k + eps  -  f at p_k - eps) / (2 eps)

    Parameters
    ----------
    f : callable
        f() is a number. It takes no argument and reads the arrays of `params` itself.
    params : list of Array
        Arrays of any shapes. They are moved *in place*, for f to see it, and end bit for bit as
        they were.
    eps : float
        Step to either side.

    Returns
    -------
    list of Array
        One gradient for each array, of its shape.

    References
    ----------
    .. [1] Book, section 2.4.2.

    Examples
    --------
    The book's x²/16 + 9y² at (2, 3):

    >>> x = np.array([2.0, 3.0])
    >>> (gradient,) = numerical_gradient(lambda: x[0] ** 2 / 16 + 9 * x[1] ** 2, [x])
    >>> gradient.round(6).tolist()
    [0.25, 54.0]
    """
    gradients = []
    for param in params:
        gradient = np.zeros(param.shape)
        for k in np.ndindex(param.shape):
            old = param[k]
            param[k] = old + eps
            above = f()
            param[k] = old - eps
            below = f()
            # Subtracting eps again would leave a rounding error behind.
            param[k] = old
            gradient[k] = (above - below) / (2.0 * eps)
        gradients.append(gradient)
    return gradients


def relative_error(a: Array, b: Array) -> float:
    """Largest relative error between two arrays.

    max over all entries of |a - b| / max(1e-8, |a| + |b|)

    Parameters
    ----------
    a, b : Array, the same shape

    Returns
    -------
    float
        0 where a and b agree, at most 1.

    Notes
    -----
    The 1e-8 keeps two zeros from being 0/0. Two tiny entries of opposite sign are all the same
    far apart in this measure, which is why `check_gradient` compares norms.

    References
    ----------
    .. [1] Book, section 2.4.1, compares absolute errors; homework of this kind relative ones.

    Examples
    --------
    >>> relative_error(np.array([1.0, 0.0, 3.0]), np.array([1.0, 0.0, 1.0]))
    0.5
    """
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))


def check_gradient(
    f: Callable[[Array], float],
    df: Callable[[Array], Array],
    x: Array,
    tolerance: float = 1e-6,
) -> bool:
    """Whether df is the gradient of f at x, as far as centred differences can tell.

    ‖df(x) - num‖ ≤ tolerance · (‖df(x)‖ + ‖num‖)

    Here num is the gradient by centred differences with the step 1e-5, and each norm is the
    square root of the sum of squares of all entries.

    Parameters
    ----------
    f : callable
        f(x) is a number.
    df : callable
        df(x) is the gradient in question, of the shape of x.
    x : Array, any shape
        Where; it ends bit for bit as it was. Choose a smooth point that is not stationary.
    tolerance : float
        Largest relative difference that passes.

    Returns
    -------
    bool

    References
    ----------
    .. [1] Book, section 2.4.1.

    Examples
    --------
    >>> x = np.array([0.5, -1.5])
    >>> check_gradient(lambda x: np.sum(x**3), lambda x: 3 * x**2, x)
    True
    >>> check_gradient(lambda x: np.sum(x**3), lambda x: 2 * x**2, x)
    False
    """
    moved = np.array(x, dtype=np.float64)
    analytic = np.asarray(df(moved), dtype=np.float64)
    (numeric,) = numerical_gradient(lambda: f(moved), [moved], 1e-5)
    difference = np.linalg.norm(np.ravel(analytic - numeric))
    size = np.linalg.norm(np.ravel(analytic)) + np.linalg.norm(np.ravel(numeric))
    return bool(difference <= tolerance * size)
