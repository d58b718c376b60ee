"""Checks that anybody passes, each in a group of its own: their workers are kept side by side."""

import numpy as np
import pytest

from grader.suite import feedback, points, visibility

MARKS = (
    visibility("hidden"),
    visibility("after_due_date"),
    visibility("after_published"),
    feedback("full"),
    feedback("result"),
)


@points(2)
@pytest.mark.parametrize("number", [pytest.param(n, marks=m) for n, m in enumerate(MARKS)])
def test_same(check, number):
    """same gives back what it gets."""
    check.matches("honest.same", np.arange(2.0 + number))
