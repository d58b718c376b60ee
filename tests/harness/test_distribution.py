"""What is published is the engine, and nothing of an assignment's answers."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = "import hatchling.build as b, sys; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("published")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, check=True)
    return folder


def test_the_wheel_holds_the_engine_only(published: Path) -> None:
    (wheel,) = published.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}

    assert {top for top in tops if not top.startswith("gradient_grader-")} == {"grader"}
    assert "grader/report/templates/report.html" in names
    assert "grader/py.typed" in names
    own = [n for n in names if not n.startswith("grader/starter/")]  # a toy, with its answers
    assert not [n for n in own if "hidden" in n or "variants/" in n or "reference" in n]
    assert "grader/starter/assignment/assignment.toml" in names


def test_the_source_archive_holds_no_answers(published: Path) -> None:
    (archive,) = published.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = [name.partition("/")[2] for name in tar.getnames()]

    assert "grader/grade.py" in names
    assert not [n for n in names if n.startswith(("reference", "tests", "assignment.toml"))]
