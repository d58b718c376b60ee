"""Penalties on large weights, value and gradient, and the full loss that they belong to.

L(W) = data loss + reg · R(W)

W may have any shape; every entry counts, those of a bias row too. No function changes its
arguments.

References
----------
.. [1] S. Maji and C. Gan, lecture 3: loss function, regularization, optimization, 2024.
"""

import numpy as np
from numpy.typing import NDArray

from .losses import softmax_loss_vectorized, svm_loss_vectorized

# template: cut
# The markers of the template look like code.
# ruff: noqa: ERA001
# template: end

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def l2(W: Array) -> tuple[float, Array]:
    """L2 penalty: R = Σ W².

    Parameters
    ----------
    W : Array, any shape

    Returns
    -------
    R : float
    dR : Array, shape of W
        Gradient of R.

    Notes
    -----
    There is no factor ½. A text that has one has another gradient too.

    References
    ----------
    .. [1] Lecture 3, slides 35 to 38.

    Examples
    --------
    The lecture's two weight vectors, which score the same on x = (1, 1, 1, 1):

    >>> float(l2(np.array([1.0, 0.0, 0.0, 0.0]))[0]), float(l2(np.full(4, 0.25))[0])
    (1.0, 0.25)
    """
    return float(np.sum(W**2)), 2.0 * W


def l1(W: Array) -> tuple[float, Array]:
    """L1 penalty: R = Σ |W|.

    Parameters
    ----------
    W : Array, any shape

    Returns
    -------
    R : float
    dR : Array, shape of W
        Gradient of R, with slope 0 where W is 0.

    References
    ----------
    .. [1] Lecture 3, slide 35.

    Examples
    --------
    >>> R, dR = l1(np.array([1.5, -2.0, 0.0]))
    >>> float(R)
    3.5
    """
    return float(np.sum(np.abs(W))), np.sign(W)


def elastic_net(W: Array, beta: float) -> tuple[float, Array]:
    """Elastic net, L1 and L2 together: R = Σ (β W² + |W|).

    Parameters
    ----------
    W : Array, any shape
    beta : float
        Weight of the squares; the absolute values have weight 1.

    Returns
    -------
    R : float
    dR : Array, shape of W
        Gradient of R, where |W| has slope 0 at 0.

    References
    ----------
    .. [1] Lecture 3, slide 35.

    Examples
    --------
    >>> R, dR = elastic_net(np.array([1.0, -2.0]), beta=0.3)
    >>> float(R)
    4.5
    """
    square, dsquare = l2(W)
    absolute, dabsolute = l1(W)
    return beta * square + absolute, beta * dsquare + dabsolute


def full_loss(
    W: Array,
    X: Array,
    y: Labels,
    data_loss: str,
    regularizer: str,
    reg: float,
    beta: float = 0.5,
) -> tuple[float, Array]:
    """Full loss of a linear classifier: data loss + reg · R(W).

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.
    data_loss : {"svm", "softmax"}
        Which mean loss over the samples.
    regularizer : {"l2", "l1", "elastic_net"}
        Which R.
    reg : float
        Strength of the regularizer.
    beta : float
        Weight of the squares in the elastic net; the other two ignore it.

    Returns
    -------
    loss : float
    dW : Array, shape (D, C)
        Gradient of `loss` with respect to W.

    Raises
    ------
    ValueError
        If `data_loss` or `regularizer` is another name.

    References
    ----------
    .. [1] Lecture 3, slides 35, 36 and 46.

    Examples
    --------
    >>> X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
    >>> loss, dW = full_loss(np.eye(3), X, np.array([0, 1, 2]), "svm", "l1", reg=0.1)
    >>> round(float(loss), 2)
    5.57
    """
    match data_loss:
        case "svm":
            loss, dW = svm_loss_vectorized(W, X, y, 0.0)
        case "softmax":
            loss, dW = softmax_loss_vectorized(W, X, y, 0.0)
        case _:
            raise ValueError(f"data_loss: expected 'svm' or 'softmax', got {data_loss!r}")
    match regularizer:
        case "l2":
            R, dR = l2(W)
        case "l1":
            R, dR = l1(W)
        case "elastic_net":
            R, dR = elastic_net(W, beta)
        case _:
            raise ValueError(
                f"regularizer: expected 'l2', 'l1' or 'elastic_net', got {regularizer!r}"
            )
    return loss + reg * R, dW + reg * dR
