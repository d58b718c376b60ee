"""Linear regression: the mean squared error with its gradient, and the weights that minimise it."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def squared_error(w: Array, X: Array, y: Array) -> tuple[float, Array]:
    """Mean squared error of the predictions X w, and its gradient.

    L(w) = Σ (X w - y)² / N

    Parameters
    ----------
    w : Array, shape (D,)
    X : Array, shape (N, D)
    y : Array, shape (N,)

    Returns
    -------
    loss : float
    dw : Array, shape (D,)
        Gradient of the loss.

    Examples
    --------
    >>> loss, dw = squared_error(np.array([1.0]), np.array([[1.0], [2.0]]), np.array([1.0, 4.0]))
    >>> loss, dw.tolist()
    (2.0, [-4.0])
    """
    residual = X @ w - y
    loss = np.mean(residual**2)
    dw = 2.0 * X.T @ residual / len(y)
    return float(loss), dw


def fit(X: Array, y: Array) -> Array:
    """Weights with the least mean squared error.

    Parameters
    ----------
    X : Array, shape (N, D)
        With linearly independent columns.
    y : Array, shape (N,)

    Returns
    -------
    w : Array, shape (D,)

    Examples
    --------
    >>> fit(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([1.0, 3.0])).round(9).tolist()
    [1.0, 2.0]
    """
    return np.linalg.lstsq(X, y, rcond=None)[0]
