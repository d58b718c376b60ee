from functools import reduce

import numpy as np

linear_scores = lambda W, X, b: np.add(X @ W, b)
append_bias = lambda X: np.pad(X, ((0, 0), (0, 1)), constant_values=1.0)
svm_loss_single = lambda x, y, W: sum(
    max(0.0, s - (W @ x)[y] + 1) for j, s in enumerate(W @ x) if j != y
)
softmax = lambda scores: (lambda e: e / e.sum(1, keepdims=True))(
    np.exp(scores - scores.max(1, keepdims=True))
)


def _sum_over_samples(one, W, X, y, reg):
    data = map(lambda xy: one(W, *xy), zip(X, y))
    loss, dW = reduce(lambda a, b: (a[0] + b[0], a[1] + b[1]), data)
    return loss / len(y) + reg * (W**2).sum(), dW / len(y) + 2 * reg * W


def _hinge(W, x, label):
    s = W.T @ x
    rivals = [j for j in range(len(s)) if j != label and s[j] > s[label] - 1]
    pull = np.array([1.0 * (j in rivals) - (j == label) * len(rivals) for j in range(len(s))])
    return sum(s[j] - s[label] + 1 for j in rivals), np.outer(x, pull)


def _cross_entropy(W, x, label):
    s = W.T @ x
    log_sum = reduce(np.logaddexp, s)
    e = np.array([float(j == label) for j in range(len(s))])
    return log_sum - s[label], np.outer(x, np.exp(s - log_sum) - e)


svm_loss_naive = lambda W, X, y, reg: _sum_over_samples(_hinge, W, X, y, reg)
softmax_loss_naive = lambda W, X, y, reg: _sum_over_samples(_cross_entropy, W, X, y, reg)


def svm_loss_vectorized(W, X, y, reg):
    e = np.equal.outer(y, np.arange(W.shape[1]))
    S = X @ W
    M = np.maximum(0, S - (S * e).sum(1, keepdims=True) + 1 - e)
    P = M > 0
    dS = P - e * P.sum(1, keepdims=True)
    return M.sum() / len(y) + reg * (W**2).sum(), X.T @ dS / len(y) + 2 * reg * W


def softmax_loss_vectorized(W, X, y, reg):
    e = np.equal.outer(y, np.arange(W.shape[1]))
    S = X @ W
    log_p = S - np.logaddexp.reduce(S, 1, keepdims=True)
    dW = X.T @ (np.exp(log_p) - e) / len(y) + 2 * reg * W
    return -log_p[e].mean() + reg * (W**2).sum(), dW
