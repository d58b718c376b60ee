"""A function that is wrong only because another is: it is said, whatever is wrong below."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading_fixtures import grade
from other_assignment import changed, write_trapezoids

REFERENCE = """
import numpy as np


def squares(x):
    return x * x


def total(x):
    return float(np.prod(squares(x) + squares(x)))
"""
SUITE = '''
from grader.suite import part, points

pytestmark = part("Sums", number=9)


@points(1)
def test_squares(check, rng):
    """squares squares."""
    check.matches("areas.squares", rng.normal(size=5))


@points(2)
def test_total(check, rng):
    """total multiplies twice the squares."""
    check.matches("areas.total", rng.normal(size=5))
'''
TOTAL = REFERENCE[REFERENCE.index("def total") :]


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    """Two functions, of which one is made of the other."""
    folder = write_trapezoids(tmp_path / "assignment")
    changed(folder, "answers/areas.py", "def total(x):\n    return float(x.sum())\n", REFERENCE)
    (folder / "judges" / "test_sums.py").write_text(SUITE, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("squares", "said"),
    [
        ("return 2 * x * x", "total goes wrong only because squares does."),
        ("return list(x * x)", "total goes wrong only because squares does."),
        ("return x * x", ""),
    ],
    ids=["values", "type", "right"],
)
def test_what_goes_wrong_below_is_said_above(
    tmp_path: Path, assignment: Path, squares: str, said: str
) -> None:
    """Two lists are joined where two arrays would be added."""
    handed_in = tmp_path / "handed_in"
    handed_in.mkdir()
    text = f"import numpy as np\n\n\ndef squares(x):\n    {squares}\n\n\n{TOTAL}"
    (handed_in / "areas.py").write_text(text, "utf-8")

    checks = grade(handed_in, tmp_path / "out", assignment=assignment).checks

    assert checks["squares"]["status"] == ("failed" if said else "passed")
    assert said in checks["total"]["output"]


HALF = """


def half(x):
    return total(x) / 2
"""


def test_what_goes_wrong_two_steps_below_is_traced_to_its_root(
    tmp_path: Path, assignment: Path
) -> None:
    """`half` uses `total`, which is right itself and goes wrong because `squares` does."""
    changed(assignment, "answers/areas.py", TOTAL, TOTAL + HALF)
    suite = SUITE.replace("@points(2)", "@points(1)") + (
        '\n\n@points(1)\ndef test_half(check, rng):\n    """half is half of it."""\n'
        '    check.matches("areas.half", rng.normal(size=5))\n'
    )
    (assignment / "judges" / "test_sums.py").write_text(suite, "utf-8")
    handed_in = tmp_path / "handed_in"
    handed_in.mkdir()
    squares = "import numpy as np\n\n\ndef squares(x):\n    return 2 * x * x\n\n\n"
    (handed_in / "areas.py").write_text(squares + TOTAL + HALF, "utf-8")

    checks = grade(handed_in, tmp_path / "out", assignment=assignment).checks

    assert "total goes wrong only because squares does." in checks["total"]["output"]
    assert "half goes wrong only because squares does." in checks["half"]["output"]
