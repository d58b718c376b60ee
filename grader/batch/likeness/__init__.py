"""Submissions that look alike: pairs to look at, never a verdict."""
