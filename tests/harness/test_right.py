"""Right solutions in other styles earn every point of the parts that they cover.

To add one, put a folder into tests/right. It may hold some of the modules, or some functions of
one, and then only their checks count; a notebook covers all of them.
"""

from __future__ import annotations

import re
import shutil
import types
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grading_fixtures import ROOT, copy_assignment, grade, plain

import reference
from grader.audit.subjects import held_by

RIGHT = ROOT / "tests" / "right"
SOLUTIONS = sorted(path.name for path in RIGHT.iterdir() if path.is_dir())
GRADED = sorted(
    f"{module.__name__.partition('.')[2]}.{name}"
    for module in vars(reference).values()
    if isinstance(module, types.ModuleType) and module.__name__ != "reference.functions"
    for name, value in vars(module).items()
    if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
)
PARTS = {
    part["suite"].partition("test_")[2].removesuffix(".py"): part
    for part in msgspec.toml.decode((ROOT / "assignment.toml").read_bytes())["parts"]
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_right_solution_earns_all_points(name: str, tmp_path: Path) -> None:
    parts = parts_of(RIGHT / name)
    assignment = copy_assignment(tmp_path / "assignment", parts=parts)
    submission = shutil.copytree(RIGHT / name, tmp_path / name)

    graded = grade(submission, tmp_path / "out", assignment=assignment)

    assert graded.run.status == 0, graded.run.complained
    asked = [t for t in graded.results["tests"] if is_held(RIGHT / name, t)]
    assert asked
    lost = [t for t in asked if t["score"] < t["max_score"]]
    read = "\n\n".join(f"{t['number']} {t['name']}\n{plain(t['output'])}" for t in lost)
    assert not lost, read


def test_there_are_enough() -> None:
    assert len(SOLUTIONS) >= 25


@pytest.mark.parametrize("function", GRADED)
def test_between_them_they_write_every_function_in_five_ways(function: str) -> None:
    ways = [name for name in SOLUTIONS if holds(RIGHT / name, function)]

    assert len(ways) >= 5, ways


@pytest.mark.parametrize("name", ["one_rule_many_optimizers", "plain_loops", "callables"])
def test_a_whole_module_earns_its_whole_part(name: str, tmp_path: Path) -> None:
    """So that nothing is left aside which a folder does hold."""
    parts = parts_of(RIGHT / name)
    assignment = copy_assignment(tmp_path / "assignment", parts=parts)

    results = grade(RIGHT / name, tmp_path / "out", assignment=assignment).results

    assert results["score"] == sum(points_of(number) for number in parts)


def test_no_two_solutions_are_the_same_text() -> None:
    """A copy of another solution proves nothing."""
    seen: dict[str, str] = {}
    for path in sorted(RIGHT.rglob("*.py")):
        text = re.sub(r"\s+", " ", path.read_text("utf-8"))

        assert text not in seen, f"{path} is {seen.get(text)}"
        seen[text] = str(path)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("def svm(): pass", True),
        ("class svm: pass", True),
        ("svm = print", True),
        ("from losses import svm", True),
        ("from losses import loss as svm", True),
        ("from losses import *", True),
        ("for name in names:\n    globals()[name] = 1", True),
        ("if fast:\n    def svm(): pass", True),
        ("def softmax(): svm = 1", False),
        ("from losses import svm as loss", False),
        ('"""svm"""\nprint("svm")\nif __name__ == "__main__":\n    print(1)', False),
    ],
)
def test_what_a_text_holds_is_seen_without_running_it(text: str, held: bool) -> None:
    assert held_by(text)("svm") is held


def holds(solution: Path, function: str) -> bool:
    """Whether a solution has this function, 'module.name'."""
    module, _, name = function.partition(".")
    path = solution / f"{module}.py"
    if not path.is_file():
        return any(solution.glob("*.ipynb"))
    return held_by(path.read_text("utf-8"))(name)


def is_held(solution: Path, test: dict[str, Any]) -> bool:
    """Whether a solution has all functions that a test of results.json asks for."""
    return all(holds(solution, function) for function in test["extra_data"]["functions"])


def parts_of(solution: Path) -> tuple[int, ...]:
    """Numbers of the parts whose module is there; all for a notebook."""
    whole = any(solution.glob("*.ipynb"))
    return tuple(
        part["number"]
        for module, part in PARTS.items()
        if whole or (solution / f"{module}.py").is_file()
    )


def points_of(number: int) -> float:
    """Points of a part."""
    return float(next(part["points"] for part in PARTS.values() if part["number"] == number))
