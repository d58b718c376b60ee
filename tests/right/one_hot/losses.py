"""Labels as a matrix of zeros and ones; everything else is algebra."""

import numpy as np


def indicator(y, C):
    return np.equal.outer(y, np.arange(C)).astype(float)


def svm_loss_vectorized(W, X, y, reg):
    Y = indicator(y, W.shape[1])
    S = X @ W
    M = (S - (S * Y) @ np.ones((W.shape[1], 1)) + 1) * (1 - Y)
    H = (M > 0) * 1.0
    G = H - Y * (H @ np.ones((W.shape[1], 1)))
    return (M * H).sum() / len(y) + reg * np.trace(W.T @ W), (X.T @ G) / len(y) + 2 * reg * W


def softmax(scores):
    z = scores - scores.max(1)[:, None]
    return np.exp(z) @ np.eye(z.shape[1]) / np.exp(z).sum(1).reshape(-1, 1)


def softmax_loss_vectorized(W, X, y, reg):
    Y = indicator(y, W.shape[1])
    S = X @ W
    S -= np.max(S, axis=-1, keepdims=True)
    logs = np.log(np.exp(S) @ np.ones(W.shape[1]))
    loss = np.mean(logs - (S * Y).sum(1))
    P = np.exp(S - logs[:, None])
    return loss + reg * np.linalg.norm(W) ** 2, X.T @ ((P - Y) / len(y)) + 2 * reg * W
