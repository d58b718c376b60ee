"""Grading on more than one machine: what travels, what is there, and who sends."""
