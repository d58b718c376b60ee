from __future__ import annotations

from enum import Enum
from functools import partial

import numpy as np
from arrays import Array, Labels, l2_penalty
from losses import softmax_loss_vectorized, svm_loss_vectorized


class DataLoss(str, Enum):
    SVM = "svm"
    SOFTMAX = "softmax"


def l2(W: Array) -> tuple[float, Array]:
    return l2_penalty(W, reg=1.0)


def l1(W: Array) -> tuple[float, Array]:
    return float(np.linalg.norm(W.ravel(), ord=1)), np.where(W == 0, 0.0, np.copysign(1.0, W))


def elastic_net(W: Array, beta: float) -> tuple[float, Array]:
    (square, d_square), (absolute, d_absolute) = l2_penalty(W, reg=beta), l1(W)
    return square + absolute, d_square + d_absolute


def full_loss(
    W: Array,
    X: Array,
    y: Labels,
    data_loss: str,
    regularizer: str,
    reg: float,
    beta: float = 0.5,
) -> tuple[float, Array]:
    # An Enum raises ValueError for a name that it does not have.
    kind = DataLoss(data_loss)
    penalty = {"l1": l1, "l2": l2, "elastic_net": partial(elastic_net, beta=beta)}.get(regularizer)
    if penalty is None:
        raise ValueError(f"no such regularizer: {regularizer}")
    loss, dW = (svm_loss_vectorized if kind is DataLoss.SVM else softmax_loss_vectorized)(
        W, X, y, reg=0.0
    )
    R, dR = penalty(W)
    return loss + reg * R, dW + reg * dR
