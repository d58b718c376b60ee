"""The clean process from which process servers are forked, and in which what they leave is ended.

It is forked before anything of an assignment is read, so what is forked from it knows no secret,
however long the starting process has lived since. It has one server at a time.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any, Union

import msgspec
from msgspec import Struct

from . import isolation, scratch, server, sweep, wire
from .channel import Channel, Closed, TimedOut

_ORDER_S = 20.0
_SWEEP_S = 60.0


class Start(Struct, tag="start", frozen=True):
    """Fork a server on the socket that follows, to be shut into this."""

    number: int
    plan: isolation.Plan


class End(Struct, tag="end", frozen=True):
    """End the server and whatever is left of what it started."""

    number: int


class Done(Struct, tag="done", frozen=True):
    """The order of that number is carried out; the process that came of it."""

    number: int
    pid: int = 0


_order_decoder = msgspec.msgpack.Decoder(Union[Start, End])
_done_decoder = msgspec.msgpack.Decoder(Done)


class NurseryFailed(Exception):
    """The clean process is gone: the machine's fault, or ours."""


class Nursery:
    """The trusted end. Made before the assignment is read; closed when all walls are."""

    def __init__(self) -> None:
        self._sock, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                self._sock.close()
                _obey(theirs)
            finally:
                os._exit(0)
        theirs.close()
        self._pid = pid
        self._channel = Channel(self._sock, exact=True)
        self._is_ending = False
        self._number = 0
        """Of the last order, whoever gave those before: a grade is a fork, and may be killed."""

    def start(self, plan: isolation.Plan) -> tuple[int, socket.socket]:
        """Have a server forked; its process, and the socket on which it answers."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._channel.send(Start(self._new_number(), plan), _ORDER_S)
                socket.send_fds(self._sock, [b"f"], [theirs.fileno()])
            pid = self._done(_ORDER_S).pid
        except (NurseryFailed, Closed, TimedOut, OSError) as error:
            ours.close()
            raise NurseryFailed(f"no process server could be forked: {error!r}") from None
        if not pid:
            ours.close()
            raise NurseryFailed("no process server could be forked: the system refuses it")
        return pid, ours

    def begin_end(self) -> None:
        """Have the server end, and whatever is left of what student code started."""
        try:
            self._channel.send(End(self._new_number()), _ORDER_S)
        except (Closed, TimedOut) as error:
            raise NurseryFailed(f"the clean process does not listen: {error!r}") from None
        self._is_ending = True

    def end(self) -> None:
        """The same, and wait until all have ended."""
        if not self._is_ending:
            self.begin_end()
        self._is_ending = False
        try:
            self._done(_SWEEP_S)
        except (Closed, TimedOut) as error:
            raise NurseryFailed(f"the clean process does not listen: {error!r}") from None

    @property
    def pid(self) -> int:
        """The clean process: all that a server and its workers start comes to be below it."""
        return self._pid

    def close(self) -> None:
        """End the clean process with all that it started."""
        self._channel.close()
        with contextlib.suppress(OSError):
            os.waitpid(self._pid, 0)

    def __enter__(self) -> Nursery:
        """Enter as a context manager."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close on leaving."""
        self.close()

    def _new_number(self) -> int:
        self._number = time.monotonic_ns()  # goes on in every fork
        return self._number

    def _done(self, within_s: float) -> Done:
        """The answer to the last order; those before it may be to somebody who is gone."""
        end = time.monotonic() + within_s
        try:
            while True:
                done: Done = self._channel.receive(_done_decoder, end)
                if done.number == self._number:
                    return done
        except (Closed, TimedOut, wire.Malformed) as error:
            raise NurseryFailed(f"the clean process does not answer: {error!r}") from None


def _obey(sock: socket.socket) -> None:
    """Fork servers and end them, until the trusted side is gone: then end everything."""
    # Garbage that was inherited would close descriptors by numbers that are others' by now; and
    # what is forked from here need not look for any again.
    gc.freeze()
    sock = _drop_what_was_inherited(sock)
    sweep.become_subreaper()
    isolation.hide_from_siblings()
    channel = Channel(sock, exact=True, patience_s=0)
    user: int | None = None
    scratch_folder = ""
    child = 0
    while True:
        order: Any = None
        with contextlib.suppress(Closed):
            order = channel.receive(_order_decoder)
        if isinstance(order, Start):
            if scratch_folder and scratch_folder != order.plan.scratch:
                scratch.remove(Path(scratch_folder))  # of a grade that was killed; else it is gone
            user, scratch_folder = order.plan.user, order.plan.scratch
            child = _fork_server(sock, order.plan)
            channel.send(Done(order.number, child))
            continue
        if child:
            sweep.kill(child)
        child = 0
        sweep.sweep(user)
        if order is None:
            if scratch_folder:
                scratch.remove(Path(scratch_folder))
            return
        channel.send(Done(order.number))


def _fork_server(sock: socket.socket, plan: isolation.Plan) -> int:
    """The process that was forked; 0 where the system refuses it."""
    _, fds, _, _ = socket.recv_fds(sock, 1, 1)
    nursery = os.getpid()
    try:
        pid = os.fork()
        if pid == 0:
            try:
                server.serve(_keep_only(fds[0]), plan, nursery)
            finally:
                os._exit(1)
    except OSError:
        pid = 0
    for fd in fds:
        os.close(fd)
    return pid


def _drop_what_was_inherited(sock: socket.socket) -> socket.socket:
    """Keep the socket, and nothing else of what the starting process had."""
    kept = _keep_only(sock.detach())
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    isolation.forget_how_it_was_started()
    os.environ.update(PATH="/usr/bin:/bin", LANG="C.UTF-8", OPENBLAS_NUM_THREADS="1")
    for received in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(received, signal.SIG_DFL)
    return kept


def _keep_only(descriptor: int) -> socket.socket:
    """The socket as descriptor 3, in a session of its own; whatever is above is closed."""
    kept = socket.socket(fileno=os.dup2(descriptor, 3))
    os.closerange(4, 4096)
    os.setsid()
    return kept
