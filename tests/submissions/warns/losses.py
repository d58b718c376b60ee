import numpy as np


def softmax(scores):
    p = np.exp(scores)
    return p / p.sum(axis=1)[:, None]


def append_bias(X):
    np.log(np.zeros(1))
    return np.column_stack([X, np.ones(len(X))])
