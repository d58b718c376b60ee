import numpy as np


def fit_polynomial(x, y, degree):
    A = np.zeros((len(x), degree + 1))
    for k in range(degree + 1):
        A[:, k] = x**k
    return np.linalg.pinv(A) @ y


def evaluate_polynomial(theta, x):
    total = 0.0 * x
    for k in range(len(theta)):
        total = total + theta[k] * x**k
    return total


def bias_variance(predictions, truth):
    M, K = predictions.shape
    bias2 = variance = 0.0
    for k in range(K):
        mean = sum(predictions[:, k]) / M
        bias2 += (mean - truth[k]) ** 2 / K
        for m in range(M):
            variance += (predictions[m, k] - mean) ** 2 / M / K
    return bias2, variance
