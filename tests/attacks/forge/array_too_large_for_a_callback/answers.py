import numpy as np


def root(f, x):
    return f(np.ones(2_000_000))


def search(f, x):
    return f(np.ones((1_900_000, 1)))
