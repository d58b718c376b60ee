import numpy as np


def predict(W, X, verbose=False):
    return np.argmax(X @ W, axis=1)


def accuracy(W, X, y, threshold):
    return np.mean(predict(W, X) == y)
