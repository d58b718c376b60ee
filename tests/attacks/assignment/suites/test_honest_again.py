"""A check after the attacks: whatever happened before, it is graded."""

import numpy as np

from grader.suite import points


@points(2)
def test_triple(check):
    """triple triples."""
    check.matches("honest.triple", np.arange(4.0))
