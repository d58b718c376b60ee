"""Tries as a stream, of which the best is kept."""

import numpy as np


def predict(W, X):
    return np.fromiter((np.argmax(x @ W) for x in X), dtype=np.int64, count=len(X))


def accuracy(W, X, y):
    return sum(a == b for a, b in zip(predict(W, X), y)) / len(y)


def random_search(loss, shape, tries, scale, rng):
    def draws():
        for number in range(tries):
            W = scale * rng.standard_normal(shape)
            yield loss(W), number, W

    results = list(draws())
    best_loss, _, best_W = min(results, key=lambda result: result[:2])
    return best_W, best_loss, [value for value, _, _ in results]
