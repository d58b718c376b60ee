"""At a margin of exactly 0 either gradient is right: here it counts."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    for i in range(X.shape[0]):
        s = W.T.dot(X[i])
        for j in range(W.shape[1]):
            if j != y[i] and s[j] - s[y[i]] + 1 >= 0:
                loss += s[j] - s[y[i]] + 1
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    dW /= X.shape[0]
    loss /= X.shape[0]
    return loss + reg * np.sum(np.abs(W) ** 2), dW + reg * 2 * W


def svm_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    scores = np.matmul(X, W)
    margins = scores + (1 - scores[np.arange(N), y][:, np.newaxis])
    counts = margins >= 0
    counts[np.arange(N), y] = False
    loss = np.sum(margins, where=counts)
    weights = counts.astype(W.dtype)
    weights[np.arange(N), y] = -np.count_nonzero(counts, axis=1)
    return loss / N + reg * np.dot(W.ravel(), W.ravel()), np.dot(X.T, weights) / N + reg * (W + W)
