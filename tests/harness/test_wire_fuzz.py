"""A worker that was taken over may send anything: it is taken as an answer, or as nothing."""

from __future__ import annotations

import math
import socket
import struct
import time
from typing import Any

import msgspec
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.outcomes import CheckFailed
from grader.sandbox import values, wire
from grader.sandbox.channel import Channel
from grader.sandbox.handed import Handed, Limits
from grader.sandbox.kept import OpenWorker
from grader.sandbox.proxies import ObjectProxy
from grader.sandbox.sources import Sources
from grader.sandbox.student import Student

EXAMPLES = 2000
PLAIN = (type(None), bool, int, float, complex, str, list, tuple, dict, np.ndarray, np.generic)
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text()
trees = st.recursive(
    scalars | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)
tags = st.sampled_from(["a", "r", "s", "c", "l", "t", "d", "o", "n", "f", "p", "g", "?"])
shapes = st.lists(st.integers(-2, 2**40), max_size=4)
dtypes = st.sampled_from(["<f8", "|O", ">f8", "<i4", "<U4", "|V8", "<f2", "", "<M8[s]"])
odd_values = st.recursive(
    scalars
    | st.tuples(st.just("a"), dtypes, shapes, st.binary(max_size=64), st.integers(-3, 9)).map(list)
    | st.tuples(st.just("s"), dtypes, st.binary(max_size=16)).map(list)
    | st.tuples(st.sampled_from(["r", "f"]), st.integers(-9, 9)).map(list)
    | st.tuples(st.just("o"), st.integers(-9, 2**60), st.text(max_size=9)).map(list)
    | st.tuples(st.sampled_from(["n", "g"]), st.text(max_size=9)).map(list)
    | st.binary(max_size=64).map(lambda code: ["p", "f", code, [], [], {}, {}]),
    lambda inner: (
        st.tuples(st.sampled_from(["l", "t"]), st.lists(inner, max_size=4)).map(list)
        | st.tuples(st.just("d"), st.lists(inner, max_size=3), st.lists(inner, max_size=3)).map(
            list
        )
    ),
    max_leaves=12,
)
frames = st.tuples(st.text(max_size=9), st.integers(-5, 2**40), st.text(max_size=9)).map(list)
answers = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("returned"), "value": odd_values},
        optional={
            "changed": st.lists(st.integers(-5, 5), max_size=4),
            "lines": st.integers(-5, 2**50),
            "entered": st.lists(st.text(max_size=9), max_size=4),
            "parameters": st.lists(st.text(max_size=9), max_size=4),
            "where": frames,
            "printed": st.text(),
            "warned": st.lists(trees, max_size=2),
        },
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("raised"),
            "kind": st.text(max_size=12)
            | st.sampled_from(
                [
                    "raised",
                    "missing",
                    "import",
                    "syntax",
                    "refused",
                    "exit",
                    "callback",
                    "not_allowed",
                ]
            ),
        },
        optional={
            "type_name": st.text(),
            "message": st.text(),
            "frames": st.lists(frames, max_size=3),
            "names": st.lists(st.text(max_size=9), max_size=4),
        },
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("callback"),
            "id": st.integers(-3, 3),
            "args": st.lists(odd_values, max_size=3),
            "kwargs": st.dictionaries(st.text(max_size=5), odd_values, max_size=2),
        },
        optional={"state": st.lists(odd_values, max_size=2)},
    ),
    st.sampled_from([{"type": "ready"}, {"type": "imported"}, {"type": "nothing"}]),
    trees,
)


class NoWall:
    """Gives one worker, whose end of the channel the test holds."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def open_worker(self, _seed: int, _group: object = None) -> OpenWorker:
        return OpenWorker(Channel(self._sock), 0)

    def close_worker(self, worker: OpenWorker) -> int:
        worker.channel.close()
        return 0

    def dismiss_worker(self, worker: OpenWorker) -> None:
        worker.channel.close()


def framed(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + data


def ask(sent: bytes) -> Any:
    """Call a function whose worker answers with these bytes and goes away."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        handed = Handed(NoWall(ours), Sources([]), (), math.inf)  # type: ignore[arg-type]
        student = Student(handed, Limits(call_s=2.0), 1)
        W = np.ones((2, 2))
        try:
            return student.call("code.f", W, lambda x: float(np.sum(x)), trace_lines=True).value
        finally:
            assert np.all(W == 1)
            student.close()


def is_plain(value: Any) -> bool:
    """Whether a value is data of exactly the types that may cross, all the way down."""
    if isinstance(value, ObjectProxy):
        return True
    if type(value) in {list, tuple}:
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(map(is_plain, value.keys())) and all(map(is_plain, value.values()))
    if type(value) is np.ndarray:
        return value.dtype.str in values.DTYPES
    return (
        type(value) in PLAIN
        or (isinstance(value, np.generic) and value.dtype.str in values.DTYPES)
        or isinstance(value, wire.FunctionData)
    )


def require_answer_or_refusal(sent: bytes) -> None:
    began = time.monotonic()
    try:
        value = ask(sent)
    except CheckFailed:
        value = None  # said to the student, and no failure of the grader's
    assert is_plain(value)
    assert time.monotonic() - began < 2.5


@FUZZ
@given(st.lists(answers, min_size=1, max_size=3))
def test_malformed_messages_are_answers_or_nothing(messages: list[Any]) -> None:
    encoded = []
    for message in messages:
        try:
            encoded.append(framed(msgspec.msgpack.encode(message)))
        except (UnicodeEncodeError, OverflowError):
            return
    require_answer_or_refusal(b"".join(encoded))


@settings(FUZZ, max_examples=500)
@given(st.binary(max_size=200))
def test_bytes_of_no_meaning_are_nothing(data: bytes) -> None:
    require_answer_or_refusal(data)


@settings(FUZZ, max_examples=500)
@given(st.binary(max_size=100), st.integers(0, 2**64 - 1))
def test_a_length_that_lies_is_found_out(data: bytes, size: int) -> None:
    require_answer_or_refusal(struct.pack("<Q", size) + data)
