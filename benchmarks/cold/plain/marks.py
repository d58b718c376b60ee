"""The marks that a plain course's suites carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., Any])


def portable(function: F) -> F:
    """A function that is handed in; here all run in one process."""
    return function


def part(name: str, *, number: int) -> pytest.MarkDecorator:
    """Part of the homework."""
    return pytest.mark.part(name, number)


def points(total: float = 0.0, /, **parts: float) -> pytest.MarkDecorator:
    """Points of a test, whole or by parts."""
    return pytest.mark.points(total or sum(parts.values()), parts)


def visibility(when: str) -> pytest.MarkDecorator:
    """When the student sees the test."""
    return pytest.mark.visibility(when)


def feedback(level: str) -> pytest.MarkDecorator:
    """How much the student sees of a failure."""
    return pytest.mark.feedback(level)
