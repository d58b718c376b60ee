"""Run the suites in this process, with pytest and no settings but ours."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path

import pytest

from .plugin import GradingPlugin

_UNNEEDED = (
    *("cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "legacypath"),
    *("logging", "pastebin", "setuponly", "setupplan", "stepwise", "terminal", "threadexception"),
    *("unittest", "unraisableexception", "warnings"),
)
"""Plugins of pytest's own that a grade has no use for; each costs time at the start."""


class ReferenceBroken(Exception):
    """The reference package cannot be imported."""


def import_reference(folder: Path, name: str) -> types.ModuleType:
    """Import the reference of an assignment, and let its suites import it. ReferenceBroken."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ReferenceBroken(
            f"{folder / name}: the reference could not be imported: {type(error).__name__}: {error}"
        ) from error


def run_suites(plugin: GradingPlugin, root: Path, guard_s: float) -> None:
    """Run the plugin's suites; what pytest itself complains of becomes the plugin's trouble.

    `guard_s` is the outer guard, by pytest-timeout, for what hangs on the trusted side. [s]
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    arguments = [
        *(f"-pno:{name}" for name in _UNNEEDED),
        "-ppytest_timeout",
        f"--timeout={guard_s:g}",
        "--timeout-method=signal",
        "--import-mode=importlib",
        "--continue-on-collection-errors",
        f"--config-file={os.devnull}",
        f"--rootdir={root}",
        f"--confcutdir={_highest_conftest(root, [suite.path for suite in plugin.suites])}",
        *(str(suite.path) for suite in plugin.suites),
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(arguments, plugins=[plugin])
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        plugin.troubles.append(f"pytest ended with status {int(status)}:\n{said.getvalue()}")


def _highest_conftest(root: Path, suites: Sequence[Path]) -> Path:
    """The highest folder whose conftest.py counts for the suites, else their own.

    Pytest looks at every entry of every folder from there on down.
    """
    common = Path(os.path.commonpath([suite.parent.resolve() for suite in suites]))
    above = [folder for folder in common.parents if folder.is_relative_to(root.resolve())]
    return next((f for f in reversed(above) if (f / "conftest.py").exists()), common)
