"""The reference solution of the first assignment, in pure numpy, and the names that are graded."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import (
    descent,
    functions,
    gradients,
    losses,
    optimizers,
    polynomials,
    regularization,
    search,
)

__all__ = [
    "GIVEN",
    "GRADED",
    "descent",
    "functions",
    "gradients",
    "losses",
    "optimizers",
    "polynomials",
    "regularization",
    "search",
]

GRADED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "losses": (
            "linear_scores",
            "append_bias",
            "svm_loss_single",
            "svm_loss_naive",
            "svm_loss_vectorized",
            "softmax",
            "softmax_loss_naive",
            "softmax_loss_vectorized",
        ),
        "regularization": ("l2", "l1", "elastic_net", "full_loss"),
        "gradients": (
            "eval_numerical_gradient",
            "numerical_gradient",
            "relative_error",
            "check_gradient",
        ),
        "search": ("predict", "accuracy", "random_search"),
        "descent": (
            "gradient_descent",
            "gradient_descent_momentum",
            "gradient_descent_nesterov",
            "gradient_descent_adagrad",
            "gradient_descent_adadelta",
            "gradient_descent_rmsprop",
            "gradient_descent_adam",
        ),
        "optimizers": (
            "Optimizer",
            "SGD",
            "Momentum",
            "Nesterov",
            "Adagrad",
            "RMSprop",
            "Adadelta",
            "Adam",
            "AdaMax",
            "Nadam",
            "AMSGrad",
            "gradient_descent_with",
        ),
        "polynomials": ("fit_polynomial", "evaluate_polynomial", "bias_variance"),
    }
)
"""The functions and classes that students write, by module."""

GIVEN: Final[tuple[str, ...]] = ("functions",)
"""The modules that students are given whole."""
