"""results.json as Gradescope and a student read it.

`golden/results.json` is compared byte for byte. After a change that is meant, write the golden
files anew and read what differs: `WRITE_GOLDEN=1 pytest tests/harness/test_results.py`.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from golden.sample import FOLDER, sample_grade
from msgspec import structs

from grader.outcomes import (
    CodeLine,
    Finding,
    Grade,
    LeaderboardEntry,
    Note,
    Outcome,
    student_finding,
)
from grader.points import hundredths
from grader.results import encode, failed_results, results_document, write_results

if TYPE_CHECKING:
    from pathlib import Path


def document(grade: Grade) -> dict[str, Any]:
    """Read the document back as strictly as a platform may."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    loaded: dict[str, Any] = json.loads(encode(results_document(grade)), parse_constant=refuse)
    return loaded


def outcome(points: Fraction | int = 4, earned: Fraction | int = 0, **more: Any) -> Outcome:
    made = Outcome(
        name="test_one",
        number="1.1",
        title="One thing works",
        part="One",
        points=Fraction(points),
        earned=Fraction(earned),
        status="passed" if points == earned else "failed",
    )
    return structs.replace(made, **more)


def grade_of(*outcomes: Outcome, **more: Any) -> Grade:
    expected = sum((o.points for o in outcomes), Fraction())
    made = Grade(submission="ada", title="Homework", outcomes=outcomes, expected=expected)
    return structs.replace(made, **more)


def finding(**more: Any) -> Finding:
    return structs.replace(Finding(kind="value", lead="The loss is wrong."), **more)


def test_results_are_the_golden_ones() -> None:
    # On lines of its own, a difference can be read.
    written = msgspec.json.format(encode(results_document(sample_grade())), indent=2) + b"\n"
    golden = FOLDER / "results.json"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_bytes(written)

    assert written.decode() == golden.read_text(encoding="utf-8")


def test_every_field_is_one_that_gradescope_knows() -> None:
    results = document(
        structs.replace(sample_grade(), leaderboard=(LeaderboardEntry("loss", 0.5, "asc"),))
    )

    assert set(results) == {
        "score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
    }  # fmt: skip
    for test in results["tests"]:
        assert set(test) - {"status"} == {
            "score", "max_score", "name", "number", "output", "visibility", "tags", "extra_data",
        }  # fmt: skip
    assert results["leaderboard"] == [{"name": "loss", "value": 0.5, "order": "asc"}]


def test_there_is_no_leaderboard_without_entries() -> None:
    assert "leaderboard" not in document(sample_grade())


def test_maxima_sum_to_the_points_of_the_assignment() -> None:
    thirds = [outcome(Fraction(10, 3), Fraction(10, 3)) for _ in range(3)]
    sevenths = [outcome(Fraction(5, 7), Fraction(1, 7)) for _ in range(7)]

    results = document(grade_of(*thirds, *sevenths))

    cents = [round(test["max_score"] * 100) for test in results["tests"]]
    assert sum(cents) == 1500
    assert all(
        test["max_score"] * 100 == pytest.approx(c)
        for test, c in zip(results["tests"], cents, strict=True)
    )


def test_scores_sum_to_the_score() -> None:
    results = document(grade_of(*[outcome(Fraction(10, 3), Fraction(k, 3)) for k in range(11)]))

    total = sum(round(test["score"] * 100) for test in results["tests"])
    assert total == round(results["score"] * 100)


def test_only_full_marks_look_full() -> None:
    nearly = outcome(4, Fraction(4) - Fraction(1, 10**6))

    (test,) = document(grade_of(nearly))["tests"]

    assert test["score"] < test["max_score"]
    assert test["status"] == "failed"


def test_hundredths_sum_to_the_rounded_sum() -> None:
    assert hundredths([Fraction(1, 3)] * 3) == (34, 33, 33)
    assert hundredths([Fraction(1, 200)] * 2) == (1, 0)
    assert hundredths([]) == ()


def test_neither_nan_nor_infinity_is_written() -> None:
    """A NaN score makes Gradescope's run time out without a word."""
    nan, inf = float("nan"), float("inf")
    odd = outcome(seconds=nan, notes=(Note(finding(), credit=nan),))
    grade = grade_of(
        odd, seconds=inf, leaderboard=(LeaderboardEntry("a", nan), LeaderboardEntry("b", -inf))
    )

    results = document(grade)

    assert results["execution_time"] == 0
    assert [entry["value"] for entry in results["leaderboard"]] == ["not a number"] * 2


def test_lone_surrogates_and_controls_reach_no_field() -> None:
    bad = "x\ud800\x1b[31m\u202e\x00"
    grade = grade_of(
        outcome(title=bad, name=bad, number=bad, part=bad, tags=(bad,), functions=(bad,),
                findings=(finding(kind=bad, lead=bad, evidence=(bad,), question=bad),)),
        submission=bad, title=bad, notices=(bad,), troubles=(bad,), versions=((bad, bad),),
        isolation_notes=(bad,), leaderboard=(LeaderboardEntry(bad, bad),),
    )  # fmt: skip

    results = document(grade)

    shown = results["output"] + results["tests"][0]["name"] + results["tests"][0]["output"]
    assert not set(shown) & {"\ud800", "\x1b", "\u202e", "\x00"}


def test_a_check_that_the_grader_failed_is_for_the_staff() -> None:
    broken = outcome(4, status="grader_failed")

    results = document(grade_of(outcome(6, 6), broken))

    test = results["tests"][1]
    assert "The grader failed, not your code" in test["output"]
    assert "please tell the course staff" in test["output"]
    assert (test["score"], test["max_score"], test["tags"]) == (0, 4, ["staff"])
    assert "status" not in test  # neither passed nor failed
    assert results["output"].startswith("**6 of 6 points graded**")
    assert "4 points to be graded by the course staff" in results["output"]


