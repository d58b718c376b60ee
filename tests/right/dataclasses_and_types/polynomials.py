from __future__ import annotations

import numpy as np
from arrays import Array
from numpy.polynomial import Polynomial


def fit_polynomial(x: Array, y: Array, degree: int) -> Array:
    coefficients = Polynomial.fit(x, y, degree).convert().coef
    # convert() drops nothing but what is exactly 0 at the end.
    return np.pad(coefficients, (0, degree + 1 - len(coefficients)))


def evaluate_polynomial(theta: Array, x: Array) -> Array:
    return Polynomial(theta)(x)


def bias_variance(predictions: Array, truth: Array) -> tuple[float, float]:
    mean_error = (predictions - truth).mean(axis=0)
    return float(mean_error @ mean_error / truth.size), float(predictions.std(axis=0) ** 2 @ np.full(truth.size, 1 / truth.size))
