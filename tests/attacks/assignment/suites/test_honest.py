"""A check before the attacks."""

import numpy as np

from grader.suite import points


@points(2)
def test_double(check):
    """double doubles."""
    check.matches("honest.double", np.arange(3.0))
