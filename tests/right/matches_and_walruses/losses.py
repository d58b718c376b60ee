import numpy as np


def _mean_and_penalty(W, X, losses, errors, reg):
    return losses.mean() + reg * (W**2).sum(), X.T @ errors / len(X) + 2 * reg * W


def svm_loss_vectorized(W, X, y, reg):
    right = (S := X @ W)[(rows := np.arange(len(X))), y]
    (M := (S - right[:, None] + 1).clip(min=0))[rows, y] = 0
    (E := (M > 0) + 0.0)[rows, y] = -np.count_nonzero(M, axis=1)
    return _mean_and_penalty(W, X, M.sum(1), E, reg)


def softmax_loss_vectorized(W, X, y, reg):
    S = (S := X @ W) - S.max(1, keepdims=True)
    logs = S - np.log((powers := np.exp(S)).sum(1, keepdims=True))
    E = powers / powers.sum(1, keepdims=True)
    E[(rows := np.arange(len(X))), y] -= 1
    return _mean_and_penalty(W, X, -logs[rows, y], E, reg)
