import sys


def total(x):
    return total(x)


def quiet(x):
    sys.setrecursionlimit(10**9)
    return quiet(x)


def table(x):
    deep = None
    for _ in range(500_000):
        deep = (deep,)
    return hash(deep)
