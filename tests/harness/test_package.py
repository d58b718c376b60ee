from __future__ import annotations

import os
import shutil
import stat
import zipfile
from pathlib import Path

import msgspec
import pytest
from packaging.requirements import Requirement

from grader.assignment import Assignment, AssignmentError, load_assignment
from grader.cli import main
from grader.package import package_files, write_package

HERE = Path(__file__).parents[2]
SETTINGS = """
title = "Roots"
total_points = 1
secret = "a secret of eight"
modules = ["roots"]

[[parts]]
number = 1
name = "Roots"
suite = "{suite}"
points = 1
"""


def lay_out(folder: Path, *, suite: str = "tests/hidden/test_roots.py") -> Path:
    """Write a small assignment with much about it that a grade does not need."""
    needed = ("reference/__init__.py", "reference/roots.py", "reference/variants/roots.py")
    unneeded = (
        *("student_template/roots.py", "tests/public/test_public.py", "tests/harness/test_x.py"),
        *("tests/submissions/ada/roots.py", ".git/config", "reference/.secret", "README.md"),
        *("reference/__pycache__/roots.cpython-310.pyc", "reference/handout/README.md"),
        *("tests/hidden/.test_roots.py.swp", "tests/hidden/test_roots.py~", "grade/staff.html"),
    )
    for name in (*needed, *unneeded, suite):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n", "utf-8")
    (folder / "assignment.toml").write_text(SETTINGS.format(suite=suite), "utf-8")
    return folder


def assignment_files(assignment: Assignment) -> set[str]:
    names = package_files(assignment)
    return {n.removeprefix("assignment/") for n in names if n.startswith("assignment/")}


def requirements(name: str) -> list[Requirement]:
    lines = (HERE / "gradescope" / name).read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


@pytest.fixture
def shipped() -> Assignment:
    return load_assignment(HERE)


def test_the_scripts_lie_at_the_root_and_can_be_executed(
    shipped: Assignment, tmp_path: Path
) -> None:
    with zipfile.ZipFile(write_package(shipped, tmp_path / "autograder.zip")) as package:
        for name in ("setup.sh", "run_autograder"):
            assert stat.S_IMODE(package.getinfo(name).external_attr >> 16) == 0o755
            assert package.read(name).startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in package.read(name)


def test_the_package_holds_the_engine_whole(shipped: Assignment) -> None:
    names = package_files(shipped).keys()

    for path in (HERE / "grader").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert f"engine/{path.relative_to(HERE).as_posix()}" in names


def test_the_package_holds_what_a_grade_of_the_shipped_assignment_needs(
    shipped: Assignment,
) -> None:
    names = assignment_files(shipped)

    assert {"assignment.toml", *shipped.settings.surfaces.values()} <= names
    assert {part.suite for part in shipped.settings.parts} <= names
    assert {f"reference/{module}.py" for module in shipped.settings.modules} <= names
    for name in names:
        assert not name.startswith(("student_template/", "tests/harness/", "tests/submissions/"))


def test_nothing_that_a_grade_does_not_need_is_in_the_package(tmp_path: Path) -> None:
    assignment = load_assignment(lay_out(tmp_path))

    assert assignment_files(assignment) == {
        "assignment.toml",
        "reference/__init__.py",
        "reference/roots.py",
        "reference/variants/roots.py",
        "tests/hidden/test_roots.py",
    }


def test_what_a_suite_reads_beside_it_comes_along(tmp_path: Path) -> None:
    assignment = load_assignment(lay_out(tmp_path))
    for name in ("tests/hidden/data.csv", "tests/conftest.py", "conftest.py"):
        (tmp_path / name).write_text("", "utf-8")

    names = assignment_files(assignment)

    assert {"tests/hidden/data.csv", "tests/conftest.py", "conftest.py"} <= names


def test_a_suite_in_the_assignment_s_own_folder_brings_nothing_else(tmp_path: Path) -> None:
    assignment = load_assignment(lay_out(tmp_path, suite="test_roots.py"))

    names = assignment_files(assignment)

    assert "test_roots.py" in names
    assert "README.md" not in names


def test_a_suite_outside_the_assignment_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "assignment"
    assignment = load_assignment(lay_out(folder, suite="../elsewhere/test_roots.py"))

    with pytest.raises(AssignmentError, match=r"inside the assignment's folder.*test_roots\.py"):
        write_package(assignment, tmp_path / "autograder.zip")

    assert not (tmp_path / "autograder.zip").exists()


def test_a_link_out_of_the_assignment_is_refused(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "assignment")
    (tmp_path / "private.txt").write_text("not for upload", "utf-8")
    (folder / "reference" / "private.txt").symlink_to(tmp_path / "private.txt")

    with pytest.raises(AssignmentError, match=r"private\.txt"):
        package_files(load_assignment(folder))


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """An instructor sees by the hash whether an upload would change anything."""
    first = lay_out(tmp_path / "first")
    second = shutil.copytree(first, tmp_path / "second")
    for path in second.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)

    zips = [write_package(load_assignment(f), f / "autograder.zip") for f in (first, second)]

    assert zips[0].read_bytes() == zips[1].read_bytes()


def test_packing_twice_does_not_pack_the_first_zip(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    target = folder / "tests" / "hidden" / "autograder.zip"

    first = write_package(load_assignment(folder), target).read_bytes()
    second = write_package(load_assignment(folder), target).read_bytes()

    assert first == second


def test_the_command_writes_the_zip_and_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = lay_out(tmp_path / "assignment"), tmp_path / "new" / "autograder.zip"

    status = main(["package", "--assignment", str(folder), "--out", str(target)])
    said = capsys.readouterr()

    assert status == 0
    assert zipfile.is_zipfile(target)
    assert "holds the answers" in (said.out + said.err)


def test_the_command_says_what_is_wrong_with_the_assignment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "autograder.zip"

    status = main(["package", "--assignment", str(tmp_path), "--out", str(target)])
    said = capsys.readouterr()

    assert status == 1
    assert "assignment.toml" in (said.out + said.err)
    assert not target.exists()


def test_the_ranges_are_those_of_the_project() -> None:
    """Two lists of one thing drift apart; only what the commands need may be left out."""
    project = msgspec.toml.decode((HERE / "pyproject.toml").read_bytes())["project"]
    declared = {Requirement(line) for line in project["dependencies"]}
    ranges = set(requirements("requirements.in"))

    assert ranges <= declared
    assert {requirement.name for requirement in declared - ranges} <= {"typer", "rich", "PyYAML"}


def test_every_pin_is_exact_and_lies_in_its_range() -> None:
    pins = {pin.name.lower().replace("_", "-"): pin for pin in requirements("requirements.txt")}

    for pin in pins.values():
        assert [part.operator for part in pin.specifier] == ["=="], pin
    for wanted in requirements("requirements.in"):
        [version] = [part.version for part in pins[wanted.name].specifier]
        assert wanted.specifier.contains(version), wanted
        assert pins[wanted.name].marker == wanted.marker
