"""Gradients checked by values of their function.

A fixed step and a fixed tolerance call right gradients wrong where the function has a kink nearby
or its value is large, and wrong ones right where the error is small beside the largest entry.
Here every slope comes with an error estimate, and what its values cannot resolve is never called
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from grader.numerics.slope import (
    LADDER,
    STEPS,
    Slope,
    Surroundings,
    directional_derivative,
    look_around,
    slope_along,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from grader.numerics.slope import Along, Array, Batch, Function

__all__ = [
    "GradientVerdict",
    "Probe",
    "Slope",
    "check_gradient",
    "directional_derivative",
    "probe",
    "random_direction",
]

Verdict = Literal["right", "wrong", "could not tell"]

_FINER = range(3, 3 + STEPS)  # a kink in reach of both ladders would have to be in two places
_SAFETY = 10.0  # an estimated error says the order of magnitude, not more
_RTOL = 1e-8  # of the gradient's typical entry
_RESOLVED = 1e-3  # a slope known worse than this, relative to the gradient, proves nothing


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
