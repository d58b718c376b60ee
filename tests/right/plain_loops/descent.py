import numpy as np


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    history = [x]
    for i in range(iterations):
        if np.max(np.abs(df(x))) < epsilon:
            break
        x = x - alpha * df(x)
        history.append(x)
    return history


def gradient_descent_momentum(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    """As torch writes it: the learning rate multiplies the buffer."""
    history = [x]
    buf = np.zeros_like(x)
    for i in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        buf = gamma * buf + g
        x = x - alpha * buf
        history.append(x)
    return history


def gradient_descent_nesterov(df, x, alpha=0.01, gamma=0.9, iterations=100, epsilon=1e-8):
    history = [x]
    v = np.zeros_like(x)
    for i in range(iterations):
        if np.max(np.abs(df(x))) < epsilon:
            break
        v = gamma * v - alpha * df(x + gamma * v)
        x = x + v
        history.append(x)
    return history


def gradient_descent_adagrad(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    history = [x]
    total = np.zeros_like(x)
    for i in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        total = total + g * g
        x = x - alpha * g / (np.sqrt(total) + 1e-8)
        history.append(x)
    return history


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    history = [x]
    Eg = np.zeros_like(x)
    Ed = np.zeros_like(x)
    for i in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        Eg = rho * Eg + (1 - rho) * g * g
        delta = np.sqrt(Ed + 1e-6) / np.sqrt(Eg + 1e-6) * g
        Ed = rho * Ed + (1 - rho) * delta * delta
        x = x - alpha * delta
        history.append(x)
    return history


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    history = [x]
    v = np.zeros_like(x)
    for i in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        v = v + (1 - beta) * (g * g - v)
        x = x - alpha / (np.sqrt(v) + 1e-8) * g
        history.append(x)
    return history


def gradient_descent_adam(
    df, x, alpha=0.01, beta_1=0.9, beta_2=0.999, iterations=100, epsilon=1e-8
):
    history = [x]
    m = v = np.zeros_like(x)
    for t in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        mhat = m / (1 - beta_1 ** (t + 1))
        vhat = v / (1 - beta_2 ** (t + 1))
        x = x - alpha * mhat / (np.sqrt(vhat) + 1e-8)
        history.append(x)
    return history
