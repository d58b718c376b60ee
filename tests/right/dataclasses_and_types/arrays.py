"""What the other files share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.integer]


def rows_of(y: Labels) -> tuple[npt.NDArray[np.intp], Labels]:
    """Index of the right class of each sample."""
    return np.arange(y.shape[0]), y


def l2_penalty(W: Array, *, reg: float) -> tuple[float, Array]:
    return float(reg * np.sum(W**2)), 2.0 * reg * W
