"""Stands in for pytest where the suites run without it: marks, and nothing else.

To import the real one takes a quarter of a second, which no other grader should have to pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A decorator that notes itself on the function."""

    name: str
    args: tuple[Any, ...]

    def __call__(self, function: Any) -> Any:
        """Note the mark."""
        function.marks = [*getattr(function, "marks", ()), self]
        return function

    def sets(self) -> list[dict[str, Any]]:
        """The sets of parameters of a `parametrize`."""
        names, values = self.args
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
        if len(names) == 1:
            values = [value if isinstance(value, Param) else (value,) for value in values]
        return [dict(zip(names, value, strict=True)) for value in values]


class Param(tuple[Any, ...]):
    """One set of parameters with a name, which nothing here needs."""

    __slots__ = ()


class Marks:
    """`pytest.mark`."""

    def __getattr__(self, name: str) -> Any:
        """A mark of any name."""
        return lambda *args, **_named: Mark(name, args)


MarkDecorator = Mark
mark = Marks()


def param(*values: Any, **_named: Any) -> Param:
    """`pytest.param`."""
    return Param(values)
