"""The body of a check once more, with another student, and fixtures that speak to that one."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from grader.outcomes import GraderFailed


def run_again(item: pytest.Function, given: Mapping[str, Any]) -> None:
    """Call the check with what it is `given` now, by name; raises whatever it raises.

    A fixture that holds anything of what is given would speak to the student of before.
    """
    with contextlib.ExitStack() as stack:
        made = _Made(item, given, stack)
        item.obj(**{name: made.value(name) for name in item._fixtureinfo.argnames})  # noqa: SLF001 - pytest has no public list of them


class _Made:
    """Values of fixtures by name: of this run, or of the one before where nothing is in them."""

    def __init__(
        self, item: pytest.Function, given: Mapping[str, Any], stack: contextlib.ExitStack
    ) -> None:
        self._item = item
        self._stack = stack
        self._given = frozenset(given)
        self._values = dict(given)
        self._known = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - the same

    def value(self, name: str) -> Any:
        """The value of a fixture, or of a parameter."""
        if name not in self._values:
            depends = self._depends(name, frozenset())
            self._values[name] = self._make(name) if depends else self._item.funcargs.get(name)
        return self._values[name]

    def _depends(self, name: str, above: frozenset[str]) -> bool:
        """Whether a fixture holds anything of what is given, as far as its arguments say."""
        known = self._known.get(name, ())
        return name in self._given or any(
            self._depends(each, above | {name})
            for definition in known[-1:]
            for each in definition.argnames
            if each not in above
        )

    def _make(self, name: str) -> Any:
        definition = self._known[name][-1]
        if "request" in definition.argnames:
            raise GraderFailed(f"the fixture {name!r} cannot be made again: it asks for `request`")
        function = definition.func
        instance = getattr(self._item, "instance", None)
        if instance is not None and hasattr(type(instance), function.__name__):
            function = getattr(instance, function.__name__)
        arguments = {each: self.value(each) for each in definition.argnames}
        if not inspect.isgeneratorfunction(function):
            return function(**arguments)
        return self._stack.enter_context(contextlib.contextmanager(function)(**arguments))
