"""Arrays are walked through by a flat view of them, and put right again whatever happens."""

from contextlib import contextmanager

import numpy as np


@contextmanager
def moved(flat, k, by):
    kept = flat[k]
    flat[k] = kept + by
    try:
        yield
    finally:
        flat[k] = kept


def eval_numerical_gradient(f, x, h=1e-5):
    flat, out = x.reshape(-1), np.empty(x.shape)
    view = out.reshape(-1)
    start = f(x)
    for k, _ in enumerate(flat):
        with moved(flat, k, h):
            view[k] = (f(x) - start) / h
    return out


def numerical_gradient(f, params, eps=1e-6):
    def slope(flat, k):
        with moved(flat, k, eps):
            above = f()
        with moved(flat, k, -eps):
            return (above - f()) / (eps + eps)

    return [
        np.fromiter((slope(p.reshape(-1), k) for k in range(p.size)), float).reshape(p.shape)
        for p in params
    ]
