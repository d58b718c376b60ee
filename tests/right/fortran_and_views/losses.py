"""Arrays in Fortran's order, transposed views, numpy scalars; labels by np.add.at."""

import warnings

import numpy as np


def linear_scores(W, X, b):
    return np.asfortranarray((W.T @ X.T + b[:, np.newaxis]).T)


def append_bias(X):
    return np.vstack((X.T, np.ones(len(X)))).T


def svm_loss_single(x, y, W):
    s = x @ W.T
    hinge = np.maximum(s - s[y] + 1, 0)
    return hinge.sum() - hinge[y]


def svm_loss_naive(W, X, y, reg):
    warnings.warn("slow", RuntimeWarning)
    dWt = np.zeros(W.T.shape)
    losses = []
    for i in range(X.shape[0]):
        hinge = np.array([X[i] @ W[:, j] - X[i] @ W[:, y[i]] + 1 for j in range(W.shape[1])])
        hinge[y[i]] = 0
        losses.append(hinge[hinge > 0].sum())
        for j, h in enumerate(hinge):
            if h > 0:
                dWt[j] += X[i]
                dWt[y[i]] -= X[i]
    return np.float64(np.mean(losses) + reg * (W * W).sum()), dWt.T / len(X) + 2 * reg * W


def svm_loss_vectorized(W, X, y, reg):
    S = (W.T @ X.T).T
    right = np.take_along_axis(S, np.asarray(y, dtype=np.intp)[:, None], axis=1)
    hinge = np.maximum(S - right + 1, 0)
    loss = (hinge.sum() - len(y)) / len(y) + reg * np.square(W).sum()
    dS = np.sign(hinge)
    np.add.at(dS, (np.arange(len(y)), y), -dS.sum(axis=1))
    return loss, np.asfortranarray(X.T @ dS / len(y) + 2 * reg * W)


def softmax(scores):
    e = np.exp(scores.T - scores.T.max(axis=0))
    return (e / e.sum(axis=0)).T


def softmax_loss_naive(W, X, y, reg):
    loss, dWt = np.float64(0), np.zeros(W.T.shape)
    for i in range(len(y)):
        p = softmax(X[i : i + 1] @ W)[0]
        s = X[i] @ W
        loss = loss + (s.max() + np.log(np.exp(s - s.max()).sum()) - s[y[i]])
        for j in range(len(p)):
            dWt[j] += (p[j] - (1 if j == y[i] else 0)) * X[i]
    return loss / len(y) + reg * np.sum(np.power(W, 2)), dWt.T / len(y) + 2 * reg * W


def softmax_loss_vectorized(W, X, y, reg):
    S = W.T @ X.T
    S = S - S.max(axis=0)
    log_sum = np.log(np.exp(S).sum(axis=0))
    n = np.arange(X.shape[0])
    loss = (log_sum - S[y, n]).mean() + reg * np.sum(W**2)
    dS = np.exp(S - log_sum)
    np.subtract.at(dS, (y, n), 1)
    return loss, (dS @ X).T / len(n) + 2 * reg * W
