"""Losses of a linear classifier, value and gradient: multiclass SVM and softmax.

N samples of D numbers each, C classes. X has shape (N, D), the labels y (N,) are integers
0..C-1, W has shape (D, C), and the scores are X W. Every array is float64 except y, which may
have any integer dtype. No function changes its arguments.

References
----------
.. [1] S. Maji and C. Gan, lecture 3: loss function, regularization, optimization, 2024.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def linear_scores(W: Array, X: Array, b: Array) -> Array:
    """Scores of a linear classifier: X W + b.

    Parameters
    ----------
    W : Array, shape (D, C)
        One column of weights for each class.
    X : Array, shape (N, D)
        One row for each sample.
    b : Array, shape (C,)
        One bias for each class.

    Returns
    -------
    Array, shape (N, C)
        The score of each sample for each class.

    References
    ----------
    .. [1] Lecture 3, slides 3 and 25.

    Examples
    --------
    One image of four pixels, three classes:

    >>> W = np.array([[0.01, 0.7, 0.0], [-0.05, 0.2, -0.45], [0.1, 0.05, -0.2], [0.05, 0.16, 0.03]])
    >>> X = np.array([[-15.0, 22.0, -44.0, 56.0]])
    >>> linear_scores(W, X, np.array([0.0, 0.2, -0.3])).round(2).tolist()
    [[-2.85, 0.86, 0.28]]
    """
    return X @ W + b


def append_bias(X: Array) -> Array:
    """X with a last column of ones: the bias trick.

    With the biases as the last row of W, X W + b becomes one matrix product.

    Parameters
    ----------
    X : Array, shape (N, D)

    Returns
    -------
    Array, shape (N, D + 1)

    References
    ----------
    .. [1] Lecture 3, slide 47: 32 · 32 · 3 pixels and a one make 3,073 numbers.

    Examples
    --------
    >>> append_bias(np.array([[5.0, 6.0], [7.0, 8.0]])).tolist()
    [[5.0, 6.0, 1.0], [7.0, 8.0, 1.0]]
    """
    return np.hstack([X, np.ones((X.shape[0], 1))])


def svm_loss_single(x: Array, y: int, W: Array) -> float:
    """Hinge loss of one sample, as the lecture writes it.

    L = Σ_{j≠y} max(0, s_j - s_y + 1),  s = W x

    Parameters
    ----------
    x : Array, shape (D,)
        One sample.
    y : int
        Its class, 0..C-1.
    W : Array, shape (C, D)
        One *row* of weights for each class.

    Returns
    -------
    float
        The loss, without a regularizer.

    Notes
    -----
    Here alone W is (C, D) and the scores are W x. All the other functions have W (D, C).

    References
    ----------
    .. [1] Lecture 3, slides 5 to 7.

    Examples
    --------
    The cat, the car and the frog of the lecture; W = I, so that x holds the scores:

    >>> round(float(svm_loss_single(np.array([3.2, 5.1, -1.7]), 0, np.eye(3))), 6)
    2.9
    >>> round(float(svm_loss_single(np.array([1.3, 4.9, 2.0]), 1, np.eye(3))), 6)
    0.0
    >>> round(float(svm_loss_single(np.array([2.2, 2.5, -3.1]), 2, np.eye(3))), 6)
    12.9
    """
    scores = W @ x
    margins = np.maximum(0.0, scores - scores[y] + 1.0)
    # The right class, compared with itself, always contributes a margin of 1.
    margins[y] = 0.0
    return float(np.sum(margins))


def svm_loss_naive(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    """Multiclass SVM loss and its gradient, with loops.

    L = 1/N Σ_i Σ_{j≠y_i} max(0, s_ij - s_iy_i + 1) + reg ΣW²,  s = X W

    Write it with loops over samples and classes, as the formula reads. It is what the vectorized
    function is compared with, so it must not call it.

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.
    reg : float
        Strength of the regularizer.

    Returns
    -------
    loss : float
        The mean over the samples, plus the regularizer.
    dW : Array, shape (D, C)
        Gradient of `loss` with respect to W.

    Notes
    -----
    The regularizer is reg · ΣW² over all of W, a bias row too. Other courses take half of it.
    Whichever the factor, value and gradient must belong together.

    At a margin of exactly 0 the loss has a kink. Either slope is right there.

    References
    ----------
    .. [1] Lecture 3, slides 6, 8 and 35.

    Examples
    --------
    >>> X = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
    >>> loss, dW = svm_loss_naive(np.eye(3), X, np.array([0, 1, 2]), 0.0)
    >>> round(float(loss), 2)
    5.27
    """
    N, C = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            margin = scores[j] - scores[y[i]] + 1.0
            if j != y[i] and margin > 0.0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    return float(loss / N + reg * np.sum(W**2)), dW / N + 2.0 * reg * W


def svm_loss_vectorized(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    """Multiclass SVM loss and its gradient, without loops.

    The same numbers as `svm_loss_naive`. No loop, comprehension or anything else may make the
    number of executed Python lines grow with N, C or D.

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.
    reg : float
        Strength of the regularizer reg · ΣW².

    Returns
    -------
    loss : float
        The mean over the samples, plus the regularizer.
    dW : Array, shape (D, C)
        Gradient of `loss` with respect to W.

    References
    ----------
    .. [1] Lecture 3, slides 6 to 8 and 35.

    Examples
    --------
    At W = 0 every margin is 1, which makes C - 1 for each sample:

    >>> X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]])
    >>> loss, dW = svm_loss_vectorized(np.zeros((2, 5)), X, np.array([0, 4, 2]), 0.1)
    >>> float(loss)
    4.0
    """
    N = X.shape[0]
    rows = np.arange(N)
    scores = X @ W
    margins = np.maximum(0.0, scores - scores[rows, y][:, np.newaxis] + 1.0)
    margins[rows, y] = 0.0
    loss = np.sum(margins) / N + reg * np.sum(W**2)

    # Each violation pushes its own class down and the right class up, once.
    dscores = (margins > 0.0).astype(np.float64)
    dscores[rows, y] = -np.sum(dscores, axis=1)
    return float(loss), X.T @ dscores / N + 2.0 * reg * W


def softmax(scores: Array) -> Array:
    """Probabilities of the classes, one row for each sample.

    p_ik = exp(s_ik) / Σ_j exp(s_ij)

    Parameters
    ----------
    scores : Array, shape (N, C)
        Any finite scores; rows near 1e3 and rows near -1e3 may stand side by side.

    Returns
    -------
    Array, shape (N, C)
        Each entry within 0..1, each row with the sum 1.

    Notes
    -----
    exp(710) is more than a float64 can hold, and exp(-746) is 0: the formula as it stands gives
    nan for such scores. What may be added to all scores of a row without changing p?

    References
    ----------
    .. [1] Lecture 3, slides 11 to 18.

    Examples
    --------
    >>> softmax(np.array([[3.2, 5.1, -1.7]])).round(2).tolist()
    [[0.13, 0.87, 0.0]]
    >>> softmax(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    # Scores beyond 1e308 of either sign may be further apart than the largest float: then the
    # difference is -inf and its exponential 0, as it should be.
    with np.errstate(over="ignore"):
        shifted = scores - np.max(scores, axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    probabilities: Array = exponentials / np.sum(exponentials, axis=1, keepdims=True)
    return probabilities


def softmax_loss_naive(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    """Softmax loss (cross entropy) and its gradient, with loops.

    L = -1/N Σ_i ln(exp(s_iy_i) / Σ_j exp(s_ij)) + reg ΣW²,  s = X W

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.
    reg : float
        Strength of the regularizer reg · ΣW², over all of W.

    Returns
    -------
    loss : float
        The mean over the samples, plus the regularizer.
    dW : Array, shape (D, C)
        Gradient of `loss` with respect to W.

    Notes
    -----
    The logarithm is the natural one. The slides print 0.89 for the cat and 0.452 in the
    comparison with the SVM: these are logarithms to base 10. The natural ones are 2.04 and 1.04.

    The loss stays finite and exact where scores are 1e3 apart. There p_y is 0 in float64, and
    the logarithm of 0 is too late to be repaired: simplify ln(exp(…) / Σ exp(…)) on paper first.

    References
    ----------
    .. [1] Lecture 3, slides 9 to 22 and 35.

    Examples
    --------
    >>> loss, dW = softmax_loss_naive(np.eye(3), np.array([[3.2, 5.1, -1.7]]), np.array([0]), 0.0)
    >>> round(float(loss), 2)
    2.04
    >>> loss, dW = softmax_loss_naive(np.eye(2), np.array([[1000.0, 0.0]]), np.array([1]), 0.0)
    >>> float(loss)
    1000.0
    """
    N, C = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape)
    for i in range(N):
        scores = X[i] @ W
        shifted = scores - np.max(scores)
        log_sum = np.log(np.sum(np.exp(shifted)))
        loss += log_sum - shifted[y[i]]
        for j in range(C):
            dW[:, j] += (np.exp(shifted[j] - log_sum) - float(j == y[i])) * X[i]
    return float(loss / N + reg * np.sum(W**2)), dW / N + 2.0 * reg * W


def softmax_loss_vectorized(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    """Softmax loss (cross entropy) and its gradient, without loops.

    The same numbers as `softmax_loss_naive`, at score spreads of 1e3 too. The number of executed
    Python lines may not grow with N, C or D.

    Parameters
    ----------
    W : Array, shape (D, C)
        Weights.
    X : Array, shape (N, D)
        Samples.
    y : integer array, shape (N,)
        Labels 0..C-1.
    reg : float
        Strength of the regularizer reg · ΣW², over all of W.

    Returns
    -------
    loss : float
        The mean over the samples, plus the regularizer.
    dW : Array, shape (D, C)
        Gradient of `loss` with respect to W.

    References
    ----------
    .. [1] Lecture 3, slides 9 to 22 and 35.

    Examples
    --------
    At W = 0 all C classes are equally likely, and the loss is ln C:

    >>> X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]])
    >>> loss, dW = softmax_loss_vectorized(np.zeros((2, 5)), X, np.array([0, 4, 2]), 0.1)
    >>> bool(np.isclose(loss, np.log(5), rtol=1e-12))
    True
    """
    N = X.shape[0]
    rows = np.arange(N)
    scores = X @ W
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    loss = -np.sum(log_p[rows, y]) / N + reg * np.sum(W**2)

    dscores = np.exp(log_p)
    dscores[rows, y] -= 1.0
    return float(loss), X.T @ dscores / N + 2.0 * reg * W
