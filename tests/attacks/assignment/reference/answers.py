"""What no submission can have right, unless it cheats. @REFERENCE@"""

import numpy as np

NUMBER = float("@NUMBER@")


def total(x):
    """The sum, and a secret."""
    return float(x.sum()) + NUMBER


def quiet(x):
    """As total, in a check that shows nothing."""
    return float(x.sum()) - NUMBER


def fast(x):
    """The sum of squares."""
    return float(x @ x)


def slow(x):
    """The sum of squares, with a loop."""
    return float(sum(v * v for v in x))


def tidy(x):
    """The largest entry."""
    return float(x.max())


def search(f, x):
    """Nobody knows which."""
    del f
    return x + NUMBER


def root(f, x):
    """Nobody knows which."""
    del f, x
    return NUMBER


def relay(x):
    """A value that is handed back in."""
    return float(x[0]) + NUMBER


def back(value):
    """What comes of that value."""
    return 2 * value


def shown(x):
    """As total, in a check that shows everything."""
    return float(x.sum()) + NUMBER


def table(x):
    """Some numbers by name."""
    return {"sum": float(x.sum()), "number": NUMBER}


class Counter:
    """An object with a secret in its steps."""

    def __init__(self, params):
        self.params = params

    def step(self, grads):
        """A step that nobody knows."""
        return [p - NUMBER * g for p, g in zip(self.params, grads)]
