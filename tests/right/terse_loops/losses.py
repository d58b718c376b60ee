"""Loops over the samples alone, with as few statements in each as will do."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        margins = np.maximum(x @ W - x @ W[:, label] + 1.0, 0.0) * (np.arange(len(W.T)) != label)
        violated = 1.0 * (margins > 0.0)
        violated[label] = -(violated @ violated)
        loss, dW = loss + margins @ np.ones_like(margins), dW + x[:, None] * violated
    return loss / len(y) + reg * (W**2).sum(), dW / len(y) + 2.0 * reg * W


def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        log_p = x @ W - np.logaddexp.reduce(x @ W)
        loss, dW = loss - log_p[label], dW + np.outer(x, np.exp(log_p) - np.eye(1, len(W.T), label))
    return loss / len(y) + reg * (W**2).sum(), dW / len(y) + 2.0 * reg * W
