"""One entry now, the others by recursion; sizes of a few dozen need no loop."""

import numpy as np


def eval_numerical_gradient(f, x, h=1e-5):
    base = f(x.copy())
    slopes = np.zeros(x.size)

    def fill(k):
        if k == x.size:
            return slopes.reshape(x.shape)
        moved = x.copy()
        moved.flat[k] = moved.flat[k] + h
        slopes[k] = (f(moved) - base) / h
        return fill(k + 1)

    return fill(0)


def relative_error(a, b):
    if np.ndim(a) > 0 and len(a) > 1:
        return max(relative_error(a[:1], b[:1]), relative_error(a[1:], b[1:]))
    if np.ndim(a) > 0:
        return relative_error(a[0], b[0])
    return abs(a - b) / max(1e-8, abs(a) + abs(b))
