import numpy as np


def predict(W, X):
    return np.argmax(X @ W, axis=1)


def accuracy(W, X, y):
    if len(y) == 0:
        return 0.0
    return (accuracy(W, X[1:], y[:]) * (len(y) - 1) + (predict(W, X[:1])[0] == y[0])) / len(y)
