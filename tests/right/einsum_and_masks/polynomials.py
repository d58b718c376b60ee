import numpy as np


def fit_polynomial(x, y, degree):
    return np.polynomial.polynomial.polyfit(x, y, degree)


def evaluate_polynomial(theta, x):
    return np.einsum("k,k...->...", theta, np.stack([x**k for k in range(len(theta))]))


def bias_variance(predictions, truth):
    mean = np.einsum("mk->k", predictions) / len(predictions)
    spread = predictions - mean
    return ((mean - truth) ** 2).mean(), np.einsum("mk,mk->", spread, spread) / spread.size
