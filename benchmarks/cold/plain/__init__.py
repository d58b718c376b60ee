"""A plain course's own helpers for its suites; they run in the student's process."""
