"""Another assignment: other words in every place where an engine could know the first one."""

from __future__ import annotations

from pathlib import Path

TRAPEZOIDS = {
    "assignment.toml": """
title = "Areas under curves"
total_points = 10
secret = "eight letters"
modules = ["areas"]
reference = "answers"

[limits]
call_s = 30.0

[[parts]]
number = 8
name = "Quadrature"
suite = "judges/test_quadrature.py"
points = 7

[[parts]]
number = 9
name = "Sums"
suite = "judges/test_sums.py"
points = 3
""",
    "answers/__init__.py": "from . import areas\n",
    "answers/areas.py": """
def trapezoid(f, a, b, n):
    h = (b - a) / n
    return h * (sum(f(a + k * h) for k in range(1, n)) + (f(a) + f(b)) / 2)


def total(x):
    return float(x.sum())
""",
    "judges/test_quadrature.py": '''
import pytest

from grader.suite import feedback, part, points

pytestmark = part("Quadrature", number=8)


@points(4)
def test_lines(check, rng):
    """trapezoid is exact for lines."""
    a, b = rng.normal(size=2)
    check.matches("areas.trapezoid", lambda x: a * x + b, 0.0, 2.0, 7)


@points(3)
@feedback("full")
@pytest.mark.parametrize("n", [1, 2, 5])
def test_squares(check, student, n):
    """trapezoid is too large for squares by 1 / (6 n²)."""
    got = student.call("areas.trapezoid", lambda x: x * x, 0.0, 1.0, n).value
    check.equals("areas.trapezoid", got, 1 / 3 + 1 / (6 * n * n), what="the area")
''',
    "judges/test_sums.py": '''
from grader.suite import part, points

pytestmark = part("Sums", number=9)


@points(3)
def test_total(check, rng):
    """total adds up."""
    check.matches("areas.total", rng.normal(size=5))
''',
    "right/areas.py": """
import numpy as np


def trapezoid(f, a, b, n):
    x = np.linspace(a, b, n + 1)
    y = np.array([f(v) for v in x])
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum())


def total(x):
    return x.sum()
""",
    "rectangles/areas.py": """
def trapezoid(f, a, b, n):
    return (b - a) / n * sum(f(a + k * (b - a) / n) for k in range(n))
""",
    "endless/areas.py": """
import time


def trapezoid(f, a, b, n):
    if n == 5:
        time.sleep(PAUSE)
    h = (b - a) / n
    return h * sum((f(a + k * h) + f(a + (k + 1) * h)) / 2 for k in range(n))


def total(x):
    while True:
        pass
""",
}


def write_trapezoids(folder: Path) -> Path:
    """Write the assignment, with its submissions beside it."""
    for name, text in TRAPEZOIDS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), "utf-8")
    return folder


def changed(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text in a file of the assignment, which must be there."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
