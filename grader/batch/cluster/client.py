"""A class on more than one machine: each submission travels to a dask cluster, its results back.

No folder is shared. Every process of the cluster that grades by the same versions gets an outpost
with the assignment, once; those that join later, too. A task is one submission, for any of these.
What a lost machine had in hand dask gives to another; each result is written here, its record last.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import re
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from grader.batch.cluster.outpost import FILES, Charge, Graded, differences_between
from grader.batch.cluster.parcel import TooLarge, pack, pack_files
from grader.batch.crew import CrewFailed, failed
from grader.batch.records import Record, write_record
from grader.keys import engine_here
from grader.package import assignment_files
from grader.place import RESULTS, Place, PlaceRefused, prepare
from grader.results import write_whole

if TYPE_CHECKING:
    from distributed import Client, Future

    from grader.assignment import Assignment
    from grader.batch.orders import Order
    from grader.sandbox import self_test

_Answer = tuple[str, bytes]
_ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?[^/\s]+:\d+")
_CONNECT_S = 5.0
_FETCH_S = 60.0
_TIMED_OUT = (TimeoutError, asyncio.TimeoutError)
"""Two before Python 3.11."""
_LOOK_S = 5.0
_DESERTED_S = 120.0
"""As long as this nobody needs to be there: machines restart."""
_AHEAD = 2
"""Submissions for each thread of the cluster: the next is there when one is done."""
# Dask warns of tasks above 10 MB, and offers what a lost machine would lose.
_DASK = {"distributed.admin.large-graph-warning-threshold": "1 GiB"}
_WITHOUT_TLS = (
    " Without TLS a scheduler obeys whoever reaches it, so L3 is required, unless "
    "--require-isolation says otherwise."
)
_LOST = "each machine that graded it was lost, or its process killed; was memory short?"


class ClusterRefused(Exception):
    """The cluster cannot be used; nothing was graded, and the message says why."""


class _Sent(Struct, frozen=True):
    """A submission that is under way, and the processes of the cluster that may grade it."""

    order: Order
    future: Future[_Answer]
    where: frozenset[str]


class Cluster:
    """Grades on the cluster of the scheduler at an address, while it is entered."""

    def __init__(
        self,
        address: str,
        assignment: Assignment,
        require_isolation: self_test.Level | None = None,
        *,
        staff_pages: bool = False,
    ) -> None:
        self._address = address
        # A scheduler without TLS obeys whoever reaches it, and below L3 student code does.
        self._is_level_ours = require_isolation is None and not address.startswith("tls:")
        self._charge = Charge(
            pack_files("assignment", assignment_files(assignment)),
            engine_here(),
            "L3" if self._is_level_ours else require_isolation,
            staff_pages,
        )
        self._name = f"grader-{uuid.uuid4().hex[:12]}"
        self._exit = ExitStack()
        self._client: Client
        self._fit: dict[str, int] = {}
        """Processes that have an outpost, and their threads."""
        self._unfit: set[str] = set()
        self._busy: dict[object, _Sent] = {}
        self._done: queue.SimpleQueue[Future[_Answer]] = queue.SimpleQueue()
        self._next_look = 0.0
        self._last_seen = 0.0

    def __enter__(self) -> Cluster:
        """Connect and prepare the machines. ClusterRefused where that is not possible."""
        with self._exit as stack:
            self._client = _connect(self._address, stack)
            stack.callback(self._leave)
            self._last_seen = time.monotonic()
            try:
                self._client.wait_for_workers(1, timeout=_CONNECT_S)
            except _TIMED_OUT:
                raise ClusterRefused(
                    f"{self._address}: expected workers, but none has joined this scheduler. "
                    f"Start some: dask worker {self._address}"
                ) from None
            for address, why in self._look().items():
                raise ClusterRefused(
                    f"{address}: {why}. Install the same there as here, or stop that worker."
                )
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Cancel what is not done, and leave nothing on the machines."""
        self._exit.close()

    def grade(self, orders: Iterable[Order]) -> Iterator[Record]:
        """Grade all, in any order of their ends. Raises CrewFailed."""
        waiting = deque(orders)
        while True:
            while waiting and len(self._busy) < _AHEAD * sum(self._fit.values()):
                refusal = self._send(waiting.popleft())
                if refusal:
                    yield refusal
            if not waiting and not self._busy:
                return
            with suppress(queue.Empty):
                future = self._done.get(timeout=_LOOK_S)
                sent = self._busy.pop(future.key, None)
                # None where it was given up, or lies on a machine that was lost meanwhile.
                record = self._take(sent) if sent else None
                if record:
                    yield record
                elif sent:
                    waiting.append(sent.order)
            if time.monotonic() > self._next_look:
                self._look()
                waiting += self._give_up()

    def _send(self, order: Order) -> Record | None:
        """Send a submission, or fail it where it cannot travel."""
        from grader.batch.cluster.plugin import grade_there

        try:
            parcel = pack(order.submission)
        except TooLarge as error:
            return failed(order, str(error))
        except OSError as error:
            return failed(order, f"it cannot be read: {error.strerror}")
        future = self._client.submit(
            grade_there,
            self._name,
            msgspec.msgpack.encode(structs.replace(order, path=b"", out=b"")),
            parcel,
            # It is shown on dashboards, so it names nobody.
            key=f"{self._name}-{uuid.uuid4().hex}",
            pure=False,
            workers=list(self._fit),
        )
        self._busy[future.key] = _Sent(order, future, frozenset(self._fit))
        future.add_done_callback(self._done.put)
        return None

    def _take(self, sent: _Sent) -> Record | None:
        """Write what came back, if it can be had. CrewFailed for what is not its own doing."""
        from distributed import KilledWorker

        try:
            address, answer = sent.future.result(timeout=_FETCH_S)
        except _TIMED_OUT:
            return None
        except KilledWorker:
            return failed(sent.order, _LOST)
        except Exception as error:
            raise self._broken(error) from error
        graded = msgspec.msgpack.decode(answer, type=Graded)
        if graded.record is None:
            is_weak = self._is_level_ours and graded.fatal.startswith("Isolation")
            raise CrewFailed(f"{address}: {graded.fatal}{_WITHOUT_TLS if is_weak else ''}")
        return _write(sent.order, graded.record, graded.files)

    def _look(self) -> Mapping[str, str]:
        """See who is there, and prepare who is new; who is not fit for it, and why."""
        try:
            threads = self._client.nthreads()
            unfit = self._meet(threads)
        except Exception as error:
            raise self._broken(error) from error
        now = time.monotonic()
        self._next_look = now + _LOOK_S
        if self._fit:
            self._last_seen = now
        elif now > self._last_seen + _DESERTED_S:
            raise CrewFailed(
                f"{self._address}: expected workers, but for {_DESERTED_S:.0f} s there was none. "
                "What was graded is kept: run it again when there are some."
            )
        return unfit

    def _meet(self, threads: Mapping[str, int]) -> Mapping[str, str]:
        """Give those that are new and alike an outpost; of the others, why not."""
        from grader.batch.cluster.plugin import OutpostPlugin, set_up

        self._fit = {address: threads[address] for address in self._fit if address in threads}
        new = [each for each in threads if each not in self._fit and each not in self._unfit]
        found = self._client.run(engine_here, workers=new, on_error="return") if new else {}
        unfit = {}
        for address, there in found.items():
            if isinstance(there, dict):
                unfit[address] = differences_between(self._charge.engine, there)
            elif not isinstance(there, OSError):  # else it has just left
                unfit[address] = f"expected gradient-grader to be installed, got {there!r}"
        fit = [address for address, why in unfit.items() if not why]
        plugin = OutpostPlugin(self._charge)
        ready = (
            self._client.run(set_up, self._name, plugin, workers=fit, on_error="return")
            if fit
            else {}
        )
        for address, trouble in ready.items():
            if trouble is None:
                self._fit[address] = threads[address]
            elif not isinstance(trouble, OSError):
                unfit[address] = f"it could not be prepared: {trouble!r}"
        unfit = {address: why for address, why in sorted(unfit.items()) if why}
        self._unfit |= unfit.keys()
        return unfit

    def _give_up(self) -> Sequence[Order]:
        """Submissions for which nobody is left who may grade them: others must."""
        keys = [key for key, sent in self._busy.items() if not sent.where & self._fit.keys()]
        given_up = [self._busy.pop(key) for key in keys]
        self._client.cancel([sent.future for sent in given_up])
        return [sent.order for sent in given_up]

    def _broken(self, error: Exception) -> CrewFailed:
        return CrewFailed(
            f"{self._address}: expected a cluster that grades, got {type(error).__name__}: "
            f"{error}. What was graded is kept: run it again when the cluster is well."
        )

    def _leave(self) -> None:
        """Cancel, and take the outposts back; from a cluster that is gone there is nothing."""
        from grader.batch.cluster.plugin import take_down

        with suppress(Exception):
            self._client.cancel([sent.future for sent in self._busy.values()], force=True)
        with suppress(Exception):
            if self._fit:
                self._client.run(take_down, self._name, workers=list(self._fit))


