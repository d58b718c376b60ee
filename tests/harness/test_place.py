"""Where results may be written: never where a submission could have laid a trap."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader import cli, commands
from grader.place import RESULTS, Place, PlaceRefused, prepare


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "handed in"
    folder.mkdir()
    (folder / "losses.py").write_text("")
    return folder


def prepare_in(out: Path, submission: Path) -> None:
    prepare(Place(out, out / RESULTS), submission)


@pytest.mark.parametrize("inside", ["", "grade", "deep/er/grade", "../handed in/grade"])
def test_a_folder_inside_the_submission_is_refused(submission: Path, inside: str) -> None:
    before = sorted(submission.rglob("*"))

    with pytest.raises(PlaceRefused, match="outside of the submission"):
        prepare_in(submission / inside, submission)

    assert sorted(submission.rglob("*")) == before


def test_a_folder_inside_the_submission_is_refused_by_a_relative_name(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`grader grade .`: the usual folder would lie among the student's files."""
    monkeypatch.chdir(submission)

    with pytest.raises(PlaceRefused, match="Name another with --out"):
        prepare_in(Path("grade"), Path())


def test_a_folder_behind_a_link_of_the_submission_is_refused(
    submission: Path, tmp_path: Path
) -> None:
    """It leads out of the submission, but wherever the student wants."""
    (tmp_path / "staff").mkdir()
    (submission / "more").symlink_to(tmp_path / "staff")

    with pytest.raises(PlaceRefused, match="outside of the submission"):
        prepare_in(submission / "more" / "grade", submission)

    assert list((tmp_path / "staff").iterdir()) == []


def test_a_link_in_the_place_of_the_folder_is_refused(submission: Path, tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "staff")

    with pytest.raises(PlaceRefused, match="got a link"):
        prepare_in(tmp_path / "out", submission)


@pytest.mark.parametrize("name", ["results.json", "report.html", "staff.html"])
def test_a_link_in_the_place_of_a_file_is_refused(
    submission: Path, tmp_path: Path, name: str
) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("keep me")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(answers)

    with pytest.raises(PlaceRefused, match=f"{name}: expected nothing.*got a link"):
        prepare_in(tmp_path / "out", submission)

    assert answers.read_text() == "keep me"


@pytest.mark.parametrize("kind", ["folder", "special file"])
def test_what_no_grade_has_made_is_refused(submission: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "out").mkdir()
    if kind == "folder":
        (tmp_path / "out" / RESULTS).mkdir()
    else:
        os.mkfifo(tmp_path / "out" / RESULTS)

    with pytest.raises(PlaceRefused, match=f"got a {kind}"):
        prepare_in(tmp_path / "out", submission)


def test_a_place_of_its_own_for_results_is_judged_as_well(submission: Path, tmp_path: Path) -> None:
    for results, reason in (
        (submission / RESULTS, "outside of the submission"),
        (submission, "the submission itself|outside of the submission"),
    ):
        with pytest.raises(PlaceRefused, match=reason):
            prepare(Place(tmp_path / "out", results), submission)


def test_the_submission_is_not_overwritten_by_its_results(tmp_path: Path) -> None:
    handed_in = tmp_path / "answers.zip"
    handed_in.write_text("a zip")

    with pytest.raises(PlaceRefused, match="got the submission itself"):
        prepare(Place(tmp_path / "out", handed_in), handed_in)

    assert handed_in.read_text() == "a zip"


def test_nothing_of_an_earlier_grade_is_left(submission: Path, tmp_path: Path) -> None:
    """A run that dies at once would else leave the old score for its own."""
    out = tmp_path / "out"
    out.mkdir()
    for name in ("results.json", "report.html", "staff.html", ".results.json.a1b2c3d4", "notes"):
        (out / name).write_text("old")

    prepare_in(out, submission)

    assert [path.name for path in out.iterdir()] == ["notes"]


def test_the_command_refuses_with_status_2_and_says_what_to_do(
    submission: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = submission / "grade"

    status = cli.main(["grade", str(submission), "--out", str(out)])

    assert status == commands.BAD_USAGE
    assert capsys.readouterr().err.startswith(f"{out}: expected a folder outside of the submission")
    assert not out.exists()
