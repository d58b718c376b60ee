import numpy as np


def softmax_loss_vectorized(W, X, y, reg):
    rows = np.arange(len(y))
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * np.sum(W * W)
    p = np.exp(log_p)
    p[rows, y] -= 1
    return loss, X.T @ p / len(y) + reg * W