def _connect(address: str, stack: ExitStack) -> Client:
    try:
        import dask.config
        from distributed import Client
        from distributed.security import Security
    except ImportError:
        raise ClusterRefused(
            "--cluster: expected dask.distributed, which is not installed. "
            "Install it: pip install 'gradient-grader[cluster]'"
        ) from None
    if not _ADDRESS.fullmatch(address):
        raise ClusterRefused(
            f"--cluster {address!r}: expected the address of a dask scheduler, as it says it "
            "when it starts: tcp://127.0.0.1:8786."
        )
    is_tls = address.startswith("tls:")
    if is_tls and not Security().get_connection_args("client").get("ssl_context"):
        raise ClusterRefused(
            f"--cluster {address}: expected certificates in dask's configuration, got none. "
            "Set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__CLIENT__CERT and …__CLIENT__KEY."
        )
    stack.enter_context(dask.config.set(_DASK))
    for name in ("distributed", "distributed.client"):
        # What it says of a lost connection in tracebacks is said here in words.
        logger = logging.getLogger(name)
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.CRITICAL)
    try:
        client: Client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, *_TIMED_OUT) as error:
        raise ClusterRefused(
            f"--cluster {address}: expected a dask scheduler, but nobody answers there. {error}"
        ) from None
    stack.enter_context(client)
    return client


def _write(order: Order, record: Record, files: dict[str, bytes]) -> Record:
    """Leave a grade in its folder, the record last, as a lane on this machine would."""
    folder = order.folder
    if RESULTS not in files:
        return failed(order, record.trouble or "it came without results")
    try:
        prepare(Place(folder, folder / RESULTS), order.submission)
        for name in FILES:
            if name in files:
                write_whole(folder / name, files[name])
        write_record(record, folder)
    except PlaceRefused as error:
        return failed(order, str(error))
    except OSError as error:
        return failed(order, f"its results could not be written: {error.strerror}")
    return record
