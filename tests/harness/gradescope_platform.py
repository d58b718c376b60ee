"""Gradescope's container as far as an autograder sees it, laid out below another root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

METADATA = {
    "id": 123456,
    "created_at": "2024-02-03T09:30:00.000000-08:00",
    "assignment": {
        "due_date": "2024-02-05T23:59:00.000000-08:00",
        "group_submission": False,
        "id": 5678,
        "course_id": 90,
        "late_due_date": None,
        "release_date": "2024-01-22T00:00:00.000000-08:00",
        "title": "Homework 3",
        "total_points": "100.0",
    },
    "submission_method": "upload",
    "users": [{"email": "ada@example.edu", "id": 11, "name": "Ada Example"}],
    "previous_submissions": [],
}

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
Format = Literal["text", "html", "simple_format", "md", "ansi"]


class ResultsTest(Struct, forbid_unknown_fields=True):
    """A test of results.json, by the platform's documentation."""

    score: float
    max_score: float
    name: str
    number: str
    output: str
    visibility: Visibility
    tags: list[str] = []
    extra_data: dict[str, Any] = {}
    status: Literal["passed", "failed"] | None = None
    output_format: Format = "text"
    name_format: Format = "text"


class ResultsFile(Struct, forbid_unknown_fields=True):
    """results.json, by the platform's documentation; `score` must be there if a test lacks one."""

    score: float
    output: str
    tests: list[ResultsTest]
    extra_data: dict[str, Any]
    execution_time: float = 0.0
    visibility: Visibility = "visible"
    stdout_visibility: Visibility = "hidden"
    output_format: Format = "simple_format"
    test_output_format: Format = "text"
    test_name_format: Format = "text"


@dataclass(frozen=True)
class Platform:
    """A root like /autograder, and what the platform does there."""

    root: Path

    @property
    def results(self) -> Path:
        """The file that the platform reads."""
        return self.root / "results" / "results.json"

    def build(self, package: Path) -> None:
        """Unpack as the image's build does."""
        source = self.root / "source"
        source.mkdir(parents=True)
        with zipfile.ZipFile(package) as files:
            files.extractall(source)
        shutil.copyfile(source / "run_autograder", self.root / "run_autograder")
        (self.root / "run_autograder").chmod(0o755)

    def set_up(self, python: str, path: str = "") -> subprocess.CompletedProcess[str]:
        """Run setup.sh with an interpreter in the place of the system's python3."""
        environment = {
            **os.environ,
            "AUTOGRADER_ROOT": str(self.root),
            "AUTOGRADER_PYTHON": python,
            "PATH": path + os.environ["PATH"],
        }
        return subprocess.run(
            ["bash", str(self.root / "source" / "setup.sh")],  # noqa: S607 - as the platform does
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def submit(
        self, files: Mapping[str, str] | None, *, metadata: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Lay the submission out as a fresh container has it, and run run_autograder."""
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        (self.root / "submission_metadata.json").unlink(missing_ok=True)
        (self.root / "results").mkdir()
        if files is not None:
            (self.root / "submission").mkdir()
        for name, text in (files or {}).items():
            (self.root / "submission" / name).write_text(text, "utf-8")
        if metadata:
            path = self.root / "submission_metadata.json"
            path.write_bytes(msgspec.json.encode(METADATA))
        return self.run()

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run run_autograder in its folder, with the few variables that a container has."""
        return subprocess.run(
            [str(self.root / "run_autograder")],
            cwd=self.root,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "AUTOGRADER_ROOT": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self) -> ResultsFile:
        """results.json as the platform would take it; the strict parser refuses NaN."""
        return msgspec.json.decode(self.results.read_bytes(), type=ResultsFile)


def interpreter(version: str) -> str | None:
    """Path of a Python of that version, from the path or from pyenv; None without."""
    found = shutil.which(f"python{version}")
    if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode:
        found = None  # pyenv's stand-in for a version that is not switched on
    pyenv = shutil.which("pyenv")
    if found or not pyenv:
        return found
    root = Path(subprocess.check_output([pyenv, "root"], text=True).strip())
    places = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    return str(places[-1]) if places else None


def own_python() -> str:
    """The interpreter that runs this, below its virtual environment."""
    return str(Path(sys.base_prefix, "bin", "python{}.{}".format(*sys.version_info)))


def gradescopes_python() -> str:
    """The Python of Gradescope's Ubuntu 22.04, or else the one that runs this."""
    return interpreter("3.10") or own_python()
