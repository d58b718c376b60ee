"""Known mistakes and conventions of this assignment, by the module of the reference."""

from . import (
    descent,
    gradients,
    losses,
    optimizers,
    polynomials,
    regularization,
    results,
    search,
    softmax,
    svm,
)

__all__ = [
    "descent",
    "gradients",
    "losses",
    "optimizers",
    "polynomials",
    "regularization",
    "results",
    "search",
    "softmax",
    "svm",
]
