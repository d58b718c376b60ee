"""One base class that loops, remembers and counts; each optimizer states only its rule."""

from abc import abstractmethod

import numpy as np


class Optimizer:
    memories = 0

    def __init__(self, params, learning_rate=None, **constants):
        self.params = list(params)
        self.learning_rate = learning_rate
        self.constants = constants
        self.memory = [[np.zeros_like(p) for _ in range(self.memories)] for p in self.params]
        self.t = 0

    def parameters(self):
        return self.params

    def step(self, grads):
        self.t = self.t + 1
        for p, g, memory in zip(self.params, grads, self.memory):
            np.subtract(p, self.rule(g, *memory, **self.constants), out=p)
        return self.params

    @abstractmethod
    def rule(self, g, *memory, **constants):
        raise NotImplementedError("each optimizer has its own rule")


class SGD(Optimizer):
    def rule(self, g):
        return self.learning_rate * g


class Momentum(Optimizer):
    memories = 1

    def __init__(self, params, learning_rate, gamma=0.9):
        super().__init__(params, learning_rate, gamma=gamma)

    def rule(self, g, buf, *, gamma):
        buf *= gamma
        buf += g
        return self.learning_rate * buf


class Nesterov(Momentum):
    def rule(self, g, buf, *, gamma):
        return self.learning_rate * g + gamma * super().rule(g, buf, gamma=gamma)


class Adagrad(Optimizer):
    memories = 1

    def __init__(self, params, learning_rate, epsilon=1e-8):
        super().__init__(params, learning_rate, epsilon=epsilon)

    def rule(self, g, G, *, epsilon):
        G += g * g
        return self.learning_rate * g / (np.sqrt(G) + epsilon)


class RMSprop(Optimizer):
    memories = 1

    def __init__(self, params, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(params, learning_rate, beta=beta, epsilon=epsilon)

    def rule(self, g, v, *, beta, epsilon):
        average(v, g * g, beta)
        return self.learning_rate * g / (np.sqrt(v) + epsilon)


class Adadelta(Optimizer):
    memories = 2

    def __init__(self, params, learning_rate=1.0, rho=0.9, epsilon=1e-6):
        super().__init__(params, learning_rate, rho=rho, epsilon=epsilon)

    def rule(self, g, E, U, *, rho, epsilon):
        average(E, g * g, rho)
        delta = g * np.sqrt((U + epsilon) / (E + epsilon))
        average(U, delta * delta, rho)
        return self.learning_rate * delta


class Adam(Optimizer):
    memories = 3

    def __init__(self, params, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        super().__init__(params, learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)

    def rule(self, g, m, v, u, *, beta_1, beta_2, epsilon):
        average(m, g, beta_1)
        average(v, g * g, beta_2)
        top = self.top(g, m, beta_1)
        return self.learning_rate * top / (np.sqrt(self.below(v, u, beta_2)) + epsilon)

    def top(self, g, m, beta_1):
        return m / (1 - beta_1**self.t)

    def below(self, v, u, beta_2):
        return v / (1 - beta_2**self.t)


class AdaMax(Adam):
    def rule(self, g, m, v, u, *, beta_1, beta_2, epsilon):
        average(m, g, beta_1)
        np.maximum(beta_2 * u, abs(g) + epsilon, out=u)
        return self.learning_rate * self.top(g, m, beta_1) / u


class Nadam(Adam):
    def top(self, g, m, beta_1):
        return (1 - beta_1) * super().top(g, g, beta_1) + beta_1 * m / (1 - beta_1 ** (self.t + 1))


class AMSGrad(Adam):
    def below(self, v, u, beta_2):
        np.maximum(u, v, out=u)
        return super().below(u, v, beta_2)


def average(old, new, decay):
    """Move an average in place."""
    old += (1 - decay) * (new - old)


def gradient_descent_with(df, optimizer, iterations=100, epsilon=1e-8):
    path = [np.copy(optimizer.params[0])]
    while len(path) <= iterations:
        g = df(path[-1])
        if not np.any(np.abs(g) >= epsilon):
            break
        (x,) = optimizer.step((g,))
        path.append(np.copy(x))
    return path
