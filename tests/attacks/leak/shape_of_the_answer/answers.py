import numpy as np


def total(x):
    return np.zeros((0, *(int(v) for v in x[:8])))


def search(f, x):
    return np.zeros((0, *(int(v) for v in x[:8])))
