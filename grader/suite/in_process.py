"""The student's interface for code that is trusted: the reference, and tests.

It behaves as the wall does: a call works on copies of its arguments, functions among them see
what the copies have become, and what is no data comes out as a handle.
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Exchange, rebuilt
from grader.outcomes import CheckFailed, CodeLine, Finding, GraderFailed
from grader.portable import Portable

from .arguments import CountingCallback, copy_data, kept, parameter_names

_DATA = (type(None), bool, int, float, complex, str, bytes, np.generic, np.ndarray)
_FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    functools.partial,
    np.ufunc,
    CountingCallback,
    Portable,
)


class InProcessAnswer(Struct, frozen=True):
    """What a call came to."""

    value: Any
    mutated: tuple[str, ...] = ()
    lines: int | None = None
    entered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    code: tuple[CodeLine, ...] = ()


class InProcessStudent:
    """Trusted modules, by name, behind the interface of a student."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self._modules = dict(modules)
        self.last = InProcessAnswer(None)
        self.history: tuple[Exchange, ...] = ()
        """Nothing: what is trusted needs no diagnosis."""
        self.asked: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Module:
        """A module."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Module(self, name)

    def call(
        self, name: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any
    ) -> InProcessAnswer:
        """Call a function or class by its dotted name; CheckFailed when it raises."""
        return self.run(name, self.find(name), args, kwargs, trace_lines=trace_lines)

    def call_each(
        self,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        which: int | str,
        points: Sequence[Any],
        element: int = 0,
    ) -> list[Any]:
        """One element of what a function returns for each of these values of one argument."""
        found = []
        for point in points:
            given = [point if i == which else arg for i, arg in enumerate(args)]
            named = {key: point if key == which else arg for key, arg in kwargs.items()}
            value = self.run(name, self.find(name), tuple(given), named).value
            is_row = isinstance(value, (list, tuple)) and len(value) > element
            found.append(value[element] if is_row else value)
        return found

    def array(self, content: Any, /) -> Handle:
        """An array that lives inside: `.read()` gives its present content."""
        return Handle(self, np.array(content), "array")

    def script(self) -> None:
        """Nothing: it is not asked through the wall."""

    @property
    def is_alone(self) -> bool:
        """Whether what goes wrong is no other check's doing: trusted code leaves nothing behind."""
        return True

    def share_time(self, _other: InProcessStudent) -> None:
        """Do nothing: trusted code has no deadline."""

    def close(self, *, passed: bool | None = None) -> None:
        """Do nothing: there is no process to end."""

    def find(self, name: str) -> Any:
        """The function of a dotted name. Raises CheckFailed if there is none."""
        module, _, attribute = name.partition(".")
        if module not in self._modules:
            raise CheckFailed(Finding("missing_file", f"{module}.py is missing.", function=name))
        found = getattr(self._modules[module], attribute, None)
        if not callable(found):
            lead = f"{module}.py has no {attribute}."
            raise CheckFailed(Finding("missing", lead, function=name))
        return found

    def run(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        trace_lines: bool = False,
    ) -> InProcessAnswer:
        """Call a function on copies of the arguments, and remember the answer."""
        crossing = _Crossing(self)
        inside = [crossing.enter(value) for value in args]
        named = {key: crossing.enter(value) for key, value in kwargs.items()}
        trace = _Trace(self._codes()) if trace_lines else None
        printed = io.StringIO()
        with (
            kept(*args, *kwargs.values()),
            warnings.catch_warnings(record=True) as warned,
            contextlib.redirect_stdout(printed),
        ):
            warnings.simplefilter("always")
            try:
                with trace or contextlib.nullcontext():
                    value = function(*inside, **named)
            except (CheckFailed, GraderFailed):
                raise
            except Exception as error:
                raise CheckFailed(_finding(name, error)) from error
        code = getattr(function, "__code__", None)
        shown = name.rpartition(".")[2]
        where = (CodeLine(code.co_filename, code.co_firstlineno, "", shown),) if code else ()
        self.last = InProcessAnswer(
            value=self.leave(value, name),
            mutated=crossing.mutated(args, kwargs, parameter_names(function)),
            lines=trace.lines if trace else None,
            entered=tuple(trace.entered) if trace else (),
            warnings=tuple(f"{w.category.__name__}: {w.message}" for w in warned),
            printed=printed.getvalue(),
            code=where,
        )
        return self.last

    def leave(self, value: Any, name: str) -> Any:
        """A copy of data; a handle of anything else."""
        if isinstance(value, (list, tuple)):
            return rebuilt(value, [self.leave(item, name) for item in value])
        if isinstance(value, dict):
            return {key: self.leave(item, name) for key, item in value.items()}
        return copy_data(value) if isinstance(value, _DATA) else Handle(self, value, name)

    def _codes(self) -> dict[types.CodeType, str]:
        """The dotted names of all functions, by their code."""
        return {
            function.__code__: f"{module}.{name}"
            for module, content in self._modules.items()
            for name, function in vars(content).items()
            if isinstance(function, types.FunctionType)
        }


