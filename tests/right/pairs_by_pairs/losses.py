"""All pairs of a class and a rival at once, in three dimensions."""

import numpy as np


def svm_loss_vectorized(W, X, y, reg):
    N, C = len(X), W.shape[1]
    S = X @ W
    all_margins = S[:, None, :] - S[:, :, None] + 1.0 - np.eye(C)[None]
    mine = all_margins[np.arange(N), y]
    hit = np.where(mine > 0, 1.0, 0.0)
    own = np.zeros((N, C))
    own[np.arange(N), y] = hit.sum(1)
    loss = np.mean(np.sum(mine * hit, axis=1))
    dW = np.mean(X[:, :, None] * (hit - own)[:, None, :], axis=0)
    return loss + reg * np.sum(W**2), dW + 2 * reg * W


def softmax(scores):
    with np.errstate(over="ignore"):
        return 1.0 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2)


def softmax_loss_vectorized(W, X, y, reg):
    N = len(X)
    S = X @ W
    gaps = S - S[np.arange(N), y, None]
    top = gaps.max(axis=1)
    loss = np.mean(top + np.log(np.sum(np.exp(gaps - top[:, None]), axis=1)))
    E = softmax(S)
    E[np.arange(N), y] -= 1.0
    return loss + reg * np.sum(W**2), np.mean(X[:, :, None] * E[:, None, :], 0) + 2 * reg * W
