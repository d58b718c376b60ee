from __future__ import annotations

from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grading_fixtures import copy_assignment

from grader.assignment import AssignmentError, Late, load_assignment
from grader.batch.grades.adjustments import (
    Adjustments,
    AdjustmentsError,
    find_adjustments,
    read_adjustments,
)
from grader.batch.grades.lateness import Adjusted, Given, adjust
from grader.batch.intake.times import iso
from grader.batch.records import Entry, Submitter
from grader.keys import context_of

PACIFIC = timezone(timedelta(hours=-7))
DUE = datetime(2026, 10, 1, 23, 59, tzinfo=PACIFIC)


def policy(**settings: Any) -> Late:
    return msgspec.convert({"due": DUE, "penalty_per_day": 0.1, **settings}, Late)


def after(hours: float, late: Late | None, given: Given | None = None) -> Adjusted:
    """What 80 of 100 points become, handed in so many hours after the due date."""
    return adjust(80_00, 100_00, iso(DUE + timedelta(hours=hours)), late, given)


def words(adjusted: Adjusted) -> list[tuple[str, int]]:
    return [(line.words, line.hundredths) for line in adjusted.lines]


# The policy


def test_without_a_policy_nothing_is_taken() -> None:
    assert after(1000, None) == Adjusted(80_00, (), 80_00)


@pytest.mark.parametrize(
    ("hours", "score"),
    [(-24, 80), (0, 80), (0.01, 70), (24, 70), (24.01, 60), (71, 50), (500, 0)],
)
def test_each_day_that_has_begun_costs_its_share_of_the_total(hours: float, score: int) -> None:
    assert after(hours, policy()).after == score * 100


def test_the_line_says_how_late_and_what_it_costs() -> None:
    assert words(after(30, policy())) == [("2 days late: 20 less (20% of the total)", -20_00)]


def test_grace_moves_the_moment_from_which_days_are_counted() -> None:
    late = policy(grace_minutes=30)

    assert after(0.5, late).lines == ()
    assert after(0.51, late).after == 70_00
    assert after(24.5, late).after == 70_00
    assert after(24.51, late).after == 60_00


def test_free_days_cost_nothing_and_have_their_line() -> None:
    late = policy(free_days=2)

    assert words(after(40, late)) == [("2 days late, 2 free", 0)]
    assert words(after(50, late)) == [("3 days late, 2 free: 10 less (10% of the total)", -10_00)]


def test_a_share_of_the_score_is_taken_of_what_was_earned() -> None:
    assert after(1, policy(of="score")).after == 72_00


def test_the_penalty_is_capped_and_never_takes_more_than_there_is() -> None:
    capped = after(200, policy(max_penalty=0.5))

    assert capped.after == 30_00
    assert "the most that lateness costs" in capped.lines[0].words
    assert after(200, policy()).after == 0


def test_after_the_last_day_nothing_counts() -> None:
    late = policy(max_days=3, free_days=3)

    assert after(72, late).after == 80_00
    assert words(after(72.01, late)) == [("4 days late, more than 3: nothing counts", -80_00)]


def test_shares_are_exact_and_rounded_once() -> None:
    """15% of 0.3 points is 0.045, which rounds up; the nearest binary fraction lies below."""
    late = policy(penalty_per_day=0.15, of="score")

    adjusted = adjust(30, 100_00, iso(DUE + timedelta(hours=1)), late, None)

    assert adjusted.lines[0].hundredths == -5


def test_a_submission_without_a_time_is_not_punished_and_says_so() -> None:
    adjusted = adjust(80_00, 100_00, "", policy(), None)

    assert adjusted.after == 80_00
    assert adjusted.notes == ("no time of handing in is known: no lateness was counted",)


def test_the_clock_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    before = after(30, policy())
    monkeypatch.setattr("time.time", lambda: 4e9)

    assert after(30, policy()) == before


# What the staff grants


def test_an_extension_moves_the_due_date_and_has_its_own_line() -> None:
    given = Given(extra_days=Fraction(2), reason="ill")

    assert words(after(47, policy(), given)) == [
        ("extension of 2 days to 2026-10-03 23:59 -0700 (ill)", 0)
    ]
    assert after(49, policy(), given).after == 70_00


def test_a_new_due_date_takes_the_place_of_the_old_one() -> None:
    given = Given(due=DUE + timedelta(days=9))

    assert after(9 * 24, policy(), given).after == 80_00
    assert after(9 * 24 + 1, policy(), given).after == 70_00


def test_a_score_of_the_staff_is_final_and_all_lines_sum_to_it() -> None:
    given = Given(score=75_00, score_reason="regraded by hand")

    adjusted = after(30, policy(), given)

    assert [line.hundredths for line in adjusted.lines] == [-20_00, 15_00]
    assert adjusted.lines[1].words == "score set to 75 by the staff (regraded by hand)"
    assert adjusted.after == 75_00


