"""Arguments and results of calls: copied, kept as they are, and described in a few words."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import rebuilt

_MOST_AXES = 3
_FEW = 4
_MAX_TEXT = 160  # of an argument as a student reads it


class Call(Struct, frozen=True):
    """A call of one function: by its dotted name, with arguments whose names are known."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    parameters: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The function as the student knows it: `softmax`."""
        return self.name.rpartition(".")[2]

    @property
    def text(self) -> str:
        """The call as the student would write it down: `softmax_loss_naive(W, X, y, reg)`."""
        return f"{self.shown}({', '.join(name for name, _ in self.named)})"

    @property
    def named(self) -> tuple[tuple[str, Any], ...]:
        """All arguments with their names."""
        count = len(self.args)
        unnamed = [f"argument {i + 1}" for i in range(len(self.parameters), count)]
        names = (*self.parameters[:count], *unnamed)
        return (*zip(names, self.args, strict=True), *self.kwargs.items())

    @property
    def shapes(self) -> tuple[str, ...]:
        """A sentence about the shapes of the arrays, which says nothing of their numbers."""
        shown = [f"{name} {_shape(value)}" for name, value in self.named if _shape(value)]
        return (f"The call had {', '.join(shown)}.",) if shown else ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The arguments themselves, shortened."""
        return tuple(f"{name} = {short_text(value)}" for name, value in self.named)


class CountingCallback:
    """A function that remembers how often it was called, and with what."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.points: list[Any] = []
        """A copy of the argument of each call, or the tuple of them if there were several."""

    @property
    def calls(self) -> int:
        """Number of calls."""
        return len(self.points)

    def __call__(self, *args: Any) -> Any:
        """Call the function, and remember that."""
        self.points.append(copy_data(args[0] if len(args) == 1 else args))
        return self.function(*args)


def parameter_names(function: Any) -> tuple[str, ...]:
    """Names of the positional parameters of a function of ours."""
    if type(function) is types.FunctionType and not vars(function):  # as it is written
        code = function.__code__
        return code.co_varnames[: code.co_argcount]
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # compiled functions may have no signature
        return ()
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind in positional)


def copy_data(value: Any) -> Any:
    """Arrays, lists, tuples and dicts copied; anything else itself."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return rebuilt(value, [copy_data(item) for item in value])
    if isinstance(value, dict):
        return {key: copy_data(item) for key, item in value.items()}
    return value


@contextmanager
def kept(*values: Any) -> Iterator[None]:
    """Bring arguments back to what they were, for the next call: arrays, lists, generators.

    They are not copied beforehand, because a function among them may read the others.
    """
    undo: list[Callable[[], object]] = []
    for value in values:
        _remember(value, undo)
    try:
        yield
    finally:
        for restore in undo:
            restore()


def _remember(value: Any, undo: list[Callable[[], object]]) -> None:
    if isinstance(value, np.ndarray):
        if value.flags.writeable:
            undo.append(partial(np.copyto, value, value.copy()))
    elif isinstance(value, np.random.Generator):
        state = deepcopy(value.bit_generator.state)
        undo.append(lambda: setattr(value.bit_generator, "state", state))
    elif isinstance(value, list):
        items = list(value)
        undo.append(lambda: value.__setitem__(slice(None), items))
        for item in items:
            _remember(item, undo)
    elif isinstance(value, (tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            _remember(item, undo)


def short_text(value: Any) -> str:
    """A value on one line, of about 160 characters at most."""
    if isinstance(value, np.ndarray):
        text = _array_text(value)
    elif isinstance(value, (list, tuple)):
        text = ", ".join(short_text(item) for item in value[:8])
        text = f"[{text}{', …' if len(value) > 8 else ''}]"
    elif isinstance(value, np.generic):
        text = repr(value.item())
    elif isinstance(value, np.random.Generator):
        text = "a numpy random Generator"
    elif callable(value):
        text = "a function of the check"
    else:
        text = repr(value)
    text = " ".join(text.split())
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 2]} …"


def _array_text(array: np.ndarray[Any, Any]) -> str:
    """The first and last entries; of an array of many axes, which numpy would print whole, some."""
    many = array.ndim > _MOST_AXES
    shown = array.flat[:_FEW] if many else array
    text = np.array2string(shown, precision=6, threshold=30, edgeitems=2, separator=", ")
    return f"{text} … of shape {array.shape}" if many else text


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        plain = value.dtype in (np.dtype(np.float64), np.dtype(np.int64))
        return f"of shape {value.shape}" + ("" if plain else f" and dtype {value.dtype}")
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= 6:
        return ""
    if all(isinstance(item, np.ndarray) for item in value):
        return f"of {len(value)} arrays: {', '.join(str(item.shape) for item in value)}"
    return ""
