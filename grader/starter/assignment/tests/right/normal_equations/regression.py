"""A right solution in another style: `grader audit` sees that it loses nothing."""

import numpy as np


def squared_error(w, X, y):
    """Residuals in a loop."""
    residuals = [float(row @ w) - target for row, target in zip(X, y)]
    loss = sum(r * r for r in residuals) / len(residuals)
    dw = sum(2 * r * row for r, row in zip(residuals, X)) / len(residuals)
    return loss, dw


def fit(X, y):
    """The normal equations."""
    return np.linalg.solve(X.T @ X, X.T @ y)
