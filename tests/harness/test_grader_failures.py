"""Whatever fails in the assignment or in the grader costs the student nothing, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from grading_fixtures import Graded, grade, plain
from other_assignment import changed, write_trapezoids


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """The folder of the other assignment, with submissions beside it."""
    return write_trapezoids(tmp_path / "trapezoids")


def require_failed_document(document: dict[str, Any]) -> None:
    """What Gradescope gets if nothing could be graded."""
    assert document["score"] == 0
    assert document["tests"] == []
    assert "The grader failed, not your code." in document["output"]
    assert document["extra_data"]["complete"] is False


# Broken assignments


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "call_s = 30.0",
            'call_s = "long"',
            ["limits.call_s", "expected 'float'", "Found 'long'."],
        ),
        ("call_s = 30.0", "call_s = -1.0", ["limits.call_s", "expected", "Found -1.0."]),
        (
            "call_s = 30.0",
            "calls = 30.0",
            ["key limits.calls: expected one of call_s, ", "'calls'. Is 'call_s' meant?"],
        ),
        ("number = 9", "nummer = 9", ["key parts[1].nummer: expected one of number, name, "]),
        ("number = 9", "", ["key parts[1].number: expected a value. Found none."]),
        ('title = "Areas under curves"', "", ["key title: expected a value. Found none."]),
        ("total_points = 10", "total_points = 12", ["parts", "total_points = 12", "Found 10."]),
        ("number = 9", "number = 8", ["parts", "expected numbers that differ", "[8, 8]"]),
        ("test_sums.py", "test_gone.py", ["parts[1].suite", "'judges/test_gone.py' is not there."]),
        ('"answers"', '"solutions"', ["reference", "'solutions/__init__.py' is not there."]),
        ("total_points = 10", "total_points = ten", ["expected TOML"]),
    ],
    ids=[
        *("type", "range", "unknown", "unknown part", "missing part", "missing", "total"),
        *("numbers", "suite", "reference", "toml"),
    ],
)
def test_broken_assignment_is_told_with_file_key_and_what_was_found(
    trapezoids: Path, old: str, new: str, said: list[str]
) -> None:
    changed(trapezoids, "assignment.toml", old, new)

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 1
    assert graded.run.complained.count("\n") == 1
    for words in (str(trapezoids / "assignment.toml"), *said):
        assert words in graded.run.complained
    require_failed_document(graded.results)


def test_folder_without_an_assignment_says_where_to_start(tmp_path: Path) -> None:
    (tmp_path / "right").mkdir()

    graded = grade(tmp_path / "right", tmp_path / "out", assignment=tmp_path)

    assert graded.run.status == 1
    assert "assignment.toml" in graded.run.complained
    assert "--assignment" in graded.run.complained
    require_failed_document(graded.results)


def test_reference_that_cannot_be_imported_is_named(trapezoids: Path) -> None:
    changed(trapezoids, "answers/areas.py", "def total(x):", "import antigravitas\n\ndef total(x):")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 1
    assert "answers: the reference could not be imported" in graded.run.complained
    assert "antigravitas" in graded.run.complained
    require_failed_document(graded.results)


# The grader fails in the midst of it


def require_left_to_the_staff(graded: Graded, points: float) -> None:
    """The grader failed on so many points; they cost nothing, and the rest is graded."""
    rest = 10 - points
    assert graded.run.status == 1
    assert f"{rest:g} of {rest:g} graded points, {points:g} to be graded" in graded.run.printed
    document = graded.results
    assert document["score"] == rest
    assert sum(test["max_score"] for test in document["tests"]) == 10
    said = plain(document["output"])
    assert f"{points:g} points to be graded by the course staff" in said
    assert "the grader failed there, not your code" in said
    left = [test for test in document["tests"] if not test["extra_data"]["graded"]]
    assert sum(test["max_score"] for test in left) == points
    for test in left:
        assert test["score"] == 0
        assert "status" not in test
        assert "Not graded." in plain(test["output"])
        assert "Traceback" not in test["output"]
        assert str(graded.folder.parent) not in test["output"]


def test_failing_reference_costs_nobody_anything(trapezoids: Path) -> None:
    changed(trapezoids, "answers/areas.py", "float(x.sum())", "1 / 0")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    require_left_to_the_staff(graded, 3)
    assert "the reference raised ZeroDivisionError" in graded.run.complained
    assert "ZeroDivisionError" in (graded.folder / "staff.html").read_text("utf-8")
    assert "ZeroDivisionError" not in (graded.folder / "report.html").read_text("utf-8")


def test_suite_that_does_not_collect_leaves_its_part_to_the_staff(trapezoids: Path) -> None:
    changed(trapezoids, "judges/test_sums.py", "@points(3)", "@points(3")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    require_left_to_the_staff(graded, 3)
    assert "test_sums.py could not be collected" in graded.run.complained


def test_fixture_that_fails_leaves_its_check_to_the_staff(trapezoids: Path) -> None:
    fixture = '@pytest.fixture\ndef n():\n    raise OSError("no such data")\n'
    changed(trapezoids, "judges/test_quadrature.py", "@points(4)", f"{fixture}\n\n@points(4)")
    changed(trapezoids, "judges/test_quadrature.py", "(check, rng)", "(check, rng, n)")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    require_left_to_the_staff(graded, 4)
    assert "its set-up failed: OSError: no such data" in graded.run.complained
    assert "no such data" not in (graded.folder / "report.html").read_text("utf-8")


def test_fixture_that_fails_at_its_end_is_told_to_the_staff(trapezoids: Path) -> None:
    fixture = '@pytest.fixture\ndef n():\n    yield 7\n    raise OSError("still open")\n'
    changed(trapezoids, "judges/test_quadrature.py", "@points(4)", f"{fixture}\n\n@points(4)")
    changed(trapezoids, "judges/test_quadrature.py", "(check, rng)", "(check, rng, n)")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.results["score"] == 10
    assert graded.run.status == 1
    assert "test_lines: teardown failed" in graded.run.complained


def test_check_that_the_reference_fails_is_no_fault_of_the_student(trapezoids: Path) -> None:
    changed(trapezoids, "judges/test_sums.py", "check.matches", "assert False\n    check.matches")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    require_left_to_the_staff(graded, 3)
    assert "the reference fails it too" in graded.run.complained


HANG = "while True:\n        pass\n    "
SWALLOW = "try:\n        while True:\n            pass\n    except Exception:\n        pass\n    "
ENDLESS_VARIANT = """
from grader.feedback.variants import Variants

