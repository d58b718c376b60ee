import numpy as np

TINY = 1e-8
INSIDE = 1e-6


def gradient_descent_rmsprop(df, x, alpha=0.01, beta=0.9, iterations=100, epsilon=1e-8):
    path = np.empty((iterations + 1, *np.shape(x)))
    path[0] = x
    v = np.zeros(np.shape(x))
    for i in range(iterations):
        g = np.asarray(df(path[i] if np.ndim(x) else float(path[i])))
        if np.max(np.abs(g)) < epsilon:
            return path[: i + 1]
        v = beta * v + (1 - beta) * g * g
        path[i + 1] = path[i] - alpha * g / (np.sqrt(v) + TINY)
    return path


def gradient_descent_adadelta(df, x, alpha=1.0, rho=0.9, iterations=100, epsilon=1e-8):
    path = [x + 0.0]
    squares = changes = np.zeros_like(x, dtype=float)
    for _ in range(iterations):
        g = df(path[-1])
        if np.max(np.abs(g)) < epsilon:
            break
        squares = rho * squares + (1 - rho) * g * g
        change = g * ((changes + INSIDE) / (squares + INSIDE)) ** 0.5
        changes = rho * changes + (1 - rho) * change * change
        path.append(path[-1] - alpha * change)
    return path
