"""The scratch folder, filled by somebody who wants it to stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox import scratch


def test_folders_that_are_deeper_than_a_path_is_long_are_removed(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(2500):
            os.mkdir("d")  # noqa: PTH102 - as student code would
            os.chdir("d")
    finally:
        os.chdir(before)

    scratch.empty(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_closed_folders_are_removed_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("kept")
    folder = tmp_path / "scratch"
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "closed" / "inner" / "file").write_text("x")
    (folder / "link").symlink_to(outside)
    (folder / "closed" / "link").symlink_to(outside)
    (folder / "closed").chmod(0)

    scratch.remove(folder)

    assert not folder.exists()
    assert (outside / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("files", "size", "overfull"),
    [(3, 10, False), (scratch.MOST_ENTRIES + 1, 0, True), (17, 4 * 2**20, True)],
    ids=["little", "many", "large"],
)
def test_a_folder_is_overfull_by_entries_or_by_bytes(
    files: int, size: int, overfull: bool, tmp_path: Path
) -> None:
    for number in range(files):
        (tmp_path / f"f{number}").write_bytes(b"x" * size)

    assert scratch.is_overfull(str(tmp_path)) is overfull
