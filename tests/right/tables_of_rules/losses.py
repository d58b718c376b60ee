import numpy as np

RULES = {
    "hinge": lambda s, k: (
        sum(max(0.0, v - s[k] + 1.0) for j, v in enumerate(s) if j != k),
        [float(j != k and v - s[k] + 1.0 > 0) for j, v in enumerate(s)],
    ),
    "log": lambda s, k: (
        np.logaddexp.reduce(s) - s[k],
        np.exp(s - np.logaddexp.reduce(s)) - (np.arange(len(s)) == k),
    ),
}


def _naive(rule, W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, k in zip(X, y):
        value, errors = RULES[rule](x @ W, k)
        loss += value / len(X)
        for j in range(W.shape[1]):
            dW[:, j] += errors[j] * x / len(X)
        if rule == "hinge":
            dW[:, k] -= sum(errors) * x / len(X)
    return loss + reg * float((W * W).sum()), dW + 2.0 * reg * W


def svm_loss_naive(W, X, y, reg):
    return _naive("hinge", W, X, y, reg)


def softmax_loss_naive(W, X, y, reg):
    return _naive("log", W, X, y, reg)
