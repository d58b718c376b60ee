"""A state dict for each parameter, filled when it is first needed."""

import numpy as np


class Optimizer:
    def __init__(self, params, **defaults):
        self.params = list(params)
        self.defaults = defaults
        self.state = [{} for _ in self.params]

    def parameters(self):
        return self.params

    def step(self, grads):
        for p, g, state in zip(self.params, grads, self.state):
            self._single(p, g, state, **self.defaults)
        return self.params

    def _single(self, p, g, state):
        raise NotImplementedError


class SGD(Optimizer):
    def __init__(self, params, learning_rate):
        super().__init__(params, lr=learning_rate)

    def _single(self, p, g, state, lr):
        p += -lr * g


class Momentum(Optimizer):
    nesterov = False

    def __init__(self, params, learning_rate, gamma=0.9):
        super().__init__(params, lr=learning_rate, momentum=gamma)

    def _single(self, p, g, state, lr, momentum):
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = g.copy()
        else:
            state["momentum_buffer"] *= momentum
            state["momentum_buffer"] += g
        update = state["momentum_buffer"]
        if self.nesterov:
            update = g + momentum * update
        p += -lr * update


class Nesterov(Momentum):
    nesterov = True


class Adam(Optimizer):
    def __init__(self, params, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
        super().__init__(params, lr=learning_rate, betas=(beta_1, beta_2), eps=epsilon)

    def _single(self, p, g, state, lr, betas, eps):
        state["step"] = state.get("step", 0) + 1
        state["exp_avg"] = betas[0] * state.get("exp_avg", 0.0) + (1 - betas[0]) * g
        state["exp_avg_sq"] = betas[1] * state.get("exp_avg_sq", 0.0) + (1 - betas[1]) * g * g
        root = np.sqrt(1 - betas[1] ** state["step"])
        denom = np.sqrt(state["exp_avg_sq"]) / root + eps
        p -= (lr / (1 - betas[0] ** state["step"])) * (state["exp_avg"] / denom)
