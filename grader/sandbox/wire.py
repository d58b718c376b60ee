"""Messages and values across the wall: msgpack through typed structs, never pickle.

What comes from the worker is an answer and nothing else, whoever wrote it: it is decoded into the
types below or refused. Only data crosses: None, bool, int, float, complex, str, numeric arrays and
scalars of known dtypes, and lists, tuples and dicts of these, capped in size and depth. Objects
and functions stay where they are and are named by a number.
"""

from __future__ import annotations

from typing import Annotated, Union

import msgspec
from msgspec import Meta, Struct

MAX_MESSAGE = 8 * 2**20
"""Bytes in one message: a million float64 entries. Lists unfold to thirty times as much."""
MAX_REQUEST = 64 * 2**20
"""Bytes in what the trusted side sends: whole submissions, and several arrays at once."""
MAX_KEYS = 2_000
"""Keys of one dict: a worker may choose them so that all have one hash."""

MAX_BATCH = 1_000
"""Requests in one batch."""

# What a message may hold besides values. A worker keeps far below; one that was taken over cannot
# make the trusted side work on, keep or show more than this.
Name = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2_000)]
Printed = Annotated[str, Meta(max_length=2**20)]
Few = Meta(max_length=50)
Line = Annotated[int, Meta(ge=0, lt=10_000_000)]


class Malformed(Exception):
    """A message that is not one of ours."""


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


class FunctionParts(Struct, array_like=True, tag="p", frozen=True):
    """A function of the trusted side's, with what it refers to. None ever comes from a worker."""

    name: str
    code: bytes
    """Marshalled: both sides are forked from one process."""
    defaults: list[Value]
    cells: list[Value]
    names: dict[str, Value]
    modules: dict[str, str]
    """Modules that it refers to, by the names that it has for them."""


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
    FunctionParts,
    RandomData,
]


# What the trusted side asks.


class Begin(Struct, tag="begin", frozen=True):
    """A check begins in this worker. Not answered."""

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


Single = Union[Call, CallEach, Attribute, Hold, Read]


class Batch(Struct, tag="batch", frozen=True):
    """Answer these one after another, up to the first that comes to no value."""

    requests: list[Single]


Request = Union[Begin, Batch, Call, CallEach, Attribute, Hold, Read, Next, Reply]


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


class Batched(Struct, tag="batched", frozen=True):
    """The answers to a batch, as far as it went."""

    answers: Annotated[list[Union[Returned, Raised]], Meta(max_length=MAX_BATCH)]


class Callback(Struct, tag="callback", frozen=True):
    """The student's code calls a function of ours.

    `state` holds the argument arrays of the running call whose content has changed since the
    trusted side last saw them.
    """

    id: int
    args: list[Value]
    kwargs: dict[str, Value]
    state: list[ArrayData] = []


Answer = Union[Ready, Imported, Returned, Raised, Batched, Callback]

request_decoder = msgspec.msgpack.Decoder(Request)
answer_decoder = msgspec.msgpack.Decoder(Answer)
