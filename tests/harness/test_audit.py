"""The audit passes good suites and says what is wrong with others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from grading_fixtures import ROOT, Run, run_grader
from other_assignment import changed

from grader.audit import read_figures
from grader.audit.judge import judge
from grader.audit.subjects import Subject
from grader.audit.work import Answer, CheckResult
from grader.outcomes import Finding

ASSIGNMENT = {
    "assignment.toml": """
title = "Means"
total_points = 5
secret = "eight letters"
modules = ["means"]
reference = "answers"

[[parts]]
number = 1
name = "Means"
suite = "judges/test_means.py"
points = 5
""",
    "answers/__init__.py": "from . import means\n",
    "answers/means.py": '''
"""Means."""

import numpy as np


def mean(x):
    """Mean of an array."""
    return float(np.sum(x) / x.size)


def squares(x, center):
    """Mean of the squares of what is left without the center."""
    left_of_center = x - center
    return mean(left_of_center**2)
''',
    "answers/variants/__init__.py": "from . import means\n",
    "answers/variants/means.py": """
from grader.feedback.variants import Variants

variants = Variants()
variants.mistake(
    "means.mean", "off_by_one", says="Divides by one less.", hint="By how many?",
    source={"x.size": "(x.size - 1)"},
)
variants.mistake(
    "means.squares", "no_square", says="The square is missing.", hint="Which power?",
    source={"**2": ""},
)
# What is built on it is then half as large, too.
variants.convention(
    "means.mean", "half", says="Half of the mean.", source={"x.size": "(2 * x.size)"}
)


@variants.convention("means.squares", says="Half of the mean of squares.")
def halved(right, *arguments):
    return right / 2
""",
    "judges/test_means.py": '''
"""Means."""

from grader.suite import feedback, part, points

pytestmark = part("Means", number=1)


@points(2)
def test_mean(check, rng):
    """mean is the mean."""
    check.matches("means.mean", rng.normal(2.0, 1.0, size=5))


@points(3)
def test_squares(check, rng):
    """squares is the mean of squares around a center."""
    for center in (0.7, -1.3):
        check.matches("means.squares", rng.normal(size=5), center)
''',
    "student_template/means.py": '''
"""Means."""


def mean(x):
    """Mean of an array."""
    raise NotImplementedError


def squares(x, center):
    """Mean of the squares of what is left without the center."""
    raise NotImplementedError
''',
    "tests/right/by_methods/means.py": """
def mean(x):
    return x.mean()


def squares(x, center):
    return ((x - center) ** 2).mean()
