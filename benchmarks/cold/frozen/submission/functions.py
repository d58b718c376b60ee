"""Surfaces to walk on, with their gradients: a cubic, Beale's function, a bowl.

Each function of two variables takes them as the first axis of one array, so that a single
point has shape (2,) and a grid for a plot has shape (2, ...).

References
----------
.. [1] hwdong, Anatomy of Deep Learning Principles, chapter 2, sections 2.1, 2.2 and 2.5.
"""
# template: keep file

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def cubic(x: Array) -> Array:
    """x³ - 3x² - 9x + 2, with its minimum at x = 3 and its maximum at x = -1.

    Parameters
    ----------
    x : float or Array, any shape

    Returns
    -------
    float or Array, shape of x

    Examples
    --------
    >>> cubic(3.0)
    -25.0
    """
    return x**3 - 3 * x**2 - 9 * x + 2


def cubic_gradient(x: Array) -> Array:
    """Slope of `cubic`: 3x² - 6x - 9.

    Parameters
    ----------
    x : float or Array, any shape

    Returns
    -------
    float or Array, shape of x

    Examples
    --------
    >>> cubic_gradient(3.0), cubic_gradient(-1.0)
    (0.0, 0.0)
    """
    return 3 * x**2 - 6 * x - 9


def beale(point: Array) -> Array:
    """Beale's function, with its minimum 0 at (3, 0.5).

    f(x, y) = (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²

    Parameters
    ----------
    point : Array, shape (2,) or (2, ...)
        x and y.

    Returns
    -------
    float or Array, shape of x

    Examples
    --------
    >>> float(beale(np.array([3.0, 0.5])))
    0.0
    """
    x, y = point
    value: Array = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    return value


def beale_gradient(point: Array) -> Array:
    """Gradient of `beale`.

    Parameters
    ----------
    point : Array, shape (2,) or (2, ...)
        x and y.

    Returns
    -------
    Array, shape of point
        Slopes along x and along y.

    Examples
    --------
    >>> beale_gradient(np.array([3.0, 4.0])).tolist()
    [25625.25, 57519.0]
    """
    x, y = point
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return np.array(
        [
            2 * a * (y - 1) + 2 * b * (y**2 - 1) + 2 * c * (y**3 - 1),
            2 * a * x + 2 * b * (2 * x * y) + 2 * c * (3 * x * y**2),
        ]
    )


def bowl(point: Array) -> Array:
    """A long bowl: x²/16 + 9y², with its minimum 0 at (0, 0).

    Parameters
    ----------
    point : Array, shape (2,) or (2, ...)
        x and y.

    Returns
    -------
    float or Array, shape of x

    Examples
    --------
    >>> float(bowl(np.array([4.0, 1.0])))
    10.0
    """
    x, y = point
    value: Array = x**2 / 16 + 9 * y**2
    return value


def bowl_gradient(point: Array) -> Array:
    """Gradient of `bowl`: (x/8, 18y).

    Parameters
    ----------
    point : Array, shape (2,) or (2, ...)
        x and y.

    Returns
    -------
    Array, shape of point
        Slopes along x and along y.

    Examples
    --------
    >>> bowl_gradient(np.array([2.0, 3.0])).tolist()
    [0.25, 54.0]
    """
    x, y = point
    return np.array([x / 8, 18 * y])
