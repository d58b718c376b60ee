from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.simulated_class import simulate
from grader.batch.intake import unzip
from grader.batch.intake.export import ExportError, read_export
from grader.batch.records import Entry, Export, Submitter
from grader.submission import load_submission

RUBY = """---
submission_11:
  :submitters:
  - :name: Ada Example
    :sid: '007200300'
    :email: ada@example.edu
  :created_at: 2023-09-21 10:11:12.500000000 -07:00
  :score: 87.0
  :status: processed
  :results:
    output: "colon: and \\"quotes\\" {"
    tests:
    - name: a
      output: |
        submission_12:
          :submitters: none
  :history:
  - :id: 5
    :results:
      tests: []
submission_12:
  :submitters:
  - :name: Bob Two
    :sid: 0042
    :email:
  - :name: 张伟
    :email: zhang@example.edu
  :created_at: '2023-09-22T01:02:03Z'
"""


def export_of(folder: Path, yaml: str = RUBY, names: tuple[str, ...] = ()) -> Path:
    """An unpacked Gradescope export."""
    top = folder / "assignment_77_export"
    for name in names or ("submission_11", "submission_12"):
        (top / name).mkdir(parents=True)
        (top / name / "losses.py").write_text("x = 1\n", "utf-8")
    (top / "submission_metadata.yml").write_text(yaml, "utf-8")
    (top / ".DS_Store").write_bytes(b"\0")
    (folder / "__MACOSX" / "assignment_77_export").mkdir(parents=True)
    (folder / "__MACOSX" / "assignment_77_export" / "._x.py").write_bytes(b"\0")
    return top


def zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return to


def by_name(export: Export) -> dict[str, Entry]:
    return {entry.name: entry for entry in export.entries}


