"""What is told of student code besides its values: exceptions, lines, warnings, parameters.

All of it is the worker's word: outside it is shown to nobody before it was weighed (messages.py).
"""

from __future__ import annotations

import inspect
import types
import warnings
from collections.abc import Sequence
from typing import Any

from . import modules, values, wire

_MAX_MESSAGE = 500
_MAX_NAME = 120
_MAX_FRAMES = 4
_MAX_WARNINGS = 5

_Description = tuple[list[str], "wire.Frame | None"]


class Missing(Exception):
    """A module or name that is not there."""

    def __init__(self, kind: str, name: str, found: list[str], why: str = "") -> None:
        self.raised = wire.Raised(kind, name, why, names=found)


class Evidence:
    """Of one worker; `files` are the student's own."""

    def __init__(self, files: frozenset[str]) -> None:
        self._files = files
        self._described: dict[tuple[Any, bool], _Description] = {}

    def raised(self, error: BaseException, from_callbacks: Sequence[BaseException]) -> wire.Raised:
        """What is told of an exception; `from_callbacks` are those that the other side raised."""
        frames = self.frames(error)
        kind = "raised"
        if isinstance(error, SystemExit):
            kind = "exit"
        elif any(error is known for known in from_callbacks):
            kind = "callback"
        elif isinstance(error, modules.NotAllowed):
            return wire.Raised(
                "not_allowed",
                type(error).__name__[:_MAX_NAME],
                text_of(error),
                frames,
                [str(error.name)[:_MAX_NAME]],
            )
        elif isinstance(error, SyntaxError) and error.filename in self._files:
            line = wire.Frame(str(error.filename), error.lineno or 0, "")
            return wire.Raised(
                "syntax", "SyntaxError", str(error.msg)[:_MAX_MESSAGE], [*frames, line]
            )
        elif any(frame.function == "<module>" for frame in frames):
            kind = "import"
        return wire.Raised(kind, values.type_name(error), text_of(error), frames)

    def frames(self, error: BaseException) -> list[wire.Frame]:
        """Lines of the student's own code, outermost first; of a deep recursion the last."""
        frames: list[wire.Frame] = []
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename in self._files:
                frame = wire.Frame(code.co_filename, step.tb_lineno or 0, code.co_name[:_MAX_NAME])
                if frame not in frames[-2:]:
                    frames.append(frame)
                    del frames[1:-_MAX_FRAMES]
            step = step.tb_next
        return frames

    def warned(self, caught: list[warnings.WarningMessage]) -> list[wire.Warned]:
        """The first few warnings, each once."""
        seen: dict[wire.Warned, None] = {}
        for warning in caught:
            message = wire.Warned(
                _sendable(warning.category.__name__, 80),
                _sendable(str(warning.message), _MAX_MESSAGE),
                warning.filename if warning.filename in self._files else "",
                warning.lineno,
            )
            if len(seen) < _MAX_WARNINGS:
                seen[message] = None
        return list(seen)

    def describe(self, function: Any) -> _Description:
        """The names of a function's parameters, and where it stands; looked at once for each."""
        inner: Any = function.__func__ if type(function) is types.MethodType else function
        # No other kind: what it is compared by might be code of the student's.
        if type(inner) not in {types.FunctionType, type}:
            return _parameters(function), self._where(function)
        key = inner, inner is function
        if key not in self._described:
            self._described[key] = _parameters(function), self._where(function)
        return self._described[key]

    def _where(self, function: Any) -> wire.Frame | None:
        code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
        if code is None and isinstance(function, type):
            code = getattr(vars(function).get("__init__"), "__code__", None)
        if code is None or code.co_filename not in self._files:
            return None
        return wire.Frame(code.co_filename, code.co_firstlineno, code.co_name[:_MAX_NAME])


def text_of(error: BaseException) -> str:
    """An exception's own text, as far as it has one."""
    try:
        return _sendable(str(error), _MAX_MESSAGE)
    except BaseException:  # noqa: BLE001 - an exception may fail to print itself
        return ""


def _sendable(text: str, limit: int) -> str:
    """The beginning of a text, without the half characters that no message can hold."""
    return text[:limit].encode("utf-8", "replace").decode()


def _parameters(function: Any) -> list[str]:
    code = getattr(function, "__code__", None)
    if code is None:
        return []
    names = [name[:_MAX_NAME] for name in code.co_varnames[: code.co_argcount]][:20]
    return names[1:] if isinstance(function, types.MethodType) else names
