"""The command as a user meets it: usage, options, what the terminal says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from grading_fixtures import GRADER, ROOT, Graded, copy_assignment, grade, plain, run_grader
from other_assignment import changed, write_trapezoids

EXAMPLES = ROOT / "tests" / "submissions"


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """The folder of the other assignment, with submissions beside it."""
    return write_trapezoids(tmp_path / "trapezoids")


# Another assignment


def test_suite_may_have_a_fixture_of_its_own_under_a_name_of_ours(trapezoids: Path) -> None:
    """As with any plugin of pytest's, what is written nearer to the check counts."""
    own = "@pytest.fixture\ndef rng(rng):\n    return Same()\n\n\n"
    same = "class Same:\n    def normal(self, size):\n        return 2, 3\n\n\n"
    changed(trapezoids, "judges/test_quadrature.py", "@points(4)", f"{same}{own}@points(4)")
    seen = "2.0, 7)\n    assert (a, b) == (2, 3)"
    changed(trapezoids, "judges/test_quadrature.py", "2.0, 7)", seen)

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.results["score"] == 10


@pytest.mark.parametrize("folder", ["", "judges"])
def test_conftest_above_or_beside_the_suites_counts(trapezoids: Path, folder: str) -> None:
    text = "import pytest\n\n\n@pytest.fixture\ndef seven():\n    return 7\n"
    (trapezoids / folder / "conftest.py").write_text(text, "utf-8")
    changed(trapezoids, "judges/test_quadrature.py", "(check, rng)", "(check, rng, seven)")
    changed(trapezoids, "judges/test_quadrature.py", "2.0, 7)", "2.0, seven)")

    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.results["score"] == 10


def test_another_assignment_is_graded_by_the_same_engine(trapezoids: Path) -> None:
    graded = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 0
    assert graded.results["score"] == 10
    assert [test["number"] for test in graded.results["tests"]] == [
        "8.1",
        "8.2a",
        "8.2b",
        "8.2c",
        "9.1",
    ]
    assert "Areas under curves" in (graded.folder / "report.html").read_text("utf-8")


def test_mistakes_in_another_assignment_are_found(trapezoids: Path) -> None:
    graded = grade(trapezoids / "rectangles", trapezoids / "out", assignment=trapezoids)

    assert graded.run.status == 0
    assert graded.results["score"] == 0
    assert "trapezoid(f, a, b, n)" in plain(graded.checks["lines"]["output"])
    assert "areas.py has no total." in plain(graded.checks["total"]["output"])


def test_folder_of_the_assignment_is_the_default_and_results_go_into_grade(
    trapezoids: Path,
) -> None:
    run = run_grader("grade", "right", folder=trapezoids)

    assert run.status == 0
    assert {path.name for path in (trapezoids / "grade").iterdir()} == {
        "results.json",
        "report.html",
        "staff.html",
    }


