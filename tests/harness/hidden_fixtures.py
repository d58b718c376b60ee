"""A hidden suite run in process, on a module of the reference with one change to its text."""

from __future__ import annotations

import inspect
import types
from fractions import Fraction
from pathlib import Path

import pytest

import reference
from grader.outcomes import Outcome, Surface
from grader.suite.grading import RunSettings, SuiteSettings
from grader.suite.in_process import InProcessStudent
from grader.suite.plugin import GradingPlugin
from grader.suite.run import run_suites

ROOT = Path(__file__).parents[2]
# The surfaces of the assignment are pictures: no check depends on what is in them.
FLAT = {"beale": Surface((-4.5, 4.5), (-4.5, 4.5), ())}


def changed(module: str, name: str, *changes: tuple[str, str]) -> types.ModuleType:
    """The reference's module with changes to the text of one function or class."""
    content = getattr(reference, module)
    before = after = inspect.getsource(getattr(content, name))
    for old, new in changes:
        assert old in after, f"{old!r} is not in {module}.{name} any more"
        after = after.replace(old, new)
    return compiled(module, inspect.getsource(content).replace(before, after))


def compiled(module: str, text: str) -> types.ModuleType:
    """A module of the reference package with this text."""
    made = types.ModuleType(module)
    made.__package__ = reference.__name__
    exec(compile(text, f"{module}.py", "exec"), made.__dict__)  # noqa: S102 - our own text
    return made


def grade_module(
    module: str,
    content: types.ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    seed: int | None = None,
) -> list[Outcome]:
    """The outcomes of the module's suite, where the student has this module and no other."""
    # Running the suites sets these for its own process; here it is a guest.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    path = ROOT / "tests" / "hidden" / f"test_{module}.py"
    suite = SuiteSettings(path, module, 1, Fraction(1))
    plugin = GradingPlugin(
        RunSettings((suite,), "a secret", seed, surfaces=FLAT),
        reference,
        lambda *_: InProcessStudent({module: content}),
        lambda: None,
    )
    run_suites(plugin, ROOT, 60.0)
    assert plugin.troubles == []
    return plugin.outcomes
