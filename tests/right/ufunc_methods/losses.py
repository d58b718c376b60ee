"""reduce, outer and at instead of sums, products and indices."""

import numpy as np


def linear_scores(W, X, b):
    return np.add(np.add.reduce(np.multiply(X[:, :, None], W[None]), axis=1), b)


def append_bias(X):
    return np.insert(X, X.shape[1], 1.0, axis=1)


def svm_loss_single(x, y, W):
    s = np.inner(W, x)
    return np.add.reduce(np.maximum(0.0, np.delete(s, y) - s[y] + 1.0))


def svm_loss_vectorized(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    S = np.inner(X, W.T)
    flat = np.add(np.arange(N) * C, y, dtype=np.intp)
    M = np.maximum(0.0, S - S.take(flat)[:, None] + 1.0)
    M.put(flat, 0.0)
    D = np.greater(M, 0.0).astype(float)
    D.put(flat, -np.add.reduce(D, axis=1))
    loss = np.add.reduce(M, axis=None) / N + reg * np.vdot(W, W)
    return loss, np.tensordot(X, D, axes=(0, 0)) / N + np.multiply(2 * reg, W)


def softmax(scores):
    shifted = np.subtract(scores, np.maximum.reduce(scores, axis=1, keepdims=True))
    powers = np.exp(shifted)
    return np.divide(powers, np.add.reduce(powers, axis=1, keepdims=True))


def softmax_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    S = np.tensordot(X, W, 1)
    top = np.maximum.reduce(S, axis=1, keepdims=True)
    L = S - top - np.log(np.add.reduce(np.exp(S - top), axis=1, keepdims=True))
    right = np.expand_dims(y.astype(np.intp), 1)
    loss = -np.take_along_axis(L, right, 1).mean() + reg * np.vdot(W, W)
    D = np.exp(L)
    np.put_along_axis(D, right, np.take_along_axis(D, right, 1) - 1.0, 1)
    return loss, np.tensordot(X, D, axes=(0, 0)) / N + np.multiply(2 * reg, W)
