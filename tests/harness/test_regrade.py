from __future__ import annotations

import csv
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from grader.batch.grades.changes import (
    CHANGES_CSV,
    CHANGES_HTML,
    check_words,
    spoken,
    write_changes,
)
from grader.batch.grades.regrade import AgainstError, Changes, compare, read_records
from grader.batch.records import Checked, Entry, Misconception, Record, Submitter
from grader.outcomes import Status


def checked(
    number: int, earned: int, points: int = 200, status: Status = "passed", lead: str = ""
) -> Checked:
    found = (Misconception("mistake", "f", lead),) if lead else ()
    name, title = f"tests/test_x.py::test_{number}", f"Check {number}."
    return Checked(name, f"1.{number}", title, "P", points, earned, status, "visible", found)


def record(name: str, *checks: Checked, failed: str = "") -> Record:
    if failed:
        return Record(name, "k", "failed", trouble=failed)
    score, maximum = sum(c.earned for c in checks), sum(c.points for c in checks)
    return Record(name, "k", "graded", score, maximum, 0, checks)


def of(*records: Record) -> dict[str, Record]:
    return {each.name: each for each in records}


SAME = record("same", checked(1, 200), checked(2, 200))
BEFORE = of(
    SAME,
    record("ada", checked(1, 200), checked(2, 0, lead="You forgot <b>reg</b>.")),
    record("bob", checked(1, 200), checked(2, 200)),
    record("eve", checked(1, 0), checked(2, 200)),
    record("gone", checked(1, 200)),
    record("fails", checked(1, 200)),
    record("=evil", checked(1, 200)),
)
AFTER = of(
    SAME,
    record("ada", checked(1, 200), checked(2, 150)),
    record("bob", checked(1, 50), checked(2, 200)),
    record("eve", checked(1, 200), checked(2, 0)),
    record("new", checked(1, 200)),
    record("fails", failed="the disk is full"),
    record("=evil", checked(1, 0)),
)
ENTRIES = tuple(Entry(name, "/x", (Submitter(f"{name.title()} <i>Example</i>"),)) for name in AFTER)


@pytest.fixture
def changes() -> Changes:
    return compare(BEFORE, AFTER, ENTRIES)


def test_nothing_changed_is_said(tmp_path: Path) -> None:
    changes = compare(BEFORE, BEFORE)

    assert list(spoken(changes)) == ["No score changes: 7 submissions as before."]
    write_changes(tmp_path, changes, "Homework")
    assert "Nobody's." in (tmp_path / CHANGES_HTML).read_text("utf-8")


def test_the_terminal_says_whose_score_changes_and_by_which_checks(changes: Changes) -> None:
    text = "\n".join(spoken(changes))

    assert "4 scores changed, 1 as before." in text
    assert "  1.1 Check 1: 1 higher, 2 lower\n  1.2 Check 2: 1 higher, 1 lower\n" in text
    assert "ada  Ada <i>Example</i>: 2 → 3.5 (+1.5)  by 1.2\n" in text
    assert "bob  Bob <i>Example</i>: 4 → 2.5 (−1.5)  by 1.1\n" in text
    assert "fails  Fails <i>Example</i>: 2 → not graded" in text
    assert "1 submission with other checks and the same score." in text
    assert "Only in the earlier grading: gone." in text
    assert "Only in this grading: new." in text
    assert "same" not in text.replace("the same", "")


def test_a_terminal_is_not_flooded() -> None:
    before = of(*(record(f"s{n}", checked(1, 200)) for n in range(500)))
    after = of(*(record(f"s{n}", checked(1, 0)) for n in range(500)))

    lines = list(spoken(compare(before, after)))

    assert len(lines) < 80
    assert "  and 440 more scores, in changes.html" in lines


def test_losses_come_first(changes: Changes) -> None:
    assert [each.name for each in changes.changed] == ["fails", "=evil", "bob", "ada", "eve"]


def test_a_check_that_came_or_went_or_weighs_otherwise_is_a_change() -> None:
    before = of(record("ada", checked(1, 200), checked(2, 200)))
    after = of(record("ada", checked(1, 300, 300), checked(3, 100, 100)))

    changes = compare(before, after)

    lines = list(spoken(changes))
    assert lines[0] == "No score changes: 1 submission as before."
    (change,) = changes.changed
    assert [(c.number, c.old, c.new) for c in change.checks] == [
        ("1.1", 200, 300),
        ("1.3", None, 100),
        ("1.2", 200, None),
    ]


def test_a_check_that_the_grader_failed_has_no_points() -> None:
    before = of(record("ada", checked(1, 0, status="grader_failed")))
    after = of(record("ada", checked(1, 200)))

    (change,) = compare(before, after).changed

    assert check_words(change.checks[0]) == "not graded → 2 of 2"


def test_other_points_of_the_assignment_are_said() -> None:
    before, after = of(record("a", checked(1, 200))), of(record("a", checked(1, 300, 300)))

    assert "The assignment gave out 2 points before, 3 now." in list(spoken(compare(before, after)))


def test_the_table_has_a_row_for_each_check_that_changed(tmp_path: Path, changes: Changes) -> None:
    write_changes(tmp_path, changes, "Homework")

    with (tmp_path / CHANGES_CSV).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ada = next(row for row in rows if row["submission"] == "ada")
    assert (ada["old_score"], ada["new_score"], ada["change"]) == ("2", "3.5", "score")
    assert (ada["check"], ada["old_points"], ada["new_points"]) == (
        "1.2 tests/test_x.py::test_2",
        "0",
        "1.5",
    )
    assert [r["submission"] for r in rows].count("eve") == 2
    assert {r["submission"]: r["change"] for r in rows}["gone"] == "only before"
    assert "'=evil" in {r["submission"] for r in rows}


class Reader(HTMLParser):
    """The words of a page, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "onclick", "style"}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_says_the_same_and_runs_nothing(tmp_path: Path, changes: Changes) -> None:
    write_changes(tmp_path, changes, "Home & work")

    page = (tmp_path / CHANGES_HTML).read_text("utf-8")
    reader = Reader()
    reader.feed(page)
    words = " ".join(" ".join(reader.words).split())
    assert "Home & work" in words
    assert "2 → 3.5 (+1.5)" in words
    assert "1.2 Check 2: 0 → 1.5 of 2" in words
    assert "You forgot <b>reg</b>." in words
    assert "Ada <i>Example</i>" in words
    assert "Only in the earlier grading gone" in words
    assert not {"script", "img", "link", "b", "i"} & set(reader.tags)
    assert re.search(r"default-src 'none'; style-src 'sha256-[\w+/=]+'", unescape(page))


def test_an_earlier_grading_is_read_from_its_folder(tmp_path: Path) -> None:
    for each in BEFORE.values():
        (tmp_path / each.name).mkdir()
        (tmp_path / each.name / "record.json").write_bytes(msgspec.json.encode(each))
    (tmp_path / "bob" / "record.json").write_text('{"name": 5}', "utf-8")
    (tmp_path / "grades.csv").touch()

    records, troubles = read_records(tmp_path)

    assert records == {name: each for name, each in BEFORE.items() if name != "bob"}
    (trouble,) = troubles
    assert "bob/record.json: expected what an earlier grading left, but" in trouble


def test_a_folder_without_an_earlier_grading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgainstError, match=r"expected the folder of an earlier grading"):
        read_records(tmp_path)