def test_the_grader_s_own_words_are_used_once() -> None:
    lead = "The grader failed, not your code: the reference raised ValueError."
    broken = outcome(status="grader_failed", findings=(finding(lead=lead, staff="a path"),))

    (test,) = document(grade_of(broken))["tests"]

    assert test["output"].count("The grader failed") == 1
    assert "ValueError" in test["output"]
    assert "a path" not in json.dumps(document(grade_of(broken)))


def test_checks_that_never_ran_keep_their_points() -> None:
    """A killed run leaves a document whose maxima still sum to the assignment's points."""
    results = document(grade_of(outcome(4, 4), expected=Fraction(10), complete=False))

    assert sum(test["max_score"] for test in results["tests"]) == 10
    assert "Grading did not finish" in results["output"]
    assert results["extra_data"]["complete"] is False


def test_a_run_of_one_check_that_broke_off_says_what_any_such_run_says() -> None:
    """Whether the check that was asked for is among those that never ran, nobody knows."""
    results = document(grade_of(expected=Fraction(10), complete=False, only="1.1"))

    (test,) = results["tests"]
    assert (test["name"], test["max_score"]) == ("Checks that did not run", 10)
    assert "Not run" not in results["output"]


def test_the_summary_counts_visible_checks_only() -> None:
    shown = outcome(4, 4)
    later = outcome(6, 5, part="Secret part", visibility="after_published",
                    findings=(finding(lead="Secret lead."),))  # fmt: skip

    results = document(grade_of(shown, later))

    assert results["output"].startswith("**4 of 4 points**; 1 of 1 check passed.")
    assert "Secret" not in results["output"]
    assert "shown later" in results["output"]
    assert [test["visibility"] for test in results["tests"]] == ["visible", "after_published"]


def test_hidden_checks_are_not_promised_for_later() -> None:
    output = document(grade_of(outcome(), outcome(visibility="hidden")))["output"]

    assert "not shown here" in output
    assert "later" not in output


@pytest.mark.parametrize(
    ("level", "seen"),
    [("full", "lead evidence details printed"), ("hint", "lead evidence"), ("result", "")],
)
def test_the_feedback_level_rules_what_is_said(level: str, seen: str) -> None:
    said = finding(lead="lead", evidence=("evidence",), details=("details",), printed="printed",
                   staff="staff")  # fmt: skip

    results = document(grade_of(outcome(feedback=level, findings=(said,))))

    text = results["output"] + results["tests"][0]["output"]
    words = {"lead", "evidence", "details", "printed", "staff"}
    assert {word for word in words if word in text.replace("course staff", "")} == set(seen.split())


@pytest.mark.parametrize(("level", "told"), [("full", 0), ("hint", 1), ("result", 0)])
def test_withheld_print_output_is_said_to_be_withheld_once(level: str, told: int) -> None:
    """Whoever looks for their own lines must learn that it is not they who made a mistake."""
    findings = (finding(), finding(printed="W = 0.25"), finding(printed="dW = 0.5"))

    (test,) = document(grade_of(outcome(feedback=level, findings=findings)))["tests"]

    assert test["output"].count("Your print output is withheld") == told
    assert ("0.25" in test["output"]) == (level == "full")


def test_nothing_is_withheld_where_nothing_was_printed() -> None:
    (test,) = document(grade_of(outcome(feedback="hint", findings=(finding(),))))["tests"]

    assert "withheld" not in test["output"]


def test_a_note_under_result_does_not_say_that_the_check_failed() -> None:
    noted = outcome(4, 4, feedback="result", notes=(Note(finding()),))

    (test,) = document(grade_of(noted))["tests"]

    assert test["output"] == "Right.\n"


def test_a_failure_in_ten_ways_is_cut() -> None:
    (test,) = document(grade_of(outcome(findings=(finding(),) * 12)))["tests"]

    assert "And 7 more like these." in test["output"]


def test_the_same_grade_gives_the_same_bytes_but_for_times() -> None:
    one, other = sample_grade(), structs.replace(sample_grade(), seconds=99.0)

    assert encode(results_document(one)) == encode(results_document(sample_grade()))
    first, second = document(one), document(other)
    assert first.pop("execution_time") != second.pop("execution_time")
    assert first == second


def test_a_failure_before_any_check_still_gives_results(tmp_path: Path) -> None:
    results = failed_results(
        "The assignment could not be read.", points=Fraction(100), trouble="KeyError"
    )
    write_results(results, tmp_path / "results.json")

    loaded = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert loaded["score"] == 0
    assert "The assignment could not be read." in loaded["output"]
    assert "the grader failed there, not your code" in loaded["output"]
    assert "KeyError" not in loaded["output"]
    assert loaded["extra_data"]["troubles"] == ["KeyError"]
    assert sum(test["max_score"] for test in loaded["tests"]) == 100


def test_writing_replaces_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.json"
    write_results(sample_grade(), path)
    before = path.read_bytes()

    def fail(_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("grader.results.encode", fail)
    with pytest.raises(MemoryError):
        write_results(sample_grade(), path)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]


def test_a_hint_shows_where_a_chain_of_calls_begins_and_ends() -> None:
    """Lines in between could be chosen to spell an input."""
    chain = tuple(CodeLine("code.py", line, f"f{line}()", "f") for line in (3, 141, 59, 26))
    finding = Finding("raised", "It raised.", code=chain)

    assert [c.line for c in student_finding(finding, "hint").code] == [3, 26]
    assert [c.line for c in student_finding(finding, "full").code] == [3, 141, 59, 26]
