"""Slopes of a function along a direction, with error estimates; gradients checked by them.

A fixed step and a fixed tolerance are wrong twice over: they call right gradients wrong where the
function has a kink nearby or its value is large, and wrong ones right where the error is small
beside the largest entry. Here every slope comes with an error estimate from a ladder of steps,
and what the ladder cannot resolve is never called wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

Function = Callable[[Any], Any]
Batch = Callable[[list[Any]], Sequence[Any]]
Along = Callable[[Any, Any], Sequence[Any]]
Verdict = Literal["right", "wrong", "could not tell"]

STEPS = 9  # with 3 directions and the value at x: 55 evaluations
LADDER = range(STEPS)
_FINER = range(3, 3 + STEPS)  # a kink in reach of both ladders would have to be in two places
RATIO = 8.0  # 8^-8 = 6e-8 of the scale: rounding is then about as large as RTOL allows
_SAFETY = 10.0  # an estimated error says the order of magnitude, not more
_RTOL = 1e-8  # of the gradient's typical entry
_RESOLVED = 1e-3  # a slope known worse than this, relative to the gradient, proves nothing
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
class Probe:
    """A slope beside the one that the gradient claims."""

    slope: Slope
    claimed: float
    allowed: float
    size: float

    @property
    def gap(self) -> float:
        """The distance of the two slopes."""
        return abs(self.slope.value - self.claimed)

    @property
    def wrong(self) -> bool:
        """Whether no error of the slope explains the gap."""
        return self.gap > self.allowed

    @property
    def resolved(self) -> bool:
        """Whether agreement proves anything."""
        size = max(self.size, self.slope.secant)
        blur = self.allowed - (self.slope.reach if self.slope.kink else 0.0)
        return self.gap == 0.0 or blur <= _RESOLVED * size


@dataclass(frozen=True)
class GradientVerdict:
    """Whether a gradient is right, and the slopes that say so."""

    verdict: Verdict
    probes: tuple[Probe, ...] = ()
    evaluations: int = 0
    evidence: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the gradient was found to be right."""
        return self.verdict == "right"

    @property
    def wrong(self) -> bool:
        """Whether the gradient was found to be wrong."""
        return self.verdict == "wrong"


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


def check_gradient(
    f: Function | None,
    gradient: ArrayLike | Function,
    x: ArrayLike,
    *,
    rng: np.random.Generator | int | None = None,
    directions: int = 3,
    rtol: float = _RTOL,
    scale: float | None = None,
    batch: Batch | None = None,
    along: Along | None = None,
) -> GradientVerdict:
    """Check a gradient against values of its function, in at most 18 values per direction.

    |d - <G, v>| <= 10 err + |J| / 2 + rtol s,    s = max(||G||, sqrt(n) |d|) / sqrt(n)

    for random directions v of norm 1, with the slope d, its error and its jump J from
    `directional_derivative`.

    Parameters
    ----------
    f : callable or None
        The function of one array; its value is a real number. Not used with `batch` or `along`.
    gradient : array_like, shape of x, or callable
        The gradient G at x, or a function of x that gives it.
    x : array_like
        The point. It is never handed out itself: f gets new arrays.
    rng : Generator or int, optional
        Where directions come from. The same ones each time if it is left out.
    directions : int, optional
        How many directions are tried. The first that proves the gradient wrong is the last.
    rtol : float, optional
        Error of the gradient that is not minded, relative to its typical entry.
    scale : float, optional
        Largest step, default the norm of x but at least 0.1.
    batch, along : callable, optional
        Faster ways to values of f, see `directional_derivative`: one call per direction.

    Returns
    -------
    GradientVerdict
        "right", "wrong" or "could not tell", the slopes behind it, and what they say in words.

    Raises
    ------
    ValueError
        If the gradient has another shape than x.

    Notes
    -----
    At a kink the whole interval of subgradients is right. The gap is measured against the size
    of the gradient, not of the slope: along most directions the slope is small by cancellation.
    A wrong gradient is missed only where a direction happens to be at right angles to its error,
    or where the error is within `rtol`.

    Examples
    --------
    >>> x = np.linspace(-1.0, 2.0, 12).reshape(4, 3)
    >>> check_gradient(lambda x: np.sum(np.exp(x)), np.exp(x), x).verdict
    'right'
    >>> check_gradient(lambda x: np.sum(np.exp(x)), np.exp(x) + 1e-6, x).verdict
    'wrong'
    """
    point = np.array(x, dtype=float)
    G = np.asarray(gradient(point.copy()) if callable(gradient) else gradient, dtype=float)
    if G.shape != point.shape:
        raise ValueError(f"gradient: expected shape {point.shape}, got {G.shape}")
    bad = int((~np.isfinite(G)).sum())
    if bad:
        text = f"{bad} of {G.size} entries of the gradient are nan or inf."
        return GradientVerdict("wrong", evidence=(text,))
    rng = np.random.default_rng(0 if rng is None else rng)
    seen_from = look_around(f, point, scale=scale, batch=batch, along=along)
    probes: list[Probe] = []
    ladder = LADDER
    while len(probes) < directions and not (probes and probes[-1].wrong):
        v = random_direction(rng, point.shape)
        probes.append(probe(seen_from, G, v, rtol=rtol, exponents=ladder))
        # A kink among the smallest steps blurs them all: smaller ones are on one side of it.
        ladder = _FINER if ladder is LADDER and not probes[-1].resolved else LADDER
    return _judge(tuple(probes))


def random_direction(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A direction of norm 1, every one as likely as any other."""
    v = rng.standard_normal(shape)
    return v / float(np.linalg.norm(v))


def probe(
    seen_from: Surroundings, G: Array, v: Array, *, rtol: float = _RTOL, exponents: range = LADDER
) -> Probe:
    """The slope along v beside the one that the gradient claims."""
    slope = slope_along(seen_from, v, exponents)
    moved = v != 0  # v may be confined to a block of entries
    size = max(float(np.linalg.norm(G[moved])) / np.sqrt(moved.sum()), abs(slope.value))
    allowed = _SAFETY * slope.error + slope.reach + rtol * size
    return Probe(slope, float(np.vdot(G, v)), allowed, size)


def _judge(probes: tuple[Probe, ...]) -> GradientVerdict:
    evaluations = 1 + sum(p.slope.evaluations for p in probes)
    if probes and probes[-1].wrong:
        last = probes[-1]
        text = (
            f"Along a random direction the function changes at a rate of {last.slope.value:.6g}"
            f" (± {last.slope.error:.0e}), and the gradient claims {last.claimed:.6g}."
        )
        return GradientVerdict("wrong", probes, evaluations, (text,))
    resolved = [p for p in probes if p.resolved]
    if not resolved:
        text = "The values of the function are too rough to tell its slope."
        return GradientVerdict("could not tell", probes, evaluations, (text,))
    text = f"Along {len(resolved)} random directions the gradient and the function agree."
    return GradientVerdict("right", probes, evaluations, (text,))
