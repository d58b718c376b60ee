"""Where a check's own code cannot go on with what came back, it says what came, and from where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from check_fixtures import bowl, check_of, finding_of
from grading_fixtures import grade, plain
from other_assignment import changed, write_trapezoids

TEXT = """
def total(x):
    return x.sum()

def trapezoid(f, a, b, n):
    h = (b - a) / n
    return RETURNED
"""


@pytest.mark.parametrize(
    ("returned", "came"),
    [
        ("{'area': h}", "a dict"),
        ("[h, h]", "a list of 2"),
        ("None", "None (nothing was returned)"),
        ("'a third'", "text"),
    ],
    ids=["dict", "list", "nothing", "text"],
)
def test_what_came_is_said_with_its_line(tmp_path: Path, returned: str, came: str) -> None:
    folder = write_trapezoids(tmp_path / "trapezoids")
    changed(folder, "judges/test_quadrature.py", "0.0, 1.0, n).value", "0.0, 1.0, n).value * 1.0")
    text = TEXT.replace("RETURNED", returned)
    (folder / "right" / "areas.py").write_text(text, "utf-8")

    graded = grade(folder / "right", tmp_path / "out", assignment=folder)

    assert graded.run.status == 0, graded.run.complained
    test = next(t for t in graded.results["tests"] if t["number"] == "8.2a")
    said = plain(test["output"])
    assert f"What trapezoid returned could not be used by this check: {came}." in said
    assert "areas.py:5 | def trapezoid(f, a, b, n):" in said


@pytest.mark.parametrize(
    ("value", "came"),
    [({"loss": 1.0, "dW": 2.0}, "a dict"), (1.5, "a number"), ((1.0,), "a tuple of 1")],
    ids=["dict", "number", "short"],
)
def test_a_tuple_that_is_none_is_not_taken_apart(value: Any, came: str) -> None:
    check = check_of(lambda _W: value)

    finding = finding_of(check.returned, "losses.bowl", 1.0, outputs=("loss", "dW"))

    assert finding.lead == f"bowl(W): expected (loss, dW), got {came}."
    assert finding.function == "losses.bowl"


def test_a_tuple_is_handed_on() -> None:
    assert check_of(bowl).returned("losses.bowl", 1.0, outputs=("loss", "dW")) == bowl(1.0)
