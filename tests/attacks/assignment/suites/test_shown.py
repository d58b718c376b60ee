"""A check that shows what it hands in, right after one that does not."""

import numpy as np

from grader.suite import feedback, points


@points(2)
@feedback("full")
def test_shown(check):
    """shown is the sum and a secret."""
    check.matches("answers.shown", np.arange(3.0))
