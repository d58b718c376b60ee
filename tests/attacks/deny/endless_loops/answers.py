import time


def total(x):
    while True:
        pass


def quiet(x):
    return 10 ** (10**9)


def search(f, x):
    while True:
        f(x)
        time.sleep(0.05)


def root(f, x):
    time.sleep(99)


def tidy(x):
    return sum(iter(int, 1))
