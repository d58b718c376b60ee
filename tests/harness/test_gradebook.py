from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.assignment import Late
from grader.batch.grades.adjustments import Adjustments
from grader.batch.grades.gradebook import build_rows, text_cell, write_gradebook
from grader.batch.grades.lateness import Given
from grader.batch.intake.times import iso
from grader.batch.records import Checked, Entry, Record, Submitter

DUE = datetime(2026, 10, 1, 12, tzinfo=timezone.utc)
LATE = Late(DUE, 0.1)
PARTS = ("Losses", "Search")


def checked(part: str, earned: int, points: int) -> Checked:
    return Checked(f"{part}::test", "1.1", "A check", part, points, earned, "passed", "visible")


def record(name: str, score: int = 30_00, ungraded: int = 0) -> Record:
    checks = (checked("Losses", score - 10_00, 60_00), checked("Search", 10_00, 40_00))
    return Record(name, "k", "graded", score, 100_00, ungraded, checks)


def write(
    path: Path,
    entries: tuple[Entry, ...],
    records: dict[str, Record],
    late: Late | None = None,
    adjustments: Adjustments | None = None,
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """The rows as a script reads them, and the troubles."""
    troubles = write_gradebook(path, build_rows(entries, records, late, adjustments), PARTS)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file)), troubles


def entry(name: str, *submitters: Submitter, hours: float = 0) -> Entry:
    return Entry(name, "/x", submitters, iso(DUE + timedelta(hours=hours)))


def test_a_group_has_a_row_for_each_submitter(tmp_path: Path) -> None:
    ada, bob = Submitter("Ada", "007", "ada@x.edu"), Submitter("张伟", "", "b@x.edu")

    rows, troubles = write(tmp_path / "grades.csv", (entry("s1", ada, bob),), {"s1": record("s1")})

    assert troubles == ()
    assert [(r["name"], r["sid"], r["email"], r["score"]) for r in rows] == [
        ("Ada", "007", "ada@x.edu", "30"),
        ("张伟", "", "b@x.edu", "30"),
    ]
    assert {r["submission"] for r in rows} == {"s1"}
    assert rows[0]["created_at"] == "2026-10-01T12:00:00+00:00"


def test_points_are_those_of_the_record(tmp_path: Path) -> None:
    one = record("s1", 33_25, ungraded=2_50)

    (row,), _ = write(tmp_path / "grades.csv", (entry("s1", Submitter("A")),), {"s1": one})

    assert row["score_before_adjustments"] == row["score"] == "33.25"
    assert (row["part: Losses"], row["part: Search"]) == ("23.25", "10")
    assert (row["maximum"], row["ungraded"], row["status"]) == ("100", "2.5", "graded")
    assert row["notes"] == "2.5 points are left for the staff to give"
    assert row["late"] == row["extension"] == row["override"] == ""


def test_the_extension_of_one_of_a_group_is_theirs_alone(tmp_path: Path) -> None:
    group = entry("s1", Submitter("Ada", "1"), Submitter("Bob", "2"), hours=20)
    granted = Adjustments({("s1", 1): Given(due=DUE + timedelta(days=2), reason="ill")})

    (ada, bob), _ = write(tmp_path / "grades.csv", (group,), {"s1": record("s1")}, LATE, granted)

    assert (ada["score"], bob["score"]) == ("20", "30")
    assert ada["late"] == "1 day late: 10 less (10% of the total)"
    assert ada["extension"] == bob["late"] == ""
    assert bob["extension"] == "extension to 2026-10-03 12:00 +0000 (ill)"


def test_a_score_of_the_staff_has_its_own_column(tmp_path: Path) -> None:
    granted = Adjustments({("s1", 0): Given(score=85_00, score_reason="by hand")})
    export = (entry("s1", Submitter("Ada")),)

    (row,), _ = write(tmp_path / "grades.csv", export, {"s1": record("s1")}, None, granted)

    assert row["score_before_adjustments"] == "30"
    assert row["override"] == "score set to 85 by the staff (by hand): +55"
    assert row["score"] == "85"


