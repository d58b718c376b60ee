"""Comparing numbers and checking gradients. Needs numpy only, and may be used alone."""

from grader.numerics.compare import Difference, compare

__all__ = ["Difference", "compare"]