def test_a_score_of_the_staff_stands_where_nothing_could_be_graded() -> None:
    adjusted = adjust(None, 0, "", policy(), Given(score=50_00))

    assert (adjusted.before, adjusted.after) == (None, 50_00)


# The settings


def assignment_with(folder: Path, table: str) -> Path:
    copy_assignment(folder)
    path = folder / "assignment.toml"
    path.write_text(path.read_text("utf-8") + table, "utf-8")
    return folder


def test_the_policy_stands_in_the_assignment(tmp_path: Path) -> None:
    due = "2026-10-01T23:59:00-07:00"
    table = f"\n[late]\ndue = {due}\npenalty_per_day = 0.1\nfree_days = 1\n"
    folder = assignment_with(tmp_path / "a", table)

    assert load_assignment(folder).settings.late == policy(free_days=1)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("due = 2026-10-01T23:59:00", "late.due"),
        ("due = '2026-10-01T23:59:00Z'", "late.due: expected 'datetime', got 'str'"),
        ("due = 2026-10-01T23:59:00Z\nof = 'half'", "late.of"),
        ("due = 2026-10-01T23:59:00Z\nmax_penalty = 50", "late.max_penalty"),
        ("due = 2026-10-01T23:59:00Z\nfree = 2", "free"),
    ],
    ids=["no offset", "in quotes", "of what", "percent", "unknown key"],
)
def test_a_policy_with_a_mistake_is_refused(tmp_path: Path, line: str, says: str) -> None:
    folder = assignment_with(tmp_path / "a", f"\n[late]\npenalty_per_day = 0.1\n{line}\n")

    with pytest.raises(AssignmentError, match=says):
        load_assignment(folder)


def test_a_changed_policy_grades_nothing_again(tmp_path: Path) -> None:
    folder = copy_assignment(tmp_path / "a")
    before = context_of(load_assignment(folder), None)
    path = folder / "assignment.toml"

    late = "\n[late]\ndue = 2026-10-01T23:59:00Z\npenalty_per_day = 0.1\n"
    path.write_text(path.read_text("utf-8") + late, "utf-8")
    assert context_of(load_assignment(folder), None) == before

    path.write_text(path.read_text("utf-8").replace("call_s = 5.0", "call_s = 6.0"), "utf-8")
    assert context_of(load_assignment(folder), None) != before


# The table beside the export

ADA = Submitter("Ada Example", "007200300", "ada@example.edu")
BOB = Submitter("Bob Two", "42", "bob@example.edu")
EVE = Submitter("Eve", "0042000", "")
CLASS = (
    Entry("submission_1", "/x", (ADA, BOB)),
    Entry("submission_2", "/y", (EVE,)),
    Entry("submission_3", "/z"),
)


def table(folder: Path, text: str, late: Late | None = None) -> Adjustments:
    path = folder / "adjustments.csv"
    path.write_text(text, "utf-8")
    return read_adjustments(path, CLASS, late)


@pytest.mark.parametrize(
    ("who", "seats"),
    [
        ("sid\n007200300", [("submission_1", 0)]),
        ("sid\n7200300", [("submission_1", 0)]),
        ("e-mail\nBOB@example.edu", [("submission_1", 1)]),
        ("Submission\nsubmission_1", [("submission_1", 0), ("submission_1", 1)]),
        ("sid,email\n42,bob@example.edu", [("submission_1", 1)]),
        ("submission\nsubmission_3", [("submission_3", 0)]),
    ],
    ids=["sid", "sid without zeros", "e-mail", "submission", "both", "of nobody known"],
)
def test_a_row_is_theirs_whom_it_names(
    tmp_path: Path, who: str, seats: list[tuple[str, int]]
) -> None:
    header, _, cells = who.partition("\n")

    found = table(tmp_path, f"{header},extra_days,reason\n{cells},2,ill\n")

    assert found.given == dict.fromkeys(seats, Given(extra_days=Fraction(2), reason="ill"))
    assert found.notices == ()


@pytest.mark.parametrize("who", ["sid\n999", "sid,email\n42,ada@example.edu", "sid\n00"])
def test_a_row_that_is_nobodys_is_named_and_nothing_happens(tmp_path: Path, who: str) -> None:
    """An export holds those who handed in: an extension of others is no mistake."""
    header, _, cells = who.partition("\n")

    found = table(tmp_path, f"{header},extra_days\n{cells},2\n")

    assert found.given == {}
    (notice,) = found.notices
    assert "line 2: expected somebody of this class, found nobody with sid" in notice


def test_a_sid_without_zeros_that_may_be_anybodys_is_nobodys(tmp_path: Path) -> None:
    two = (Entry("a", "/x", (Submitter("A", "007"),)), Entry("b", "/y", (Submitter("B", "07"),)))
    path = tmp_path / "adjustments.csv"
    path.write_text("sid,score\n7,50\n", "utf-8")

    assert read_adjustments(path, two, None).given == {}


