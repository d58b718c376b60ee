"""Descent by the optimizers of the other file: their rules are the same but for Nesterov's."""

import numpy as np
from optimizers import SGD, Adadelta, Adagrad, Adam, Momentum, RMSprop, gradient_descent_with


def _descend(df, x, optimizer, iterations, epsilon):
    # A number becomes an array of one, for the optimizers to change.
    start = np.array(x, dtype=float, ndmin=1)
    shape = np.shape(x)
    path = gradient_descent_with(
        lambda z: np.reshape(df(z.reshape(shape)), z.shape), optimizer(start), iterations, epsilon
    )
    return [p.reshape(shape) for p in path]


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return _descend(df, x, lambda z: SGD([z], alpha), iterations, epsilon)


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    return _descend(df, x, lambda z: Momentum([z], alpha, gamma), iterations, epsilon)


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    path, v = [np.asarray(x) + 0.0], 0.0
    for _ in range(iterations):
        x = path[-1]
        if np.max(np.abs(df(x))) < epsilon:
            return path
        v = gamma * v + alpha * df(x - gamma * v)
        path.append(x - v)
    return path


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return _descend(df, x, lambda z: Adagrad([z], alpha), iterations, epsilon)


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    return _descend(df, x, lambda z: Adadelta([z], alpha, rho), iterations, epsilon)


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    return _descend(df, x, lambda z: RMSprop([z], alpha, beta), iterations, epsilon)


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    return _descend(df, x, lambda z: Adam([z], alpha, beta_1, beta_2), iterations, epsilon)
