from __future__ import annotations

import io
import os
import stat
import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from grading_fixtures import notebook_of

from grader.submission import Submission, load_submission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODULES = ("descent", "losses", "search")


def folder_of(place: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def zip_of(place: Path, files: Mapping[str, str | bytes], name: str = "homework.zip") -> Path:
    with zipfile.ZipFile(place / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return place / name


def names(submission: Submission) -> list[str]:
    return [file.name for file in submission.files]


def said(submission: Submission) -> str:
    return "\n".join(submission.notices)


def test_folder_gives_its_modules_in_order_and_says_nothing(tmp_path: Path) -> None:
    folder_of(tmp_path, {"search.py": "b = 2\n", "losses.py": "a = 1\n", "descent.py": "c = 3\n"})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["descent.py", "losses.py", "search.py"]
    assert [file.module for file in submission.files] == ["descent", "losses", "search"]
    assert submission.files[1].text == "a = 1\n"
    assert submission.notices == ()
    assert submission.name == tmp_path.name


@pytest.mark.parametrize("prefix", ["", "hw1/", "export/hw1/", "./", "hw1\\"])
def test_zip_may_hold_the_modules_at_the_root_or_in_folders(tmp_path: Path, prefix: str) -> None:
    path = zip_of(tmp_path, {f"{prefix}losses.py": "a = 1", f"{prefix}descent.py": "b = 2"})

    submission = load_submission(path, MODULES)

    assert names(submission) == ["descent.py", "losses.py"]
    assert submission.name == "homework"
    assert submission.notices == ()


def test_folder_with_nothing_but_a_zip_is_read_as_the_zip(tmp_path: Path) -> None:
    zip_of(tmp_path, {"losses.py": "a = 1"})

    assert names(load_submission(tmp_path, MODULES)) == ["losses.py"]


def test_what_systems_and_editors_leave_behind_is_passed_over_in_silence(tmp_path: Path) -> None:
    leftovers = (
        *("__MACOSX/._losses.py", "__MACOSX/losses.py", ".DS_Store", "._descent.py"),
        *("__pycache__/losses.cpython-311.pyc", ".ipynb_checkpoints/homework-checkpoint.ipynb"),
        ".hidden.py",
    )
    files = {"losses.py": "a = 1", **dict.fromkeys(leftovers, "x")}

    in_folder = load_submission(folder_of(tmp_path / "folder", files), MODULES)
    in_zip = load_submission(zip_of(tmp_path, files), MODULES)

    assert names(in_folder) == names(in_zip) == ["losses.py"]
    assert in_folder.notices == in_zip.notices == ()


def test_single_files_are_submissions(tmp_path: Path) -> None:
    folder_of(tmp_path, {"losses.py": "a = 1", "homework.ipynb": notebook_of("a = 1", "b = 2")})

    module = load_submission(tmp_path / "losses.py", MODULES)
    notebook = load_submission(tmp_path / "homework.ipynb", MODULES)

    assert names(module) == ["losses.py"]
    assert [(c.number, c.text) for c in notebook.files[0].cells] == [(1, "a = 1"), (2, "b = 2")]
    assert notebook.files[0].text == ""


@pytest.mark.parametrize("name", ["ada.py", "Ada Lovelace (1).py", "random.py", "conftest.py"])
def test_a_file_named_by_its_student_is_the_only_module_that_there_is(
    tmp_path: Path, name: str
) -> None:
    folder_of(tmp_path, {name: "a = 1"})

    submission = load_submission(tmp_path / name, ("losses",))

    assert [(f.name, f.module, f.text) for f in submission.files] == [
        ("losses.py", "losses", "a = 1")
    ]
    assert submission.notices == (f"'{name}' is graded as losses.py.",)


def test_a_file_named_by_its_student_may_hold_what_all_modules_would(tmp_path: Path) -> None:
    """As a notebook does, whose code some hand in as one file."""
    folder_of(tmp_path, {"ada.py": "a = 1", "Losses.py": "a = 1"})

    submission = load_submission(tmp_path / "ada.py", MODULES)
    of_other_case = load_submission(tmp_path / "Losses.py", MODULES)

    assert [(f.name, [c.text for c in f.cells]) for f in submission.files] == [
        ("ada.py", ["a = 1"])
    ]
    assert "'ada.py' is graded as if it held all modules" in said(submission)
    assert of_other_case.files == ()


def test_a_file_named_by_its_student_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    folder_of(tmp_path, {"ada.py": b"a = 1\0"})

    submission = load_submission(tmp_path / "ada.py", MODULES)

    assert submission.files == ()
    assert "'ada.py' was left out: line 1 holds a zero byte" in said(submission)


def test_file_under_a_name_of_other_case_is_named(tmp_path: Path) -> None:
    folder_of(tmp_path, {"Losses.py": "a = 1", "search.PY": "a = 1", "descent.py": "a = 1"})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["descent.py"]
    assert (
        "losses.py is missing. Found 'Losses.py': file names are case-sensitive."
        in submission.notices
    )
    assert "search.py is missing. Found 'search.PY'" in said(submission)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("numpy.py", "numpy.py was left out: it would hide the library of that name."),
        ("random.py", "random.py was left out: it would hide the library of that name."),
        ("conftest.py", "conftest.py was left out: Python and its tools would run it unasked."),
        ("sitecustomize.py", "run it unasked"),
        ("usercustomize.py", "run it unasked"),
        ("__init__.py", "run it unasked"),
        ("setup.py", "run it unasked"),
        ("evil.pth", "'evil.pth' was left out: Python and its tools would run it unasked"),
        ("tests/pytest.ini", "'tests/pytest.ini' was left out"),
        ("fast.so", "'fast.so' was left out"),
        ("losses (1).py", "Rename it to losses.py."),
        ("my-code.py", "no name of a Python module"),
        ("class.py", "no name of a Python module"),
        ("\u202elosses.py", "no name of a Python module"),
    ],
)
def test_names_that_must_not_be_imported_are_left_out_and_named(
    tmp_path: Path, name: str, reason: str
) -> None:
    submission = load_submission(
        zip_of(tmp_path, {"descent.py": "a = 1", name: "raise SystemExit"}), MODULES
    )

    assert names(submission) == ["descent.py"]
    assert reason in said(submission)
    assert "\u202e" not in said(submission)


