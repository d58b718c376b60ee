"""Messages and values across the wall: msgpack through typed structs, never pickle.

What comes from the worker is an answer and nothing else, whoever wrote it: it is decoded into the
types below or refused. Only data crosses: None, bool, int, float, complex, str, numeric arrays and
scalars of known dtypes, and lists, tuples and dicts of these, capped in size and depth. Objects
and functions stay where they are and are named by a number.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Union

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

MAX_MESSAGE = 64 * 2**20
"""Bytes in one message: some eight million float64 entries."""
MAX_DEPTH = 24
MAX_ITEMS = 200_000
"""Values in one message: a longer list has no place in homework and costs the grader memory."""
MAX_TEXT = 20_000
"""Characters of one string; a longer one is cut by the side that sends it."""

DTYPES = frozenset(np.dtype(c).str for c in "?bBhHiIlLqQefdFD")
"""The dtypes that cross: booleans, integers, floats and complex numbers of native byte order."""

Array = npt.NDArray[Any]


class Refused(Exception):
    """A value that may not cross the wall; the message names its type."""


class Malformed(Exception):
    """A message that is not one of ours."""


class Closed(Exception):
    """The other side is gone."""


class TimedOut(Exception):
    """No message came in time."""


# Values. Each struct is an array in msgpack, led by its tag.


class ArrayData(Struct, array_like=True, tag="a", frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data: bytes
    ref: int = -1


class SameArray(Struct, array_like=True, tag="r", frozen=True):
    """The array that stood earlier in this message under that reference."""

    ref: int


class ScalarData(Struct, array_like=True, tag="s", frozen=True):
    dtype: str
    data: bytes


class ComplexData(Struct, array_like=True, tag="c", frozen=True):
    real: float
    imag: float


class ListData(Struct, array_like=True, tag="l", frozen=True):
    items: list[Value]


class TupleData(Struct, array_like=True, tag="t", frozen=True):
    items: list[Value]


class DictData(Struct, array_like=True, tag="d", frozen=True):
    keys: list[Value]
    values: list[Value]


class ObjectData(Struct, array_like=True, tag="o", frozen=True):
    """Something that stays inside the worker: an object, an array, an iterator."""

    id: int
    type_name: str


class FunctionData(Struct, array_like=True, tag="n", frozen=True):
    """A function of the student's, by its name: 'losses.softmax'."""

    name: str


class CallbackData(Struct, array_like=True, tag="f", frozen=True):
    """A function that stays on the trusted side."""

    id: int


class RandomData(Struct, array_like=True, tag="g", frozen=True):
    """A numpy Generator, as its seeded state (JSON: its integers have 128 bits)."""

    state: str


Value = Union[
    None,
    bool,
    int,
    float,
    str,
    ArrayData,
    SameArray,
    ScalarData,
    ComplexData,
    ListData,
    TupleData,
    DictData,
    ObjectData,
    FunctionData,
    CallbackData,
    RandomData,
]


# What the trusted side asks.


class Call(Struct, tag="call", frozen=True):
    """Call a function of the student's by name, or a method of an object inside."""

    name: str
    args: list[Value]
    kwargs: dict[str, Value]
    object: int = -1
    trace_lines: bool = False


class Attribute(Struct, tag="attribute", frozen=True):
    """Read an attribute of an object inside."""

    object: int
    name: str


class Hold(Struct, tag="hold", frozen=True):
    """Keep this array inside, and name it."""

    value: Value


class Read(Struct, tag="read", frozen=True):
    """Give the present content of an object inside."""

    object: int


class Next(Struct, tag="next", frozen=True):
    """Give the next value of an iterator inside; Raised with StopIteration at its end."""

    object: int


class Reply(Struct, tag="reply", frozen=True):
    """What a callback returned, or the exception that it raised."""

    value: Value = None
    exception: str = ""
    message: str = ""


Request = Union[Call, Attribute, Hold, Read, Next, Reply]


