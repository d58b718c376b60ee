"""What is accepted in one function is accepted in what is built on it, and nothing else with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from grading_fixtures import ROOT, Graded, copy_assignment, grade, plain

from grader.suite.explain import _nearly

SINGLE = """
_right = {"svm": svm_loss_vectorized, "softmax": softmax_loss_vectorized}


def _single(kind, W, X, y, reg):
    loss, dW = _right[kind](W, X, y, reg)
    return np.float32(loss), dW.astype(np.float32)


def svm_loss_vectorized(W, X, y, reg):
    return _single("svm", W, X, y, reg)


def softmax_loss_vectorized(W, X, y, reg):
    return _single("softmax", W, X, y, reg)
"""

HALF = """
_whole = svm_loss_vectorized


def svm_loss_vectorized(W, X, y, reg):
    return _whole(W, X, y, 0.5 * reg)
"""


def handed_in(folder: Path, **changes: tuple[str, str]) -> Graded:
    """A grade of the first two parts: losses in single precision, and changes to what is right."""
    for module in ("losses", "regularization"):
        text = (ROOT / "reference" / f"{module}.py").read_text("utf-8").replace("from .", "from ")
        for old, new in [changes[module]] if module in changes else []:
            assert old in text
            text = text.replace(old, new)
        folder.mkdir(exist_ok=True)
        (folder / f"{module}.py").write_text(text + (SINGLE if module == "losses" else ""), "utf-8")
    assignment = copy_assignment(folder.parent / "assignment", parts=[1, 2])
    return grade(folder, folder.parent / "out", assignment=assignment)


def test_what_is_built_on_single_precision_is_accepted_as_it_is(tmp_path: Path) -> None:
    graded = handed_in(tmp_path / "single")

    assert graded.results["score"] == 44
    read = plain(graded.checks["full_loss[l1]"]["output"])
    assert "full_loss: right, but only in single precision (float32)." in read
    assert "It is as precise as" in read


def test_what_is_wrong_by_itself_stays_wrong(tmp_path: Path) -> None:
    change = ("dW + reg * dR", "dW + 0.5 * reg * dR")

    checks = handed_in(tmp_path / "single", regularization=change).checks

    assert checks["full_loss[l2]"]["status"] == "failed"


@pytest.mark.parametrize(
    ("credit", "share", "kind"),
    [(None, 1.0, ""), (0.5, 0.5, ""), (0.0, 0.0, "mistake")],
    ids=["the variant's own", "half", "none"],
)
def test_a_convention_earns_what_the_assignment_says(
    tmp_path: Path, credit: float | None, share: float, kind: str
) -> None:
    """Half of the penalty, in value and slope."""
    losses = (ROOT / "reference" / "losses.py").read_text("utf-8")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "losses.py").write_text(f"{losses}\n{HALF}", "utf-8")
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])
    if credit is not None:
        with (assignment / "assignment.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[conventions]\nhalf_penalty = {credit}\n")

    graded = grade(tmp_path / "half", tmp_path / "out", assignment=assignment)

    check = graded.checks["svm_vectorized"]
    assert check["score"] == share * check["max_score"]
    assert "half of reg times the sum of squares" in check["output"]
    assert ("mistake" in check["extra_data"]["kinds"]) is bool(kind)


@pytest.mark.parametrize(
    ("own", "taken"),
    [
        ((np.float32(1 / 3), np.ones(2)), True),
        ((1 / 3, np.ones(2)), True),
        ((0.34, np.ones(2)), False),
        ((1 / 3 + 1e-7, np.ones(2)), False),
        ((np.float32(1 / 3), np.zeros(2)), False),
        ((np.float32(1 / 3), np.ones(3)), False),
        ((np.float32(1 / 3),), False),
        (None, False),
    ],
    ids=["single", "right", "wrong", "small number", "gradient", "shape", "one value", "nothing"],
)
def test_only_what_is_right_in_single_precision_takes_the_place_of_what_is_right(
    own: object, *, taken: bool
) -> None:
    right = (1 / 3, np.ones(2))

    assert (_nearly(lambda: right, lambda: own) is own) is taken
