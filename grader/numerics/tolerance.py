"""Which numbers agree with which, and which dtypes may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOAT32_RTOL = 1e-5  # float32 code is off by 3e-7 to 5e-7 of the largest entry; 20 times that
ATOL = 1e-12  # takes over from rtol=1e-9 where numbers are below 1e-3


def within(
    got: NDArray[Any], expected: NDArray[Any], rtol: float, atol: float
) -> NDArray[np.bool_]:
    """Whether each entry is within the tolerance of the array, its column and its last row."""
    size = np.where(np.isfinite(expected), np.abs(expected), 0.0)
    largest = float(size.max(initial=0.0))
    tolerance = np.full(expected.shape, rtol * largest)
    if expected.ndim >= 2 and expected.size:
        floor = min(1.0, 1e6 * rtol) * rtol * largest
        columns = size.reshape(-1, size.shape[-1]).max(axis=0)
        tolerance = np.maximum(np.broadcast_to(rtol * columns, expected.shape), floor)
        last = max(rtol * float(size[-1].max()), floor)
        tolerance[-1] = np.minimum(tolerance[-1], last)
    close: NDArray[np.bool_] = np.abs(got - expected) <= np.maximum(tolerance, atol)
    return close


def is_single(got: NDArray[Any]) -> bool:
    """Whether float32 could have held every number."""
    return got.dtype.kind == "f" and bool((got == got.astype(np.float32)).all())


def wanted_dtype(got: np.dtype[Any], expected: np.dtype[Any]) -> str:
    """What the dtype should be, or nothing if it will do."""
    if expected.kind == "b":
        return "" if got.kind == "b" else "truth values (bool)"
    if expected.kind in "iu":
        return "" if got.kind in "iu" else "integers (int64)"
    if expected.kind == "f":
        return "" if got.kind in "iuf" else "real numbers (float64)"
    return "" if got.kind in "iufc" else "numbers"
