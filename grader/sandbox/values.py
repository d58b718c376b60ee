"""Python's values to the wire's and back: exact types, known dtypes, caps on size and depth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from .wire import (
    MAX_KEYS,
    MAX_MESSAGE,
    ArrayData,
    ComplexData,
    DictData,
    ListData,
    Malformed,
    RandomData,
    SameArray,
    ScalarData,
    TupleData,
    Value,
)

MAX_DEPTH = 24
MAX_ITEMS = 200_000
"""Values in one message: a longer list has no place in homework and costs the grader memory."""
MAX_ARRAY = MAX_MESSAGE // 2
"""Bytes of one array."""
_MAX_AXES = 16
MAX_TEXT = 20_000
"""Characters of one string; a longer one is cut by the side that sends it."""

DTYPES = {np.dtype(c).str: np.dtype(c) for c in "?bBhHiIlLqQefdFD"}
"""The dtypes that cross: booleans, integers, floats and complex numbers of native byte order."""
_NAMES = {dtype: name for name, dtype in DTYPES.items()}

Array = npt.NDArray[Any]


class Refused(Exception):
    """A value that may not cross the wall; the message names its type."""


class Packer:
    """Values of Python to values of the wire, remembering which arrays were seen.

    `special` turns what only one of the sides knows (proxies and callables outside, objects
    inside) into its name; it returns None for what it does not know.
    """

    def __init__(self, special: Callable[[Any], Value]) -> None:
        self._special = special
        self._items = 0
        self._references: dict[int, int] = {}
        self.arrays: list[Array] = []

    def pack(self, value: Any, depth: int = 0) -> Value:  # noqa: C901, PLR0911, PLR0912 - one line per type
        """Pack one value. Exact types only: a subclass may lie about itself."""
        self._items += 1
        if depth > MAX_DEPTH:
            raise Refused(f"a value nested more than {MAX_DEPTH} deep")
        if self._items > MAX_ITEMS:
            raise Refused(f"more than {MAX_ITEMS} values at once")
        kind = type(value)
        if kind is np.ndarray:
            return self._array(value)
        if value is None or kind is bool or kind is float:
            return value  # type: ignore[no-any-return]
        if kind is int:
            if not -(2**63) <= value < 2**63:
                raise Refused("an int of more than 64 bits")
            return value  # type: ignore[no-any-return]
        if kind is str:
            return value[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")  # type: ignore[no-any-return]
        if kind is complex:
            return ComplexData(value.real, value.imag)
        if kind is list:
            return ListData([self.pack(item, depth + 1) for item in value])
        if isinstance(value, tuple):
            # A named tuple is a plain one outside; what it says of itself stays inside.
            return TupleData([self.pack(item, depth + 1) for item in tuple.__iter__(value)])
        if kind is dict:
            if len(value) > MAX_KEYS:
                raise Refused(f"a dict of more than {MAX_KEYS} keys")
            keys = [self.pack(key, depth + 1) for key in value]
            return DictData(keys, [self.pack(item, depth + 1) for item in value.values()])
        if isinstance(value, np.generic) and kind is value.dtype.type:
            dtype = _NAMES.get(value.dtype) or _dtype(value.dtype, "a numpy scalar")
            return ScalarData(dtype, value.tobytes())
        if kind is np.random.Generator:
            return RandomData(pack_random(value))
        packed = self._special(value)
        if packed is None:
            raise Refused(type_name(value))
        return packed

    def _array(self, value: Array) -> Value:
        # The arrays are kept, so that no other can come to have the number of one of them.
        ref = self._references.setdefault(id(value), len(self.arrays))
        if ref < len(self.arrays):
            return SameArray(ref)
        dtype = _NAMES.get(value.dtype) or _dtype(value.dtype, "an array")
        shape = value.shape
        large = value.nbytes > MAX_ARRAY or (value.size == 0 and _extent(shape, 1) > MAX_ARRAY)
        if len(shape) > _MAX_AXES or large:
            raise Refused(f"an array of {value.nbytes} bytes")
        self.arrays.append(value)
        return ArrayData(dtype, shape, value.tobytes(), ref)


class Unpacker:
    """Values of the wire to values of Python; `special` gives what a number or name stands for.

    `own` are arrays to give in place of those that were sent, by their reference.
    """

    def __init__(self, special: Callable[[Value], Any], own: Sequence[Array] = ()) -> None:
        self._special = special
        self._own = own
        self._items = 0
        self._bytes = 0
        self.arrays: dict[int, Array] = {}

    @property
    def size(self) -> int:
        """Bytes of what was unpacked, about."""
        return self._bytes + 64 * self._items

    def unpack(self, value: Value, depth: int = 0) -> Any:  # noqa: C901, PLR0911 - one line per type
        """Unpack one value; `Malformed` when it contradicts itself or is too much.

        What comes out is always what `Packer` would take: a suite may hand it in again.
        """
        self._items += 1
        if self._items > MAX_ITEMS:
            raise Malformed(f"more than {MAX_ITEMS} values")
        if depth > MAX_DEPTH:
            raise Malformed(f"a value nested more than {MAX_DEPTH} deep")
        if isinstance(value, ArrayData):
            known = 0 <= value.ref < len(self._own)
            array = self._own[value.ref] if known else unpack_array(value)
            self.arrays[value.ref] = array
            self._bytes += len(value.data)
            return array
        if value is None or isinstance(value, (float, bool, str)):
            return value
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                raise Malformed("an int of more than 64 bits")
            return value
        if isinstance(value, (ListData, TupleData)):
            items = [self.unpack(item, depth + 1) for item in value.items]
            return items if isinstance(value, ListData) else tuple(items)
        if isinstance(value, ScalarData):
            return unpack_array(ArrayData(value.dtype, (1,), value.data))[0]
        if isinstance(value, DictData):
            return self._dict(value, depth)
        if isinstance(value, ComplexData):
            return complex(value.real, value.imag)
        if isinstance(value, SameArray):
            if value.ref not in self.arrays:
                raise Malformed("an array that was not sent")
            return self.arrays[value.ref]
        return self._special(value)

    def _dict(self, value: DictData, depth: int) -> dict[Any, Any]:
        keys = [self.unpack(key, depth + 1) for key in value.keys]
        if len(keys) != len(value.values):
            raise Malformed("a dict with another number of keys than values")
        try:
            items = [self.unpack(item, depth + 1) for item in value.values]
            return dict(zip(keys, items, strict=True))
        except TypeError:
            raise Malformed("a dict with a key that cannot be one") from None


def unpack_array(value: ArrayData) -> Array:
    """Make the array that these bytes describe, a writable copy in C order."""
    dtype, shape = DTYPES.get(value.dtype), value.shape
    if dtype is None or len(shape) > _MAX_AXES:
        raise Malformed("an array of unknown kind")
    # As if an axis of length 0 had length 1: else the others had no limit.
    size = extent = dtype.itemsize
    for n in shape:
        if not 0 <= n <= MAX_ARRAY:
            raise Malformed("an array of unknown kind")
        size *= n
        extent *= n or 1
    if extent > MAX_ARRAY:
        raise Malformed("an array of unknown kind")
    if size != len(value.data):
        raise Malformed("an array whose bytes do not fit its shape")
    data = bytearray(value.data)
    if dtype.kind == "b":  # a byte that is neither 0 nor 1 would be no truth value
        flat: Array = np.ndarray((size,), np.uint8, data) != 0
        return flat.reshape(shape)
    array: Array = np.ndarray(shape, dtype, data)
    return array


def _extent(shape: tuple[int, ...], itemsize: int) -> int:
    """Bytes of an array, as if an axis of length 0 had length 1."""
    size = itemsize
    for n in shape:
        size *= n or 1
    return size


def pack_random(generator: np.random.Generator) -> str:
    """State of a numpy Generator as JSON."""
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise Refused(f"a Generator over {state['bit_generator']}")
    return msgspec.json.encode(
        [
            str(state["state"]["state"]),
            str(state["state"]["inc"]),
            state["has_uint32"],
            state["uinteger"],
        ]
    ).decode()


def unpack_random(state: str) -> np.random.Generator:
    """Make the numpy Generator of that state."""
    words = msgspec.json.decode(state, type=tuple[str, str, int, int])
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(words[0]), "inc": int(words[1])},
        "has_uint32": words[2],
        "uinteger": words[3],
    }
    return np.random.Generator(bits)


def type_name(value: object) -> str:
    """Name of a value's type, as a student would write it."""
    kind = type(value)
    module = getattr(kind, "__module__", "")
    name = str(getattr(kind, "__qualname__", kind.__name__))
    return (name if module in {"builtins", "__main__"} else f"{module}.{name}")[:120]


def _dtype(dtype: np.dtype[Any], what: str) -> str:
    if dtype.str not in DTYPES:
        raise Refused(f"{what} of dtype {dtype.name}")
    return str(dtype.str)