def test_assignment_may_ask_for_a_module_named_like_a_library(tmp_path: Path) -> None:
    folder_of(tmp_path, {"statistics.py": "a = 1"})

    assert names(load_submission(tmp_path, ("statistics",))) == ["statistics.py"]


def test_students_own_modules_are_kept(tmp_path: Path) -> None:
    folder_of(tmp_path, {"losses.py": "import scores", "scores.py": "a = 1", "notes.txt": "x"})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["losses.py", "scores.py"]
    assert submission.notices == ()


def test_folder_with_most_of_the_modules_is_chosen_and_named(tmp_path: Path) -> None:
    files = {"losses.py": "old", "hw/losses.py": "new", "hw/descent.py": "b", "x/search.py": "c"}
    submission = load_submission(zip_of(tmp_path, files), MODULES)

    assert [(f.name, f.text) for f in submission.files] == [
        ("descent.py", "b"),
        ("losses.py", "new"),
    ]
    assert "Those in 'hw' are graded (2 of the 3 modules are there)" in said(submission)
    assert "'losses.py', 'x/search.py' were left out" in said(submission)


def test_the_only_module_of_an_assignment_is_spoken_of_as_one(tmp_path: Path) -> None:
    files = {"losses.py": "a", "old/losses.py": "b", "x/search.py": "c"}

    submission = load_submission(zip_of(tmp_path, files), ("losses",))

    assert "Those in the top folder are graded (losses.py is there)" in said(submission)


