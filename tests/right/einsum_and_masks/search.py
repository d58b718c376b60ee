import numpy as np


def predict(W, X):
    scores = np.einsum("nd,dc->nc", X, W)
    return (scores == scores.max(axis=1, keepdims=True)).argmax(axis=1).astype(np.int32)


def accuracy(W, X, y):
    return np.count_nonzero(predict(W, X) == y) / y.size


def random_search(loss, shape, tries, scale, rng):
    Ws = [scale * rng.standard_normal(shape) for _ in range(tries)]
    losses = [loss(W) for W in Ws]
    best = np.argmin(losses)
    return Ws[best], losses[best], losses
