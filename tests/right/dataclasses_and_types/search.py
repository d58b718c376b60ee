from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from arrays import Array, Labels


@dataclass
class Best:
    W: Array | None = None
    loss: float = float("inf")
    losses: list[float] = field(default_factory=list)

    def offer(self, W: Array, loss: float) -> None:
        self.losses.append(loss)
        if loss < self.loss:
            self.W, self.loss = W, loss


def predict(W: Array, X: Array) -> Labels:
    return (X @ W).argmax(axis=1)


def accuracy(W: Array, X: Array, y: Labels) -> float:
    return float((predict(W, X) == y).sum() / len(y))


def random_search(
    loss: Callable[[Array], float],
    shape: tuple[int, ...],
    tries: int,
    scale: float,
    rng: np.random.Generator,
) -> tuple[Array | None, float, list[float]]:
    best = Best()
    for _ in range(tries):
        W = scale * rng.standard_normal(size=shape)
        best.offer(W, loss(W))
    return best.W, best.loss, best.losses
