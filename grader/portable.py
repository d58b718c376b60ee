"""Functions of a check's that may run beside the student's code, as arrays of a check's lie there.

A function that is handed in is called back through the wall, for each value that the student's
code asks for. A portable one is handed in with what it refers to, and asks nobody.
"""

from __future__ import annotations

import dis
import functools
import math
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct

MODULES: Mapping[str, types.ModuleType] = {"numpy": np, "math": math}
"""What a portable function may refer to besides data, builtins and functions like itself."""


class Portable:
    """A function that travels: `portable(lambda x: a * x)`, or `@portable` above it.

    What it refers to travels with it, and lies open to the student's code like any argument: let it
    hold inputs, never an answer. It may refer to numbers, text, arrays, lists, tuples and dicts of
    these, `numpy` and `math`, builtins, and other portable functions.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        if type(function) is not types.FunctionType:
            raise TypeError(f"portable: expected a plain Python function, got {function!r}.")
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function here."""
        return self.function(*args, **kwargs)


portable = Portable


class Parts(Struct, frozen=True):
    """What a function is made of."""

    code: types.CodeType
    defaults: tuple[Any, ...]
    cells: tuple[Any, ...]
    names: dict[str, Any]
    """What its code finds in its module, by name; builtins are everywhere."""


def parts_of(function: types.FunctionType) -> Parts:
    """Take a function apart. Raises ValueError where something of it cannot travel."""
    if function.__kwdefaults__:
        raise ValueError(f"{function.__name__} has defaults for keywords alone")
    try:
        cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    except ValueError:
        raise ValueError(f"{function.__name__} refers to what is not there yet") from None
    found = function.__globals__
    names = {name: found[name] for name in _globals_of(function.__code__) if name in found}
    return Parts(_anonymous(function.__code__), function.__defaults__ or (), cells, names)


@functools.lru_cache(maxsize=1000)  # of a suite's code there is not much, and of that not all
def _globals_of(code: types.CodeType) -> frozenset[str]:
    """Names that code looks up in its module, in functions within it as well."""
    own = {i.argval for i in dis.get_instructions(code) if i.opname in {"LOAD_GLOBAL", "LOAD_NAME"}}
    inner = (_globals_of(c) for c in code.co_consts if isinstance(c, types.CodeType))
    return frozenset(own).union(*inner)


@functools.lru_cache(maxsize=1000)
def _anonymous(code: types.CodeType) -> types.CodeType:
    """The code without the place that it comes from."""
    constants = tuple(_anonymous(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_filename="<check>", co_consts=constants)
