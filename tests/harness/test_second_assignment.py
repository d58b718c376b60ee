"""An assignment as others write one: classes, fixtures, names and words of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from grading_fixtures import grade, plain
from other_assignment import changed, write_trapezoids

from grader.assignment import AssignmentError, load_assignment
from grader.cli import main
from grader.feedback.variants import VariantError, Variants
from grader.package import assignment_files
from grader.stubs import TemplateError, stub_text

SUMS = "judges/test_sums.py"
CHECK = '    check.matches("areas.total", rng.normal(size=5))\n'
WRONG = "\n\ndef total(x):\n    return 2.0 * x.sum()\n"


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """A small assignment."""
    return write_trapezoids(tmp_path / "assignment")


def rewrite(trapezoids: Path, text: str) -> None:
    """Give the part Sums, of 3 points, other checks."""
    head = (trapezoids / SUMS).read_text("utf-8").partition("@points")[0]
    (trapezoids / SUMS).write_text(f"{head}{text.lstrip()}", "utf-8")


def hand_in(trapezoids: Path, more: str = "") -> Path:
    folder = trapezoids / "handed in"
    folder.mkdir()
    text = (trapezoids / "right" / "areas.py").read_text("utf-8")
    (folder / "areas.py").write_text(text + more, "utf-8")
    return folder


def test_checks_of_one_name_in_two_classes_are_two_checks(trapezoids: Path, tmp_path: Path) -> None:
    """Also once what the reference was asked is kept."""
    rewrite(
        trapezoids,
        """
class TestWhole:
    @points(1)
    def test_total(self, check):
        check.matches("areas.total", np.arange(3))

class TestReal:
    @points(2)
    def test_total(self, check):
        check.matches("areas.total", np.arange(3.0) / 7)
""",
    )
    changed(trapezoids, SUMS, "from grader", "import numpy as np\nfrom grader")
    wrong = "\n\ndef total(x):\n    return x.sum() if x.dtype == int else 0.0\n"
    folder = hand_in(trapezoids, wrong)
    for number in range(5):
        graded = grade(folder, tmp_path / str(number), assignment=trapezoids)
        own = [t for t in graded.results["tests"] if t["number"].startswith("9")]
        assert [(t["number"], t["score"], t["max_score"]) for t in own] == [
            ("9.1", 1.0, 1.0),
            ("9.2", 0.0, 2.0),
        ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("judges/test_sums.py", "other/test_quadrature.py", "files have names that differ"),
        ('name = "Sums"', 'name = " "', "key parts[1].name: expected a name"),
        ('["areas"]', '["areas", "area"]', "key modules[1]: expected a module of the reference"),
        ('["areas"]', '["areas", "areas"]', "key modules[1]: expected names that differ"),
        ('["areas"]', '["areas.py"]', "key modules[0]: expected a module's name"),
    ],
)
def test_what_would_be_mixed_up_or_is_not_there_is_refused(
    old: str, new: str, said: str, trapezoids: Path
) -> None:
    changed(trapezoids, "assignment.toml", old, new)

    with pytest.raises(AssignmentError) as caught:
        load_assignment(trapezoids)
    assert said in str(caught.value)


def test_words_of_pytest_fail_are_the_authors(trapezoids: Path, tmp_path: Path) -> None:
    body = '    if student.areas.total(x) != x.sum():\n        pytest.fail("Not the sum.")'
    rewrite(
        trapezoids,
        f"@points(3)\ndef test_total(student, rng):\n    x = rng.normal(size=5)\n{body}\n",
    )
    changed(trapezoids, SUMS, "from grader", "import pytest\nfrom grader")

    graded = grade(hand_in(trapezoids, WRONG), tmp_path / "out", assignment=trapezoids)

    assert graded.checks["total"]["status"] == "failed"
    assert "Not the sum." in plain(graded.checks["total"]["output"])


@pytest.mark.parametrize("ends", ['pytest.fail("no")', "raise SystemExit(3)"])
def test_what_fails_on_the_reference_too_ends_its_check_alone(
    ends: str, trapezoids: Path, tmp_path: Path
) -> None:
    changed(
        trapezoids, "judges/test_quadrature.py", "    a, b = rng", f"    {ends}\n    a, b = rng"
    )

    graded = grade(hand_in(trapezoids), tmp_path / "out", assignment=trapezoids)

    assert graded.run.status == 1
    assert "status" not in graded.checks["lines"]
    assert graded.checks["total"]["status"] == "passed"
    assert graded.results["score"] == 6


def test_a_fixture_that_holds_the_student_blames_nobody_else(
    trapezoids: Path, tmp_path: Path
) -> None:
    rewrite(
        trapezoids,
        """
@pytest.fixture
def areas(student):
    yield student.areas

@pytest.fixture
def x(rng):
    return rng.normal(size=5)

@points(3)
def test_total(areas, x):
    assert areas.total(x) == x.sum(), "It is not the sum."
