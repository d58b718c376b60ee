"""Comparing numbers and checking gradients. Needs numpy only, and may be used alone."""

from grader.numerics.compare import Difference, compare
from grader.numerics.differentiate import (
    GradientVerdict,
    Slope,
    check_gradient,
    directional_derivative,
)

__all__ = [
    "Difference",
    "GradientVerdict",
    "Slope",
    "check_gradient",
    "compare",
    "directional_derivative",
]
