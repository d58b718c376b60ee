"""Suites that are collected once and run many times, each time by a plugin of its own."""

from __future__ import annotations

import types
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import pytest

from .grading import RunSettings
from .plugin import GradingPlugin


class WarmSuites(GradingPlugin):
    """Collects the suites; then `serve` is handed these, and runs them as often as it likes."""

    def __init__(
        self,
        settings: RunSettings,
        reference: types.ModuleType,
        serve: Callable[[WarmSuites], None],
    ) -> None:
        super().__init__(settings, reference, _no_student, _do_nothing)
        self._serve = serve
        self._items: Sequence[pytest.Item] = ()
        self._current: GradingPlugin = self

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve, in the place of pytest's loop over the items."""
        self._items = tuple(session.items)
        self._serve(self)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let the plugin of this run do it."""
        if self._current is self:
            super().pytest_runtest_setup(item)
        else:
            self._current.pytest_runtest_setup(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the plugin of this run do it."""
        return (yield from self._current.pytest_runtest_makereport(item, call))

    def run(self, plugin: GradingPlugin) -> None:
        """Run all checks that the plugin wants, as pytest itself would."""
        items = self._begin(plugin)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def run_apart(self, plugin: GradingPlugin, checks: frozenset[str] | None) -> Iterator[None]:
        """Run checks of these names, None for all, and stop after any of them at will."""
        for item in self._begin(plugin):
            if checks is None or f"{item.path.stem}::{item.name}" in checks:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                yield

    def _begin(self, plugin: GradingPlugin) -> list[pytest.Item]:
        """Read the marks anew, and give each check the seed of this run."""
        self._current = plugin
        # What could not be collected is missing from every run.
        plugin.troubles += self.troubles
        plugin.outcomes += self.outcomes
        items = list(self._items)
        plugin.pytest_collection_modifyitems(items)
        return items


def _no_student(_seed: int) -> Any:
    raise AssertionError("no run has begun")


def _do_nothing() -> None:
    """Nothing is written on the way."""
