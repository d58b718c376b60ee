"""Functions of a check's that student code calls: on this side of the wall, counted and capped.

Portable ones cross it, taken apart.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.outcomes import CheckFailed, GraderFailed
from grader.portable import MODULES, Portable, parts_of

from . import values, wire, words

_CALLBACK_BYTES = 64 * 2**20
"""Bytes of arrays in all callbacks of a check: whoever counts the points may keep them."""
_LARGEST_ARGUMENT = 2**21
"""Bytes of one callback's arguments: the function may make far larger arrays of them."""


class Callbacks:
    """The functions that one check has handed in so far.

    `special` names what a function may return besides data.
    """

    def __init__(self, most: int, special: Callable[[Any], wire.Value]) -> None:
        self._most = most
        self._left = most
        self._bytes = _CALLBACK_BYTES
        self._special = special
        self._functions: list[Callable[..., Any]] = []

    def __len__(self) -> int:
        """Number of functions."""
        return len(self._functions)

    def __getitem__(self, number: int) -> Callable[..., Any]:
        """A function by its number."""
        return self._functions[number]

    def add(self, function: Callable[..., Any]) -> wire.CallbackData:
        """Number a function; this is what stands for it inside."""
        self._functions.append(function)
        return wire.CallbackData(len(self._functions) - 1)

    def answer(self, callback: wire.Callback, name: str, arrays: list[values.Array]) -> wire.Reply:
        """Call the function that a callback names, with what it brings.

        `arrays` are the arguments of the call under way, which the function may read.
        """
        self._left -= 1
        if self._left < 0:
            raise CheckFailed(words.of_many_callbacks(name, self._most))
        if not 0 <= callback.id < len(self._functions):
            raise wire.Malformed("a callback that was not given")
        for data in callback.state:
            _copy_into(arrays, data)
        unpacker = values.Unpacker(_no_object)
        try:
            args = [unpacker.unpack(arg) for arg in callback.args]
            kwargs = {key: unpacker.unpack(arg) for key, arg in callback.kwargs.items()}
        except _ObjectGiven:
            # Whose methods would be called with whatever the function knows.
            return wire.Reply(exception="TypeError", message="expected numbers, got an object")
        except (wire.Malformed, RecursionError, MemoryError) as error:
            raise CheckFailed(words.of_unreadable(name, str(error))) from None
        self._bytes -= unpacker.size
        if unpacker.size > _LARGEST_ARGUMENT or self._bytes < 0:
            raise CheckFailed(words.of_large_callbacks(name))
        try:
            value = self._functions[callback.id](*args, **kwargs)
        except (CheckFailed, GraderFailed):
            raise
        except Exception as error:  # noqa: BLE001 - the student's arguments may be anything
            return wire.Reply(exception=type(error).__name__, message=str(error)[:300])
        try:
            return wire.Reply(values.Packer(self._special).pack(value))
        except values.Refused as error:
            # With these arguments: with those that the check has in mind it would not be.
            return wire.Reply(exception="ValueError", message=f"the result is {error}")


def take_apart(portable: Portable, pack: Callable[[Any], wire.Value]) -> wire.FunctionParts:
    """What is sent of a portable function; `pack` packs what it refers to, other such included.

    Raises values.Refused where it cannot travel.
    """
    known = {id(module): name for name, module in MODULES.items()}
    try:
        parts = parts_of(portable.function)
        return wire.FunctionParts(
            portable.function.__name__,
            marshal.dumps(parts.code),
            [pack(value) for value in parts.defaults],
            [pack(value) for value in parts.cells],
            {name: pack(value) for name, value in parts.names.items() if id(value) not in known},
            {name: known[id(v)] for name, v in parts.names.items() if id(v) in known},
        )
    except ValueError as error:
        raise values.Refused(f"a portable function: {error}") from None
    except RecursionError:
        raise values.Refused("a portable function that refers to itself") from None


class _ObjectGiven(Exception):
    """An object of the student's, where data should be."""


def _no_object(special: wire.Value) -> Any:
    if isinstance(special, wire.ObjectData):
        raise _ObjectGiven
    raise wire.Malformed("a value of unknown kind")


def _copy_into(arrays: list[values.Array], data: wire.ArrayData) -> None:
    """Bring an original up to date for the callback that reads it."""
    new = values.unpack_array(data)
    if not 0 <= data.ref < len(arrays):
        raise wire.Malformed("an array that was not given")
    original = arrays[data.ref]
    if original.shape == new.shape and original.dtype == new.dtype and original.flags.writeable:
        np.copyto(original, new)