def test_modules_win_over_a_notebook_and_that_is_said(tmp_path: Path) -> None:
    folder_of(tmp_path, {"losses.py": "a = 1", "homework.ipynb": notebook_of("a = 2")})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["losses.py"]
    assert "'homework.ipynb' was left out: where there are modules too" in said(submission)


def test_notebook_wins_over_modules_that_nobody_touched(tmp_path: Path) -> None:
    """Whoever works in the notebook and hands in the whole folder is graded on the notebook."""
    template = {"losses.py": "stub\n", "descent.py": "stub\n"}
    files = {"losses.py": "stub  \r\n", "homework.ipynb": notebook_of("a = 2"), "mine.py": "b = 1"}
    folder_of(tmp_path, files)

    untouched = load_submission(tmp_path, MODULES, template.get)
    folder_of(tmp_path, {"descent.py": "changed\n"})
    touched = load_submission(tmp_path, MODULES, template.get)

    assert names(untouched) == ["homework.ipynb", "mine.py"]
    assert "'homework.ipynb' is graded: the modules beside it are as they were given out." in said(
        untouched
    )
    assert names(touched) == ["descent.py", "losses.py", "mine.py"]


def test_one_of_two_notebooks_is_graded_and_named(tmp_path: Path) -> None:
    folder_of(tmp_path, {"b.ipynb": notebook_of("b = 1"), "a.ipynb": notebook_of("a = 1")})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["a.ipynb"]
    assert "'b.ipynb' was left out: hand in one notebook. Graded: 'a.ipynb'." in said(submission)


@pytest.mark.parametrize(
    "name", [b"a\xff.ipynb", "a\u202eb.ipynb".encode(), b"a" * 200 + b".ipynb"]
)
def test_notebook_of_any_name_is_graded_under_one_that_can_be_shown(
    tmp_path: Path, name: bytes
) -> None:
    (tmp_path / os.fsdecode(name)).write_text(notebook_of("a = 1"))

    (file,) = load_submission(tmp_path, MODULES).files

    assert file.module == "notebook"
    assert file.cells[0].text == "a = 1"
    assert not set(file.name) & {"\udcff", "\u202e"}
    assert len(file.name) < 110


def test_links_lead_nowhere(tmp_path: Path) -> None:
    """A repository may hold links, for instance into the reference."""
    secret = tmp_path / "secret"
    folder_of(secret, {"losses.py": "answer", "deep/search.py": "answer"})
    work = folder_of(tmp_path / "work", {"descent.py": "a = 1"})
    (work / "losses.py").symlink_to(secret / "losses.py")
    (work / "more").symlink_to(secret / "deep")

    submission = load_submission(work, MODULES)

    assert names(submission) == ["descent.py"]
    assert "'losses.py' was left out: it is a link, not a file." in submission.notices


def test_link_that_appears_after_the_listing_is_not_followed(tmp_path: Path) -> None:
    from grader.unpack import Unreadable, list_folder

    folder_of(tmp_path, {"losses.py": "a = 1", "secret": "answer"})
    entry = list_folder(tmp_path).entries[0]
    (tmp_path / "losses.py").unlink()
    (tmp_path / "losses.py").symlink_to(tmp_path / "secret")

    with pytest.raises(Unreadable):
        entry.read(100)


def test_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    folder_of(tmp_path, {"descent.py": "a = 1"})
    os.mkfifo(tmp_path / "losses.py")

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["descent.py"]
    assert "'losses.py' was left out: it is no regular file." in submission.notices


@pytest.mark.parametrize(
    "name", ["../losses.py", "/losses.py", "a/../../losses.py", "C:/losses.py"]
)
def test_paths_out_of_the_zip_are_refused(tmp_path: Path, name: str) -> None:
    submission = load_submission(zip_of(tmp_path, {name: "a", "descent.py": "b"}), MODULES)

    assert names(submission) == ["descent.py"]
    assert "its path leads out of the zip" in said(submission)


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "homework.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("losses.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    assert "'losses.py' was left out: it is a link, not a file." in submission.notices


