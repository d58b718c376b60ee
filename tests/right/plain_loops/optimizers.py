import numpy as np


class Optimizer:
    def __init__(self, params):
        self.params = params

    def step(self, grads):
        raise NotImplementedError

    def parameters(self):
        return self.params


class SGD(Optimizer):
    def __init__(self, params, learning_rate):
        super().__init__(params)
        self.lr = learning_rate

    def step(self, grads):
        for i in range(len(self.params)):
            self.params[i] -= self.lr * grads[i]
        return self.params


class Momentum(Optimizer):
    def __init__(self, params, learning_rate, gamma=0.9):
        super().__init__(params)
        self.lr = learning_rate
        self.gamma = gamma
        self.v = [np.zeros(p.shape) for p in params]

    def step(self, grads):
        for i in range(len(self.params)):
            self.v[i] = self.gamma * self.v[i] + grads[i]
            self.params[i] -= self.lr * self.v[i]
        return self.params


class Nesterov(Momentum):
    def step(self, grads):
        for i in range(len(self.params)):
            self.v[i] = self.gamma * self.v[i] + grads[i]
            self.params[i] -= self.lr * (grads[i] + self.gamma * self.v[i])
        return self.params


class Adagrad(Optimizer):
    def __init__(self, params, learning_rate, epsilon=1e-8):
        super().__init__(params)
        self.lr = learning_rate
        self.eps = epsilon
        self.s = [0.0 for p in params]

    def step(self, grads):
        for i in range(len(self.params)):
            self.s[i] = self.s[i] + grads[i] ** 2
            self.params[i] -= self.lr / (np.sqrt(self.s[i]) + self.eps) * grads[i]
        return self.params


class RMSprop(Optimizer):
    def __init__(self, params, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(params)
        self.lr = learning_rate
        self.beta = beta
        self.eps = epsilon
        self.s = [0.0 for p in params]

    def step(self, grads):
        for i in range(len(self.params)):
            self.s[i] = self.beta * self.s[i] + (1 - self.beta) * grads[i] ** 2
            self.params[i] -= self.lr / (np.sqrt(self.s[i]) + self.eps) * grads[i]
        return self.params


class Adadelta(Optimizer):
    def __init__(self, params, learning_rate=1.0, rho=0.9, epsilon=1e-6):
        super().__init__(params)
        self.lr = learning_rate
        self.rho = rho
        self.eps = epsilon
        self.Eg = [0.0 for p in params]
        self.Ed = [0.0 for p in params]

    def step(self, grads):
        for i in range(len(self.params)):
            self.Eg[i] = self.rho * self.Eg[i] + (1 - self.rho) * grads[i] ** 2
            d = np.sqrt(self.Ed[i] + self.eps) / np.sqrt(self.Eg[i] + self.eps) * grads[i]
            self.Ed[i] = self.rho * self.Ed[i] + (1 - self.rho) * d**2
            self.params[i] -= self.lr * d
        return self.params


class Adam(Optimizer):
    def __init__(self, params, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        super().__init__(params)
        self.lr = learning_rate
        self.b1 = beta_1
        self.b2 = beta_2
        self.eps = epsilon
        self.m = [np.zeros(p.shape) for p in params]
        self.v = [np.zeros(p.shape) for p in params]
        self.u = [np.zeros(p.shape) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i in range(len(self.params)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * grads[i]
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * grads[i] ** 2
            self.update(i, grads[i])
        return self.params

    def update(self, i, g):
        m = self.m[i] / (1 - self.b1**self.t)
        v = self.v[i] / (1 - self.b2**self.t)
        self.params[i] -= self.lr * m / (np.sqrt(v) + self.eps)


class AdaMax(Adam):
    def update(self, i, g):
        self.u[i] = np.maximum(self.b2 * self.u[i], np.abs(g) + self.eps)
        self.params[i] -= self.lr / (1 - self.b1**self.t) * self.m[i] / self.u[i]


class Nadam(Adam):
    def update(self, i, g):
        m = self.b1 * self.m[i] / (1 - self.b1 ** (self.t + 1))
        m = m + (1 - self.b1) * g / (1 - self.b1**self.t)
        v = self.v[i] / (1 - self.b2**self.t)
        self.params[i] -= self.lr * m / (np.sqrt(v) + self.eps)


class AMSGrad(Adam):
    def update(self, i, g):
        self.u[i] = np.maximum(self.u[i], self.v[i])
        m = self.m[i] / (1 - self.b1**self.t)
        self.params[i] -= self.lr * m / (np.sqrt(self.u[i] / (1 - self.b2**self.t)) + self.eps)


def gradient_descent_with(df, optimizer, iterations=100, epsilon=1e-8):
    x = optimizer.parameters()[0]
    path = [x.copy()]
    for i in range(iterations):
        g = df(x)
        if np.abs(g).max() < epsilon:
            break
        optimizer.step([g])
        path.append(x.copy())
    return path