# What the worker answers.


class Frame(Struct, array_like=True, frozen=True):
    """A line of the student's that was being executed."""

    file: str
    line: int
    function: str


class Warned(Struct, array_like=True, frozen=True):
    category: str
    message: str
    file: str
    line: int


class Ready(Struct, tag="ready", frozen=True):
    """The worker is isolated and listens; the clock may start."""

    notes: list[str] = []


class Returned(Struct, tag="returned", frozen=True):
    value: Value
    changed: list[int] = []
    """References of the argument arrays whose content is no longer what was sent."""
    lines: int = -1
    entered: list[str] = []
    parameters: list[str] = []
    where: Frame | None = None
    warned: list[Warned] = []
    printed: str = ""


class Raised(Struct, tag="raised", frozen=True):
    """The call came to no value: `kind` says why.

    "raised" an exception of the student's code, "missing" no such module or name, "import" the
    module did not import, "syntax" it does not parse, "refused" the value may not cross, "exit"
    the code asked the interpreter to exit, "callback" a callback of ours raised.
    """

    kind: str
    type_name: str = ""
    message: str = ""
    frames: list[Frame] = []
    names: list[str] = []
    """For "missing": what was found instead."""
    warned: list[Warned] = []
    printed: str = ""


class Callback(Struct, tag="callback", frozen=True):
    """The student's code calls a function of ours.

    `state` holds the argument arrays of the running call whose content has changed since the
    trusted side last saw them.
    """

    id: int
    args: list[Value]
    kwargs: dict[str, Value]
    state: list[ArrayData] = []


Answer = Union[Ready, Returned, Raised, Callback]

_encoder = msgspec.msgpack.Encoder()
request_decoder = msgspec.msgpack.Decoder(Request)
answer_decoder = msgspec.msgpack.Decoder(Answer)


class Channel:
    """Length-prefixed messages over a socket, with a deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    def send(self, message: Any, timeout_s: float | None = None) -> None:
        """Send one message; `Closed` when nobody is there, `TimedOut` when nobody reads."""
        data = _encoder.encode(message)
        self._sock.settimeout(timeout_s)
        try:
            self._sock.sendall(struct.pack("<Q", len(data)) + data)
        except TimeoutError:
            raise TimedOut from None
        except OSError:
            raise Closed from None

    def receive(self, decoder: Any, deadline: float | None = None) -> Any:
        """Receive one message until `deadline` [s, monotonic clock]."""
        (size,) = struct.unpack("<Q", self._exactly(8, deadline))
        if size > MAX_MESSAGE:
            raise Malformed(f"a message of {size} bytes")
        data = self._exactly(size, deadline)
        try:
            return decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError) as e:
            raise Malformed(type(e).__name__) from None

    def _exactly(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        got = 0
        while got < size:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0 or not self._poll.poll(left * 1000):
                    raise TimedOut
            try:
                self._sock.settimeout(None)
                received = self._sock.recv_into(view[got:])
            except OSError:
                raise Closed from None
            if received == 0:
                raise Closed
            got += received
        return data

    def fileno(self) -> int:
        """File descriptor of the socket."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close this end."""
        self._sock.close()


