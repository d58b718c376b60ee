"""Predicting with a linear classifier, and looking for its weights at random.

References
----------
.. [1] S. Maji and C. Gan, lecture 3: loss function, regularization, optimization, 2024.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def predict(W: Array, X: Array) -> Labels:
    """Class with the highest score, for each sample.

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.

    Returns
    -------
    integer array, shape (N,)
        Classes 0..C-1; of several that tie, the lowest.

    References
    ----------
    .. [1] Lecture 3, slide 48, where samples are columns; here they are rows.

    Examples
    --------
    >>> predict(np.eye(3), np.array([[3.2, 5.1, -1.7], [2.0, 2.0, 1.0]])).tolist()
    [1, 0]
    """
    classes: Labels = np.argmax(X @ W, axis=1)
    return classes


def accuracy(W: Array, X: Array, y: Labels) -> float:
    """Fraction of the samples whose class is predicted.

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.

    Returns
    -------
    float
        A fraction, 0 to 1, not a percentage.

    References
    ----------
    .. [1] Lecture 3, slide 48.

    Examples
    --------
    >>> X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]])
    >>> float(accuracy(np.eye(3), X, np.array([0, 1])))
    0.5
    """
    return float(np.mean(predict(W, X) == y))


def random_search(
    loss: Callable[[Array], float],
    shape: tuple[int, ...],
    tries: int,
    scale: float,
    rng: np.random.Generator,
) -> tuple[Array, float, list[float]]:
    """Draw weights at random, again and again, and keep the best.

    Each try draws ``scale * rng.standard_normal(shape)``, in one call, and draws nothing else:
    whoever has the same generator gets the same weights.

    Parameters
    ----------
    loss : callable
        loss(W) is a number.
    shape : tuple of int
        Shape of W.
    tries : int
        How many, at least 1.
    scale : float
        Standard deviation of each weight.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    best_W : Array, shape `shape`
        The weights with the lowest loss; of several, the first.
    best_loss : float
        Their loss.
    losses : list of float, length `tries`
        The loss of each try, in order.

    References
    ----------
    .. [1] Lecture 3, slide 47.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> W, best, losses = random_search(lambda W: np.sum(W**2), (2, 3), 5, 0.1, rng)
    >>> len(losses), bool(best == min(losses)), W.shape
    (5, True, (2, 3))
    """
    draws = (scale * rng.standard_normal(shape) for _ in range(tries))
    best_W = next(draws)
    best_loss = float(loss(best_W))
    losses = [best_loss]
    for W in draws:
        losses.append(float(loss(W)))
        if losses[-1] < best_loss:
            best_W, best_loss = W, losses[-1]
    return best_W, best_loss, losses
