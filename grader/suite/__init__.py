"""What the author of a suite imports: the marks. The fixtures come from the plugin."""

from grader.suite.marks import feedback, part, points, visibility

__all__ = ["feedback", "part", "points", "visibility"]
