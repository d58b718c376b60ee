"""A buffer of plain gradients, and the rate in front of it; Adam's step by the root first."""

import numpy as np


def _run(df, x, step, iterations, epsilon, look=lambda x: x):
    x = np.array(x, dtype=np.float64)
    trajectory = [x.copy()]
    for t in range(1, iterations + 1):
        if np.abs(df(x)).max() < epsilon:
            break
        x = x - step(df(look(x)), t)
        trajectory.append(x.copy())
    return trajectory


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    return _run(df, x, lambda g, t: alpha * g, iterations, epsilon)


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    buffer = None

    def step(g, t):
        nonlocal buffer
        buffer = g if buffer is None else gamma * buffer + g
        return alpha * buffer

    return _run(df, x, step, iterations, epsilon)


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    state = {"buffer": 0.0}

    def step(g, t):
        state["buffer"] = gamma * state["buffer"] + g
        return alpha * state["buffer"]

    ahead = lambda x: x - gamma * alpha * state["buffer"]
    return _run(df, x, step, iterations, epsilon, ahead)


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    exp_avg = exp_avg_sq = 0.0

    def step(g, t):
        nonlocal exp_avg, exp_avg_sq
        exp_avg = exp_avg + (g - exp_avg) * (1 - beta_1)
        exp_avg_sq = exp_avg_sq * beta_2 + (1 - beta_2) * g * g
        bias_correction1 = 1 - beta_1**t
        bias_correction2_sqrt = (1 - beta_2**t) ** 0.5
        denom = np.sqrt(exp_avg_sq) / bias_correction2_sqrt + 1e-8
        return alpha / bias_correction1 * exp_avg / denom

    return _run(df, x, step, iterations, epsilon)
