"""The right gradient as a sum of the claimed one, of W and of sign W, and what that means.

A forgotten mean, a wrong constant or the derivative of another penalty changes every entry of a
gradient, but in one of a few ways: a handful of slopes tells which.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from grader.numerics.differentiate import Probe

    Array = NDArray[np.float64]

_CLEAR = 10.0  # gaps must be this much larger than allowed: small ones any factor explains
_NAME_RTOL = 1e-4  # a factor is called 1/N if it is this close; no two named ones are


@dataclass(frozen=True)
class Structure:
    """The right gradient as a G + b W + c sign W, with G the claimed one.

    A factor is exactly 1, 0 and 0 if the slopes can do without it.
    """

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0


def fit_structure(
    G: Array, W: Array, directions: Sequence[Array], probes: Sequence[Probe]
) -> Structure | None:
    """Fit slopes along random directions with as few of the three factors as will do.

    d = a <G, v> + b <W, v> + c <sign W, v>

    Parameters
    ----------
    G, W : array, of one shape
        The claimed gradient and the point.
    directions : sequence of array
        At least five: two more than there are factors.
    probes : sequence of Probe
        The slope along each, and how far a right gradient may be from it.

    Returns
    -------
    Structure or None
        None if no such sum explains every slope within its error, or if the claimed gradient is
        so nearly right that any would.
    """
    usable = [(v, p) for v, p in zip(directions, probes, strict=True) if p.resolved]
    gaps = [p.gap / p.allowed for _, p in usable]
    if len(usable) < 5 or np.median(gaps) < _CLEAR:
        return None
    terms = np.array([[np.vdot(t, v) for t in (G, W, np.sign(W))] for v, _ in usable])
    slopes = np.array([p.slope.value for _, p in usable])
    allowed = np.array([p.allowed for _, p in usable])
    for count in (1, 2, 3):
        for free in combinations(range(3), count):
            factors = _fit(terms, slopes, allowed, list(free))
            if factors is not None:
                return Structure(*factors)
    return None


def _fit(terms: Array, slopes: Array, allowed: Array, free: list[int]) -> list[float] | None:
    """Least squares for the free factors, if they explain every slope and each is needed."""
    factors = np.array([1.0, 0.0, 0.0])
    factors[free] = 0.0
    wanted, used = (slopes - terms @ factors) / allowed, terms[:, free] / allowed[:, None]
    scale = np.linalg.norm(used, axis=0)
    if not scale.all():
        return None
    found = np.linalg.lstsq(used / scale, wanted, rcond=1e-9)[0]
    factors[free] = found / scale
    fits = bool((np.abs(slopes - terms @ factors) <= allowed).all())
    return [float(factor) for factor in factors] if fits else None


def name_structure(
    found: Structure, reg: float | None = None, samples: int | None = None
) -> tuple[str, str]:
    """What a structure means, in a sentence, and a question about it.

    Parameters
    ----------
    found : Structure
        What the fit found.
    reg : float, optional
        Strength of the penalty, which is reg Σ W² or reg Σ |W|. Without it, and without
        `samples`, a factor can be described but not named.
    samples : int, optional
        Number N of samples that the data loss is a mean of.

    Returns
    -------
    sentence, question : str

    Examples
    --------
    >>> name_structure(Structure(b=0.5), reg=0.5)[0]
    "The penalty's gradient is half of what the loss asks for."
    """
    unit = reg or np.nan  # nothing is close to nan: without reg no penalty has a name
    for (a, b, c), sentence, question in _known(float(samples or np.nan)):
        wanted = (a, b * unit if b else 0.0, c * unit if c else 0.0)
        if np.allclose((found.a, found.b, found.c), wanted, rtol=_NAME_RTOL, atol=0.0):
            return sentence, question
    return _describe(found)


def _known(N: float) -> list[tuple[tuple[float, float, float], str, str]]:
    """The mistakes with a name: a, b / reg, c / reg."""
    derive = "What is the derivative of w²? Of |w|?"
    every = "Does every term of the loss have its derivative?"
    mean = "Does doubling the data set double your gradient?"
    down = "Which way is uphill?"
    pull = "Does the penalty pull the weights towards 0, or away?"
    share = "Is the penalty a mean over the samples?"
    gradient, half = "The penalty's gradient", "is half of what the loss asks for."
    return [
        ((1, 2, 0), f"{gradient} is missing.", every),
        ((1, 0, 1), f"{gradient} is missing.", every),
        ((1, 1, 0), f"{gradient} {half}", derive),
        ((1, 0, 0.5), f"{gradient} {half}", derive),
        ((1, -2, 0), f"{gradient} is there twice.", derive),
        ((1, 0, -1), f"{gradient} is there twice.", derive),
        ((1, 4, 0), f"{gradient} has the wrong sign.", pull),
        ((1, 0, 2), f"{gradient} has the wrong sign.", pull),
        ((1, 2, -1), f"{gradient} is that of |W|, the loss has W².", "Which penalty is it?"),
        ((1, -2, 1), f"{gradient} is that of W², the loss has |W|.", "Which penalty is it?"),
        ((1, 2 * (1 - 1 / N), 0), f"{gradient} is divided by the number of samples.", share),
        ((1, 0, 1 - 1 / N), f"{gradient} is divided by the number of samples.", share),
        ((1 / N, 0, 0), "The gradient is the sum over the samples, the loss the mean.", mean),
        (
            (1 / N, 2 * (1 - 1 / N), 0),
            "The data term's gradient is the sum over the samples, its loss the mean.",
            mean,
        ),
        (
            (1 / N, 0, 1 - 1 / N),
            "The data term's gradient is the sum over the samples, its loss the mean.",
            mean,
        ),
        ((N, 0, 0), "The gradient is divided by the number of samples once too often.", mean),
        (
            (N, 2 * (1 - N), 0),
            "The data term's gradient is divided by the number of samples once too often.",
            mean,
        ),
        ((-1, 0, 0), "The gradient has the wrong sign.", down),
        ((-1, 4, 0), "The data term's gradient has the wrong sign.", down),
        ((-1, 0, 2), "The data term's gradient has the wrong sign.", down),
    ]


def _describe(found: Structure) -> tuple[str, str]:
    """A structure in a sentence, where the mistake has no name."""
    parts = [f"{found.a:.7g} times yours"] if found.a != 1.0 else ["yours"]
    parts += [
        f"{'+' if factor > 0 else '-'} {abs(factor):.4g} times {term}"
        for factor, term in ((found.b, "W"), (found.c, "sign W"))
        if factor
    ]
    sentence = f"By the values of the loss, the right gradient is {' '.join(parts)}."
    if found.b or found.c:
        return sentence, "Is the penalty's gradient the derivative of the penalty?"
    return sentence, "Is a constant missing, or there twice?"