def test_zip_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"losses.py": b"#" * 50_000_000, "descent.py": "a = 1"})
    assert path.stat().st_size < 100_000

    tracemalloc.start()
    submission = load_submission(path, MODULES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert names(submission) == ["descent.py"]
    assert "'losses.py' was left out: expected at most 1 MiB." in submission.notices
    assert peak < 10_000_000


def test_header_that_lies_about_a_size_does_not_help_a_bomb(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"losses.py": b"#" * 5_000_000})
    data = path.read_bytes().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 100))
    path.write_bytes(data)

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    assert "'losses.py' was left out" in said(submission)


def test_many_bombs_are_not_all_tried(tmp_path: Path) -> None:
    bombs = {f"m{k:03}.py": b"#" * 2_000_000 for k in range(40)}

    submission = load_submission(zip_of(tmp_path, {**bombs, "losses.py": "a = 1"}), MODULES)

    assert names(submission) == ["losses.py"]
    assert "on, files were left out: over 16 MiB." in said(submission)
    assert "m039" not in said(submission)


def test_too_many_files_are_cut_and_the_modules_come_first(tmp_path: Path) -> None:
    files = {**{f"a{k}.py": "x" for k in range(250)}, "search.py": "a = 1"}

    submission = load_submission(zip_of(tmp_path, files), MODULES)

    assert len(submission.files) == 200
    assert "search.py" in names(submission)
    assert "Only 200 files were read" in said(submission)


def test_zip_with_too_many_entries_is_not_opened(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {f"{k}.txt": "" for k in range(5_001)})

    submission = load_submission(path, MODULES)

    assert "was not opened. Expected at most 5,000 files" in said(submission)


def test_encrypted_zip_says_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"losses.py": "a = 1"})
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    path.write_bytes(bytes(data))

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    assert "'losses.py' was left out: it is protected by a password." in submission.notices


def test_methods_that_unpack_without_a_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "homework.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("losses.py", b"#" * 50_000_000)

    assert "it is packed by an unusual method" in said(load_submission(path, MODULES))


def test_truncated_zip_says_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"losses.py": "a = 1\n" * 1000})
    path.write_bytes(path.read_bytes()[:-30])

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    assert "'homework.zip' could not be opened" in said(submission)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_file_that_is_twice_in_a_zip_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "homework.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("losses.py", "first")
        archive.writestr("losses.py", "second")

    submission = load_submission(path, MODULES)

    assert [file.text for file in submission.files] == ["second"]
    assert "'losses.py' is in the zip twice" in said(submission)


def test_damaged_zips_never_raise(tmp_path: Path) -> None:
    """Every byte of a small archive is damaged in turn."""
    whole = zip_of(tmp_path, {"losses.py": "a = 1\n", "hw/descent.py": "b = 2\n"}).read_bytes()
    path = tmp_path / "damaged.zip"

    for k in range(len(whole)):
        path.write_bytes(whole[:k] + bytes([whole[k] ^ 0xFF]) + whole[k + 1 :])
        submission = load_submission(path, MODULES)
        assert submission.files or submission.notices, k


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        (b"a = 1\nb = '\xe9'\n", "line 2 is not valid UTF-8"),
        (b"# coding: ascii\nb = '\xe9'\n", "line 2 is not valid ASCII"),
        (b"a = 1\n\0", "line 2 holds a zero byte"),
        ("a = 1\n".encode("utf-16"), "it is written in UTF-16"),
        (b"# coding: rot13\n", "its coding line asks for 'rot-13'"),
        (b"# coding: punycode\n", "its coding line asks for 'punycode'"),
        (b"# coding: no-such\n\xe9", "line 2 is not valid UTF-8"),
    ],
)
def test_text_in_no_known_encoding_is_left_out_with_the_line(
    tmp_path: Path, data: bytes, notice: str
) -> None:
    folder_of(tmp_path, {"losses.py": data, "descent.py": "a = 1"})

    submission = load_submission(tmp_path, MODULES)

    assert names(submission) == ["descent.py"]
    assert f"'losses.py' was left out: {notice}" in said(submission)


