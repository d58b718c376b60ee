"""Messages and values across the wall: msgpack through typed structs, never pickle.

What comes from the worker is an answer and nothing else, whoever wrote it: it is decoded into the
types below or refused. Only data crosses: None, bool, int, float, complex, str, numeric arrays and
scalars of known dtypes, and lists, tuples and dicts of these, capped in size and depth. Objects
and functions stay where they are and are named by a number.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Annotated, Any, Union

import msgspec
from msgspec import Meta, Struct

MAX_MESSAGE = 8 * 2**20
"""Bytes in one message: a million float64 entries. Lists unfold to thirty times as much."""
MAX_REQUEST = 64 * 2**20
"""Bytes in what the trusted side sends: whole submissions, and several arrays at once."""
PATIENCE_S = 0.05
"""After this time of waiting there is time for something else."""
MAX_KEYS = 2_000
"""Keys of one dict: a worker may choose them so that all have one hash."""

# What a message may hold besides values. A worker keeps far below; one that was taken over cannot
# make the trusted side work on, keep or show more than this.
Name = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Printed = Annotated[str, Meta(max_length=2**20)]
Few = Meta(max_length=50)
Line = Annotated[int, Meta(ge=0, lt=10_000_000)]


class Malformed(Exception):
    """A message that is not one of ours."""


class Closed(Exception):
    """The other side is gone."""


class TimedOut(Exception):
    """No message came in time."""


# Values. Each struct is an array in msgpack, led by its tag.


class ArrayData(Struct, array_like=True, tag="a", frozen=True):
    """An array's bytes, in C order, with a reference by which it may stand again."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    ref: int = -1


class SameArray(Struct, array_like=True, tag="r", frozen=True):
    """The array that stood earlier in this message under that reference."""

    ref: int


class ScalarData(Struct, array_like=True, tag="s", frozen=True):
    """A numpy scalar."""

    dtype: str
    data: bytes


class ComplexData(Struct, array_like=True, tag="c", frozen=True):
    """A complex number."""

    real: float
    imag: float


class ListData(Struct, array_like=True, tag="l", frozen=True):
    """A list."""

    items: list[Value]


class TupleData(Struct, array_like=True, tag="t", frozen=True):
    """A tuple."""

    items: list[Value]


class DictData(Struct, array_like=True, tag="d", frozen=True):
    """A dict, its keys and values in order."""

    keys: Annotated[list[Value], Meta(max_length=MAX_KEYS)]
    values: Annotated[list[Value], Meta(max_length=MAX_KEYS)]


class ObjectData(Struct, array_like=True, tag="o", frozen=True):
    """Something that stays inside the worker: an object, an array, an iterator."""

    id: int
    type_name: Name


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


class Begin(Struct, tag="begin", frozen=True):
    """The worker's check begins. Not answered."""

    seed: int
    """Of what draws without one."""
    cores: set[int] = set()
    """Where the trusted side runs: the worker joins it."""


class Call(Struct, tag="call", frozen=True):
    """Call a function of the student's by name, or a method of an object inside."""

    name: str
    args: list[Value]
    kwargs: dict[str, Value]
    object: int = -1
    trace_lines: bool = False


class CallEach(Struct, tag="each", frozen=True):
    """Make a call for each of these values of one argument; give one element of what comes."""

    call: Call
    which: int | str
    """The argument, by position or keyword; in `call` it has no value."""
    points: list[Value]
    element: int


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


Request = Union[Call, CallEach, Attribute, Hold, Read, Next, Reply]


# What the worker answers.


class Frame(Struct, array_like=True, frozen=True):
    """A line of the student's that was being executed."""

    file: Name
    line: Line
    function: Name


class Warned(Struct, array_like=True, frozen=True):
    """A warning that Python or numpy gave while the student's code ran."""

    category: Name
    message: Text
    file: Name
    line: Line


class Ready(Struct, tag="ready", frozen=True):
    """The worker is isolated and listens; the clock may start."""

    notes: Annotated[list[Name], Few] = []


class Imported(Struct, tag="imported", frozen=True):
    """The student's module is loaded: from here on the time is the call's own."""


class Returned(Struct, tag="returned", frozen=True):
    """A call came to a value."""

    value: Value
    changed: Annotated[list[int], Meta(max_length=1_000)] = []
    """References of the argument arrays whose content is no longer what was sent."""
    lines: Annotated[int, Meta(lt=2**40)] = -1
    entered: Annotated[list[Name], Meta(max_length=500)] = []
    parameters: Annotated[list[Name], Few] = []
    where: Frame | None = None
    warned: Annotated[list[Warned], Few] = []
    printed: Printed = ""


