import numpy as np


def gradient_descent(df, x, alpha=0.01, iterations=100, epsilon=1e-8):
    x = np.array(x, dtype=float)
    path = [x]
    for _ in range(iterations):
        g = df(x)
        if np.max(np.abs(g)) < epsilon:
            break
        x -= alpha * g
        path.append(x)
    return path
