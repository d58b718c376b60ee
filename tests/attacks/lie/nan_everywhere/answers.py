import numpy as np


def total(x):
    return float("nan")


def table(x):
    return {"sum": np.nan, "number": np.inf}


def search(f, x):
    f(x * np.nan)
    return np.full_like(x, np.nan)


def root(f, x):
    return np.complex128(complex(float("nan"), float("inf")))


def relay(x):
    return float("nan")


def back(value):
    return value
