"""Stand-ins for a reference and a student: modules of a few lines, in process."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

from grader.outcomes import CheckFailed, Finding
from grader.suite.check import Check
from grader.suite.in_process import InProcessStudent
from grader.suite.record import CheckRecord

W = np.array([[0.3, -1.2], [0.7, 1.9], [-0.4, 0.6]])


def bowl(W: Any, reg: float = 0.5) -> Any:
    """The reference: Σ sin W + reg Σ W², value and gradient."""
    return np.sum(np.sin(W)) + reg * np.sum(W**2), np.cos(W) + 2 * reg * W


def check_of(
    *functions: Any, parts: tuple[str, ...] = (), reference: Any = bowl, **options: Any
) -> Check:
    """A check of a student who wrote these; the first is compared with the reference."""
    handed_in = types.SimpleNamespace(**{f.__name__: f for f in functions[1:]})
    handed_in.bowl = functions[0]
    module = types.SimpleNamespace(**{f.__name__: f for f in functions[1:]})
    module.bowl = reference
    return Check(
        InProcessStudent({"losses": handed_in}),
        types.SimpleNamespace(losses=module),
        CheckRecord(parts),
        **options,
    )


def finding_of(method: Any, *args: Any, **kwargs: Any) -> Finding:
    """What a check found, where it must find something."""
    with pytest.raises(CheckFailed) as caught:
        method(*args, **kwargs)
    return caught.value.finding


def halved(W: Any, reg: float = 0.5) -> Any:
    """The gradient of half the penalty beside the whole of it."""
    return bowl(W, reg)[0], np.cos(W) + reg * W


def doubled(W: Any, reg: float = 0.5) -> Any:
    return 2 * bowl(W, reg)[0], bowl(W, reg)[1]


def forgetful(W: Any, reg: float = 0.5) -> None:
    bowl(W, reg)


def transposed(W: Any, reg: float = 0.5) -> Any:
    return bowl(W, reg)[0], bowl(W, reg)[1].T


def single(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return np.float32(loss), dW.astype(np.float32)


def careless(W: Any, reg: float = 0.5) -> Any:
    W *= 2
    return bowl(W, reg)


def overflowing(W: Any, reg: float = 0.5) -> Any:
    loss, dW = bowl(W, reg)
    return loss + np.exp(1000.0 * np.abs(W).max()), dW


def lonely(W: Any, reg: float = 0.5) -> Any:
    return bowl(W, reg)[0]


def broken(W: Any, reg: float = 0.5) -> Any:  # noqa: ARG001 - as the template has it
    raise IndexError("index 3 is out of bounds")


def unwritten(W: Any, reg: float = 0.5) -> Any:
    raise NotImplementedError
