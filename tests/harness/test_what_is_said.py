"""What a student is told is true: of functions that use others, of plots, of what is not run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from grading_fixtures import ROOT, copy_assignment, grade, notebook_of, plain

RIGHT = ROOT / "benchmarks/cold/frozen/submission"
STUB = "\n\ndef {0}(*arguments):\n    raise NotImplementedError\n"
LOOPS = """

_fast = svm_loss_vectorized


def svm_loss_vectorized(W, X, y, reg):
    for _ in X:
        pass
    return _fast(W, X, y, reg)
"""
NO_BETA = """

def elastic_net(W, beta):
    return l1(W)[0] + l2(W)[0], l1(W)[1] + l2(W)[1]
"""
OWN_SLOPES = """

def check_gradient(f, G, x, *more, **others):
    return True
"""


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A right submission, to be spoiled."""
    folder = tmp_path / "handed in"
    shutil.copytree(RIGHT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def spoil(handed_in: Path, module: str, more: str) -> None:
    path = handed_in / f"{module}.py"
    path.write_text(path.read_text("utf-8") + more, "utf-8")


def said(handed_in: Path, tmp_path: Path, *parts: int) -> dict[str, str]:
    """The first line of each check that was not passed, by its number."""
    assignment = copy_assignment(tmp_path / "assignment", parts=parts)
    graded = grade(handed_in, tmp_path / "out", assignment=assignment)
    assert graded.run.status == 0, graded.run.complained
    failed = [t for t in graded.results["tests"] if t["status"] == "failed"]
    return {test["number"]: plain(test["output"]).partition("\n")[0] for test in failed}


def test_what_uses_a_stub_is_written_itself(handed_in: Path, tmp_path: Path) -> None:
    spoil(handed_in, "regularization", STUB.format("l1"))

    found = said(handed_in, tmp_path, 1, 2)

    assert found["2.2"].startswith("l1 is not written yet")
    assert found["2.3"].startswith("elastic_net uses l1, which is not written yet")


def test_only_what_suffices_is_named_as_the_cause(handed_in: Path, tmp_path: Path) -> None:
    """svm_loss_vectorized is wrong as well, and has right values."""
    spoil(handed_in, "losses", LOOPS)
    spoil(handed_in, "regularization", NO_BETA)

    found = said(handed_in, tmp_path, 1, 2)

    assert "still loops" in " ".join(found.values())
    causes = [line for line in found.values() if "goes wrong only because" in line]
    assert causes
    assert all(line == "full_loss goes wrong only because elastic_net does." for line in causes)


def test_what_is_not_used_is_no_cause(handed_in: Path, tmp_path: Path) -> None:
    spoil(handed_in, "gradients", STUB.format("numerical_gradient").replace("raise", "return"))
    spoil(handed_in, "gradients", OWN_SLOPES)

    found = said(handed_in, tmp_path, 3)

    assert "numerical_gradient" in " ".join(found.values())
    assert not [line for line in found.values() if "check_gradient goes wrong only" in line]


def test_what_raises_is_not_said_to_be_right_otherwise(handed_in: Path, tmp_path: Path) -> None:
    spoil(handed_in, "search", "\n\ndef predict(W, X):\n    return unknown(X)\n")
    spoil(
        handed_in,
        "search",
        "\n\ndef accuracy(W, X, y):\n    return np.mean(predict(W, X) != y)\n",
    )

    found = said(handed_in, tmp_path, 4)

    assert found["4.2"] == "accuracy uses predict, which goes wrong, too."


@pytest.mark.parametrize(
    "line",
    [
        'plt.rcParams["figure.figsize"] = (10, 8)',
        "fig, (one, two, three) = plt.subplots(1, 3)",
        "counts, bins, patches = plt.hist([1, 2])",
        "(line,) = plt.plot([1, 2])",
        "first, *others = plt.plot([1, 2])",
        "colors = plt.cm.viridis(0.5) * 2 + float(plt.gca().get_ylim()[0])",
        "def draw(axes: plt.Axes | None = None): pass",
        "from mpl_toolkits.mplot3d import Axes3D",
        "import os, sys; sys.path.append(os.path.dirname(os.path.abspath(__file__)))",
    ],
)
def test_what_stands_at_the_top_of_many_files_costs_nothing(
    line: str, handed_in: Path, tmp_path: Path
) -> None:
    spoil(handed_in, "search", f"\nimport matplotlib.pyplot as plt\n\n{line}\n")

    assert said(handed_in, tmp_path, 4) == {}


def test_functions_that_a_notebook_makes_without_def_are_there(tmp_path: Path) -> None:
    text = (RIGHT / "search.py").read_text("utf-8")
    losses = (RIGHT / "losses.py").read_text("utf-8")
    lambdas = (
        "from functools import partial\n"
        "accuracy = lambda W, X, y: float(sum(p == k for p, k in zip(predict(W, X), y)) / len(y))\n"
        "nothing = partial(print, 1)"
    )
    (tmp_path / "homework.ipynb").write_text(notebook_of(losses, text, lambdas), "utf-8")
    found = said(tmp_path / "homework.ipynb", tmp_path, 4)

    assert found == {}


def test_numpys_advice_does_not_hide_what_it_says(handed_in: Path, tmp_path: Path) -> None:
    spoil(handed_in, "search", "\n\ndef predict(W, X):\n    return X.astype(np.int)\n")

    found = said(handed_in, tmp_path, 4)

    assert "module numpy has no attribute int" in found["4.1"]