""",
    )
    changed(trapezoids, SUMS, "from grader", "import pytest\nfrom grader")

    graded = grade(hand_in(trapezoids, WRONG), tmp_path / "out", assignment=trapezoids)

    assert graded.run.status == 0
    assert graded.checks["total"]["status"] == "failed"
    assert "It is not the sum." in plain(graded.checks["total"]["output"])


def test_a_named_tuple_of_the_reference_is_a_tuple(trapezoids: Path, tmp_path: Path) -> None:
    """Numpy's own decompositions return such."""
    decompose = "\n\ndef decompose(x):\n    return np.linalg.eigh(x)\n"
    reference = trapezoids / "answers" / "areas.py"
    reference.write_text(f"import numpy as np\n{reference.read_text('utf-8')}{decompose}", "utf-8")
    rewrite(
        trapezoids,
        """
@points(3)
def test_decompose(check, rng):
    x = rng.normal(size=(3, 3))
    check.matches("areas.decompose", x + x.T, outputs=("values", "vectors"))
    check.pure("areas.decompose", (x + x.T,))
""",
    )

    graded = grade(hand_in(trapezoids, decompose), tmp_path / "out", assignment=trapezoids)

    assert graded.checks["decompose"]["status"] == "passed", graded.run.complained


def test_a_check_that_cannot_be_awaited_costs_nobody_anything(
    trapezoids: Path, tmp_path: Path
) -> None:
    rewrite(trapezoids, f"@points(3)\nasync def test_total(check, rng):\n{CHECK}")

    graded = grade(hand_in(trapezoids), tmp_path / "out", assignment=trapezoids)

    assert "expected a plain function, got `async def`" in graded.run.complained
    assert graded.results["score"] == 7


def test_an_argument_that_matches_would_keep_for_itself_is_refused(
    trapezoids: Path, tmp_path: Path
) -> None:
    changed(trapezoids, "answers/areas.py", "def total(x):", "def total(x, rtol=1e-3):")
    rewrite(
        trapezoids,
        "@points(3)\ndef test_total(check, rng):\n"
        '    check.matches("areas.total", rng.normal(size=5), rtol=0.9)\n',
    )

    graded = grade(hand_in(trapezoids, WRONG), tmp_path / "out", assignment=trapezoids)

    assert graded.run.status == 1
    assert "status" not in graded.checks["total"]


def test_a_class_of_which_nothing_is_left_still_is_one() -> None:
    text = stub_text("class Diverged(Exception):\n    pass\n\n\nclass Tiny:\n    x = 1\n", "m.py")

    compile(text, "m.py", "exec")
    assert "class Tiny:" in text


FIELDS = """
from dataclasses import dataclass
from enum import Enum


@dataclass
class Result:
    value: float
    steps: int = 0


class Kind(Enum):
    LEFT = 1


class Model:
    cache = {}
"""


def test_classes_that_are_made_of_their_fields_keep_them() -> None:
    made: dict[str, Any] = {}
    exec(compile(stub_text(FIELDS, "m.py"), "m.py", "exec"), made)  # noqa: S102 - what is above

    assert made["Result"](1.0).steps == 0
    assert made["Kind"].LEFT.value == 1
    assert not hasattr(made["Model"], "cache")


def test_modules_beside_a_suite_go_where_it_goes(trapezoids: Path) -> None:
    (trapezoids / "judges" / "test_sums.py").rename(trapezoids / "test_sums.py")
    changed(trapezoids, "assignment.toml", "judges/test_sums.py", "test_sums.py")
    (trapezoids / "helper.py").touch()

    assert "helper.py" in assignment_files(load_assignment(trapezoids))


def test_a_template_that_cannot_be_made_is_told(
    trapezoids: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(trapezoids, "answers/areas.py", "def total(x):", "# template: keep\ndef total(x):")

    assert main(["template", "--assignment", str(trapezoids)]) == 1
    assert "template: keep" in capsys.readouterr().err
    assert issubclass(TemplateError, AssignmentError)


def test_slips_in_variants_are_told_where_they_are_written() -> None:
    variants = Variants()
    with pytest.raises(VariantError, match="credit from 0 to 1"):
        variants.convention("a.f", credit=1.5, says="")
    with pytest.raises(VariantError, match="expected a name"):
        variants.mistake("a.f", says="", hint="", source={"x": "y"})
    variants.mistake("a.f", "one", says="", hint="", source={"x": "y"})
    with pytest.raises(VariantError, match="got 'one' again"):
        variants.mistake("a.f", "one", says="", hint="", source={"x": "z"})


def test_the_terminal_says_why_a_suite_cannot_be_read(trapezoids: Path, tmp_path: Path) -> None:
    changed(trapezoids, SUMS, "from grader", "import nothing_there\nfrom grader")

    graded = grade(hand_in(trapezoids), tmp_path / "out", assignment=trapezoids)

    assert "No module named 'nothing_there'" in graded.run.complained
