"""Functions that are no plain functions: decorated, partial, instances, methods."""

import time
from functools import partial, wraps

import numpy as np


def timed(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(function.__name__, "took", time.perf_counter() - start)

    return wrapper


def checked(function):
    def wrapper(W, X, y, reg):
        assert X.shape[1] == W.shape[0] and len(y) == len(X)
        loss, dW = function(W, X, y, reg)
        assert dW.shape == W.shape
        return [loss, dW]

    return wrapper


class LinearClassifier:
    """Data term by the subclass, penalty here."""

    def __call__(self, W, X, y, reg):
        loss, dscores = self.data_loss(X @ W, y)
        return np.array(loss + reg * np.sum(W * W))[()], X.T @ dscores + 2 * reg * W


class SVM(LinearClassifier):
    def data_loss(self, scores, y):
        n = len(y)
        m = scores - scores[np.arange(n), y, None] + 1
        m[np.arange(n), y] = 0
        d = np.heaviside(m, 0.0)
        d[np.arange(n), y] -= d.sum(axis=1)
        return m.clip(0).sum() / n, d / n

    @staticmethod
    def single(x, y, W):
        return np.delete(W @ x - W[y] @ x + 1, y).clip(0).sum()


class Softmax(LinearClassifier):
    @classmethod
    def probabilities(cls, scores):
        e = np.exp(scores - np.amax(scores, axis=1)[:, np.newaxis])
        return np.divide(e, e.sum(axis=1)[:, np.newaxis])

    def data_loss(self, scores, y):
        n = len(y)
        top = scores.max(axis=1)
        log_sum = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top
        d = self.probabilities(scores)
        d[np.arange(n), y] -= 1
        return (log_sum.sum() - scores[np.arange(n), y].sum()) / n, d / n


def _loop(data_loss, W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(len(X)):
        value, d = data_loss(X[i : i + 1] @ W, y[i : i + 1])
        loss += value
        for j in range(W.shape[1]):
            dW[:, j] += d[0, j] * X[i]
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W


@timed
def linear_scores(W, X, b):
    return X @ W + b


@timed
def append_bias(X):
    return np.append(X, np.ones((X.shape[0], 1)), axis=1)


svm_loss_single = SVM.single
softmax = Softmax.probabilities
svm_loss_vectorized = SVM()
softmax_loss_vectorized = checked(Softmax())
svm_loss_naive = partial(_loop, SVM().data_loss)
softmax_loss_naive = checked(partial(_loop, Softmax().data_loss))