""",
}
SUITE = "judges/test_means.py"
VARIANTS = "answers/variants/means.py"


@pytest.fixture
def means(tmp_path: Path) -> Path:
    """An assignment whose suite is good."""
    for name, text in ASSIGNMENT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), "utf-8")
    return tmp_path


def audit(folder: Path, *options: str) -> Run:
    """Audit the assignment in a folder under three seeds, in two processes."""
    return run_grader("audit", "--seeds", "3", "--jobs", "2", *options, folder=folder)


def problems(run: Run) -> list[str]:
    return [line for line in run.printed.splitlines() if line.startswith("Problem: ")]


def test_good_suite_is_green(means: Path) -> None:
    run = audit(means)

    assert run.status == 0, run.printed + run.complained
    assert problems(run) == []
    table = {line.split("  ")[0]: line.split() for line in run.printed.splitlines()}
    assert table["mistakes"][1:] == ["2", "2", "named"]
    assert table["conventions"][1:] == ["2", "2", "earns", "its", "credit"]
    assert table["right solutions"][2:] == ["1", "1", "full", "marks"]
    assert int(table["mutants"][1]) > 10
    assert not run.left_over


def test_figures_are_written_for_programs(means: Path) -> None:
    whole, some = means / "whole", means / "some"

    run = audit(means, "--out", str(whole))
    audit(means, "--out", str(some), "--only", "means.mean")

    figures = read_figures((whole / "audit.json").read_bytes())
    assert (figures.whole, figures.seeds, figures.problems) == (True, 3, 0)
    assert figures.handed_in["mistakes"] == {"named": 2}
    assert f"{figures.gradings} gradings of all submissions" in run.printed
    assert not read_figures((some / "audit.json").read_bytes()).whole


def test_page_holds_everything_and_asks_for_nothing(means: Path) -> None:
    audit(means)
    page = (means / "audit" / "audit.html").read_text("utf-8")

    for words in (
        "green",
        "off_by_one",
        "The square is missing.",
        "squares is the mean",
        "means.py:",
    ):
        assert words in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_mistake_that_no_check_sees_is_a_problem(means: Path) -> None:
    changed(means, VARIANTS, '"**2": ""', '"x - center": "center - x"')

    run = audit(means)

    assert run.status == 1
    assert "Problem: mistake means.squares no_square: not caught." in problems(run)


def test_mistake_that_fails_by_luck_is_a_problem(means: Path) -> None:
    """It shows where the first number is larger than the second: under some of the seeds."""
    lucky = '"x - center": "x - center * (1.0 + 1e-3 * (x[0] > x[1]))"'
    changed(means, VARIANTS, '"**2": ""', lucky)
    changed(means, SUITE, "(0.7, -1.3)", "(0.7,)")

    run = audit(means)

    assert run.status == 1
    assert "Problem: mistake means.squares no_square: caught by luck." in problems(run)


def answer_of(failed: dict[str, bool]) -> Answer:
    """What came of a mistake that some checks fail, and it is named."""
    named = (Finding("mistake", "It is known.", staff="known as old"),)
    return Answer(
        tuple(
            CheckResult(name, "1.1", name, 1.0, 1.0 - fails, fails, named if fails else (), ())
            for name, fails in failed.items()
        ),
        troubles=(),
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("seen", "outcome", "varying"),
    [
        (["ab", "ab", "ab"], "named", ()),
        (["ab", "a", "ab"], "named", ("b",)),
        (["a", "b", "a"], "caught by luck", ()),
        (["ab", "", "ab"], "caught by luck", ()),
        (["", "", ""], "not caught", ()),
    ],
    ids=["always", "one always", "in turns", "not always", "never"],
)
def test_one_check_at_least_always_catches_a_mistake(
    seen: Sequence[str], outcome: str, varying: Sequence[str]
) -> None:
    """Under each of the seeds: what the others add is a remark."""
    answers = [answer_of({name: name in names for name in "ab"}) for names in seen]

    row = judge(Subject("mistake", "old"), answers)

    assert (row.outcome, row.varying) == (outcome, varying)


GUESS = '"x - center": "x - center + np.random.default_rng().normal()"'


def test_mistakes_without_a_name_are_a_problem(means: Path) -> None:
    """Who guesses is caught, but no guess is like another."""
    changed(means, VARIANTS, '"**2": ""', GUESS)

    run = audit(means)

    assert run.status == 1
    assert "Not named: means.squares no_square" in run.printed
    assert "Problem: mistakes: 50.0% are named or said, expected 95% at least." in problems(run)
    nameless = "Problem: mistake means.squares no_square: not named, and no reason is given."
    assert any(problem.startswith(nameless) for problem in problems(run))


def append(folder: Path, line: str) -> None:
    """Write something below the variants."""
    path = folder / VARIANTS
    path.write_text(f"{path.read_text('utf-8')}\n\n{line}\n", "utf-8")


def test_a_mistake_may_have_a_reason_to_be_nameless(means: Path) -> None:
    """It is listed with it, and counts for what it is."""
    changed(means, VARIANTS, '"**2": ""', GUESS)
    append(means, 'variants.unnamed("means.squares", "no_square", because="No guess is alike.")')

    run = audit(means)

    share = "Problem: mistakes: 50.0% are named or said, expected 95% at least."
    assert problems(run) == [share]
    assert "Not named: means.squares no_square: No guess is alike." in run.printed
    assert "No guess is alike." in (means / "audit" / "audit.html").read_text("utf-8")


def test_a_reason_that_holds_no_more_is_a_problem(means: Path) -> None:
    append(means, 'variants.unnamed("means.squares", "no_square", because="It is dull.")')

    run = audit(means)

    told = "mistake means.squares no_square: named, though a reason is given why not: It is dull."
    assert problems(run) == [f"Problem: {told}"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'variants.unnamed("means.mean", "no_square", because="")',
            "variants.unnamed: no such mistake: means.mean no_square.",
        ),
        (
            'variants.harmless("means.mean", "x.size → 0", because="")',
            "variants.harmless: no such change: means.mean: x.size → 0.",
        ),
    ],
    ids=["mistake", "change"],
)
def test_a_reason_for_nothing_is_named(means: Path, line: str, told: str) -> None:
    append(means, line)

    run = audit(means)

    assert run.status == 1
    assert told in run.complained


def test_convention_that_loses_points_is_a_problem(means: Path) -> None:
    """What is accepted must also agree with itself when it is graded by its own reference."""
    changed(means, VARIANTS, "return right / 2", "return right * (1 + len(arguments[0]) * _seen())")
    with (means / VARIANTS).open("a", encoding="utf-8") as file:
        file.write("\n\ndef _seen():\n    return 0\n")

    run = audit(means)

    assert run.status == 1
    assert any("convention means.squares halved: loses points" in p for p in problems(run))


@pytest.mark.parametrize(
    ("credit", "kinds"),
    [("0.25", {"mistakes": "2", "conventions": "2"}), ("0", {"mistakes": "3", "conventions": "1"})],
    ids=["a quarter", "nothing"],
)
def test_the_assignment_says_what_a_convention_earns(
    means: Path, credit: str, kinds: dict[str, str]
) -> None:
    changed(
        means, "assignment.toml", "\n[[parts]]", f"\n[conventions]\nhalf = {credit}\n\n[[parts]]"
    )

    run = audit(means)

    assert run.status == 0, run.printed
    table = {line.split("  ")[0]: line.split() for line in run.printed.splitlines()}
    assert {kind: table[kind][1] for kind in kinds} == kinds


@pytest.mark.parametrize("options", [(), ("--sample", "1")], ids=["whole", "sample"])
def test_a_convention_that_nobody_knows_is_named(means: Path, options: tuple[str, ...]) -> None:
    changed(means, "assignment.toml", "\n[[parts]]", "\n[conventions]\nhalv = 0.5\n\n[[parts]]")

    run = audit(means, *options)

    assert run.status == 1
    assert "key conventions: no convention is called 'halv'; is 'halved' meant?" in run.complained


def test_a_function_that_nobody_knows_is_named(means: Path) -> None:
    run = audit(means, "--only", "means.media")

    assert run.status == 1
    assert "no graded function begins so, of means.mean, means.squares." in run.complained


def test_of_one_function_only_its_own_checks_are_asked(means: Path) -> None:
    """Of the right solutions that hold it, too: what they do elsewhere proves nothing."""
    other = means / "tests" / "right" / "mean_alone" / "means.py"
    other.parent.mkdir()
    other.write_text("def mean(x):\n    return x.mean()\n", "utf-8")
    changed(means, "tests/right/by_methods/means.py", "return x.mean()", "return 0.0")

    run = audit(means, "--only", "means.squares")

    assert run.status == 0, run.printed
    table = {line.split("  ")[0]: line.split() for line in run.printed.splitlines()}
    assert table["right solutions"][2:] == ["1", "1", "full", "marks"]
    assert any("right by_methods: loses points" in problem for problem in problems(audit(means)))


def test_right_solution_that_loses_points_is_a_problem(means: Path) -> None:
    changed(means, "tests/right/by_methods/means.py", "return x.mean()", "return [x.mean()]")

    run = audit(means)

    assert run.status == 1
    assert any(p.startswith("Problem: right by_methods: loses points.") for p in problems(run))


def test_check_that_no_mistake_fails_is_a_problem(means: Path) -> None:
    changed(means, "assignment.toml", "total_points = 5", "total_points = 6")
    changed(means, "assignment.toml", '.py"\npoints = 5', '.py"\npoints = 6')
    check = "@points(1)\ndef test_ease(student, rng):\n    student.means.mean(rng.normal(size=3))\n"
    changed(means, SUITE, "@points(3)", f"{check}\n\n@points(3)")

    run = audit(means)

    assert run.status == 1
    never = "check 1.2 test_means::test_ease never fails: it catches no known mistake."
    assert problems(run) == [f"Problem: {never}"]


def test_weak_suite_lets_mutants_survive(means: Path) -> None:
    """With the center 0 nobody sees what is done with it."""
    changed(means, SUITE, "(0.7, -1.3)", "(0.0,)")

    run = audit(means)

    assert run.status == 1
    assert "Survivor: means.py:13  means.squares: x - center → (x + center)" in run.printed
    assert any(p.startswith("Problem: mutants: ") for p in problems(run))


HARMLESS = 'variants.harmless("means.squares", "x - center → (x + center)", because="Around 0.")'


def test_a_survivor_may_have_a_reason(means: Path) -> None:
    """Then it is no news; it counts as it did."""
    changed(means, SUITE, "(0.7, -1.3)", "(0.0,)")
    before = [p for p in problems(audit(means)) if p.startswith("Problem: mutants: ")]
    append(means, HARMLESS)

    run = audit(means)

    change = "means.py:13  means.squares: x - center → (x + center)"
    assert f"Harmless: {change}: Around 0." in run.printed
    assert f"Survivor: {change}" not in run.printed
    assert before
    assert [p for p in problems(run) if p.startswith("Problem: mutants: ")] == before
    assert "Around 0." in (means / "audit" / "audit.html").read_text("utf-8")


def test_a_harmless_change_that_is_caught_is_a_problem(means: Path) -> None:
    append(means, HARMLESS)

    run = audit(means)

    told = (
        "mutant means.squares: x - center → (x + center): caught, though it is said to be harmless."
    )
    assert problems(run) == [f"Problem: {told}"]


def test_mutants_that_cannot_be_imported_speak_for_no_suite(means: Path) -> None:
    """Any check sees them: who counts them as caught counts nothing."""
    changed(means, "answers/means.py", "def mean(x):", "def mean(x, scale=[1.0][0]):")
    whole = means / "whole"

    run = audit(means, "--out", str(whole))

    assert run.status == 0, run.printed
    came_to = read_figures((whole / "audit.json").read_bytes()).handed_in["mutants"]
    assert came_to["does not import"] == 1
    assert came_to["caught"] > 10


def test_points_that_do_not_add_up_are_a_problem(means: Path) -> None:
    changed(means, SUITE, "@points(2)", "@points(1)")

    run = audit(means)

    assert run.status == 1
    assert "Problem: Means: expected 5 points in its checks, got 4." in problems(run)


def test_expected_value_in_a_message_is_a_problem(means: Path) -> None:
    body = """
    x = rng.normal(2.0, 1.0, size=5)
    got, right = student.means.mean(x), reference.means.mean(x)
    if abs(got - right) > 1e-9:
        check.fail("value", f"The mean is {right:.6f}.")
