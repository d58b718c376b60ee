"""Suites that are collected once and run many times, each time by a plugin of its own."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from .grading import RunSettings
from .naming import name_of
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

    @property
    def given(self) -> dict[str, Any]:
        """What the plugin of this run gives."""
        return self._given if self._current is self else self._current.given

    def run_check(self, item: pytest.Function, nextitem: pytest.Item | None) -> None:
        """Let the plugin of this run do it."""
        if self._current is self:
            super().run_check(item, nextitem)
        else:
            self._current.run_check(item, nextitem)

    def run(self, plugin: GradingPlugin) -> None:
        """Run all checks that the plugin wants, as pytest itself would."""
        items = self._begin(plugin)
        for item, following in zip(items, [*items[1:], None], strict=True):
            # Most pass by their answers, for which pytest need not get ready.
            if not plugin.goes_by_answers(item, following):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def run_apart(self, plugin: GradingPlugin, checks: frozenset[str] | None) -> Iterator[None]:
        """Run checks of these names, None for all, and stop after any of them at will."""
        for item in self._begin(plugin):
            if checks is None or name_of(item) in checks:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                yield

    def _begin(self, plugin: GradingPlugin) -> list[pytest.Item]:
        """Give each check the seed of this run."""
        self._current = plugin
        # What could not be collected is missing from every run.
        plugin.troubles += self.troubles
        plugin.outcomes += self.outcomes
        return plugin.take_over(self._items)


def _no_student(_seed: int, _group: object) -> Any:
    raise AssertionError("no run has begun")


def _do_nothing() -> None:
    """Nothing is written on the way."""
