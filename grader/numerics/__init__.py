"""Comparing numbers and checking gradients. Needs numpy only, and may be used alone.

>>> import numpy as np
>>> x = np.array([[1.0, -2.0], [0.5, 3.0]])
>>> check_gradient(lambda x: np.sum(x**2), x, x).verdict
'wrong'
>>> found = locate_errors(lambda x: np.sum(x**2), x, x)
>>> found.sentence
'By the values of the loss, the right gradient is 2 times yours.'
"""

from grader.numerics.compare import Difference, compare
from grader.numerics.differentiate import (
    GradientVerdict,
    Slope,
    check_gradient,
    directional_derivative,
)
from grader.numerics.locate import Location, locate_errors
from grader.numerics.scores import along_scores
from grader.numerics.structure import Structure

__all__ = [
    "Difference",
    "GradientVerdict",
    "Location",
    "Slope",
    "Structure",
    "along_scores",
    "check_gradient",
    "compare",
    "directional_derivative",
    "locate_errors",
]
