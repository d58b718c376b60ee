from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from arrays import Array


@contextmanager
def moved(x: Array, index: tuple[int, ...], by: float) -> Iterator[None]:
    """One entry elsewhere, and back again whatever happens."""
    old = x[index]
    x[index] += by
    try:
        yield
    finally:
        x[index] = old


def eval_numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    base, slope = f(x), np.full(x.shape, np.nan)
    for index, _ in np.ndenumerate(x):
        with moved(x, index, h):
            slope[index] = (f(x) - base) / h
    return slope


def numerical_gradient(
    f: Callable[[], float], params: list[Array], eps: float = 1e-6
) -> list[Array]:
    slopes = [np.empty_like(p) for p in params]
    for p, slope in zip(params, slopes):
        for index, _ in np.ndenumerate(p):
            with moved(p, index, +eps):
                above = f()
            with moved(p, index, -eps):
                below = f()
            slope[index] = (above - below) / (2.0 * eps)
    return slopes


def relative_error(a: Array, b: Array) -> float:
    scale = abs(a) + abs(b)
    scale[scale < 1e-8] = 1e-8
    return float(np.amax(abs(a - b) / scale))


def check_gradient(
    f: Callable[[Array], float],
    df: Callable[[Array], Array],
    x: Array,
    tolerance: float = 1e-6,
) -> bool:
    x = np.copy(x)
    (numeric,) = numerical_gradient(lambda: f(x), [x], eps=1e-5)
    analytic = df(x)
    return bool(
        np.linalg.norm(analytic - numeric, ord=None)
        <= tolerance * (np.linalg.norm(analytic) + np.linalg.norm(numeric))
    )
