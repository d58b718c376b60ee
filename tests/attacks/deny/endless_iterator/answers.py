import itertools


def total(x):
    return itertools.count()


def search(f, x):
    return (x for _ in itertools.repeat(0))


def table(x):
    return iter(int, 1)


def relay(x):
    return (v for v in itertools.count())
