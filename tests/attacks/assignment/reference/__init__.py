"""The answers. No submission can know them: the numbers are drawn anew for each grade."""

from . import answers, honest

__all__ = ["answers", "honest"]
