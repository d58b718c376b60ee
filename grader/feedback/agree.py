"""Whether two pieces of code did the same: same values to rounding, or the same kind of failure."""

from __future__ import annotations

from typing import Any

import numpy as np

_RTOL = 1e-9
"""Two ways to write one formula differ by 2e-15 at most, two formulas by far more."""
_TINY = 1e-300


def agree(a: Any, b: Any) -> bool:
    """Whether two answers are the same to rounding, nan and infinity at the same places."""
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return _agree_in_order(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(agree(a[key], b[key]) for key in a)
    if not _is_numeric(a) or not _is_numeric(b):
        return type(a) is type(b) and bool(a == b)
    return _agree_in_numbers(np.asarray(a), np.asarray(b))


def _agree_in_order(a: Any, b: Any) -> bool:
    """Lists, tuples and stacked arrays of the same items agree: they are one path."""
    if not all(isinstance(v, (list, tuple, np.ndarray)) for v in (a, b)):
        return False
    if any(isinstance(v, np.ndarray) and v.ndim == 0 for v in (a, b)) or len(a) != len(b):
        return False
    return all(agree(x, y) for x, y in zip(a, b, strict=True))


def _agree_in_numbers(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    if a.shape != b.shape:
        return False
    if np.dtype(bool) in {a.dtype, b.dtype}:
        return a.dtype == b.dtype and bool(np.all(a == b))
    finite = np.isfinite(a)
    if not finite.all() or not np.isfinite(b).all():
        same = np.array_equal(finite, np.isfinite(b))
        if not same or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
            return False
        a, b = a[finite], b[finite]
    size = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    return bool(np.abs(a - b).max(initial=0.0) <= _RTOL * size + _TINY)


def _is_numeric(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic, np.ndarray))
