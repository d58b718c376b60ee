from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from arrays import Array, Labels, l2_penalty, rows_of


@dataclass
class Total:
    """A loss and its gradient, summed sample by sample."""

    shape: tuple[int, ...]
    loss: float = 0.0
    gradient: Array = field(init=False)

    def __post_init__(self) -> None:
        self.gradient = np.zeros(self.shape)

    def add(self, loss: float, column: int, slope: float, x: Array) -> None:
        self.loss += loss
        self.gradient[:, column] += slope * x

    def finish(self, n: int, W: Array, *, reg: float) -> tuple[float, Array]:
        penalty, slope = l2_penalty(W, reg=reg)
        return float(self.loss / n + penalty), self.gradient / n + slope


def linear_scores(W: Array, X: Array, b: Array) -> Array:
    return append_bias(X) @ np.vstack([W, b])


def append_bias(X: Array) -> Array:
    return np.concatenate([X, np.ones_like(X[:, :1])], axis=1)


def svm_loss_single(x: Array, y: int, W: Array) -> float:
    loss, _ = svm_loss_vectorized(W.T, x[np.newaxis], np.array([y]), reg=0.0)
    return loss


def svm_loss_naive(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    total = Total(W.shape)
    for x, right in zip(X, y, strict=True):
        for rival in range(W.shape[1]):
            if rival == right:
                continue
            margin = float(x @ (W[:, rival] - W[:, right]) + 1.0)
            if margin > 0:
                total.add(margin, rival, 1.0, x)
                total.add(0.0, int(right), -1.0, x)
    return total.finish(len(X), W, reg=reg)


def svm_loss_vectorized(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    right = rows_of(y)
    scores = X @ W
    margins = scores - scores[right][:, None] + 1.0
    margins[right] = -np.inf
    counted = margins > 0
    slopes = counted.astype(float)
    slopes[right] = -counted.sum(axis=1)
    penalty, slope = l2_penalty(W, reg=reg)
    loss = margins.sum(where=counted) / len(X)
    return float(loss + penalty), X.T @ slopes / len(X) + slope


def log_softmax(scores: Array, *, axis: int = -1) -> Array:
    shifted = scores - scores.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(scores: Array) -> Array:
    return np.exp(log_softmax(scores, axis=1))


def softmax_loss_naive(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    total = Total(W.shape)
    for x, right in zip(X, y, strict=True):
        log_p = log_softmax(x @ W)
        for j, value in enumerate(log_p):
            is_right = bool(j == right)
            total.add(-value if is_right else 0.0, j, np.exp(value) - is_right, x)
    return total.finish(len(X), W, reg=reg)


def softmax_loss_vectorized(W: Array, X: Array, y: Labels, reg: float) -> tuple[float, Array]:
    log_p = log_softmax(X @ W, axis=1)
    slopes = np.exp(log_p)
    slopes[rows_of(y)] -= 1.0
    penalty, slope = l2_penalty(W, reg=reg)
    return float(penalty - log_p[rows_of(y)].mean()), X.T @ (slopes / len(X)) + slope
