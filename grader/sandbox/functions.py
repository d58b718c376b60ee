"""Functions of a check's that came through the wall whole, made of their parts again.

Only what the trusted side has sent is ever unpacked here: its code would run.
"""

from __future__ import annotations

import builtins
import contextvars
import marshal
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .wire import FunctionParts, Value

_MODULES = {"numpy": np, "math": math}


def unpack_function(parts: FunctionParts, unpack: Callable[[Value], Any]) -> types.FunctionType:
    """Make the function; `unpack` is for what it refers to."""
    names: dict[str, Any] = {"__builtins__": builtins, "__name__": "check"}
    names.update({name: _MODULES[module] for name, module in parts.modules.items()})
    names.update({name: unpack(value) for name, value in parts.names.items()})
    return types.FunctionType(
        marshal.loads(parts.code),  # noqa: S302 - the trusted side's own, see above
        names,
        parts.name,
        tuple(unpack(value) for value in parts.defaults),
        tuple(types.CellType(unpack(value)) for value in parts.cells),
    )


def _quiet_context() -> contextvars.Context | None:
    """A context in which numpy does not warn; None where numpy keeps that elsewhere (before 2)."""
    before = np.geterr()
    context = contextvars.copy_context()
    context.run(np.seterr, all="ignore")
    if np.geterr() == before:
        return context
    np.seterr(**before)
    return None


_QUIET = _quiet_context()


def call_quietly(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function of the check's: what overflows in it is not the student's to hear of."""
    if _QUIET is None:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    # As `np.errstate`, which takes longer than most such functions.
    return _QUIET.copy().run(function, *args, **kwargs)