"""
    changed(means, SUITE, '\n    check.matches("means.mean", rng.normal(2.0, 1.0, size=5))\n', body)
    changed(means, SUITE, "test_mean(check, rng)", "test_mean(check, rng, student, reference)")

    run = audit(means)

    assert run.status == 1
    assert any("test_means::test_mean: 1." in p and "students read it" in p for p in problems(run))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("left_of_center = x - center", "a line of the reference's means.py: left_of_center"),
        ("# eight letters", "the secret of assignment.toml"),
    ],
    ids=["a line of the answer", "the secret"],
)
def test_template_that_gives_something_away_is_a_problem(
    means: Path, given: str, told: str
) -> None:
    changed(means, "student_template/means.py", "    raise", f"    {given}\n    raise")

    run = audit(means)

    assert run.status == 1
    assert any(told in p for p in problems(run))


def test_variant_that_does_not_fit_is_named(means: Path) -> None:
    changed(means, VARIANTS, '"x.size"', '"x.count"')

    run = audit(means)

    assert run.status == 1
    assert "means.mean: off_by_one: expected 'x.count' in the reference's code" in run.complained
    assert "Traceback" not in run.complained


def test_suite_that_cannot_be_read_is_named(means: Path) -> None:
    changed(means, SUITE, "@points(2)", "@points(2")

    run = audit(means)

    assert run.status == 1
    assert "test_means.py could not be collected" in run.complained


@pytest.mark.parametrize("count", ["0", "-1", "all"])
def test_counts_are_at_least_one(means: Path, count: str) -> None:
    assert run_grader("audit", "--jobs", count, folder=means).status == 2


def test_sample_of_the_shipped_assignment_is_green(tmp_path: Path) -> None:
    """The whole takes minutes; see docs/writing-checks.md."""
    run = run_grader(
        "audit",
        *("--sample", "60", "--seeds", "1", "--jobs", "2", "--out", str(tmp_path)),
        folder=ROOT,
    )

    assert run.status == 0, run.printed + run.complained