class Raised(Struct, tag="raised", frozen=True):
    """The call came to no value: `kind` says why.

    "raised" an exception of the student's code, "missing" no such module or name, "import" the
    module did not import, "syntax" it does not parse, "refused" the value may not cross, "exit"
    the code asked the interpreter to exit, "callback" a callback of ours raised.
    """

    kind: Name
    type_name: Name = ""
    message: Text = ""
    frames: Annotated[list[Frame], Few] = []
    names: Annotated[list[Name], Few] = []
    """For "missing": what was found instead."""
    warned: Annotated[list[Warned], Few] = []
    printed: Printed = ""


class Callback(Struct, tag="callback", frozen=True):
    """The student's code calls a function of ours.

    `state` holds the argument arrays of the running call whose content has changed since the
    trusted side last saw them.
    """

    id: int
    args: list[Value]
    kwargs: dict[str, Value]
    state: list[ArrayData] = []


Answer = Union[Ready, Imported, Returned, Raised, Callback]

_HEADER = struct.Struct("<Q")
_MOST_PIECES = 400_000  # twice the values that are taken, each of two bytes at least
_READ = 2**16  # bytes asked for at once

_encoder = msgspec.msgpack.Encoder()
begin_decoder = msgspec.msgpack.Decoder(Begin)
request_decoder = msgspec.msgpack.Decoder(Request)
answer_decoder = msgspec.msgpack.Decoder(Answer)


def _is_all_pieces(data: bytes | bytearray) -> bool:
    """Whether a large message is made of pieces, which unfold to thirty times its size.

    Each piece has its tag behind a byte of the tag's length; among the bytes of arrays these pairs
    are rare.
    """
    pairs = (bytes((length, tag)) for length in (0xA1, 0x01) for tag in b"ltdcs")
    return sum(data.count(pair) for pair in pairs) > _MOST_PIECES


def _nothing() -> None:
    """Wait on."""


class Channel:
    """Length-prefixed messages over a socket, with a deadline.

    An `exact` channel reads no further than a message, where descriptors may follow. With patience
    0 it waits for ever, whatever the deadline.
    """

    def __init__(
        self, sock: socket.socket, *, exact: bool = False, patience_s: float = PATIENCE_S
    ) -> None:
        self._sock = sock
        self._exact = exact
        self._got: bytes | bytearray = b""
        if patience_s:
            # The kernel keeps the time: to ask it first whether something is there costs as much
            # as to read it.
            time_value = struct.pack("ll", 0, int(patience_s * 1e6))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, time_value)

    def send(self, message: Any, timeout_s: float | None = None) -> None:
        """Send one message; `Closed` when nobody is there, `TimedOut` when nobody reads."""
        data = _encoder.encode(message)
        data = _HEADER.pack(len(data)) + data
        try:
            # Nearly all messages fit into the socket at once, where no time need be kept.
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
            if sent < len(data):
                self._send_rest(memoryview(data)[sent:], timeout_s)
        except BlockingIOError:
            self._send_rest(memoryview(data), timeout_s)
        except OSError:
            raise Closed from None

    def receive(
        self,
        decoder: Any,
        deadline: float | None = None,
        largest: int = MAX_MESSAGE,
        *,
        waiting: Callable[[], object] = _nothing,
    ) -> Any:
        """Receive one message until `deadline` [s, monotonic clock].

        `waiting` is called again and again while nothing comes.
        """
        got = self._got
        if len(got) < _HEADER.size:
            got = self._at_least(_HEADER.size, deadline, waiting)
        (size,) = _HEADER.unpack_from(got)
        if size > largest:
            raise Malformed(f"a message of {size} bytes")
        end = _HEADER.size + size
        if len(got) < end:
            got = self._at_least(end, deadline, waiting)
        # What came along is kept for the next time.
        data, self._got = got[_HEADER.size : end], got[end:]
        if size >= _MOST_PIECES and largest == MAX_MESSAGE and _is_all_pieces(data):
            raise Malformed("a message of too many pieces")
        try:
            return decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError) as e:
            raise Malformed(type(e).__name__) from None

    def _at_least(
        self, size: int, deadline: float | None, waiting: Callable[[], object]
    ) -> bytes | bytearray:
        """So many bytes, or more, of which none is taken."""
        while len(self._got) < size:
            if deadline is not None and time.monotonic() >= deadline:
                raise TimedOut
            missing = size - len(self._got)
            try:
                received = self._sock.recv(min(missing, _READ) if self._exact else _READ)
            except BlockingIOError:
                waiting()
                continue
            except OSError:
                raise Closed from None
            if not received:
                raise Closed
            if not self._got:
                self._got = received
            else:
                if isinstance(self._got, bytes):
                    self._got = bytearray(self._got)
                self._got += received
        return self._got

    def _send_rest(self, data: memoryview, timeout_s: float | None) -> None:
        try:
            self._sock.settimeout(timeout_s)
            self._sock.sendall(data)
            self._sock.settimeout(None)
        except TimeoutError:
            raise TimedOut from None
        except OSError:
            raise Closed from None

    def fileno(self) -> int:
        """File descriptor of the socket."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close this end."""
        self._sock.close()
