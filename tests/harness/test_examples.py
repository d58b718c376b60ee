"""Every example in tests/submissions, graded as a user would: what fails, and what is read."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grading_fixtures import ROOT, Graded, copy_assignment, grade, plain
from msgspec import Struct

SUBMISSIONS = ROOT / "tests" / "submissions"
MISSING = {"missing", "missing_file"}
# Not folders beside the others: made by the test, or graded where they are.
MADE = {"untouched_template", "right", "broken_zip", "empty_folder"}


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What expected.toml says of one example."""

    parts: tuple[int, ...] = ()
    points: float | None = None
    passes: tuple[str, ...] = ()
    fails: dict[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


EXPECTED = msgspec.toml.decode(
    (SUBMISSIONS / "expected.toml").read_bytes(), type=dict[str, Expected]
)


def test_every_example_has_its_expectation() -> None:
    folders = {path.name for path in SUBMISSIONS.iterdir() if path.is_dir()} - {"__pycache__"}

    assert folders | MADE == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    # Student code here takes milliseconds or for ever.
    assignment = copy_assignment(
        tmp_path / "assignment", parts=expected.parts, limits={"call_s": 1}
    )

    graded = grade(submission_of(name, tmp_path), tmp_path / "out", assignment=assignment)

    require_quiet_end(graded)
    require_valid(graded.results, total=total_of(assignment))
    require_outcomes(graded.checks, expected)
    require_words(plain(graded.results["output"]), expected.says)
    if expected.points is not None:
        assert graded.results["score"] == expected.points


def submission_of(name: str, place: Path) -> Path:
    """The example's folder, or what is made of it."""
    match name:
        case "untouched_template":
            return ROOT / "student_template"
        case "right":
            return ROOT / "reference"
        case "empty_folder":
            (place / name).mkdir()
            return place / name
        case "zip_with_folders":
            return zip_of(SUBMISSIONS / name, place)
        case "broken_zip":
            whole = zip_of(SUBMISSIONS / "zip_with_folders", place).read_bytes()
            broken = place / "broken_zip.zip"
            broken.write_bytes(whole[: len(whole) // 2])
            return broken
        case _:
            return shutil.copytree(SUBMISSIONS / name, place / name)


def zip_of(folder: Path, place: Path) -> Path:
    """A zip with all files of a folder, as a desktop would pack it."""
    path = place / f"{folder.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def total_of(assignment: Path) -> float:
    """The points that the copy of the assignment gives out."""
    settings = msgspec.toml.decode((assignment / "assignment.toml").read_bytes())
    return float(settings["total_points"])


def require_quiet_end(graded: Graded) -> None:
    """Exit status 0, no traceback, no escape sequence, no process left, all files there."""
    run = graded.run
    assert run.status == 0, run.complained
    assert run.complained == ""
    assert run.left_over == ()
    for name in ("report.html", "staff.html", "results.json"):
        text = run.printed + (graded.folder / name).read_text("utf-8")
        assert "Traceback" not in text
        # What student code prints must not move a terminal's cursor.
        assert "\x1b" not in text


def require_valid(document: dict[str, Any], total: float) -> None:
    """Points within their limits, which sum to what the assignment gives out."""
    tests = document["tests"]
    assert sum(test["max_score"] for test in tests) == pytest.approx(total, abs=1e-9)
    assert sum(test["score"] for test in tests) == pytest.approx(document["score"], abs=1e-9)
    assert all(0 <= test["score"] <= test["max_score"] for test in tests)
    assert all(test["name"] and test["output"] and test["number"] for test in tests)
    assert all(test["status"] in {"passed", "failed"} for test in tests)


def require_outcomes(checks: dict[str, dict[str, Any]], expected: Expected) -> None:
    """Just those pass that should, and each of the others says what it should."""
    passed = {name for name, test in checks.items() if test["status"] == "passed"}
    assert passed == {name for name in checks if is_among(name, expected.passes)}
    unmatched = [key for key in expected.fails if not any(is_among(n, [key]) for n in checks)]
    assert not unmatched, f"no check has the name {unmatched}"

    for name in checks.keys() - passed:
        keys = [key for key in expected.fails if is_among(name, [key])]
        sentences = expected.fails[keys[0]] if keys else expected.others
        require_words(plain(checks[name]["output"]), sentences)
        if not sentences:
            assert set(checks[name]["extra_data"]["kinds"]) <= MISSING, checks[name]["output"]


def require_words(text: str, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        assert sentence in text, f"{sentence!r} is not in:\n{text}"


def is_among(check: str, names: Iterable[str]) -> bool:
    """Whether a check has one of these names: all of it, without its [case], or a pattern."""
    short = check.partition("[")[0]
    # Square brackets name a case, not a set of letters.
    return any(name in {check, short} or fnmatchcase(short, name) for name in names)
