"""The `problem` fixture: random data on which mistakes show.

Small random numbers hide most mistakes: a penalty that is too small to see, sizes that fit when
an axis is swapped, a hinge that is active everywhere. Here no two sizes agree and none is a power
of two, weights are about 0.5, every class occurs, and every branch is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

_SIZES_N, _SIZES_D, _SIZES_C = (9, 10, 11, 12, 13), (5, 6, 7, 10, 11), (3, 5, 6, 7)
_CLEAR = 1e-3  # of the largest score: a finite difference does not reach so far
_SMALLEST_WEIGHT = 1e-3  # likewise for the kink of |w|
_TRIES = 1000  # one drawn problem in two to ten will do


class Problems:
    """Draws problems from a generator: the same ones for the same seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def classification(
        self,
        cases: int = 5,
        *,
        N: int | None = None,
        D: int | None = None,
        C: int | None = None,
        margins: Literal["clear", "mixed"] = "clear",
        bias: bool = False,
    ) -> Iterator[tuple[Array, Array, Labels]]:
        """Problems for a linear classifier with scores X W.

        Parameters
        ----------
        cases : int, optional
            How many.
        N, D, C : int, optional
            Numbers of samples, features and classes. Where left out they are drawn: all
            different, none a power of two, and more samples than classes.
        margins : {"clear", "mixed"}, optional
            "clear" keeps every hinge margin s_j - s_y + 1 at least 1e-3 of the largest score away
            from the kink at 0; "mixed" takes them as they come.
        bias : bool, optional
            Whether the last feature is 1 for every sample.

        Yields
        ------
        W : Array, shape (D, C)
            Weights of about 0.5, none closer to 0 than 1e-3.
        X : Array, shape (N, D)
            Samples of unit variance.
        y : integer array, shape (N,)
            Labels 0..C-1. Every class occurs if N >= C.

        Raises
        ------
        ValueError
            If no such problem is found for the sizes that were given.

        Notes
        -----
        Given six margins or more, some are active, some are not, and some lie in (0, 1): there
        the right class scores higher, but not by enough.
        """
        for _ in range(cases):
            yield self._classification(N, D, C, clear=margins == "clear", bias=bias)

    def corners(self) -> Iterator[tuple[Array, Array, Labels]]:
        """Problems at the edge: W = 0, one sample, two classes; (W, X, y) as `classification`."""
        for W, X, y in self.classification(1):
            yield np.zeros_like(W), X, y
        yield from self.classification(1, N=1)
        yield from self.classification(1, C=2)

    def reg_for(self, data_gradient: Array, W: Array) -> float:
        """A weight for the penalty ΣW² that lets neither term hide the other.

        ‖2 reg W‖ = share · ‖data_gradient‖, with a share drawn from 0.2 to 1

        Parameters
        ----------
        data_gradient : Array, shape of W
            Gradient of the loss without a penalty.
        W : Array
            Weights, not all 0.

        Returns
        -------
        float
        """
        share = self._rng.uniform(0.2, 1.0)
        return float(share * np.linalg.norm(data_gradient) / np.linalg.norm(2.0 * W))

    def extreme_scores(self, N: int = 9, C: int = 5) -> Array:
        """Scores whose exponentials overflow or vanish, each row in its own way.

        Parameters
        ----------
        N, C : int, optional
            Numbers of samples and classes; at least 6 and 2.

        Returns
        -------
        Array, shape (N, C)
            Ordinary rows around 1e3, 0 and -1e3, so that maxima differ by more than 745, where
            exp becomes 0; and rows whose own scores are 1e3 apart.
        """
        scores = self._rng.normal(size=(N, C))
        row = np.arange(N)
        wide = row % 2 == 1
        spread = np.ptp(scores, axis=1)
        scores[wide] *= 1e3 / spread[wide, np.newaxis]
        centre: Array = np.array([1e3, 0.0, -1e3])[(row // 2) % 3]
        return scores + np.where(wide, 0.0, centre)[:, np.newaxis]

    def weights(self, *shape: int, scale: float = 0.5) -> Array:
        """Normal numbers of this standard deviation, none closer to 0 than scale / 500."""
        drawn = self._rng.normal(0.0, scale, shape)
        least = 2.0 * scale * _SMALLEST_WEIGHT
        return np.where(np.abs(drawn) < least, np.copysign(least, drawn), drawn)

    def points(self, count: int, dim: int, *, low: float = -2.0, high: float = 2.0) -> Array:
        """Starting points, one a row: shape (count, dim), uniform from `low` to `high`."""
        return self._rng.uniform(low, high, (count, dim))

    def smooth(
        self, *shape: int
    ) -> tuple[Callable[[Array], float], Callable[[Array], Array], Array]:
        """A smooth function of an array of any shape, its gradient, and a point.

        f(x) = Σ a_k sin x_k + Σ b_k x_k² / 2 + x_first x_last

        Parameters
        ----------
        *shape : int
            Shape of x.

        Returns
        -------
        f, df : callables
            Of an array of that shape.
        x : Array, of that shape
            Entries from 0.7 to 1.4, where slopes are from 0.5 on and no two are alike.
        """
        a, b = self._rng.uniform(0.3, 0.7, shape), self._rng.uniform(0.7, 1.9, shape)

        def f(x: Array) -> float:
            return float(np.sum(a * np.sin(x) + b * x**2 / 2.0) + x.flat[0] * x.flat[-1])

        def df(x: Array) -> Array:
            slope: Array = a * np.cos(x) + b * x
            slope.flat[0] += x.flat[-1]
            slope.flat[-1] += x.flat[0]
            return slope

        return f, df, self._rng.uniform(0.7, 1.4, shape)

    def gentle_quadratic(
        self, dim: int = 3
    ) -> tuple[Callable[[Array], float], Callable[[Array], Array], Array, Array]:
        """A bowl on which optimizers that differ in any constant take different paths.

        f(x) = Σ c_k (x_k - m_k)² / 2, curvatures c_k from 0.3 to 1.5

        Parameters
        ----------
        dim : int, optional
            Number of variables.

        Returns
        -------
        f, df : callables
            Of an array of shape (dim,).
        start : Array, shape (dim,)
            At a distance of 1 to 3 from the minimum in each variable, so that slopes are neither
            so large nor so small that a constant beside them vanishes.
        minimum : Array, shape (dim,)
            The minimum m, away from 0.
        """
        curvature = self._rng.uniform(0.3, 1.5, dim)
        minimum = self._rng.choice([-1.0, 1.0], dim) * self._rng.uniform(0.5, 1.5, dim)
        away = self._rng.choice([-1.0, 1.0], dim) * self._rng.uniform(1.0, 3.0, dim)

        def f(x: Array) -> float:
            return float(np.sum(curvature * (x - minimum) ** 2) / 2.0)

        def df(x: Array) -> Array:
            return curvature * (x - minimum)

        return f, df, minimum + away, minimum

    def _classification(
        self, N: int | None, D: int | None, C: int | None, *, clear: bool, bias: bool
    ) -> tuple[Array, Array, Labels]:
        classes = self._size(_SIZES_C, C, {N, D})
        features = self._size(_SIZES_D, D, {N, classes})
        samples = self._size(_SIZES_N, N, {features, classes})
        for _ in range(_TRIES):
            W = self.weights(features, classes)
            X = self._rng.normal(size=(samples, features))
            if bias:
                X[:, -1] = 1.0
            y: Labels = self._rng.permutation(np.arange(samples) % classes)
            if samples < classes:
                y = self._rng.permutation(classes)[:samples]
            if _shows_every_branch(X @ W, y, clear=clear):
                return W, X, y
        raise ValueError(
            f"classification: found no problem for N={samples}, D={features}, C={classes}. "
            "Fewer samples or classes, or margins='mixed', leave more room."
        )

    def _size(self, sizes: tuple[int, ...], given: int | None, taken: set[int | None]) -> int:
        if given is not None:
            return given
        return int(self._rng.choice([size for size in sizes if size not in taken]))


def _shows_every_branch(scores: Array, y: Labels, *, clear: bool) -> bool:
    row = np.arange(len(y))
    wrong = np.ones(scores.shape, dtype=np.bool_)
    wrong[row, y] = False
    margins = (scores - scores[row, y][:, np.newaxis] + 1.0)[wrong]
    if clear and np.abs(margins).min() < _CLEAR * np.abs(scores).max():
        return False
    if margins.size < 6:
        return True
    active = margins > 0.0
    return bool(active.any() and not active.all() and (active & (margins < 1.0)).any())
