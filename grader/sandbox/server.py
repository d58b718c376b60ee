"""The process that forks a worker for each check: numpy, the student's compiled files, no secret.

It is forked from the nursery, which has read nothing of the assignment; and again, should student
code manage to end it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
import types
from typing import Union

import msgspec
import numpy.random  # noqa: F401 - numpy imports it late, which would then be paid in each worker
from msgspec import Struct

from . import isolation, modules, scratch, self_test, wire, worker
from .channel import Channel, Closed

_libc = ctypes.PyDLL(None)
_WATCH_S = 0.02
"""Between looks at the scratch folder: what is written meanwhile comes on top."""


class Stage(Struct, tag="stage", frozen=True):
    """Compile these sources; later workers import them."""

    sources: list[modules.Source]
    allowed: list[str]
    stand_ins: list[str]
    limits: isolation.WorkerLimits


class Spawn(Struct, tag="spawn", frozen=True):
    """Fork a worker on the socket that follows."""

    ahead: bool = False
    """Whether it is for the check after the one that is run next."""


class Probe(Struct, tag="probe", frozen=True):
    """Fork a worker that runs the self-test and answers on the socket that follows."""

    targets: self_test.Targets


class Reap(Struct, tag="reap", frozen=True):
    """End a worker, and say how it ended."""

    pid: int


class Started(Struct, tag="started", frozen=True):
    """The server is shut in; the layers that this machine lacks."""

    missing: list[str]


class Staged(Struct, tag="staged", frozen=True):
    """The sources are compiled; what did not parse."""

    broken: list[modules.Broken]


class Spawned(Struct, tag="spawned", frozen=True):
    """A worker was forked."""

    pid: int


class Ended(Struct, tag="ended", frozen=True):
    """How a worker ended: its exit status, negative for a signal."""

    status: int


Order = Union[Stage, Spawn, Probe, Reap]
Report = Union[Started, Staged, Spawned, Ended]
order_decoder = msgspec.msgpack.Decoder(Order)
report_decoder = msgspec.msgpack.Decoder(Report)
refused_decoder = msgspec.msgpack.Decoder(list[str])


def serve(sock: socket.socket, plan: isolation.Plan, parent: int) -> None:
    """Shut this process in and obey until the trusted side closes the socket."""
    already, tasks = isolation.address_space(), isolation.tasks_of_this_user()
    missing = isolation.shut_in(plan, parent)
    isolation.hide_from_siblings()
    # What is alive now stays: a worker that collects garbage need not copy its pages.
    gc.freeze()
    gc.enable()
    channel = Channel(sock, exact=True, patience_s=_WATCH_S)
    channel.send(Started(missing))
    server = Server(sock, channel, already, tasks, plan.scratch)
    with contextlib.suppress(Closed):
        while True:
            order = channel.receive(order_decoder, largest=wire.MAX_REQUEST, waiting=server.watch)
            channel.send(server.obey(order))


class Server:
    """What is staged, and the orders on it."""

    def __init__(
        self,
        sock: socket.socket,
        channel: Channel,
        already: int,
        tasks: int,
        scratch_folder: str,
    ) -> None:
        self._sock = sock
        self._channel = channel
        self._already = already
        self._tasks = tasks
        self._staged = worker.Staged([], modules.Gate([], [], []), isolation.WorkerLimits())
        self._hidden: dict[str, types.ModuleType] = {}
        self._descriptors = isolation.shared_descriptors()
        self._scratch = scratch_folder
        self._workers: list[int] = []
        self._is_ahead = False
        """Whether the last of them is ahead."""
        self._overfull: set[int] = set()

    def watch(self) -> None:
        """Kill what writes more than it may; a worker that is ahead has not begun."""
        if self._workers and scratch.is_overfull(self._scratch):
            for pid in self._workers[: -1 if self._is_ahead else None] or self._workers:
                self._overfull.add(pid)
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    def obey(self, order: Order) -> Report:
        """Carry out one order."""
        if isinstance(order, Stage):
            return self._stage(order)
        if isinstance(order, Reap):
            status = _end(order.pid)
            self._workers = [pid for pid in self._workers if pid != order.pid]
            overfull = order.pid in self._overfull and status == -signal.SIGKILL
            return Ended(-signal.SIGXFSZ if overfull else status)
        child_sock = self._receive_socket()
        server = os.getpid()
        pid = _fork()
        if pid == 0:
            self._be_child(order, child_sock, server)
        child_sock.close()
        if pid < 0:  # the system refuses; that the socket is closed says so
            return Spawned(0)
        self._workers.append(pid)
        self._is_ahead = isinstance(order, Spawn) and order.ahead
        return Spawned(pid)

    def _receive_socket(self) -> socket.socket:
        """The socket that follows an order: on a busy machine not before patience is over."""
        while True:
            with contextlib.suppress(BlockingIOError):
                _, fds, _, _ = socket.recv_fds(self._sock, 1, 1)
                return socket.socket(fileno=fds[0])

    def _stage(self, order: Stage) -> Staged:
        with isolation.memory_within(order.limits, self._already):
            compiled = [modules.compile_source(source) for source in order.sources]
        sys.modules.update(self._hidden)
        modules.import_ahead(compiled)
        gate = modules.Gate(compiled, order.allowed, order.stand_ins)
        self._staged = worker.Staged(compiled, gate, order.limits)
        # What this process has imported for itself is not for the student's code to find. Nothing
        # is imported here any more.
        self._hidden = modules.hide([source.module for source in order.sources])
        gc.freeze()
        return Staged([broken for c in compiled for broken in c.broken])

    def _be_child(self, order: Spawn | Probe, sock: socket.socket, server: int) -> None:
        status = 0
        try:
            self._channel.close()
            isolation.own_descriptors(self._descriptors)
            isolation.limit_worker(self._staged.limits, self._already, self._tasks)
            if isinstance(order, Spawn):
                worker.run(sock, self._staged, server)
            else:
                isolation.shut_worker(server)
                Channel(sock).send(self_test.run(order.targets))
        except BaseException:  # noqa: BLE001 - nothing of a child may reach the server's loop
            status = 1
        finally:
            os._exit(status)


def _fork() -> int:
    """Fork as `os.fork` does, without what Python does in a child for the sake of other threads.

    There are none here, and its hooks touch four times the memory that a worker starts with.
    """
    return _libc.fork() if sys.platform == "linux" else os.fork()


def _end(pid: int) -> int:
    """Kill a worker and its group; its exit status, or minus the signal that ended it before."""
    if pid <= 0:  # it never was; to the system such numbers mean whole groups
        return 0
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                continue
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
