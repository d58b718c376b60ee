"""A check before the attacks."""

import numpy as np

from grader.suite import points

# What even code that is right must not bring out.
HIDDEN = np.array([float(ord(c)) for c in "@INPUT@"])


@points(2)
def test_double(check):
    """double doubles."""
    check.matches("honest.double", HIDDEN)


@points(2)
def test_triple(check):
    """triple triples, after double has run."""
    check.matches("honest.triple", np.arange(5.0))