variants = Variants()
variants.mistake(
    "areas.total", "endless", says="It does not end.", hint="When does it?",
    source={"return float(x.sum())": "while True: x = x + 1"},
)
"""


@pytest.mark.parametrize("hang", [HANG, SWALLOW], ids=["plain", "behind an except"])
def test_check_that_hangs_on_this_side_is_left_to_the_staff(trapezoids: Path, hang: str) -> None:
    changed(trapezoids, "assignment.toml", "call_s = 30.0", "call_s = 1.0\ncheck_s = 0.5")
    changed(trapezoids, "judges/test_sums.py", "check.matches", f"{hang}check.matches")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    require_left_to_the_staff(graded, 3)
    assert "longer than a check may take on the grader's side" in graded.run.complained


def test_explanation_that_hangs_costs_nothing_but_itself(trapezoids: Path) -> None:
    changed(trapezoids, "assignment.toml", "call_s = 30.0", "call_s = 1.0\ncheck_s = 0.5")
    for name, text in (("areas", ENDLESS_VARIANT), ("__init__", "from . import areas\n")):
        path = trapezoids / "answers" / "variants" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    changed(trapezoids, "right/areas.py", "x.sum()", "2 * x.sum()")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 0
    assert graded.results["score"] == 7
    assert graded.checks["total"]["status"] == "failed"
    assert "no explanation: Overdue" in (graded.folder / "staff.html").read_text("utf-8")
