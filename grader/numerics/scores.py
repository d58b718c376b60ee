"""Cheap values of a linear classifier's loss, which sees W only through its scores X W."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from grader.numerics.slope import Along


def along_scores(
    loss: Callable[[NDArray[np.float64], NDArray[np.float64]], Any], W: ArrayLike, X: ArrayLike
) -> Along:
    """Values of a data loss along directions, from scores instead of features.

    loss(W + h V, X) = loss(I, X W + h X V)

    Parameters
    ----------
    loss : callable
        Takes weights and samples, gives the data loss alone: without a penalty of the weights.
    W : array_like, shape (D, C)
        The point.
    X : array_like, shape (N, D)
        The samples.

    Returns
    -------
    callable
        For the option `along` of `check_gradient`, `locate_errors` and `directional_derivative`.

    Notes
    -----
    X V is worked out once for all steps of a direction, and a value then costs N C C
    multiplications instead of N D C. What is checked is the data term alone, and not what the
    loss does with features of any other number.

    Examples
    --------
    >>> from grader.numerics import check_gradient
    >>> def loss(W, X):
    ...     return np.logaddexp.reduce(X @ W, axis=1).mean()
    >>> X, W = np.arange(15.0).reshape(3, 5) / 10, np.arange(10.0).reshape(5, 2) / 10
    >>> P = np.exp(X @ W)
    >>> gradient = X.T @ (P / P.sum(axis=1, keepdims=True)) / len(X)
    >>> check_gradient(None, gradient, W, along=along_scores(loss, W, X)).verdict
    'right'
    """
    samples = np.asarray(X, dtype=float)
    scores = samples @ np.asarray(W, dtype=float)
    identity = np.eye(scores.shape[1])

    def along(V: NDArray[np.float64], steps: NDArray[np.float64]) -> Sequence[Any]:
        change = samples @ V
        return [loss(identity.copy(), scores + h * change) for h in steps]

    return along
