"""The student's modules in this very process, with what the suites ask about a call."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Finding(NamedTuple):
    """Why a check failed, in a word and a sentence."""

    kind: str
    lead: str


class CheckFailed(AssertionError):
    """The student's code is not what a check asks for."""

    def __init__(self, kind: str, lead: str) -> None:
        super().__init__(lead)
        self.finding = Finding(kind, lead)


class Answer(NamedTuple):
    """What a call came to."""

    value: Any
    mutated: bool = False
    lines: int = 0
    entered: frozenset[str] = frozenset()


class Student:
    """The student's modules by name: `student.losses.softmax(scores)`."""

    def __init__(self) -> None:
        self.last = Answer(None)

    def __getattr__(self, name: str) -> Module:
        """A module of the student's."""
        return Module(self, importlib.import_module(name))

    def call(self, name: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a function by its dotted name."""
        module, _, function = name.partition(".")
        return self.run(
            getattr(importlib.import_module(module), function), args, kwargs, trace=trace_lines
        )

    def array(self, value: Any) -> Shared:
        """An array that the student's code may change."""
        return np.array(value).view(Shared)

    def run(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        trace: bool = False,
    ) -> Answer:
        """Call a function; the arguments are as they were afterwards."""
        args = tuple(arg.inner if isinstance(arg, Watched) else arg for arg in args)
        before = [(array, array.copy()) for array in arrays_in((args, kwargs))]
        counter = LineCounter()
        try:
            if trace:
                with counter:
                    value = function(*args, **kwargs)
            else:
                value = function(*args, **kwargs)
        except NotImplementedError as error:
            raise CheckFailed("unwritten", f"{function.__name__} is not written yet") from error
        changed = [pair for pair in before if not np.array_equal(*pair, equal_nan=True)]
        for array, content in changed:
            array[...] = content
        self.last = Answer(value, bool(changed), counter.lines, frozenset(counter.entered))
        return self.last


class Shared(np.ndarray[Any, Any]):
    """An array that stays what the student's code made of it."""

    def read(self) -> NDArray[Any]:
        """A copy of the present content."""
        return np.array(self)


class Module:
    """A module of the student's, whose functions are watched."""

    def __init__(self, student: Student, module: types.ModuleType) -> None:
        self._student = student
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A function or class."""
        found = getattr(self._module, name)
        if isinstance(found, type):
            return lambda *args, **kwargs: Watched(self._student, found(*args, **kwargs))
        return lambda *args, **kwargs: self._student.run(found, args, kwargs).value


class Watched:
    """An object of a class of the student's, whose methods are watched."""

    def __init__(self, student: Student, inner: Any) -> None:
        self._student = student
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        """A method or an attribute."""
        found = getattr(self.inner, name)
        return partial(self._call, found) if isinstance(found, types.MethodType) else found

    def _call(self, method: Callable[..., Any], *args: Any) -> Any:
        return self._student.run(method, args, {}).value


class LineCounter:
    """Counts the lines that Python runs, and notes the functions that it enters."""

    def __init__(self) -> None:
        self.lines = 0
        self.entered: set[str] = set()

    def __enter__(self) -> None:
        sys.settrace(self._enter)

    def __exit__(self, *_exc: object) -> None:
        sys.settrace(None)

    def _enter(self, frame: types.FrameType, _event: str, _arg: Any) -> Any:
        module = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == "numpy":
            return None
        self.lines += 1
        self.entered.add(f"{module}.{frame.f_code.co_name}")
        return self._line

    def _line(self, _frame: types.FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            self.lines += 1
        return self._line


def arrays_in(value: Any) -> list[NDArray[Any]]:
    """The arrays among arguments, also in lists and dicts."""
    if type(value) is np.ndarray:
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    return [array for item in value for array in arrays_in(item)]
