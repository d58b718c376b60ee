"""Length-prefixed messages over a socket, with a deadline: how what wire.py defines travels."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import msgspec

from .wire import MAX_MESSAGE, Malformed

PATIENCE_S = 0.05
"""After this time of waiting there is time for something else."""
_HEADER = struct.Struct("<Q")
_MOST_PIECES = 400_000  # twice the values that are taken, each of two bytes at least
_READ = 2**16  # bytes asked for at once
_MOST_LATE = 200  # reads after a deadline: a message has 8 MiB at most

_encoder = msgspec.msgpack.Encoder()


class Closed(Exception):
    """The other side is gone."""


class TimedOut(Exception):
    """No message came in time."""


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
        self._late = 0
        self.last_size = 0
        """Bytes of the message that was received last."""
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
        self.last_size = size
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
            is_late = deadline is not None and time.monotonic() >= deadline
            # What has come in time may be found late, by a process that was held up itself.
            self._late += is_late
            if self._late > _MOST_LATE:
                raise TimedOut
            missing = size - len(self._got)
            most = min(missing, _READ) if self._exact else _READ
            try:
                received = self._sock.recv(most, socket.MSG_DONTWAIT if is_late else 0)
            except BlockingIOError:
                if is_late:
                    raise TimedOut from None
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

    @property
    def is_closed(self) -> bool:
        """Whether this end is closed."""
        return self._sock.fileno() < 0