@pytest.fixture(params=["its folder", "the folder above", "zip", "zip without a top folder"])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same export in each form in which staff may have it."""
    folder = tmp_path / "class"
    top = export_of(folder)
    if request.param == "its folder":
        return top
    if request.param == "zip":
        return zipped(folder, tmp_path / "export.zip")
    if request.param == "zip without a top folder":
        return zipped(top, tmp_path / "export.zip")
    return folder


def test_an_export_is_read_in_every_form(given: Path, tmp_path: Path) -> None:
    export = read_export(given, tmp_path / "work")

    entries = by_name(export)
    assert export.troubles == ()
    assert list(entries) == ["submission_11", "submission_12"]
    assert entries["submission_11"].submitters == (
        Submitter("Ada Example", "007200300", "ada@example.edu"),
    )
    assert entries["submission_11"].created_at == "2023-09-21T17:11:12.500000+00:00"
    assert entries["submission_12"].submitters == (
        Submitter("Bob Two", "0042", ""),
        Submitter("张伟", "", "zhang@example.edu"),
    )
    assert entries["submission_12"].created_at == "2023-09-22T01:02:03+00:00"
    graded = load_submission(Path(entries["submission_11"].path), ("losses",))
    assert [file.name for file in graded.files] == ["losses.py"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("'0012'", "0012"),
        ("0012", "0012"),
        ("1_000", "1_000"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e5", "1e5"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("''", ""),
        ("", ""),
        ("~", ""),
        ("null", ""),
        ("A-17", "A-17"),
    ],
)
def test_a_sid_stays_the_text_that_was_written(tmp_path: Path, written: str, read: str) -> None:
    yaml = f"submission_1:\n  submitters:\n  - name: No\n    sid: {written}\n"
    top = export_of(tmp_path, yaml, ("submission_1",))

    export = read_export(top, tmp_path / "work")

    assert export.entries[0].submitters == (Submitter("No", read),)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2023-09-21 10:11:12.000000000 Z", "2023-09-21T10:11:12+00:00"),
        ("2023-09-21 10:11:12 UTC", "2023-09-21T10:11:12+00:00"),
        ("2023-09-21 10:11:12 +0530", "2023-09-21T04:41:12+00:00"),
        ("'2023-09-21T10:11:12.250-07:00'", "2023-09-21T17:11:12.250000+00:00"),
        ("2023-09-21T10:11:12Z", "2023-09-21T10:11:12+00:00"),
        (
            (
                "!ruby/object:ActiveSupport::TimeWithZone\n"
                "    utc: 2023-09-21 10:11:12.000000000 Z\n"
                "    zone: !ruby/object:ActiveSupport::TimeZone\n"
                "      name: Etc/UTC"
            ),
            "2023-09-21T10:11:12+00:00",
        ),
    ],
)
def test_a_moment_is_read_as_ruby_and_others_write_it(
    tmp_path: Path, written: str, read: str
) -> None:
    yaml = f"submission_1:\n  :submitters:\n  - :name: A\n  :created_at: {written}\n"
    top = export_of(tmp_path, yaml, ("submission_1",))

    assert read_export(top, tmp_path / "work").entries[0].created_at == read


@pytest.mark.parametrize("written", ["yesterday", "2023-09-21", "2023-13-41 10:00:00 Z", "[1]"])
def test_a_moment_that_is_none_is_named_and_the_submission_kept(
    tmp_path: Path, written: str
) -> None:
    yaml = f"submission_1:\n  :submitters:\n  - :name: A\n  :created_at: {written}\n"
    top = export_of(tmp_path, yaml, ("submission_1",))

    export = read_export(top, tmp_path / "work")

    assert export.entries[0].created_at == ""
    (trouble,) = export.troubles
    assert "submission_1" in trouble
    assert "expected the date and time of created_at, got" in trouble


def test_a_submission_without_a_folder_is_named_and_kept_for_the_gradebook(tmp_path: Path) -> None:
    top = export_of(tmp_path)
    shutil.rmtree(top / "submission_12")

    export = read_export(top, tmp_path / "work")

    assert list(by_name(export)) == ["submission_11"]
    assert [each.entry.name for each in export.refused] == ["submission_12"]
    assert export.refused[0].entry.submitters[0].sid == "0042"
    (trouble,) = export.troubles
    assert trouble.startswith("'submission_12' (by Bob Two, 张伟): expected a folder of this name")
    assert trouble.endswith("It was not graded.")


def test_a_folder_that_the_metadata_do_not_know_is_graded_and_named(tmp_path: Path) -> None:
    top = export_of(tmp_path, names=("submission_11", "submission_12", "submission_13"))

    export = read_export(top, tmp_path / "work")

    assert by_name(export)["submission_13"].submitters == ()
    (trouble,) = export.troubles
    assert "expected an entry for the folder 'submission_13', got none" in trouble


def test_one_broken_entry_of_the_metadata_spoils_no_other(tmp_path: Path) -> None:
    broken = RUBY.replace("    :sid: '007200300'", "    :sid: '007200300\n   x: [")
    top = export_of(tmp_path, broken)

    export = read_export(top, tmp_path / "work")

    entries = by_name(export)
    assert entries["submission_12"].submitters[0].name == "Bob Two"
    assert entries["submission_11"].submitters == ()
    assert any("submission_metadata.yml, line " in trouble for trouble in export.troubles)
    assert any("'submission_11'" in trouble for trouble in export.troubles)


@pytest.mark.parametrize(
    "yaml", ["", "just words\n", "\0\1", "- a\n- b\n", "{", "submission_11: 5\n"]
)
def test_metadata_that_are_none_leave_the_submissions_to_be_graded(
    tmp_path: Path, yaml: str
) -> None:
    top = export_of(tmp_path, yaml)

    export = read_export(top, tmp_path / "work")

    assert sorted(by_name(export)) == ["submission_11", "submission_12"]
    assert export.troubles
    assert all("submission_metadata.yml" in trouble for trouble in export.troubles)


def test_metadata_as_json_or_with_aliases_are_read(tmp_path: Path) -> None:
    aliases = (
        "submission_11:\n  :submitters: &1\n  - :name: Ada\n  :created_at: 2023-01-01 00:00:00 Z\n"
        "submission_12:\n  :submitters: *1\n  :created_at: 2023-01-01 00:00:00 Z\n"
    )
    json = '{"submission_11": {"submitters": [{"name": "Ada", "sid": "01"}], "created_at": "x"}}'

    shared = read_export(export_of(tmp_path / "a", aliases), tmp_path / "work")
    flat = read_export(export_of(tmp_path / "b", json), tmp_path / "work")

    assert by_name(shared)["submission_12"].submitters == (Submitter("Ada"),)
    assert shared.troubles == ()
    assert by_name(flat)["submission_11"].submitters == (Submitter("Ada", "01"),)


def test_earlier_results_are_skipped_wherever_they_stand(tmp_path: Path) -> None:
    """What students printed is in them: none of it may pass for an entry."""
    yaml = (
        "submission_1:\n  :results:\n    output: |\n      :submitters:\n      - :name: Mallory\n"
        "  :history:\n  - :id: 1\n    :submitters:\n    - :name: Eve\n"
        "  :submitters:\n  - :name: Ada\n  :created_at: 2023-09-21 10:11:12 Z\n"
    )
    top = export_of(tmp_path, yaml, ("submission_1",))

    export = read_export(top, tmp_path / "work")

    assert export.entries[0].submitters == (Submitter("Ada"),)
    assert export.troubles == ()


def test_what_a_student_printed_spoils_no_metadata(tmp_path: Path) -> None:
    """Bytes that no YAML may hold stand among the results only."""
    printed = '    output: "colon: \x01 \x1b[31m"\n\n\ttabs: [\n    tests: {{\n'
    top = export_of(tmp_path, RUBY.replace("  :results:\n", f"  :results:\n{printed}", 1))

    export = read_export(top, tmp_path / "work")

    assert by_name(export)["submission_11"].submitters[0].name == "Ada Example"
    assert not [trouble for trouble in export.troubles if "submission_12" in trouble]


def test_keys_lead_nowhere_but_into_the_export(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    yaml = RUBY.replace("submission_12:\n  :sub", "../secret:\n  :sub")
    top = export_of(tmp_path, yaml, ("submission_11",))

    export = read_export(top, tmp_path / "work")

    assert [entry.name for entry in export.entries] == ["submission_11"]
    assert [each.entry.name for each in export.refused] == ["_secret"]


def test_no_student_passes_for_the_export(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    for name in ("ada", "eve"):
        (folder / name).mkdir(parents=True)
    (folder / "eve" / "submission_metadata.yml").write_text(RUBY, "utf-8")
    (folder / "eve" / "submission_11").mkdir()

    unpacked = read_export(folder, tmp_path / "work")
    packed = read_export(zipped(folder, tmp_path / "c.zip"), tmp_path / "work")

    assert list(by_name(unpacked)) == list(by_name(packed)) == ["ada", "eve"]


def test_no_student_passes_for_the_export_that_they_are_in(tmp_path: Path) -> None:
    top = export_of(tmp_path, RUBY.partition("submission_12")[0], ("submission_11",))
    (top / "submission_11" / "submission_metadata.yml").write_text("x:\n", "utf-8")
    (top / "submission_11" / "x").mkdir()

    assert list(by_name(read_export(top, tmp_path / "work"))) == ["submission_11"]


def test_what_a_mac_adds_to_the_zip_of_a_class_is_passed_over(tmp_path: Path) -> None:
    files = {"c/ada/losses.py": b"x", "c/bob/losses.py": b"x", "c/.DS_Store": b"x"}
    files |= {"__MACOSX/c/ada/._losses.py": b"x", "__MACOSX/._c": b"x"}

    export = read_export(zip_of(tmp_path / "c.zip", files), tmp_path / "work")

    assert list(by_name(export)) == ["ada", "bob"]
    assert export.troubles == ()


def test_a_note_beside_the_export_does_no_harm(tmp_path: Path) -> None:
    export_of(tmp_path / "class")
    (tmp_path / "class" / "notes.txt").touch()

    export = read_export(zipped(tmp_path / "class", tmp_path / "c.zip"), tmp_path / "work")

    assert list(by_name(export)) == ["submission_11", "submission_12"]


def test_a_folder_of_submissions_is_named_by_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "losses.py").touch()
    (folder / "Bob Two.ipynb").touch()
    (folder / "carol.py").touch()
    zipped(folder / "ada", folder / "dan.zip")
    (folder / "adjustments.csv").touch()
    (folder / ".DS_Store").touch()
    (folder / "__MACOSX").mkdir()

    export = read_export(folder, tmp_path / "work")

    assert sorted(by_name(export)) == ["Bob Two", "ada", "carol", "dan"]
    assert by_name(export)["Bob Two"].submitters == (Submitter("Bob Two"),)
    assert Path(by_name(export)["dan"].path) == folder / "dan.zip"
    assert export.troubles == ()


def test_names_differ_by_more_than_case_and_fit_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    names = ["ADA", "Ada", "ada", "grades.csv", "nul", "x" * 200, "e\u0301", "a\u202eb", 'q"?*']
    for name in names:
        (folder / name).mkdir(parents=True)

    found = [entry.name for entry in read_export(folder, tmp_path / "work").entries]

    assert len({name.casefold() for name in found}) == len(names)
    assert {"ADA", "Ada-2", "ada-3", "grades.csv-2", "_nul", "x" * 80, "é", "ab", "q_"} == set(
        found
    )


def test_what_is_no_submission_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    (folder / "ada").mkdir(parents=True)
    (folder / "bob.rar").touch()
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("/etc")

    export = read_export(folder, tmp_path / "work")

    assert list(by_name(export)) == ["ada"]
    assert sorted(each.entry.name for each in export.refused) == ["link", "pipe"]
    assert any("'bob.rar': expected a folder" in trouble for trouble in export.troubles)
    assert any("'link': expected a folder or a file, got a link" in t for t in export.troubles)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an ordinary user may enter, as pytest's are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_an_unreadable_folder_is_one_students_problem(open_folder: Path) -> None:
    for name in ("ada", "bob"):
        (open_folder / name).mkdir()
    (open_folder / "bob").chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        export = read_export(open_folder, open_folder / "work")
    finally:
        os.seteuid(user)
        (open_folder / "bob").chmod(0o755)

    assert list(by_name(export)) == ["ada"]
    assert export.refused[0].entry.submitters == (Submitter("bob"),)
    assert "'bob': expected to read it, but Permission denied" in export.troubles[0]


@pytest.mark.parametrize("kind", ["missing", "empty", "no zip", "notebook"])
def test_nothing_to_grade_is_said_with_what_was_expected(tmp_path: Path, kind: str) -> None:
    path = tmp_path / {"notebook": "ada.ipynb", "no zip": "a.zip"}.get(kind, kind)
    if kind == "empty":
        path.mkdir()
    elif kind != "missing":
        path.write_text("x", "utf-8")

    with pytest.raises(ExportError, match="expected"):
        read_export(path, tmp_path / "work")


# Zips that mean harm


def zip_of(to: Path, files: dict[str, bytes], *, links: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            archive.writestr(info, data)
    return to


def everything_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_nothing_climbs_out_of_a_zip_or_is_a_link(tmp_path: Path) -> None:
    files = {"class/ada/losses.py": b"x = 1", "class/bob/search.py": b"y = 1"}
    files |= {"../up.py": b"", "class/../../up.py": b"", "/etc/up.py": b"", "C:/up.py": b""}
    files |= {"class/ada/to_passwd.py": b"/etc/passwd"}
    path = zip_of(tmp_path / "c.zip", files, links=("class/ada/to_passwd.py",))
    work = tmp_path / "work"

    export = read_export(path, work)

    assert list(by_name(export)) == ["ada", "bob"]
    assert not list(tmp_path.rglob("up.py"))
    assert not [path for path in work.rglob("*") if path.is_symlink()]
    assert len(export.troubles) == 5
    assert any("its path leads out of the zip" in trouble for trouble in export.troubles)
    assert any("it is a link" in trouble for trouble in export.troubles)


def test_a_zip_bomb_is_one_students_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unzip, "_MAX_SUBMISSION_BYTES", 2**20)
    files = {"c/ada/losses.py": b"x = 1"}
    files |= {f"c/bob/{n}.py": bytes(2**18) for n in range(9)}
    files |= {"c/bob/data.npy": bytes(2**18)}
    path = zip_of(tmp_path / "c.zip", files)
    work = tmp_path / "work"

    export = read_export(path, work)

    assert list(by_name(export)) == ["ada"]
    (trouble,) = export.troubles
    assert "'bob': expected at most 1 MiB of files, got more (a zip bomb?)" in trouble
    assert not [name for name in everything_in(work) if "bob" in name]


def test_a_size_that_lies_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unzip, "_MAX_FILE_BYTES", 2**16)
    path = zip_of(tmp_path / "c.zip", {"c/ada/losses.py": bytes(2**20), "c/bob/losses.py": b"x"})
    # The uncompressed size stands in the central directory; ada's says one byte.
    data = path.read_bytes()
    assert data.count((2**20).to_bytes(4, "little")) == 2
    path.write_bytes(data.replace((2**20).to_bytes(4, "little"), (1).to_bytes(4, "little")))
    work = tmp_path / "work"

    export = read_export(path, work)

    assert "bob" in by_name(export)
    assert sum(p.stat().st_size for p in work.rglob("*.py")) <= 2**16 + 1


def test_a_damaged_file_is_one_students_problem(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("c/ada/losses.py", "ADA = 1\n" * 20)
        archive.writestr("c/bob/losses.py", "BOB = 1\n" * 20)
    path.write_bytes(path.read_bytes().replace(b"BOB = 1", b"BOB = 2", 1))

    export = read_export(path, tmp_path / "work")

    assert list(by_name(export)) == ["ada"]
    assert "'bob': 'bob/losses.py' cannot be unpacked (Bad CRC-32" in export.troubles[0]


def test_data_and_pictures_are_not_unpacked(tmp_path: Path) -> None:
    """They may be large, and nothing of the grader's reads them; their names are kept."""
    files = {"c/ada/losses.py": b"x = 1", "c/ada/cifar.bin": b"data", "c/bob/hw.zip": b"PK"}
    work = tmp_path / "work"

    export = read_export(zip_of(tmp_path / "c.zip", files), work)

    ada, bob = (Path(by_name(export)[name].path) for name in ("ada", "bob"))
    assert (ada / "cifar.bin").read_bytes() == b""
    assert (ada / "losses.py").read_bytes() == b"x = 1"
    assert (bob / "hw.zip").read_bytes() == b"PK"


