from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from arrays import Array


@dataclass(eq=False)
class Optimizer:
    params: list[Array]
    t: int = field(default=0, init=False)
    memory: dict[str, list[Array]] = field(default_factory=dict, init=False)

    def step(self, grads: list[Array]) -> list[Array]:
        self.t += 1
        for i, g in enumerate(grads):
            self.params[i][...] -= self.move(i, g)
        return self.params

    def move(self, i: int, g: Array) -> Array:
        raise NotImplementedError

    def parameters(self) -> list[Array]:
        return self.params

    def remember(self, name: str, i: int, value: Callable[[Array], Array]) -> Array:
        """Change what is remembered under a name for parameter i; it is 0 at first."""
        kept = self.memory.setdefault(name, [np.zeros_like(p) for p in self.params])
        kept[i] = value(kept[i])
        return kept[i]

    def average(self, name: str, i: int, decay: float, value: Array) -> Array:
        return self.remember(name, i, lambda old: decay * old + (1 - decay) * value)


@dataclass(eq=False)
class SGD(Optimizer):
    learning_rate: float

    def move(self, i: int, g: Array) -> Array:
        return self.learning_rate * g


@dataclass(eq=False)
class Momentum(SGD):
    gamma: float = 0.9

    def move(self, i: int, g: Array) -> Array:
        lr, gamma = self.learning_rate, self.gamma
        return self.remember("v", i, lambda v: gamma * v + lr * g)


@dataclass(eq=False)
class Nesterov(SGD):
    gamma: float = 0.9

    def move(self, i: int, g: Array) -> Array:
        v = self.remember("v", i, lambda v: self.gamma * v + g)
        return self.learning_rate * (g + self.gamma * v)


@dataclass(eq=False)
class Adagrad(SGD):
    epsilon: float = 1e-8

    def move(self, i: int, g: Array) -> Array:
        return self.learning_rate * g / (self.epsilon + self.remember("G", i, lambda G: G + g**2) ** 0.5)


@dataclass(eq=False)
class RMSprop(SGD):
    beta: float = 0.9
    epsilon: float = 1e-8

    def move(self, i: int, g: Array) -> Array:
        return self.learning_rate * g / (self.epsilon + np.sqrt(self.average("v", i, self.beta, g**2)))


@dataclass(eq=False)
class Adadelta(SGD):
    learning_rate: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-6

    def move(self, i: int, g: Array) -> Array:
        E = self.average("E", i, self.rho, g**2)
        delta = g * np.sqrt(self.remember("U", i, np.copy) + self.epsilon) / np.sqrt(E + self.epsilon)
        self.average("U", i, self.rho, delta**2)
        return self.learning_rate * delta


@dataclass(eq=False)
class Adam(SGD):
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def move(self, i: int, g: Array) -> Array:
        m = self.average("m", i, self.beta_1, g) / (1 - self.beta_1**self.t)
        v = self.average("v", i, self.beta_2, g**2) / (1 - self.beta_2**self.t)
        return self.learning_rate * m / (np.sqrt(v) + self.epsilon)


@dataclass(eq=False)
class AdaMax(Adam):
    def move(self, i: int, g: Array) -> Array:
        m = self.average("m", i, self.beta_1, g) / (1 - self.beta_1**self.t)
        larger = lambda u: np.maximum(self.beta_2 * u, np.abs(g) + self.epsilon)
        return self.learning_rate * m / self.remember("u", i, larger)


@dataclass(eq=False)
class Nadam(Adam):
    def move(self, i: int, g: Array) -> Array:
        m = self.average("m", i, self.beta_1, g)
        v = self.average("v", i, self.beta_2, g**2) / (1 - self.beta_2**self.t)
        b = self.beta_1
        ahead = (1 - b) * g / (1 - b**self.t) + b * m / (1 - b ** (self.t + 1))
        return self.learning_rate * ahead / (np.sqrt(v) + self.epsilon)


@dataclass(eq=False)
class AMSGrad(Adam):
    def move(self, i: int, g: Array) -> Array:
        m = self.average("m", i, self.beta_1, g) / (1 - self.beta_1**self.t)
        v = self.average("v", i, self.beta_2, g**2)
        u = self.remember("u", i, lambda u: np.maximum(u, v)) / (1 - self.beta_2**self.t)
        return self.learning_rate * m / (np.sqrt(u) + self.epsilon)


def gradient_descent_with(
    df: Callable[[Array], Array],
    optimizer: Optimizer,
    iterations: int = 100,
    epsilon: float = 1e-8,
) -> list[Array]:
    (x,) = optimizer.params
    path = [x.copy()]
    for _ in range(iterations):
        if np.max(np.abs(df(x))) < epsilon:
            break
        path.append(optimizer.step([df(x)])[0].copy())
    return path