def test_results_may_go_elsewhere(trapezoids: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "autograder" / "results" / "results.json"
    elsewhere.parent.mkdir(parents=True)

    run = run_grader("grade", "right", "--results", str(elsewhere), folder=trapezoids)

    assert run.status == 0
    assert json.loads(elsewhere.read_text("utf-8"))["score"] == 10
    assert not (trapezoids / "grade" / "results.json").exists()


def test_terminal_names_each_check_its_points_and_what_was_found(trapezoids: Path) -> None:
    run = run_grader("grade", "rectangles", folder=trapezoids)

    lines = run.printed.splitlines()
    assert lines[0].split() == ["8.1", "FAILED", "0/4", "trapezoid", "is", "exact", "for", "lines."]
    assert "trapezoid(f, a, b, n): not what is expected." in lines[1]
    assert any(line.startswith("0 of 10 graded points; isolation L") for line in lines)
    assert lines[-1].startswith("Pages: grade/report.html for the student")


# Bad usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "nowhere"], "nowhere: expected a folder, a zip, a notebook or a .py file."),
        (["grade"], "the following arguments are required: submission"),
        (["grade", "right", "--seed", "seven"], "--seed"),
        (["grade", "right", "--require-isolation", "L9"], "--require-isolation"),
        (["grade", "right", "--check", "8.7"], "--check 8.7: no check has this name or number."),
        (["mark", "right"], "invalid choice: 'mark'"),
        (["batch", "right", "--jobs", "0"], "expected a number from 1 on, got '0'"),
        (["audit", "--jobs", "two"], "expected a number from 1 on, got 'two'"),
    ],
    ids=["no submission there", "no submission", "seed", "level", "check", "command", "0", "two"],
)
def test_bad_usage_ends_with_2_and_a_message(
    trapezoids: Path, arguments: list[str], said: str
) -> None:
    run = run_grader(*arguments, folder=trapezoids)

    assert run.status == 2
    assert said in run.complained
    assert "Traceback" not in run.complained


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        ("users: []", "got something else"),
        ("[]", "got something else"),
        ('{"score": 1}', "got a file that names no users"),
    ],
    ids=["missing", "no JSON", "other JSON", "no users"],
)
def test_metadata_that_do_not_say_who_handed_in_are_bad_usage(
    trapezoids: Path, content: str | None, said: str
) -> None:
    """Where students have data of their own, this one would silently get the usual ones."""
    if content is not None:
        (trapezoids / "who.json").write_text(content, "utf-8")

    run = run_grader("grade", "right", "--metadata", "who.json", folder=trapezoids)

    assert run.status == 2
    assert "who.json: expected Gradescope's submission_metadata.json" in run.complained
    assert said in run.complained
    assert not (trapezoids / "grade").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["grade", "right", "--out", "{}/here"], "{}/here"),
        (["package", "--out", "{}/autograder.zip"], "{}/autograder.zip"),
        (["new", "{}/here"], "{}/here"),
    ],
    ids=["grade", "package", "new"],
)
def test_a_place_where_nothing_can_be_written_is_named_without_a_traceback(
    trapezoids: Path, arguments: list[str], named: str
) -> None:
    """/proc is closed to root as well."""
    nowhere = "/proc/1"

    run = run_grader(*(a.format(nowhere) for a in arguments), folder=trapezoids)

    assert run.status == 1
    assert run.complained.startswith(f"{named.format(nowhere)}: ")
    assert run.complained.count("\n") == 1


# Options


@pytest.mark.parametrize(
    ("wanted", "ran"),
    [
        ("9.1", ["total"]),
        ("8.2", ["squares[1]", "squares[2]", "squares[5]"]),
        ("8.2b", ["squares[2]"]),
        ("test_total", ["total"]),
        ("test_quadrature::test_squares[5]", ["squares[5]"]),
        ("test_sums", ["total"]),
    ],
)
def test_check_runs_only_what_was_asked_for(trapezoids: Path, wanted: str, ran: list[str]) -> None:
    graded = grade(
        trapezoids / "right", trapezoids / "out", "--check", wanted, assignment=trapezoids
    )

    assert graded.run.status == 0
    assert [name for name in graded.checks if name] == ran


def test_of_what_was_not_asked_for_nobody_says_that_the_grader_failed(trapezoids: Path) -> None:
    out = trapezoids / "out"
    graded = grade(trapezoids / "right", out, "--check", "9.1", assignment=trapezoids)

    one, others = graded.results["tests"]
    said = "Not run: only check 9.1 was asked for."
    assert graded.run.status == 0
    assert (others["score"], others["max_score"], others["tags"]) == (0, 10 - one["max_score"], [])
    assert others["output"].strip() == said
    assert graded.results["score"] == one["max_score"]
    for page in (out / "report.html", out / "staff.html"):
        assert said in page.read_text("utf-8")
        assert "staff will grade" not in page.read_text("utf-8")
    assert said in graded.results["output"]
    assert "grader failed" not in graded.results["output"]


def seeds(graded: Graded) -> list[str]:
    return [test["extra_data"]["seed"] for test in graded.results["tests"]]


