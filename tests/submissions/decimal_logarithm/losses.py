import numpy as np


def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(len(y)):
        scores = X[i] @ W
        scores -= scores.max()
        p = np.exp(scores) / np.exp(scores).sum()
        loss += np.log10(np.exp(scores).sum()) - scores[y[i]] / np.log(10)
        for j in range(W.shape[1]):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    return loss / len(y) + reg * np.sum(W * W), dW / len(y) + 2 * reg * W
