"""Right solutions in other styles earn every point of the parts that they cover.

To add one, put a folder into tests/right. It may hold some of the modules, and then only their
parts are graded; a notebook covers all of them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest
from grading_fixtures import ROOT, copy_assignment, grade, plain

RIGHT = ROOT / "tests" / "right"
SOLUTIONS = sorted(path.name for path in RIGHT.iterdir() if path.is_dir())
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
    lost = [t for t in graded.results["tests"] if t["score"] < t["max_score"]]
    read = "\n\n".join(f"{t['number']} {t['name']}\n{plain(t['output'])}" for t in lost)
    assert not lost, read
    assert graded.results["score"] == sum(points_of(number) for number in parts)


def test_between_them_they_cover_every_part_in_four_ways() -> None:
    ways = {
        number: [name for name in SOLUTIONS if number in parts_of(RIGHT / name)]
        for number in range(1, len(PARTS) + 1)
    }

    assert all(len(names) >= 4 for names in ways.values()), ways


def test_no_two_solutions_are_the_same_text() -> None:
    """A copy of another solution proves nothing."""
    seen: dict[str, str] = {}
    for path in sorted(RIGHT.rglob("*.py")):
        text = re.sub(r"\s+", " ", path.read_text("utf-8"))

        assert text not in seen, f"{path} is {seen.get(text)}"
        seen[text] = str(path)


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
