import numpy as np


def total(x):
    return np.zeros(20_000_000)


def quiet(x):
    return "x" * 100_000_000


def search(f, x):
    return list(range(2_000_000))


def root(f, x):
    return 1 << 10_000_000


def table(x):
    loop = []
    loop.append(loop)
    return loop


def relay(x):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