@pytest.mark.parametrize(
    "data",
    [
        "# é\r\n".encode(),
        "\ufeff# é\n".encode(),
        "# coding: latin-1\n# é\r".encode("latin-1"),
        "# -*- coding: cp1252 -*-\n# é\n".encode("cp1252"),
    ],
    ids=["windows", "byte order mark", "latin-1, old mac", "cp1252"],
)
def test_encodings_are_read_as_python_would(tmp_path: Path, data: bytes) -> None:
    folder_of(tmp_path, {"losses.py": data})

    (file,) = load_submission(tmp_path, MODULES).files

    assert file.text.endswith("# é\n")
    assert "\r" not in file.text
    assert "\ufeff" not in file.text


@pytest.mark.parametrize("made", ["missing", "empty folder", "empty zip", "other", "no zip"])
def test_nothing_to_grade_is_said_and_no_error(tmp_path: Path, made: str) -> None:
    path = tmp_path / "hw"
    if made == "empty folder":
        path.mkdir()
    elif made == "empty zip":
        path = zip_of(tmp_path, {})
    elif made == "other":
        folder_of(path, {"homework.pdf": "x"})
    elif made == "no zip":
        path = tmp_path / "hw.zip"
        path.write_bytes(b"Rar!")

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    expected = "expected descent.py, losses.py, search.py, or one notebook; found"
    assert expected in said(submission)
    assert ("found 'homework.pdf'" in said(submission)) == (made == "other")
    assert ("does not exist" in said(submission)) == (made == "missing")


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "folder"])
def test_files_that_lie_too_deep_are_found_and_named(tmp_path: Path, *, zipped: bool) -> None:
    """'No file' would send a student looking for the wrong mistake."""
    files = {"cs/hw/one/losses.py": "a = 1", "cs/notes.txt": "x", "__MACOSX/a/b/c/._a.py": "x"}
    path = zip_of(tmp_path, files) if zipped else folder_of(tmp_path / "hw", files)

    submission = load_submission(path, MODULES)

    assert submission.files == ()
    assert "found 'cs/notes.txt'. More than two folders deep lies 'cs/hw/one" in said(submission)


def test_notices_do_not_pile_up(tmp_path: Path) -> None:
    submission = load_submission(zip_of(tmp_path, {f"../{k}.py": "x" for k in range(100)}), MODULES)

    assert len(submission.notices) == 26
    assert submission.notices[-1] == "There are 76 more notices of this kind."


def test_digest_is_that_of_names_and_contents(tmp_path: Path) -> None:
    first = load_submission(folder_of(tmp_path / "a", {"losses.py": "a"}), MODULES)
    as_zip = load_submission(zip_of(tmp_path, {"hw/losses.py": "a"}), MODULES)
    content = load_submission(folder_of(tmp_path / "b", {"losses.py": "b"}), MODULES)
    name = load_submission(folder_of(tmp_path / "c", {"search.py": "a"}), MODULES)
    split = load_submission(folder_of(tmp_path / "d", {"a.py": "", "b.py": ""}), MODULES)
    other = load_submission(folder_of(tmp_path / "e", {"a.py": "0b.py"}), MODULES)

    assert first.digest == as_zip.digest
    assert len(first.digest) == 64
    assert len({s.digest for s in (first, content, name, split, other)}) == 5


def test_nothing_of_the_submission_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    folder_of(tmp_path / "hw", {"losses.py": trap, "conftest.py": trap, "numpy.py": trap})

    load_submission(tmp_path / "hw", MODULES)

    assert not (tmp_path / "ran").exists()


def test_zip_is_read_without_a_file_on_disk(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("losses.py", "a = 1")
    path = tmp_path / "homework.zip"
    path.write_bytes(stream.getvalue())

    load_submission(path, MODULES)

    assert [item.name for item in tmp_path.iterdir()] == ["homework.zip"]
