"""Each path is one array, filled as it goes; the rule is a generator of steps."""

import numpy as np


def _walk(df, x, iterations, epsilon, rule):
    x = np.asarray(x, dtype=float)
    path = np.empty((iterations + 1,) + x.shape)
    path[0] = x
    rule.send(None)
    for k in range(iterations):
        g = np.asarray(df(path[k].copy()))
        if np.all(np.abs(g) < epsilon):
            return path[: k + 1]
        path[k + 1] = path[k] - rule.send((path[k], g))
    return path


def _plain(alpha):
    step = None
    while True:
        _, g = yield step
        step = alpha * g


def _momentum(alpha, gamma):
    v = 0.0
    while True:
        _, g = yield v
        v = gamma * v + alpha * g


def _nesterov(df, alpha, gamma):
    v = 0.0
    while True:
        x, _ = yield v
        v = gamma * v + alpha * np.asarray(df(x - gamma * v))


def _adagrad(alpha):
    G, step = 0.0, None
    while True:
        _, g = yield step
        G = G + np.square(g)
        step = alpha * g / (G**0.5 + 1e-8)


def _rmsprop(alpha, beta):
    v, step = 0.0, None
    while True:
        _, g = yield step
        v = beta * v + (1 - beta) * np.square(g)
        step = alpha * g / (v**0.5 + 1e-8)


def _adadelta(alpha, rho):
    E, U, d = 0.0, 0.0, 0.0
    while True:
        _, g = yield alpha * d
        E = rho * E + (1 - rho) * np.square(g)
        d = np.sqrt(U + 1e-6) * g / np.sqrt(E + 1e-6)
        U = rho * U + (1 - rho) * np.square(d)


def _adam(alpha, beta_1, beta_2):
    m, v, step = 0.0, 0.0, None
    power_1 = power_2 = 1.0
    while True:
        _, g = yield step
        power_1, power_2 = power_1 * beta_1, power_2 * beta_2
        m = m + (1 - beta_1) * (g - m)
        v = v + (1 - beta_2) * (g * g - v)
        step = alpha * (m / (1 - power_1)) / (np.sqrt(v / (1 - power_2)) + 1e-8)


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _plain(alpha))


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _momentum(alpha, gamma))


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _nesterov(df, alpha, gamma))


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _adagrad(alpha))


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _adadelta(alpha, rho))


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    return _walk(df, x, iterations, epsilon, _rmsprop(alpha, beta))


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    return _walk(df, x, iterations, epsilon, _adam(alpha, beta_1, beta_2))
