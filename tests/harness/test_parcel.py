"""What was handed in is on another machine what it was here, in everything that a grade sees."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from grader.batch.cluster import parcel
from grader.batch.cluster.parcel import PACKED, TooLarge, pack, pack_files, unpack
from grader.keys import MOST_BYTES, digest_of
from grader.submission import load_submission


def sent(thing: Path, tmp_path: Path) -> Path:
    there = tmp_path / "there"
    there.mkdir()
    return unpack(pack(thing), there)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A submission with everything in it that a grade has words for, and what it passes by."""
    folder = tmp_path / "ada lovelace (late)"
    (folder / "deep" / "deeper" / "deepest").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "areas.py").write_text("def total(x):\n    return x.sum()\n", "utf-8")
    (folder / "deep" / "sums.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe4'\n")
    (folder / "deep" / "deeper" / "deepest" / "far.py").write_text("x = 1\n", "utf-8")
    (folder / "link.py").symlink_to("areas.py")
    (folder / "lost.py").symlink_to("/no/such/file")
    os.mkfifo(folder / "pipe.py")
    (tmp_path / "elsewhere.py").write_text("x = 2\n", "utf-8")
    os.link(tmp_path / "elsewhere.py", folder / "hard.py")
    (folder / "Areas 2.py").write_text("x = 3\n", "utf-8")
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.py")).write_text("x = 4\n", "utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "objects").write_bytes(bytes(1000))
    return folder


def test_an_odd_submission_reads_there_as_here(odd: Path, tmp_path: Path) -> None:
    there = sent(odd, tmp_path)

    here = load_submission(odd, ("areas",))
    assert load_submission(there, ("areas",)) == here
    said = " ".join(here.notices)
    assert all(word in said for word in ("a link", "hard link", "no regular file", "Areas 2.py"))


def test_links_lead_nowhere_there_and_hidden_files_are_names_only(
    odd: Path, tmp_path: Path
) -> None:
    there = sent(odd, tmp_path)

    assert (there / "link.py").is_symlink()
    assert not (there / "link.py").exists()
    assert stat.S_ISFIFO((there / "pipe.py").lstat().st_mode)
    assert list((there / ".git").iterdir()) == []
    assert (there / "empty").is_dir()


@pytest.mark.parametrize("name", ["homework.zip", "areas.py", "Übung 1.ipynb"])
def test_a_single_file_keeps_its_name_and_content(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04" + bytes(range(256)))

    there = sent(tmp_path / name, tmp_path)

    assert there.name == name
    assert digest_of(there) == digest_of(tmp_path / name)


def test_a_file_that_no_grade_reads_travels_as_its_size(tmp_path: Path) -> None:
    with (tmp_path / "huge.zip").open("wb") as file:
        file.truncate(3 * MOST_BYTES)

    assert len(pack(tmp_path / "huge.zip")) < 1000
    there = sent(tmp_path / "huge.zip", tmp_path)
    assert load_submission(there, ("areas",)) == load_submission(tmp_path / "huge.zip", ("areas",))


def test_more_than_is_sent_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel, "_MOST_TOTAL", 1000)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(bytes(600))

    with pytest.raises(TooLarge, match="without --cluster"):
        pack(tmp_path)


def test_files_of_an_assignment_make_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("x = 1\n", "utf-8")

    there = unpack(pack_files("assignment", {"judges/deep/x.py": tmp_path / "x.py"}), tmp_path)

    assert (there / "judges" / "deep" / "x.py").read_text("utf-8") == "x = 1\n"
    assert stat.S_IMODE((tmp_path / PACKED).stat().st_mode) == 0o700
