"""Scores that count: lateness, exceptions, the gradebook, and what a regrade changes."""
