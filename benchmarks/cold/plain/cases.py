"""The suites' tests one by one, without pytest: for graders that have tests of their own kind.

It runs where a stand-in takes pytest's name (see `without_pytest.py`), so that no other grader
has to import the real one.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import zlib
from typing import Any, NamedTuple

import numpy as np
from problems import Problems

from plain.check import Check, Score
from plain.student import Student


class Case(NamedTuple):
    """One test with one set of parameters."""

    number: int
    name: str
    points: float
    parts: dict[str, float]
    function: Any
    parameters: dict[str, Any]


@functools.cache
def cases(suite: str) -> list[Case]:
    """All cases of a suite, in its order."""
    module = importlib.import_module(f"suites.{suite}")
    found: list[Case] = []
    for name, function in vars(module).items():
        if not name.startswith("test_") or not inspect.isfunction(function):
            continue
        marks = {mark.name: mark for mark in getattr(function, "marks", ())}
        total, parts = marks["points"].args if "points" in marks else (0.0, {})
        sets = marks["parametrize"].sets() if "parametrize" in marks else [{}]
        for number, parameters in enumerate(sets):
            title = f"{name}[{number}]" if parameters else name
            share = {part: points / len(sets) for part, points in parts.items()}
            found.append(Case(len(found), title, total / len(sets), share, function, parameters))
    return found


def run_case(suite: str, number: int) -> None:
    """Run one case; raises when any part of it fails."""
    case = cases(suite)[number]
    seed = zlib.crc32(f"{suite}::{case.name}".encode())
    score = Score(case.points, case.parts)
    student, reference = Student(), importlib.import_module("reference")
    offered = {
        "student": student,
        "reference": reference,
        "check": Check(student, reference, score, seed),
        "rng": np.random.default_rng(seed),
        "problem": Problems(np.random.default_rng([seed, 1])),
        **case.parameters,
    }
    case.function(**{name: offered[name] for name in inspect.signature(case.function).parameters})
    if score.failures:
        raise AssertionError("\n".join(score.failures))
