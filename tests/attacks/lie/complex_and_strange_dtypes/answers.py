import numpy as np


def total(x):
    return np.array([1 + 2j, 3])


def quiet(x):
    return np.bool_(True)


def search(f, x):
    f(x.astype(complex))
    return x.astype(complex) + 1j


def table(x):
    return {"sum": [1, 2j, "x", None], 3.5: np.float16(1)}


def root(f, x):
    f(np.uint8(200))
    return [None, "a", 1j]


def relay(x):
    return 2j


def back(value):
    return np.array([True, False])


class Counter:
    def __init__(self, params):
        pass

    def step(self, grads):
        return {"a": [None], (1, 2): "b"}
