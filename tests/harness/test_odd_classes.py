"""Classes as other tools leave them: odd names, odd zips, and what an earlier run has left."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from pathlib import Path

import pytest
from grading_fixtures import notebook_of
from other_assignment import changed, write_trapezoids

from grader.assignment import load_assignment
from grader.batch.grades.gradebook import text_cell
from grader.batch.grades.regrade import read_records
from grader.batch.intake.export import read_export
from grader.batch.records import Export, read_record
from grader.cli import main
from grader.keys import context_of, digest_of, key_of
from grader.package import assignment_files

MODULES = ("areas",)


@pytest.fixture
def trapezoids(tmp_path: Path) -> Path:
    """A small assignment."""
    return write_trapezoids(tmp_path / "assignment")


def right(trapezoids: Path) -> str:
    return (trapezoids / "right" / "areas.py").read_text("utf-8")


def batch(folder: Path, trapezoids: Path, out: Path, *more: str) -> int:
    where = [f"--assignment={trapezoids}", f"--out={out}", "--jobs=1", "--quiet"]
    return main(["batch", str(folder), *where, *more])


def scores(out: Path) -> dict[str, str]:
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row["score"] for row in csv.DictReader(file)}


def packed(path: Path, *names: str, **kinds: str) -> Path:
    """A zip with these files, and others that are links, or packed as few tools can."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x = 1\n")
        for kind, name in kinds.items():
            info = zipfile.ZipInfo(name)
            if kind == "link":
                info.external_attr = 0o120777 << 16
            else:
                info.compress_type = zipfile.ZIP_LZMA
            archive.writestr(info, "y")
    return path


def found(export: Export) -> tuple[list[str], list[str]]:
    """Names of what can be graded, and of what cannot."""
    return [e.name for e in export.entries], [r.entry.name for r in export.refused]


def test_a_name_that_is_no_text_is_a_name_as_any_other(trapezoids: Path, tmp_path: Path) -> None:
    """What Windows has zipped comes out of some tools in an encoding of its own."""
    folder = tmp_path / "class"
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    for place in (folder / "bob", odd):
        place.mkdir(parents=True)
        (place / "areas.py").write_text(right(trapezoids), "utf-8")
    Path(f"{odd}l").symlink_to(folder / "bob")

    assert batch(folder, trapezoids, tmp_path / "out") == 1  # the link
    assert scores(tmp_path / "out") == {"bob": "10", "caf": "10", "cafl": ""}
    assert json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))["entries"]
    assert main(["grade", str(odd), f"--assignment={trapezoids}", f"--out={tmp_path / 'one'}"]) == 0


def test_what_lies_too_deep_in_a_zip_has_a_row_as_in_a_folder(
    trapezoids: Path, tmp_path: Path
) -> None:
    path = packed(tmp_path / "c.zip", "hw/ada/areas.py", "hw/eve/a/b/c/areas.py")

    batch(path, trapezoids, tmp_path / "out")

    assert list(scores(tmp_path / "out")) == ["ada", "eve"]
    record = read_record(tmp_path / "out" / "eve")
    assert record is not None
    assert "More than two folders deep lies 'a/b/c'" in record.notices[-1]


def test_who_has_nothing_in_a_zip_that_can_be_unpacked_has_a_row(tmp_path: Path) -> None:
    names = ("hw/ada/areas.py", "hw/ada/more.py")
    path = packed(tmp_path / "c.zip", *names, link="hw/bob/areas.py", lzma="hw/carl.zip")

    export = read_export(path, tmp_path / "work", MODULES)

    assert found(export) == (["ada"], ["bob", "carl"])
    assert "it is a link" in export.refused[0].why


@pytest.mark.parametrize("is_zip", [True, False])
@pytest.mark.parametrize(
    ("names", "students"),
    [
        (("ada/areas.py", "ada/notes.py"), ["ada"]),
        (("hw/ada/areas.py", "hw/bob/areas.py"), ["ada", "bob"]),
        (("hw/ada.py", "hw/bob.py"), ["ada", "bob"]),
    ],
)
def test_a_folder_around_the_submissions_is_none(
    *, is_zip: bool, names: tuple[str, ...], students: list[str], tmp_path: Path
) -> None:
    path = packed(tmp_path / "c.zip", *names)
    if not is_zip:
        zipfile.ZipFile(path).extractall(tmp_path / "c")
        path = tmp_path / "c"

    assert found(read_export(path, tmp_path / "work", MODULES))[0] == students


def test_the_only_students_folders_are_no_students(tmp_path: Path) -> None:
    for name in ("ada/src/areas.py", "ada/notes/notes.txt"):
        (tmp_path / "class" / name).parent.mkdir(parents=True)
        (tmp_path / "class" / name).touch()

    assert found(read_export(tmp_path / "class", tmp_path / "work", MODULES))[0] == ["ada"]


def test_a_damaged_zip_of_a_student_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ada.zip").write_bytes(bytes(500))
    packed(folder / "bob.zip", "areas.py")

    assert found(read_export(folder, tmp_path / "work", MODULES)) == (["bob"], ["ada"])


