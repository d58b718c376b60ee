import numpy as np


def fit_polynomial(x, y, degree):
    Q, R = np.linalg.qr(np.vander(x, degree + 1, increasing=True))
    return np.linalg.solve(R, Q.T @ y)


def evaluate_polynomial(theta, x):
    return np.polyval(theta[::-1], x)


def bias_variance(predictions, truth):
    return np.square(predictions.mean(0) - truth).mean(), predictions.var(0).mean()