def test_tables_of_european_spreadsheets_are_read(tmp_path: Path) -> None:
    text = "\ufeffsid;due;reason\r\n0042000;2026-10-05 12:00;a, b\r\n;;\r\n"

    found = table(tmp_path, text, policy())

    given = found.given["submission_2", 0]
    assert given.due == datetime(2026, 10, 5, 12, tzinfo=PACIFIC)
    assert given.reason == "a, b"


def test_a_decimal_comma_is_read_where_semicolons_separate(tmp_path: Path) -> None:
    """Spreadsheets write both where numbers have commas."""
    found = table(tmp_path, "sid;extra_days;score\n42;1,5;9,5\n007200300;;85.25\n")

    assert found.given["submission_1", 1] == Given(Fraction(3, 2), None, 9_50)
    assert found.given["submission_1", 0].score == 85_25


def test_an_extension_and_a_score_may_stand_in_two_rows(tmp_path: Path) -> None:
    text = "sid,extra_days,score,reason\n42,1,,ill\n42,,85.5,by hand\n"

    given = table(tmp_path, text).given["submission_1", 1]

    assert given == Given(Fraction(1), None, 85_50, "ill", "by hand")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sid,extra_days\n42,two\n", "line 2, column extra_days: expected a number of days"),
        ("sid,extra_days\n42,-1\n", "found '-1'"),
        ("sid,due\n42,10/5/2026\n", "line 2, column due: expected a date and a time"),
        ("sid,score\n42,85.555\n", "line 2, column score: expected points"),
        ("sid,score\n42,85%\n", "found '85%'"),
        ('sid,score\n42,"9,5"\n', "found '9,5'"),
        ("sid;score\n42;1.234,5\n", "found '1.234,5'"),
        ("sid,extra_days\n,2\n", "line 2: expected one of sid, email, submission, found none"),
        ("sid,extra_days\n42,\n", "line 2: expected one of extra_days, due, score, found none"),
        ("sid,extra_days,due\n42,1,2026-10-05 12:00\n", "expected extra_days or due, found both"),
        ("sid,extra_days\n42,1,ill\n", "line 2: expected 2 cells as in the first line, found 3"),
        ("sid,days\n42,1\n", "line 1: expected columns for who"),
        ("sid,reason\n42,1\n", "line 1: expected columns for who"),
        ("sid,sid,score\n42,1,1\n", "each once at most"),
        ("", "expected a first line such as"),
        ("sid,score\n42,1\n42,2\n", "line 3, column score: expected one score for each student"),
        ('sid,score\n"42,1\n', "expected cells of a table"),
    ],
)
def test_a_bad_row_is_named_with_what_was_expected(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(AdjustmentsError) as caught:
        table(tmp_path, text)

    assert "adjustments.csv" in str(caught.value)
    assert says in str(caught.value)


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(AdjustmentsError) as caught:
        table(tmp_path, "sid,score\n42,x\n7200300,1\n0042000,y\n")

    assert str(caught.value).count("\n") == 1
    assert "line 2" in str(caught.value)
    assert "line 4" in str(caught.value)


def test_a_table_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adjustments.csv"
    path.write_bytes("sid,score,reason\n42,1,\xe9t\xe9\n".encode("latin-1"))

    with pytest.raises(AdjustmentsError, match=r"line 2: expected UTF-8"):
        read_adjustments(path, CLASS, None)


def test_the_table_is_found_beside_the_export_or_in_it(tmp_path: Path) -> None:
    export = tmp_path / "class"
    inner = export / "assignment_1_export"
    inner.mkdir(parents=True)
    assert find_adjustments(export, inner) is None

    for place in (export, inner):
        (place / "adjustments.csv").touch()
        assert find_adjustments(export, inner) == place / "adjustments.csv"
        (place / "adjustments.csv").unlink()

    (export / "adjustments.csv").touch()
    (tmp_path / "adjustments.csv").touch()
    with pytest.raises(AdjustmentsError, match="expected one of them, found both"):
        find_adjustments(export, inner)
    packed = tmp_path / "class.zip"
    packed.touch()
    # What a zip holds, students may have filled.
    assert find_adjustments(packed, export) == tmp_path / "adjustments.csv"


@pytest.mark.parametrize("due", ["9999-12-31T23:59Z", "0001-01-01"])
def test_a_date_that_no_clock_shows_is_refused(due: str, tmp_path: Path) -> None:
    path = tmp_path / "adjustments.csv"
    path.write_text(f"sid,due\n42,{due}\n", "utf-8")

    with pytest.raises(AdjustmentsError, match="column due: expected a date"):
        read_adjustments(path, CLASS, None)
