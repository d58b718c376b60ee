"""numpy's own polynomials, scaled to their interval and brought back."""

from numpy import polynomial, stack

Series = polynomial.Polynomial
WINDOW = [-1, 1]


def fit_polynomial(x, y, degree):
    fitted = Series.fit(x, y, degree, domain=WINDOW, window=WINDOW).convert()
    coefficients = fitted.coef
    missing = degree + 1 - len(coefficients)
    return coefficients if not missing else stack([*coefficients, *[0.0] * missing])


def evaluate_polynomial(theta, x):
    return Series(theta)(x)


def bias_variance(predictions, truth):
    bias = predictions.mean(axis=0) - truth
    return (bias @ bias) / bias.size, ((predictions - predictions.mean(axis=0)) ** 2).mean()