def test_a_suffix_in_capitals_says_the_same(trapezoids: Path, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "BOB.PY").write_text(right(trapezoids), "utf-8")
    (folder / "ada.IPYNB").write_text(notebook_of(right(trapezoids)), "utf-8")

    assert batch(folder, trapezoids, tmp_path / "out") == 0
    assert scores(tmp_path / "out") == {"BOB": "10", "ada": "10"}


def test_what_was_graded_before_does_not_stand_for_what_cannot_be_now(
    trapezoids: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    for name in ("ada", "bob"):
        (folder / name).mkdir(parents=True)
        (folder / name / "areas.py").write_text(right(trapezoids), "utf-8")
    assert batch(folder, trapezoids, out) == 0
    (folder / "ada").rename(tmp_path / "ada")
    (folder / "ada").symlink_to(tmp_path / "ada")
    (folder / "bob").rename(folder / "carl")

    assert batch(folder, trapezoids, out) == 1

    assert not (out / "ada" / "report.html").exists()
    assert "got a link" in (out / "ada" / "results.json").read_text("utf-8")
    records, troubles = read_records(out)
    assert {name: record.status for name, record in records.items()} == {
        "ada": "failed",
        "carl": "graded",
    }
    assert troubles == ()


def test_what_failed_in_the_grader_is_tried_again(
    trapezoids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Memory may have been short."""
    folder, fault = tmp_path / "class", tmp_path / "fault"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "areas.py").write_text(right(trapezoids), "utf-8")
    old = '    check.matches("areas.total"'
    is_short = f"import pathlib\n\n    if pathlib.Path({str(fault)!r}).exists():\n"
    short = f"    {is_short}        raise MemoryError\n{old}"
    changed(trapezoids, "judges/test_sums.py", old, short)
    fault.touch()
    assert batch(folder, trapezoids, tmp_path / "out") == 1
    fault.unlink()

    assert batch(folder, trapezoids, tmp_path / "out") == 0
    assert scores(tmp_path / "out") == {"ada": "10"}
    capsys.readouterr()


def test_results_beside_a_suite_do_not_change_what_grades(trapezoids: Path) -> None:
    """The default place for them is a folder of where one stands."""
    for name in ("quadrature", "sums"):
        (trapezoids / "judges" / f"test_{name}.py").rename(trapezoids / f"test_{name}.py")
        changed(trapezoids, "assignment.toml", f"judges/test_{name}.py", f"test_{name}.py")
    before = context_of(load_assignment(trapezoids), None)
    (trapezoids / "class" / "ada").mkdir(parents=True)
    (trapezoids / "class" / "ada" / "record.json").write_text("{}", "utf-8")
    packed(trapezoids / "handed-in.zip", "ada/areas.py")

    assert context_of(load_assignment(trapezoids), None) == before
    (trapezoids / "expected.txt").write_text("5", "utf-8")
    assert context_of(load_assignment(trapezoids), None) != before


def test_data_below_a_suite_goes_where_it_goes(trapezoids: Path) -> None:
    (trapezoids / "judges" / "data").mkdir()
    (trapezoids / "judges" / "data" / "x.txt").write_text("5", "utf-8")

    assert "judges/data/x.txt" in assignment_files(load_assignment(trapezoids))


def test_a_second_name_of_a_file_counts(tmp_path: Path) -> None:
    """A file with two names is not graded, so what had two names and has one is graded anew."""
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "areas.py").touch()
    alone, content = key_of("", folder, None), digest_of(folder)
    os.link(folder / "areas.py", tmp_path / "other")

    assert key_of("", folder, None) != alone
    assert digest_of(folder) == content  # an installer may have linked what is ours
    (tmp_path / "other").unlink()
    assert key_of("", folder, None) == alone
    (folder / "more").symlink_to(tmp_path)
    assert key_of("", folder, None) != alone


def test_results_of_another_are_not_taken_over(trapezoids: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "areas.py").write_text(right(trapezoids), "utf-8")
    batch(folder, trapezoids, out)
    for place in (folder, out):
        (place / "ada").rename(place / "zed")

    assert batch(folder, trapezoids, out) == 0
    assert scores(out) == {"zed": "10"}


@pytest.mark.parametrize("cell", ["x;=1+1;", "XXX; @SUM(1)", 'a;"=1'])
def test_no_cell_begins_with_a_formula_where_semicolons_separate(cell: str) -> None:
    line = f'"{text_cell("Ada")}","{text_cell(cell)}"'

    cells = next(csv.reader([line], delimiter=";"))
    assert not any(each.lstrip(' "').startswith(("=", "+", "-", "@")) for each in cells)


@pytest.mark.parametrize("seed", ["99999999999999999999", "1.5", "x"])
def test_a_seed_that_is_none_is_refused(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["batch", "class", "--seed", seed])

    assert "expected a whole number of 64 bits" in capsys.readouterr().err