def test_a_full_disk_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unzip, "_write", full)
    path = zip_of(tmp_path / "c.zip", {"c/ada/losses.py": b"x", "c/bob/losses.py": b"x"})

    with pytest.raises(ExportError, match="No space left on device"):
        read_export(path, tmp_path / "work")


def test_what_is_unpacked_is_closed_to_other_users(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", {"c/ada/losses.py": b"x", "c/bob/losses.py": b"x"})

    export = read_export(path, tmp_path / "work")

    assert Path(export.entries[0].path).parent.stat().st_mode & 0o077 == 0


def test_a_simulated_class_is_the_same_from_a_folder_and_from_a_zip(tmp_path: Path) -> None:
    """It has groups, bare numbers, dates of several kinds, and what a Mac leaves behind."""
    folder = simulate(tmp_path / "folder", 40, seed=3).path
    packed = simulate(tmp_path / "zip", 40, seed=3, as_zip=True).path

    first, second = (read_export(path, tmp_path / "work") for path in (folder, packed))

    assert first.troubles == second.troubles == ()
    assert [(e.name, e.submitters, e.created_at) for e in first.entries] == [
        (e.name, e.submitters, e.created_at) for e in second.entries
    ]
    assert len(first.entries) == 40
    assert max(len(entry.submitters) for entry in first.entries) > 1
    assert all(entry.created_at for entry in first.entries)
