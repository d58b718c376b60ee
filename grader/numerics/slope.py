"""The slope of a function along a direction, with its error and its jump, from a ladder of steps.

A fixed step is wrong twice over: too long where there is a kink or a bend nearby, and too short
where the values are large. Here every estimate says how good it is, and the best one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

Function = Callable[[Any], Any]
Batch = Callable[[list[Any]], Sequence[Any]]
Along = Callable[[Any, Any], Sequence[Any]]

STEPS = 9  # with 3 directions and the value at x: 55 evaluations
LADDER = range(STEPS)
RATIO = 8.0  # 8^-8 = 6e-8 of the scale: rounding is then as large as a check may mind
_SMALLEST_SCALE = 0.1  # at x = 0 there is no size to start from


@dataclass(frozen=True)
class Slope:
    """A slope along a direction, as far as values of the function tell it.

    Attributes
    ----------
    value, error : float
        Mean of the slopes on both sides, and its estimated error.
    jump, jump_error : float
        By how much the slope jumps at the point (0 where the function is smooth), and its error.
    secant : float
        Largest mean slope over the coarse steps: how steep the function is around here.
    step : float
        The smallest step which the value was made from.
    evaluations : int
        Values of the function that were needed, without the one at the point.
    """

    value: float
    error: float
    jump: float = 0.0
    jump_error: float = 0.0
    secant: float = 0.0
    step: float = 0.0
    evaluations: int = 0

    @property
    def kink(self) -> bool:
        """Whether the slope certainly jumps here."""
        return abs(self.jump) > 3 * self.jump_error

    @property
    def reach(self) -> float:
        """How far the slope of a subgradient may be from `value` because of a jump."""
        return abs(self.jump) / 2 + self.jump_error if self.kink else 2 * self.jump_error


@dataclass(frozen=True)
class Surroundings:
    """A point, the value there, and a way to values along any direction."""

    x: Array
    at_x: float
    scale: float
    noise: float
    values: Callable[[Array, Array], Array]


def look_around(
    f: Function | None,
    x: ArrayLike,
    *,
    scale: float | None = None,
    noise: float = 0.0,
    batch: Batch | None = None,
    along: Along | None = None,
) -> Surroundings:
    """Get the value at x (one evaluation), and be ready for values around it."""
    point = np.array(x, dtype=float)

    def values(v: Array, steps: Array) -> Array:
        if along is not None:
            found = along(v.copy(), steps)
        else:
            points = [point + h * v for h in steps]
            if batch is not None:
                found = batch(points)
            elif f is not None:
                found = [f(point) for point in points]
            else:
                raise TypeError("expected one of f, batch and along, got none")
        array = np.asarray([float(value) for value in found])
        if array.shape != steps.shape:
            raise ValueError(f"batch: expected {steps.size} values, got {array.size}")
        return array

    if scale is None:
        scale = max(float(np.linalg.norm(point)), _SMALLEST_SCALE)
    at_x = float(values(np.zeros_like(point), np.zeros(1))[0])
    return Surroundings(point, at_x, scale, noise, values)


def slope_along(seen_from: Surroundings, v: Array, exponents: range = LADDER) -> Slope:
    """The slope along v, from steps scale · 8^-k for the exponents k, ascending."""
    steps = seen_from.scale * RATIO ** -np.asarray(exponents, dtype=float)
    found = seen_from.values(v, np.concatenate([steps, -steps]))
    return _slope(seen_from, found[: steps.size], found[steps.size :], steps)


def directional_derivative(
    f: Function | None,
    x: ArrayLike,
    v: ArrayLike,
    *,
    scale: float | None = None,
    noise: float = 0.0,
    batch: Batch | None = None,
    along: Along | None = None,
) -> Slope:
    r"""Slope of a function along a direction, with its error and its jump.

    d = lim (f(x + h v) - f(x - h v)) / 2h,    J = lim (f(x + h v) + f(x - h v) - 2 f(x)) / h

    Parameters
    ----------
    f : callable or None
        The function of one array; its value is a real number. Not used with `batch` or `along`.
    x : array_like
        The point.
    v : array_like, shape of x
        The direction. The slope is per unit of h, so v is normally of norm 1.
    scale : float, optional
        Largest step, default the norm of x but at least 0.1.
    noise : float, optional
        Errors of f beyond the rounding of its value.
    batch : callable, optional
        Takes a list of points, gives the list of values: for functions that are far away.
    along : callable, optional
        Takes v and an array of steps h, gives the values f(x + h v): for functions that need
        not see the points (see `grader.numerics.scores.along_scores`).

    Returns
    -------
    Slope
        `value` and `error` for d, `jump` and `jump_error` for J. Where nothing could be made of
        the values, both errors are infinite.

    Notes
    -----
    f is seen at ± h for h = scale · 8^-k, k = 0 … 8. The candidates are the centred differences
    of each step and those extrapolated from two steps (Richardson), each with the error estimate
    |change to the previous one| + 4 ε max|f| / h. A candidate counts only if those of every
    smaller step agree with it within their rounding: the plateau above a kink is none. The best
    that counts is the answer. J is found in the same way.

    Examples
    --------
    >>> slope = directional_derivative(lambda x: float(np.sum(x**3)), [1.0, 2.0], [0.6, 0.8])
    >>> round(slope.value, 8), slope.kink
    (11.4, False)
    >>> hinge = directional_derivative(lambda x: float(np.maximum(x, 0).sum()), [0.0], [1.0])
    >>> hinge.value, hinge.jump, hinge.kink
    (0.5, 1.0, True)
    """
    seen_from = look_around(f, x, scale=scale, noise=noise, batch=batch, along=along)
    return slope_along(seen_from, np.asarray(v, dtype=float))


def _slope(seen_from: Surroundings, ahead: Array, behind: Array, steps: Array) -> Slope:
    at_x = seen_from.at_x
    finite = np.isfinite(ahead) & np.isfinite(behind)
    count = 2 * steps.size
    first = steps.size - int(np.argmin(finite[::-1])) if not finite.all() else 0
    ahead, behind, steps = ahead[first:], behind[first:], steps[first:]
    if len(steps) < 2 or not np.isfinite(at_x):
        return Slope(np.nan, np.inf, 0.0, np.inf, 0.0, 0.0, count)
    seen = np.concatenate([ahead, behind, [at_x]])
    single = bool((seen == seen.astype(np.float32)).all()) and np.ptp(seen) > 0
    epsilon = float(np.finfo(np.float32 if single else np.float64).eps)
    rounding = (4 * epsilon * float(np.abs(seen).max()) + seen_from.noise) / steps
    with np.errstate(all="ignore"):  # coarse steps may reach values near the largest float
        centred = (ahead / 2 - behind / 2) / steps
        bend = ((ahead - at_x) + (behind - at_x)) / steps
        secants = np.maximum(abs(ahead - at_x), abs(behind - at_x)) / steps
        value, error, k = _best(centred, rounding, order=2)
        jump, jump_error, _ = _best(bend, 2 * rounding, order=1)
    secant = float(np.max(secants[: len(steps) // 2 + 1]))
    return Slope(value, error, jump, jump_error, secant, float(steps[k]), count)


def _best(plain: Array, rounding: Array, order: int) -> tuple[float, float, int]:
    """The candidate with the smallest error, its error, and the index of its smallest step."""
    weight = RATIO**order
    extrapolated = plain.copy()
    extrapolated[1:] = (weight * plain[1:] - plain[:-1]) / (weight - 1)
    best = (float(plain[-1]), np.inf, len(plain) - 1)
    for candidates, start in ((plain, 1), (extrapolated, 2)):
        for k in range(start, len(candidates)):
            error = float(abs(candidates[k] - candidates[k - 1]) + rounding[k])
            apart = abs(candidates[k + 1 :] - candidates[k])
            if (apart <= error + rounding[k + 1 :]).all() and error < best[1]:
                best = (float(candidates[k]), error, k)
    return best
