import numpy as np


def predict(W, X):
    every_pair = np.ones((20000, 20000))
    return np.argmax(X @ W, axis=1) + 0 * int(every_pair[0, 0])


def accuracy(W, X, y):
    return np.mean(np.argmax(X @ W, axis=1) == y)
