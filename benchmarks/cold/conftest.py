"""The plain course's pytest plugin: fixtures in the student's own process, and results.json.

What a course writes that grades with pytest alone: the suites import the student's modules, a
conftest adds up points. Nothing of the grader's is imported. It is a rival of the grader's in a
race, so it is written to be quick.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import types
import zlib
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FROZEN = Path(__file__).parent / "frozen"
sys.path[:0] = [str(Path(__file__).parent), str(FROZEN)]

from frozen.problems import Problems  # noqa: E402 - found on the path that was just extended
from plain.check import Check, Score  # noqa: E402 - likewise
from plain.student import Student  # noqa: E402 - likewise

_SCORE = pytest.StashKey[Score]()
_TESTS = pytest.StashKey[list[dict[str, Any]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the submission is, and where results.json goes."""
    parser.addoption("--submission", type=Path)
    parser.addoption("--results", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Put the student's modules on the path, and begin an empty list of results."""
    sys.path.insert(0, str(config.getoption("--submission")))
    config.stash[_TESTS] = []
    for mark in ("part", "points", "visibility", "feedback"):
        config.addinivalue_line("markers", f"{mark}(value): what results.json says of a test")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Split the points of a function over its cases."""
    cases = Counter(_function(item) for item in items)
    for item in items:
        marked = item.get_closest_marker("points")
        total, parts = marked.args if marked else (0.0, {})
        share = cases[_function(item)]
        item.stash[_SCORE] = Score(total / share, {key: p / share for key, p in parts.items()})


@pytest.fixture(scope="session")
def reference() -> types.ModuleType:
    """The reference package."""
    return importlib.import_module("reference")


@pytest.fixture
def student() -> Student:
    """The student's modules, imported here."""
    return Student()


@pytest.fixture
def check(request: pytest.FixtureRequest, student: Student, reference: types.ModuleType) -> Check:
    """What may be asked of the student's functions."""
    return Check(student, reference, request.node.stash[_SCORE], _seed(request.node))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator with the test's own seed."""
    return np.random.default_rng(_seed(request.node))


@pytest.fixture
def problem(request: pytest.FixtureRequest) -> Problems:
    """Random problems with the test's own seed."""
    return Problems(np.random.default_rng([_seed(request.node), 1]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the points that a test has earned."""
    report = yield
    if call.when == "call" or (call.when == "setup" and report.failed):
        score = item.stash[_SCORE]
        earned = score.earned(passed=report.passed)
        seen = item.get_closest_marker("visibility")
        doc = (getattr(getattr(item, "function", None), "__doc__", "") or item.name).strip()
        item.config.stash[_TESTS].append(
            {
                "name": doc.splitlines()[0],
                "score": round(earned, 4),
                "max_score": round(score.points, 4),
                "status": "passed" if earned == score.points else "failed",
                "visibility": seen.args[0] if seen else "visible",
                "output": "\n".join([*score.failures, report.longreprtext]),
                "extra_data": {"check": f"{item.path.stem}::{item.name}"},
            }
        )
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write results.json."""
    tests = session.config.stash[_TESTS]
    results = {
        "score": round(sum(test["score"] for test in tests), 2),
        "execution_time": round(time.process_time(), 2),
        "tests": tests,
    }
    session.config.getoption("--results").write_text(json.dumps(results, indent=2), "utf-8")


def _function(item: pytest.Item) -> str:
    return f"{item.path}::{getattr(item, 'originalname', item.name)}"


def _seed(item: pytest.Item) -> int:
    return zlib.crc32(f"{item.path.stem}::{item.name}".encode())