def test_who_could_not_be_graded_has_a_row_that_says_why(tmp_path: Path) -> None:
    entries = (entry("s1", Submitter("Ada")), entry("s2", Submitter("Bob")))
    failed = Record("s1", "k", "failed", trouble="the disk is full")

    rows, _ = write(tmp_path / "grades.csv", entries, {"s1": failed})

    assert [(r["name"], r["status"], r["score"], r["notes"]) for r in rows] == [
        ("Ada", "failed", "", "not graded: the disk is full"),
        ("Bob", "not graded", "", "not graded"),
    ]


def test_a_submission_of_nobody_known_has_a_row(tmp_path: Path) -> None:
    (row,), _ = write(tmp_path / "grades.csv", (entry("s1"),), {"s1": record("s1")})

    assert (row["name"], row["submission"], row["score"]) == ("", "s1", "30")


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        (Submitter("Ada", "1", "a@x.edu"), Submitter("A. E.", "9", "A@x.edu"), True),
        (Submitter("Ada", "1"), Submitter("Ada E.", "1"), True),
        (Submitter("Ada"), Submitter("ada"), True),
        (Submitter("Ada", "1", "a@x.edu"), Submitter("Ada", "2", "b@x.edu"), False),
        (Submitter(""), Submitter(""), False),
    ],
    ids=["e-mail", "sid", "name alone", "namesakes", "nobody known"],
)
def test_who_is_in_several_submissions_is_named(
    tmp_path: Path, first: Submitter, second: Submitter, named: bool
) -> None:
    export = (entry("s1", first), entry("s2", second))
    records = {name: record(name) for name in ("s1", "s2")}

    rows, troubles = write(tmp_path / "grades.csv", export, records)

    assert bool(troubles) == named
    if named:
        assert "expected one submission, found 2: s1, s2" in troubles[0]
        assert [row["notes"] for row in rows] == ["also in s2", "also in s1"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n+", "\uff1d", "\0="])
def test_no_cell_begins_like_a_formula(tmp_path: Path, begin: str) -> None:
    evil = f'{begin}HYPERLINK("http://example.org";"x")'
    who = Submitter(evil, evil, evil)
    export = (Entry("s1", "/x", (who,), evil),)
    granted = Adjustments({("s1", 0): Given(score=0, score_reason=evil)})
    failed = Record("s1", "k", "failed", trouble=evil)

    (row,), _ = write(tmp_path / "grades.csv", export, {"s1": failed}, None, granted)

    for cell in row.values():
        assert not cell or cell[0] not in "=+-@\t\r\n\0\uff1d"
    assert row["name"].startswith("'")


def test_identities_stand_as_they_are_and_points_are_numbers(tmp_path: Path) -> None:
    """A spreadsheet told to keep quoted cells as text keeps the zeros of a sid."""
    path = tmp_path / "grades.csv"
    who = Submitter("Ada", "007200300", "o'neil+hw@x.edu")

    write(path, (entry("s1", who),), {"s1": record("s1")})

    line = path.read_text("utf-8-sig").splitlines()[1]
    assert line.startswith('"Ada","007200300","o\'neil+hw@x.edu","s1",')
    assert ',30,"","","",30,100,"graded",20,10,0,""' in line


def test_the_table_begins_with_the_mark_that_spreadsheets_look_for(tmp_path: Path) -> None:
    write(tmp_path / "grades.csv", (entry("s1"),), {})

    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_directs_or_hides_text_is_taken_out() -> None:
    assert text_cell("a\u202eb\u200b\u0007c") == "abc"
    assert text_cell("\u200e=1") == "'=1"


def test_the_table_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("the old one", "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, (entry("s1"),), {})

    assert path.read_text("utf-8") == "the old one"
    assert [item.name for item in tmp_path.iterdir()] == ["grades.csv"]