def test_seed_gives_other_data_and_the_same_seed_the_same(trapezoids: Path) -> None:
    usual, one, again, other = (
        grade(trapezoids / "right", trapezoids / f"out{k}", *options, assignment=trapezoids)
        for k, options in enumerate([(), ("--seed", "7"), ("--seed", "7"), ("--seed", "8")])
    )

    assert seeds(one) == seeds(again)
    assert not set(seeds(usual)) & set(seeds(one))
    assert not set(seeds(one)) & set(seeds(other))
    assert {graded.results["score"] for graded in (usual, one, again, other)} == {10}
    assert one.results["extra_data"]["seed"] == "7"


@pytest.mark.parametrize("options", [(), ("--seed", "7")], ids=["usual", "of a student"])
def test_the_command_on_the_staffs_page_runs_the_check_again_on_the_same_data(
    trapezoids: Path, options: tuple[str, ...]
) -> None:
    out = trapezoids / "out"
    first = grade(trapezoids / "rectangles", out, *options, assignment=trapezoids)
    page = (out / "staff.html").read_text("utf-8")
    (command,) = re.findall(r"grader grade (rectangles --check \S*test_lines[^<]*)", page)

    run_grader("grade", *shlex.split(command), "--out", "again", folder=trapezoids)

    again = Graded(first.run, trapezoids / "again")
    assert seeds(again)[0] == first.checks["lines"]["extra_data"]["seed"]


def without_times(document: Any) -> Any:
    """A document without what differs from run to run."""
    if isinstance(document, dict):
        return {
            key: without_times(value)
            for key, value in document.items()
            if key not in {"execution_time", "seconds"}
        }
    if isinstance(document, list):
        return [without_times(item) for item in document]
    return document


@pytest.mark.parametrize("example", ["svm_without_mean", "softmax_without_shift"])
def test_same_submission_gets_the_same_results_twice(example: str, tmp_path: Path) -> None:
    """All that a student reads, to the byte: two uploads of one file must not differ."""
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])

    first, second = (
        grade(EXAMPLES / example, tmp_path / f"out{k}", assignment=assignment) for k in (1, 2)
    )

    assert without_times(first.results) == without_times(second.results)
    assert first.results["tests"]


def test_grading_refuses_a_machine_with_less_isolation_than_required(trapezoids: Path) -> None:
    found = grade(trapezoids / "right", trapezoids / "out", assignment=trapezoids)
    level = found.results["extra_data"]["isolation"]

    same, best = (
        grade(
            trapezoids / "right",
            trapezoids / f"out{wanted}",
            *("--require-isolation", wanted),
            assignment=trapezoids,
        )
        for wanted in (level, "L4")
    )

    assert same.run.status == 0
    # Where namespaces work, the machine may have the highest level.
    assert best.run.status == (0 if level == "L4" else 1)
    if level != "L4":
        assert f"expected level L4, got {level}" in best.run.complained
        assert best.results["tests"] == []
        assert "Nothing was graded" in best.run.complained


def test_grading_again_into_the_same_folder_replaces_what_was_there(trapezoids: Path) -> None:
    out = trapezoids / "out"
    grade(trapezoids / "rectangles", out, assignment=trapezoids)
    shutil.rmtree(trapezoids / "rectangles")

    graded = grade(trapezoids / "right", out, assignment=trapezoids)

    assert graded.results["score"] == 10
    assert "FAILED" not in graded.run.printed
    assert "10 of 10" in (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize("error", [subprocess.STDOUT, subprocess.DEVNULL], ids=["both", "output"])
def test_nobody_need_read_what_is_printed(trapezoids: Path, error: int) -> None:
    """As with `grader grade … | head`: all is written, and the exit status is what it was."""
    command = [str(GRADER), "grade", "right", "--out", "out"]

    with subprocess.Popen(command, cwd=trapezoids, stdout=subprocess.PIPE, stderr=error) as run:
        assert run.stdout is not None
        run.stdout.close()

    assert run.returncode == 0
    assert json.loads((trapezoids / "out" / "results.json").read_bytes())["score"] == 10
