"""The reference solution of the first assignment, in pure numpy, and the names that are graded."""
