"""Work of Python 2's time: explained, or run where the assignment allows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading_fixtures import ROOT, Graded, copy_assignment, grade, plain
from wall_fixtures import behind_the_wall

from grader.outcomes import CheckFailed
from grader.sandbox import modules
from grader.sandbox.handed import Limits
from grader.sandbox.student import Student

XRANGE = ROOT / "tests" / "submissions" / "python_2_xrange"
LEGACY = ("numpy", "past")


def ask(text: str, allowed: tuple[str, ...] = LEGACY) -> object:
    """What `f()` of a module with this text returns."""
    with behind_the_wall(modules.Source("code.py", "code", text), allowed=allowed) as handed:
        student = Student(handed, Limits(), 1)
        try:
            return student.call("code.f").value
        finally:
            student.close()


def graded(folder: Path, *, legacy: bool) -> Graded:
    assignment = copy_assignment(folder / "assignment", parts=[4])
    path = assignment / "assignment.toml"
    setting = f"legacy_python = {str(legacy).lower()}\n"
    path.write_text(setting + path.read_text("utf-8"), "utf-8")
    return grade(XRANGE, folder / "out", assignment=assignment)


def test_old_work_is_graded_where_the_assignment_allows_it(tmp_path: Path) -> None:
    checks = graded(tmp_path, legacy=True).checks

    assert checks["predict"]["status"] == "passed"


def test_old_work_is_explained_where_it_does_not(tmp_path: Path) -> None:
    read = plain(graded(tmp_path, legacy=False).checks["predict"]["output"])

    assert read.startswith("search.py imports past (line 2), which is not available here.")
    assert "Python 3's own range" in read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("def f():\n    return sum(xrange(4))", 6),
        ("from past.builtins import xrange\ndef f():\n    return sum(xrange(4))", 6),
        ("from past.builtins import range, basestring\ndef f():\n    return sum(range(4))", 6),
        ("import past.builtins\ndef f():\n    return past.builtins.xrange(4)[-1]", 3),
        ("from past.utils import old_div\ndef f():\n    return [old_div(7, 2), 7 / 2]", [3, 3.5]),
        ("def f():\n    return reduce(lambda a, b: a * b, [long(2), 3])", 6),
        ("xrange = 3\ndef f():\n    return xrange", 3),
        ("def f():\n    return unicode(unichr(65))", "A"),
    ],
    ids=["bare", "past", "past range", "past whole", "old division", "reduce", "own", "unicode"],
)
def test_names_of_python_2_are_there_where_they_are_allowed(text: str, value: object) -> None:
    assert ask(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f():\n    return sum(xrange(4))", "Python 3 has no xrange"),
        ("from past.builtins import xrange\ndef f():\n    return 1", "serves Python 2"),
        ("from past.utils import old_div\ndef f():\n    return 1", "serves Python 2"),
        ("def f():\n    return raw_input()", "Python 3 calls it input"),
    ],
    ids=["bare", "past", "utils", "raw_input"],
)
def test_names_of_python_2_are_explained_where_they_are_not(text: str, said: str) -> None:
    with pytest.raises(CheckFailed) as raised:
        ask(text, ("numpy",))

    assert said in " ".join(raised.value.finding.evidence)


def test_nothing_else_comes_with_them() -> None:
    with pytest.raises(CheckFailed, match=r"'past\.translation'"):
        ask("import past.translation\ndef f():\n    return 1")
    with pytest.raises(CheckFailed, match="torch"):
        ask("import torch\ndef f():\n    return 1")


def test_a_notebook_finds_them_as_well() -> None:
    cell = modules.SourceCell(1, "def f():\n    return sum(xrange(4))")
    source = modules.Source("homework.ipynb", "homework", "", [cell])
    with behind_the_wall(source, allowed=LEGACY) as handed:
        student = Student(handed, Limits(), 1)

        assert student.call("code.f").value == 6
        student.close()
