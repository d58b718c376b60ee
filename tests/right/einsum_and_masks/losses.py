import numpy as np


def linear_scores(W, X, b):
    return np.einsum("nd,dc->nc", X, W) + b[None, :]


def append_bias(X):
    return np.c_[X, np.ones(X.shape[0])]


def svm_loss_single(x, y, W):
    s = np.einsum("cd,d->c", W, x)
    others = np.arange(s.size) != y
    return np.clip(s[others] - s[y] + 1, 0, None).sum()


def _penalty(W, reg):
    return reg * np.einsum("dc,dc->", W, W), 2 * reg * W


def svm_loss_naive(W, X, y, reg):
    R, dW = _penalty(W, reg)
    loss = 0
    for x, label in zip(X, y):
        s = x @ W
        margins = s - s[label] + 1
        margins[label] = 0
        for j in np.flatnonzero(margins > 0):
            loss = loss + margins[j]
            dW[:, j] = dW[:, j] + x / len(y)
            dW[:, label] = dW[:, label] - x / len(y)
    return loss / len(y) + R, dW


def svm_loss_vectorized(W, X, y, reg):
    R, dR = _penalty(W, reg)
    N, C = X.shape[0], W.shape[1]
    scores = np.einsum("nd,dc->nc", X, W)
    is_right = y[:, None] == np.arange(C)[None, :]
    margins = np.where(is_right, 0.0, scores - scores[is_right][:, None] + 1)
    positive = margins > 0
    loss = margins[positive].sum() / N
    dS = np.where(is_right, -positive.sum(axis=1, keepdims=True), positive)
    return loss + R, np.einsum("nd,nc->dc", X, dS) / N + dR


def softmax(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def softmax_loss_naive(W, X, y, reg):
    R, dW = _penalty(W, reg)
    loss = R
    for x, label in zip(X, y):
        s = x @ W
        log_sum = -np.inf
        for v in s:
            log_sum = np.logaddexp(log_sum, v)
        loss += (log_sum - s[label]) / len(y)
        p = np.exp(s - log_sum)
        p[label] -= 1
        dW += np.outer(x, p) / len(y)
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    R, dR = _penalty(W, reg)
    S = np.einsum("nd,dc->nc", X, W)
    log_p = S - np.logaddexp.reduce(S, axis=1)[:, None]
    one_hot = np.eye(W.shape[1])[y]
    dW = dR
    dW += np.einsum("nd,nc->dc", X, np.exp(log_p) - one_hot) / len(y)
    return R - np.einsum("nc,nc->", one_hot, log_p) / len(y), dW