class Packer:
    """Values of Python to values of the wire, remembering which arrays were seen.

    `special` turns what only one of the sides knows (proxies and callables outside, objects
    inside) into its name; it returns None for what it does not know.
    """

    def __init__(self, special: Callable[[Any], Value]) -> None:
        self._special = special
        self._items = 0
        self.arrays: list[Array] = []

    def pack(self, value: Any, depth: int = 0) -> Value:  # noqa: PLR0911 - one line per type
        """Pack one value. Exact types only: a subclass may lie about itself."""
        self._items += 1
        if depth > MAX_DEPTH:
            raise Refused(f"a value nested more than {MAX_DEPTH} deep")
        if self._items > MAX_ITEMS:
            raise Refused(f"more than {MAX_ITEMS} values at once")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value  # type: ignore[no-any-return]
        if kind is int:
            if not -(2**63) <= value < 2**63:
                raise Refused("an int of more than 64 bits")
            return value  # type: ignore[no-any-return]
        if kind is str:
            return value[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")  # type: ignore[no-any-return]
        if kind is np.ndarray:
            return self._array(value)
        if kind is complex:
            return ComplexData(value.real, value.imag)
        if kind is list:
            return ListData([self.pack(item, depth + 1) for item in value])
        if kind is tuple:
            return TupleData([self.pack(item, depth + 1) for item in value])
        if kind is dict:
            keys = [self.pack(key, depth + 1) for key in value]
            return DictData(keys, [self.pack(item, depth + 1) for item in value.values()])
        if isinstance(value, np.generic) and kind is value.dtype.type:
            return ScalarData(_dtype(value.dtype, "a numpy scalar"), value.tobytes())
        if kind is np.random.Generator:
            return RandomData(pack_random(value))
        packed = self._special(value)
        if packed is None:
            raise Refused(type_name(value))
        return packed

    def _array(self, value: Array) -> Value:
        for ref, known in enumerate(self.arrays):
            if known is value:
                return SameArray(ref)
        dtype = _dtype(value.dtype, "an array")
        if value.nbytes > MAX_MESSAGE // 2:
            raise Refused(f"an array of {value.nbytes} bytes")
        self.arrays.append(value)
        return ArrayData(dtype, value.shape, value.tobytes(), len(self.arrays) - 1)


class Unpacker:
    """Values of the wire to values of Python; `special` gives what a number or name stands for."""

    def __init__(self, special: Callable[[Value], Any]) -> None:
        self._special = special
        self.arrays: dict[int, Array] = {}

    def unpack(self, value: Value) -> Any:
        """Unpack one value; `Malformed` when it contradicts itself."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, ArrayData):
            array = unpack_array(value)
            self.arrays[value.ref] = array
            return array
        if isinstance(value, ScalarData):
            return unpack_array(ArrayData(value.dtype, (1,), value.data))[0]
        if isinstance(value, (ListData, TupleData)):
            items = [self.unpack(item) for item in value.items]
            return items if isinstance(value, ListData) else tuple(items)
        if isinstance(value, DictData):
            return self._dict(value)
        if isinstance(value, ComplexData):
            return complex(value.real, value.imag)
        if isinstance(value, SameArray):
            if value.ref not in self.arrays:
                raise Malformed("an array that was not sent")
            return self.arrays[value.ref]
        return self._special(value)

    def _dict(self, value: DictData) -> dict[Any, Any]:
        keys = [self.unpack(key) for key in value.keys]
        if len(keys) != len(value.values):
            raise Malformed("a dict with another number of keys than values")
        try:
            return dict(zip(keys, (self.unpack(item) for item in value.values), strict=True))
        except TypeError:
            raise Malformed("a dict with a key that cannot be one") from None


def unpack_array(value: ArrayData) -> Array:
    """Make the array that these bytes describe, a writable copy in C order."""
    if value.dtype not in DTYPES or len(value.shape) > 32 or any(n < 0 for n in value.shape):
        raise Malformed("an array of unknown kind")
    dtype = np.dtype(value.dtype)
    size = dtype.itemsize
    for n in value.shape:
        size *= n
    if size != len(value.data):
        raise Malformed("an array whose bytes do not fit its shape")
    return np.frombuffer(bytearray(value.data), dtype).reshape(value.shape)


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
    name = str(getattr(kind, "__qualname__", kind.__name__))[:80]
    return name if module in {"builtins", "__main__"} else f"{module}.{name}"[:120]


def _dtype(dtype: np.dtype[Any], what: str) -> str:
    native = dtype.newbyteorder("=").str if dtype.byteorder == ">" else dtype.str
    if native not in DTYPES or dtype.byteorder == ">":
        raise Refused(f"{what} of dtype {dtype.name}")
    return native
