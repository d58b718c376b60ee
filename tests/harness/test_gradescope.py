"""The package on the platform: build the zip, install from it, and grade as Gradescope does.

The last of these tests install from the package index, once for all of them.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gradescope_platform import Platform, ResultsFile, gradescopes_python, own_python

from grader.assignment import load_assignment
from grader.package import write_package

HERE = Path(__file__).parents[2]
GOOD = {
    path.name: path.read_text("utf-8")
    for path in (HERE / "reference").glob("*.py")
    if path.name != "__init__.py"
}
PINNED_NUMPY = "2.2.6"
BROKEN = {
    "losses.py": "def svm_loss_naive(W, X, y, reg)\n    return 0\n",
    "gradients.py": "raise SystemExit\n",
    "search.py": "import os\ndef predict(W, X):\n    os._exit(0)\n",
    "Descent.py": "",
}


@contextmanager
def built() -> Iterator[Platform]:
    """A root with the shipped assignment's package, where every user can get to, as /autograder.

    pytest's own temporary folders are closed to other users.
    """
    root = Path(tempfile.mkdtemp(prefix="autograder-"))
    root.chmod(0o755)
    try:
        package = write_package(load_assignment(HERE), root / "autograder.zip")
        laid_out = Platform(root)
        laid_out.build(package)
        yield laid_out
    finally:
        shutil.rmtree(root)


@pytest.fixture
def bare() -> Iterator[Platform]:
    """Built, but nothing is installed."""
    with built() as laid_out:
        yield laid_out


@pytest.fixture(scope="module")
def installed() -> Iterator[Platform]:
    """Built and set up with the Python that Gradescope has."""
    with built() as laid_out:
        ran = laid_out.set_up(gradescopes_python())
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield laid_out


@pytest.fixture(scope="module")
def good(installed: Platform) -> ResultsFile:
    """The results of a submission that is right throughout."""
    installed.submit(GOOD, metadata=True)
    return installed.read()


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def makes_venv_with(inside: Path) -> Path:
    """A stand-in for python3 whose virtual environments have `inside` as their Python."""
    copy = f'mkdir -p "$4/bin" && cp "{inside}" "$4/bin/python"'
    return script(inside.with_name("python"), f'case "$*" in "-m venv"*) {copy} ;; esac')


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_grader_that_does_not_start_leaves_valid_results(bare: Platform) -> None:
    ran = bare.submit(GOOD)

    assert ran.returncode == 0
    results = bare.read()
    assert results.score == 0
    assert "The grader failed, not your code" in results.output
    assert not results.extra_data["complete"]
    assert results.stdout_visibility == "hidden"


def test_no_old_grade_is_taken_for_a_new_one(bare: Platform) -> None:
    bare.submit(GOOD)
    bare.results.write_text('{"score": 100, "output": "", "tests": [], "extra_data": {}}', "utf-8")

    bare.run()

    assert bare.read().score == 0


def test_what_was_graded_before_a_kill_stays(bare: Platform) -> None:
    partial = '{"score": 7, "output": "", "tests": [], "extra_data": {}}'
    script(bare.root / "venv/bin/python", f"echo '{partial}' >'{bare.results}'; kill -9 $$")

    ran = bare.submit(GOOD)

    assert ran.returncode == 0
    assert bare.read().score == 7


def test_everything_but_python_is_closed_to_other_users(bare: Platform) -> None:
    bare.submit(GOOD, metadata=True)

    for name in ("source", "submission", "results"):
        assert mode(bare.root / name) & 0o077 == 0, name
    assert mode(bare.root / "submission_metadata.json") == 0o600


def test_an_old_python_is_refused_with_a_way_out(bare: Platform) -> None:
    pretend = f'"{own_python()}" -c "import sys; sys.version_info = (3, 8, 10); $2"'
    old = script(bare.root / "old", f'case $1 in -c) {pretend} ;; *) echo "Python 3.8.10" ;; esac')

    ran = bare.set_up(str(old))

    assert ran.returncode == 1
    assert "expected Python 3.10 or newer, got Python 3.8.10. Choose Ubuntu 22.04." in ran.stderr


@pytest.mark.parametrize("missing", [True, False], ids=["without ensurepip", "with ensurepip"])
def test_apt_is_asked_only_where_venv_is_missing(bare: Platform, missing: bool) -> None:
    python = script(
        bare.root / "python",
        f'case "$*" in *ensurepip*) exit {int(missing)} ;; "-m venv"*) exit 9 ;; esac',
    )
    script(bare.root / "bin" / "apt-get", f'echo "$@" >>"{bare.root}/asked"')

    ran = bare.set_up(str(python), path=f"{bare.root}/bin:")

    assert ran.returncode == 9
    asked = bare.root / "asked"
    assert asked.exists() == missing
    if missing:
        assert "install --yes --no-install-recommends python3-venv" in asked.read_text("utf-8")


def test_a_python_without_wheels_of_the_pins_takes_the_ranges(bare: Platform) -> None:
    """The pins are of Python 3.10; one day an image has a Python for which they were not built."""
    inside = f'echo "$@" >>"{bare.root}/ran"; case "$*" in *requirements.txt) exit 1 ;; esac'
    script(bare.root / "inside", inside)

    ran = bare.set_up(str(makes_venv_with(bare.root / "inside")))

    calls = (bare.root / "ran").read_text("utf-8").splitlines()
    assert ran.returncode == 0
    assert calls[0].endswith("requirements.txt")
    assert calls[1].endswith("requirements.in")


def test_setup_stops_where_a_suite_is_broken(installed: Platform, bare: Platform) -> None:
    """An instructor is to learn it when the image is built, not from a hundred students."""
    suite = bare.root / "source" / "assignment" / "tests" / "hidden" / "test_search.py"
    suite.write_text("import nothing_of_this_name\n", "utf-8")
    already = f'exec "{installed.root}/venv/bin/python" "$@"'
    script(bare.root / "inside", f'case "$*" in *"pip install"*) ;; *) {already} ;; esac')

    ran = bare.set_up(str(makes_venv_with(bare.root / "inside")))

    assert ran.returncode == 1
    assert "the grader failed in its trial run" in ran.stderr
    assert "nothing_of_this_name" in ran.stderr


def test_the_reference_earns_full_marks(good: ResultsFile) -> None:
    assert good.score == sum(test.max_score for test in good.tests) == 100
    assert {test.status for test in good.tests} == {"passed"}
    assert good.extra_data["complete"]
    assert not good.extra_data["troubles"]


def test_metadata_make_no_difference_to_the_grade(installed: Platform, good: ResultsFile) -> None:
    """A run by hand has none."""
    ran = installed.submit(GOOD, metadata=False)

    assert ran.returncode == 0
    assert [(t.number, t.score) for t in installed.read().tests] == [
        (t.number, t.score) for t in good.tests
    ]


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
def test_a_broken_submission_is_graded_for_what_it_is(installed: Platform, metadata: bool) -> None:
    ran = installed.submit(BROKEN, metadata=metadata)

    results = installed.read()
    assert ran.returncode == 0
    assert 0 <= results.score < 10
    assert sum(test.max_score for test in results.tests) == pytest.approx(100)
    assert results.extra_data["complete"]
    assert not results.extra_data["troubles"]
    assert "file names are case-sensitive" in results.output
    said = "\n".join(test.output for test in results.tests)
    assert "losses.py:1" in said
    assert str(installed.root) not in said


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
@pytest.mark.parametrize("files", [{}, None], ids=["empty", "no folder"])
def test_a_missing_submission_is_graded_and_says_what_was_expected(
    installed: Platform, files: dict[str, str] | None, metadata: bool
) -> None:
    ran = installed.submit(files, metadata=metadata)

    results = installed.read()
    assert ran.returncode == 0
    assert results.score == 0
    assert sum(test.max_score for test in results.tests) == pytest.approx(100)
    assert results.extra_data["complete"]


def test_student_code_reads_neither_answers_nor_addresses(installed: Platform) -> None:
    """What it could read would reach its own page by way of the message of the exception."""
    root = installed.root
    secrets = [
        root / "submission_metadata.json",
        root / "submission" / "losses.py",
        root / "source" / "assignment" / "reference" / "losses.py",
        root / "results" / "results.json",
    ]
    spy = (
        "def svm_loss_naive(W, X, y, reg):\n"
        "    said = []\n"
        f"    for path in {[str(path) for path in secrets]!r}:\n"
        "        try:\n"
        "            open(path).close()\n"
        "            said.append('opened')\n"
        "        except OSError:\n"
        "            said.append('refused')\n"
        # Only what stands in the source is shown of a message.
        "    if said == ['refused'] * 4:\n"
        "        raise ValueError('all were refused')\n"
        "    raise ValueError('one was read')\n"
    )

    installed.submit({"losses.py": spy}, metadata=True)

    assert mode(root / "results" / "staff.html") & 0o077 == 0
    said = "\n".join(test.output for test in installed.read().tests)
    assert "raised ValueError: all were refused" in said
    assert "one was read" not in said


def test_the_isolation_is_what_the_documentation_says(good: ResultsFile) -> None:
    # The platform grades as root; another user has no second user to change to.
    wanted = {"L3", "L4"} if os.geteuid() == 0 else {"L2", "L3", "L4"}
    assert good.extra_data["isolation"] in wanted


def test_another_user_can_run_the_interpreter(installed: Platform) -> None:
    """Only as far as the folder of the environment goes: the system's Python is the platform's."""
    environment = installed.root / "venv"
    numpy = next(environment.glob("lib/python3*/site-packages/numpy/__init__.py"))

    for path in (numpy, *numpy.parents):
        if path.is_relative_to(environment):
            assert mode(path) & 0o044 == 0o044, path
            assert not path.is_dir() or mode(path) & 0o011 == 0o011, path


def test_the_image_holds_the_bytecode_of_engine_reference_and_suites(installed: Platform) -> None:
    """A fresh container compiles nothing: half a processor would feel it at every upload."""
    source = installed.root / "source"

    for path in (*source.glob("engine/grader/**/*.py"), *source.glob("assignment/**/test_*.py")):
        assert list(path.parent.glob(f"__pycache__/{path.stem}.*.pyc")), path
    for path in source.glob("assignment/tests/hidden/test_*.py"):
        assert list(path.parent.glob(f"__pycache__/{path.stem}.*-pytest-*.pyc")), path


def test_the_engine_is_the_one_of_the_zip(installed: Platform, good: ResultsFile) -> None:
    python = subprocess.check_output([gradescopes_python(), "--version"], text=True).split()[1]
    assert good.extra_data["versions"]["python"] == python
    listed = subprocess.check_output(
        [str(installed.root / "venv/bin/python"), "-m", "pip", "list"], text=True
    )
    assert "gradient-grader" not in listed


def test_the_python_of_these_tests_grades_with_the_same_pins(bare: Platform) -> None:
    """One day the image has a newer Python than 3.10; CI runs this under each that is promised."""
    ran = bare.set_up(own_python())
    assert ran.returncode == 0, ran.stdout + ran.stderr

    bare.submit(GOOD)

    results = bare.read()
    assert results.score == 100
    assert results.extra_data["versions"]["python"] == platform.python_version()
    assert results.extra_data["versions"]["numpy"] == PINNED_NUMPY
