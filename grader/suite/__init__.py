"""What the author of a suite imports: the marks, and `portable`. Fixtures come from the plugin."""

from grader.portable import portable
from grader.suite.marks import feedback, part, points, visibility

__all__ = ["feedback", "part", "points", "portable", "visibility"]
