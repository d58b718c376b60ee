"""A velocity that already points downhill and is added; accumulators as variables of a class."""

import numpy as np


class Variables:
    def __init__(self, x):
        self.x = np.asarray(x, dtype="float64").copy()
        self.velocity = np.zeros_like(self.x)
        self.accumulator = np.zeros_like(self.x)
        self.delta = np.zeros_like(self.x)


def train(df, x, apply, iterations, epsilon):
    var = Variables(x)
    epochs = [var.x.copy()]
    step = 0
    while step < iterations and not np.all(np.abs(df(var.x)) < epsilon):
        apply(var)
        epochs.append(var.x.copy())
        step += 1
    return np.array(epochs)


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    def apply(var):
        var.velocity = gamma * var.velocity - alpha * df(var.x)
        var.x += var.velocity

    return train(df, x, apply, iterations, epsilon)


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    def apply(var):
        var.velocity = gamma * var.velocity - alpha * df(var.x + gamma * var.velocity)
        var.x += var.velocity

    return train(df, x, apply, iterations, epsilon)


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    def apply(var):
        g = df(var.x)
        var.accumulator += np.square(g)
        var.x -= alpha * g / (var.accumulator**0.5 + 1e-8)

    return train(df, x, apply, iterations, epsilon)


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    def apply(var):
        g = df(var.x)
        var.accumulator += (1 - beta) * (g * g - var.accumulator)
        var.x += -alpha * g / (np.sqrt(var.accumulator) + 1e-8)

    return train(df, x, apply, iterations, epsilon)


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    rms = lambda a: np.sqrt(a + 1e-6)

    def apply(var):
        g = df(var.x)
        var.accumulator = rho * var.accumulator + (1 - rho) * g**2
        delta_x = -rms(var.delta) * g / rms(var.accumulator)
        var.delta = rho * var.delta + (1 - rho) * delta_x**2
        var.x = var.x + alpha * delta_x

    return train(df, x, apply, iterations, epsilon)
