"""Each habit of an optimizer in a class of its own, put together by inheritance."""

import numpy as np


class Optimizer:
    __slots__ = ("params",)

    def __init__(self, params):
        self.params = params if isinstance(params, list) else list(params)

    def parameters(self):
        return self.params

    def step(self, grads):
        raise NotImplementedError(f"{type(self).__name__} has no rule")


class InTurn(Optimizer):
    """Goes through the parameters."""

    __slots__ = ("lr", "t")

    def __init__(self, params, learning_rate):
        super().__init__(params)
        self.lr, self.t = learning_rate, 0

    def step(self, grads):
        self.t = self.t + 1
        for place, (p, g) in enumerate(zip(self.params, grads)):
            np.subtract(p, self.lr * self.change(place, g), out=p)
        return self.params


class WithMean:
    """Keeps a mean of gradients, and corrects it."""

    __slots__ = ()

    def mean(self, place, g):
        self.means[place] = self.beta_1 * self.means[place] + (1 - self.beta_1) * g
        return self.means[place] / (1 - self.beta_1**self.t)


class WithSquares(InTurn):
    """Keeps a mean of squares."""

    __slots__ = ("beta_2", "epsilon", "squares")

    def square(self, place, g):
        self.squares[place] = self.beta_2 * self.squares[place] + (1 - self.beta_2) * g**2
        return self.squares[place]


class Adagrad(InTurn):
    __slots__ = ("epsilon", "sums")

    def __init__(self, params, learning_rate, epsilon=1e-8):
        super().__init__(params, learning_rate)
        self.epsilon, self.sums = epsilon, [np.zeros_like(p) for p in self.params]

    def change(self, place, g):
        self.sums[place] += g * g
        return g / (self.sums[place] ** 0.5 + self.epsilon)


class RMSprop(WithSquares):
    __slots__ = ()

    def __init__(self, params, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(params, learning_rate)
        self.beta_2, self.epsilon = beta, epsilon
        self.squares = dict.fromkeys(range(len(self.params)), 0.0)

    def change(self, place, g):
        return g / (np.sqrt(self.square(place, g)) + self.epsilon)


class Adam(WithMean, WithSquares):
    __slots__ = ("beta_1", "means")

    def __init__(self, params, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        super().__init__(params, learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.means, self.squares = ([0.0 * p for p in self.params] for _ in "mv")

    def change(self, place, g):
        root = np.sqrt(self.square(place, g) / (1 - self.beta_2**self.t))
        return self.mean(place, g) / (root + self.epsilon)


class AdaMax(Adam):
    __slots__ = ()

    def change(self, place, g):
        sizes = np.abs(g) + self.epsilon
        self.squares[place] = np.fmax(self.beta_2 * self.squares[place], sizes)
        return self.mean(place, g) / self.squares[place]


class Nadam(Adam):
    __slots__ = ()

    def change(self, place, g):
        root = np.sqrt(self.square(place, g) / (1 - self.beta_2**self.t))
        self.mean(place, g)
        ahead = self.beta_1 * self.means[place] / (1 - self.beta_1 ** (self.t + 1))
        now = (1 - self.beta_1) / (1 - self.beta_1**self.t) * g
        return (now + ahead) / (root + self.epsilon)


class AMSGrad(Adam):
    __slots__ = ("largest",)

    def change(self, place, g):
        if self.t == 1 and place == 0:
            self.largest = [np.zeros_like(p) for p in self.params]
        np.maximum(self.largest[place], self.square(place, g), out=self.largest[place])
        root = np.sqrt(self.largest[place] / (1 - self.beta_2**self.t))
        return self.mean(place, g) / (root + self.epsilon)


class Adadelta(WithSquares):
    __slots__ = ("changes",)

    def __init__(self, params, learning_rate=1.0, rho=0.9, epsilon=1e-6):
        super().__init__(params, learning_rate)
        self.beta_2, self.epsilon = rho, epsilon
        self.squares, self.changes = [0] * len(self.params), [0] * len(self.params)

    def change(self, place, g):
        ratio = (self.changes[place] + self.epsilon) / (self.square(place, g) + self.epsilon)
        change = ratio**0.5 * g
        self.changes[place] += (1 - self.beta_2) * (change**2 - self.changes[place])
        return change


def gradient_descent_with(df, optimizer, iterations=100, epsilon=1e-8):
    def here():
        return optimizer.parameters()[0]

    path = [np.array(here())]
    while len(path) <= iterations and np.linalg.norm(df(here()).ravel(), np.inf) >= epsilon:
        (moved,) = optimizer.step([df(here())])
        path.append(moved.copy())
    return path
