"""An honest submission, wrong in every attacked check: no attack may earn more."""

import numpy as np


def total(x):
    return float(x.sum())


def quiet(x):
    return float(x.sum())


def fast(x):
    result = 0.0
    for v in x:
        result += v * v
    return result


def slow(x):
    return float(x @ x)


def tidy(x):
    x -= x.max()
    return 0.0


def search(f, x):
    f(x)
    return x


def root(f, x):
    return float(f(x))


def relay(x):
    return float(x[0])


def back(value):
    return value


def shown(x):
    return float(x.sum())


def table(x):
    return {"sum": float(np.sum(x)), "number": 0.0}


class Counter:
    def __init__(self, params):
        self.params = params

    def step(self, grads):
        return [p - g for p, g in zip(self.params, grads)]
