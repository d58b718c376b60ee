from collections import namedtuple

import numpy as np

Best = namedtuple("Best", "W loss losses")


def predict(W, X):
    return (X @ W).argmax(axis=1)


def accuracy(W, X, y):
    return (predict(W, X) == y).sum() / len(y)


def random_search(loss, shape, tries, scale, rng):
    best = Best(None, np.inf, [])
    for _ in range(tries):
        W = scale * rng.standard_normal(shape)
        value = loss(W)
        best.losses.append(value)
        if value < best.loss:
            best = best._replace(W=W, loss=value)
    return best
