"""Everything that may be a loop is one; sums run over plain Python numbers."""
import math

import numpy as np


def linear_scores(W, X, b):
    N, D = X.shape
    C = W.shape[1]
    out = np.empty((N, C))
    for i in range(N):
        for j in range(C):
            s = b[j]
            for k in range(D):
                s += X[i, k] * W[k, j]
            out[i, j] = s
    return out


def append_bias(X):
    N, D = X.shape
    out = np.ones((N, D + 1))
    out[:, :D] = X
    return out


def svm_loss_single(x, y, W):
    scores = W.dot(x)
    loss = 0
    for j in range(len(scores)):
        if j == y:
            continue
        loss += max(0, scores[j] - scores[y] + 1)
    return loss


def svm_loss_naive(W, X, y, reg):
    D, C = W.shape
    N = X.shape[0]
    loss = 0.0
    dW = np.zeros((D, C))
    for i in range(N):
        scores = [sum(X[i, k] * W[k, j] for k in range(D)) for j in range(C)]
        right = int(y[i])
        for j in range(C):
            if j == right:
                continue
            margin = scores[j] - scores[right] + 1.0
            if margin >= 0:
                loss += margin
                for k in range(D):
                    dW[k, j] += X[i, k]
                    dW[k, right] -= X[i, k]
    loss /= N
    dW /= N
    for k in range(D):
        for j in range(C):
            loss += reg * W[k, j] ** 2
            dW[k, j] += 2 * reg * W[k, j]
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(N), y].reshape(-1, 1)
    margins = scores - correct + 1.0
    violated = margins >= 0
    violated[np.arange(N), y] = False
    loss = np.sum(margins[violated]) / N + reg * np.sum(W * W)
    ds = violated * 1.0
    ds[np.arange(N), y] -= violated.sum(axis=1)
    print("loss so far:", loss)
    return loss, X.T.dot(ds) / N + reg * 2 * W


def softmax(scores):
    out = np.zeros_like(scores)
    for i, row in enumerate(scores):
        top = max(row)
        # A difference of more than 1e3 is e**-1000, which is 0.
        e = [math.exp(max(s - top, -800.0)) for s in row]
        out[i] = [v / sum(e) for v in e]
    return out


def softmax_loss_naive(W, X, y, reg):
    D, C = W.shape
    N = len(X)
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        s = [float(np.dot(X[i], W[:, j])) for j in range(C)]
        top = max(s)
        e = [math.exp(v - top) for v in s]
        total = math.fsum(e)
        loss -= s[y[i]] - top - math.log(total)
        for j in range(C):
            p = e[j] / total
            if j == y[i]:
                p -= 1
            for k in range(D):
                dW[k, j] += p * X[i, k]
    return loss / N + reg * np.sum(W**2), dW / N + 2 * reg * W


def softmax_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    f = X.dot(W)
    f -= f.max(axis=1).reshape(N, 1)
    s = np.exp(f).sum(axis=1)
    loss = np.log(s).sum() - f[range(N), list(y)].sum()
    counts = np.exp(f) / s.reshape(N, 1)
    counts[range(N), y] -= 1
    dW = (X.T).dot(counts)
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW
