from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from arrays import Array

Gradient = Callable[[Array], Array]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of descent: a state, and how a gradient changes point and state."""

    alpha: float

    def start(self, x: Array) -> tuple[Array, ...]:
        return ()

    def step(self, t: int, g: Array, state: tuple[Array, ...]) -> tuple[Array, tuple[Array, ...]]:
        return self.alpha * g, state

    def gradient(self, df: Gradient, x: Array, g: Array, state: tuple[Array, ...]) -> Array:
        return g

    def path(self, df: Gradient, x: float | Array, iterations: int, epsilon: float) -> list[Array]:
        path = [np.array(x, dtype=float)]
        state = self.start(path[0])
        for t in range(1, iterations + 1):
            g = np.asarray(df(path[-1]))
            if (abs(g) < epsilon).all():
                break
            g = self.gradient(df, path[-1], g, state)
            step, state = self.step(t, g, state)
            path.append(path[-1] - step)
        return path


@dataclass(frozen=True, kw_only=True)
class Momentum(Rule):
    gamma: float

    def start(self, x):
        return (np.zeros_like(x),)

    def step(self, t, g, state):
        v = self.gamma * state[0] + self.alpha * g
        return v, (v,)


@dataclass(frozen=True, kw_only=True)
class Nesterov(Momentum):
    def gradient(self, df, x, g, state):
        return df(x - self.gamma * state[0])


@dataclass(frozen=True, kw_only=True)
class Adagrad(Rule):
    def start(self, x):
        return (np.zeros_like(x),)

    def step(self, t, g, state):
        G = state[0] + g * g
        return self.alpha * g / (np.sqrt(G) + 1e-8), (G,)


@dataclass(frozen=True, kw_only=True)
class RMSprop(Adagrad):
    beta: float

    def step(self, t, g, state):
        v = self.beta * state[0] + (1.0 - self.beta) * g * g
        return self.alpha * g / (np.sqrt(v) + 1e-8), (v,)


@dataclass(frozen=True, kw_only=True)
class Adadelta(Rule):
    rho: float

    def start(self, x):
        return np.zeros_like(x), np.zeros_like(x)

    def step(self, t, g, state):
        squares, steps = state
        squares = self.rho * squares + (1.0 - self.rho) * g**2
        delta = np.sqrt(steps + 1e-6) / np.sqrt(squares + 1e-6) * g
        return self.alpha * delta, (squares, self.rho * steps + (1.0 - self.rho) * delta**2)


@dataclass(frozen=True, kw_only=True)
class Adam(Adadelta):
    rho: float = 0.0
    betas: tuple[float, float]

    def step(self, t, g, state):
        b1, b2 = self.betas
        m = b1 * state[0] + (1.0 - b1) * g
        v = b2 * state[1] + (1.0 - b2) * g**2
        correction = 1.0 - np.power(self.betas, t)
        step = m / correction[0] / (np.sqrt(v / correction[1]) + 1e-8)
        return self.alpha * step, (m, v)


def gradient_descent(
    df: Gradient, x: Array, alpha: float = 0.01, iterations: int = 100, epsilon: float = 1e-8
) -> list[Array]:
    return Rule(alpha=alpha).path(df, x, iterations, epsilon)


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    return Momentum(alpha=alpha, gamma=gamma).path(df, x, iterations, epsilon)


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    return Nesterov(alpha=alpha, gamma=gamma).path(df, x, iterations, epsilon)


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return Adagrad(alpha=alpha).path(df, x, iterations, epsilon)


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    return Adadelta(alpha=alpha, rho=rho).path(df, x, iterations, epsilon)


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    return RMSprop(alpha=alpha, beta=beta).path(df, x, iterations, epsilon)


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    return Adam(alpha=alpha, betas=(beta_1, beta_2)).path(df, x, iterations, epsilon)