class Module:
    """A module: its attributes are functions."""

    def __init__(self, student: InProcessStudent, name: str) -> None:
        self._student = student
        self._name = name

    def __getattr__(self, name: str) -> Function:
        """A function or class; whether it is there shows when it is called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self._student, f"{self._name}.{name}")


class Function:
    """A function or class of a module."""

    def __init__(self, student: InProcessStudent, name: str) -> None:
        self._student = student
        self._name = name

    @property
    def opened(self) -> Any:
        """The function itself."""
        return self._student.find(self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with data, get data."""
        return self._student.call(self._name, *args, **kwargs).value


class Handle:
    """An object that lives inside."""

    def __init__(self, student: InProcessStudent, inner: Any, name: str) -> None:
        self._student = student
        self._inner = inner
        self._name = name

    @property
    def opened(self) -> Any:
        """The object itself."""
        return self._inner

    def __getattr__(self, name: str) -> Any:
        """A method to call, or a copy of an attribute."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = self._attribute(name)
        if isinstance(found, _FUNCTIONS):
            return functools.partial(self._call_for_value, name)
        return self._student.leave(found, f"{self._name}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return self._student.run(self._name, self._inner, args, kwargs).value

    def __iter__(self) -> Iterator[Any]:
        """Iterate over what the object yields."""
        return (self._student.leave(item, self._name) for item in self._inner)

    def call(
        self, method: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any
    ) -> InProcessAnswer:
        """Call a method and return the whole answer."""
        name, function = f"{self._name}.{method}", self._attribute(method)
        return self._student.run(name, function, args, kwargs, trace_lines=trace_lines)

    def in_turn(
        self, method: str, arguments: Sequence[tuple[Any, ...]], read: str = ""
    ) -> list[Any]:
        """What a method returned for each of these arguments, or what `read` did after each."""
        found = []
        for args in arguments:
            value = self.call(method, *args).value
            found.append(self.call(read).value if read else value)
        return found

    def read(self) -> Any:
        """The present content."""
        return copy_data(self._inner)

    def _attribute(self, name: str) -> Any:
        try:
            return getattr(self._inner, name)
        except AttributeError as error:
            lead = f"The object of {self._name.partition('.')[2]} has no {name}."
            missing = Finding("missing", lead, function=f"{self._name}.{name}")
            raise CheckFailed(missing) from error

    def _call_for_value(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.call(method, *args, **kwargs).value


class _Crossing:
    """The arguments of one call: copies of data, and functions that see the copies."""

    def __init__(self, student: InProcessStudent) -> None:
        self._student = student
        self._arrays: dict[int, tuple[Any, Any, bytes]] = {}

    def enter(self, value: Any) -> Any:
        """What the function is given for `value`."""
        if isinstance(value, (Handle, Function)):
            return value.opened
        if isinstance(value, np.ndarray):
            if id(value) not in self._arrays:  # the same array twice stays the same array
                self._arrays[id(value)] = (value, value.copy(), value.tobytes())
            return self._arrays[id(value)][1]
        if isinstance(value, (list, tuple)):
            return rebuilt(value, [self.enter(item) for item in value])
        if isinstance(value, dict):
            return {key: self.enter(item) for key, item in value.items()}
        if isinstance(value, _FUNCTIONS):
            return self._callback(value)
        return deepcopy(value) if isinstance(value, np.random.Generator) else value

    def mutated(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], parameters: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Names of the arguments whose arrays were changed."""
        changed = [
            original
            for original, inside, before in self._arrays.values()
            if inside.tobytes() != before
        ]
        names = [*parameters, *(f"argument {i + 1}" for i in range(len(parameters), len(args)))]
        given = [*zip(names, args, strict=False), *kwargs.items()]
        return tuple(name for name, value in given if any(_holds(value, a) for a in changed))

    def _callback(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*args: Any, **kwargs: Any) -> Any:
            trace = sys.gettrace()
            sys.settrace(None)  # the lines of a check's function are not the student's
            try:
                for original, inside, _ in self._arrays.values():
                    if original.flags.writeable and original.shape == inside.shape:
                        original[...] = inside
                outside = [self._student.leave(value, "argument") for value in args]
                return function(*outside, **kwargs)
            finally:
                sys.settrace(trace)

        return answer


class _Trace:
    """Counts executed lines and calls, and notes which functions were entered."""

    def __init__(self, codes: Mapping[types.CodeType, str]) -> None:
        self.lines = 0
        self.entered: dict[str, None] = {}
        self._codes = codes
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        sys.settrace(self._count)

    def __exit__(self, *_exc: object) -> None:
        sys.settrace(self._before)

    def _count(self, frame: types.FrameType, event: str, _arg: Any) -> Any:
        file = frame.f_code.co_filename
        # numpy formats what is printed entry by entry, in Python.
        if file == __file__ or file.endswith("arrayprint.py"):
            return None
        if event == "call" and frame.f_code in self._codes:
            self.entered[self._codes[frame.f_code]] = None
        self.lines += event in {"call", "line"}
        return self._count


def _holds(value: Any, array: Any) -> bool:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return any(_holds(item, array) for item in value)
    return value is array


def _finding(name: str, error: Exception) -> Finding:
    shown, kind = name.rpartition(".")[2], type(error).__name__
    if isinstance(error, NotImplementedError):
        lead = f"{shown} is not written yet: it raises NotImplementedError."
        return Finding("unwritten", lead, function=name)
    text = f": {error}" if str(error) else ""
    return Finding("raised", f"{shown} raised {kind}{text}", function=name)
