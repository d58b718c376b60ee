"""Endless streams of points, cut to length."""

from itertools import count, islice

import numpy as np


def _cut(stream, iterations):
    return list(islice(stream, iterations + 1))


def _far_from_flat(df, x, epsilon):
    return not (np.abs(df(x)) < epsilon).all()


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    def points(x):
        yield x
        while _far_from_flat(df, x, epsilon):
            x = x - alpha * df(x)
            yield x

    return _cut(points(np.copy(x)), iterations)


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    def points(x):
        squares = 0
        yield x
        while _far_from_flat(df, x, epsilon):
            g = df(x)
            squares = squares + g * g
            x = x - alpha * g / (np.sqrt(squares) + 1e-8)
            yield x

    return _cut(points(np.copy(x)), iterations)


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    def points(x):
        m, v = 0, 0
        yield x
        for t in count(1):
            if not _far_from_flat(df, x, epsilon):
                return
            g = df(x)
            m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g * g
            x = x - alpha * (m / (1 - beta_1**t)) / (np.sqrt(v / (1 - beta_2**t)) + 1e-8)
            yield x

    return _cut(points(np.copy(x)), iterations)
