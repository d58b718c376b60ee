"""Where no file of ours lies: an assignment that came as bytes, and lanes that grade by it.

Whoever holds an outpost may have threads, and grade in several at a time: each has its lane.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from grader.assignment import AssignmentError, load_assignment
from grader.batch.cluster.parcel import PACKED, unpack
from grader.batch.crew import Crew, CrewFailed, cores_for_lanes, failed
from grader.batch.orders import Order
from grader.batch.records import Record
from grader.keys import engine_here
from grader.place import FAILURE, REPORT, RESULTS, STAFF_REPORT
from grader.sandbox import self_test

FILES = (RESULTS, REPORT, STAFF_REPORT, FAILURE)
"""What a grade may leave, but for its record."""
_IDLE_S = 600.0
"""An outpost that nobody uses gives up its processes and files; it can have them again."""


class Charge(Struct, frozen=True):
    """What an outpost is for: sent once."""

    assignment: bytes
    engine: dict[str, str]
    """Versions by which the keys of the results were made."""
    require_isolation: self_test.Level | None = None
    staff_pages: bool = False


class Graded(Struct, frozen=True):
    """What goes back: the record and the files of one grade, or why nothing can be graded there."""

    record: Record | None = None
    files: dict[str, bytes] = {}
    fatal: str = ""


class Outpost:
    """An assignment, unpacked below `scratch`, and up to `threads` lanes."""

    def __init__(self, charge: Charge, scratch: Path, threads: int) -> None:
        self._charge = charge
        self._differences = differences_between(charge.engine, engine_here())
        self._scratch = scratch
        # A process that has the machine to itself can give each lane a core of its own.
        cores = cores_for_lanes()
        self._cores = cores if len(cores) == threads else ()
        self._guard = threading.Lock()
        self._folder: Path | None = None
        self._idle: dict[int, Crew] = {}
        self._busy: set[int] = set()
        self._is_over = False
        self._timer: threading.Timer | None = None

    def grade(self, order: bytes, parcel: bytes) -> bytes:
        """Grade what came as a parcel by an order without paths; a Graded, as bytes."""
        if self._differences:
            return msgspec.msgpack.encode(Graded(fatal=self._differences))
        try:
            graded = self._grade(msgspec.msgpack.decode(order, type=Order), parcel)
        except (AssignmentError, CrewFailed) as error:
            graded = Graded(fatal=str(error))
        return msgspec.msgpack.encode(graded)

    def end(self) -> None:
        """End the lanes, and remove the files; lanes that are busy follow when they are done."""
        with self._guard:
            self._is_over = True
        self._close()

    def _grade(self, order: Order, parcel: bytes) -> Graded:
        with self._lane() as (crew, folder), tempfile.TemporaryDirectory(dir=folder) as work:
            out = Path(work) / "out"
            order = structs.replace(order, out=os.fsencode(out))
            try:
                path = unpack(parcel, Path(work))
            except OSError as error:
                record = failed(order, f"it could not be laid out: {error.strerror}")
            else:
                [record] = crew.grade([structs.replace(order, path=os.fsencode(path))])
            files = {name: out / name for name in FILES}
            return Graded(record, {n: p.read_bytes() for n, p in files.items() if p.is_file()})

    @contextmanager
    def _lane(self) -> Iterator[tuple[Crew, Path]]:
        """A lane for this thread, and the outpost's folder. A lane that fails is not kept."""
        with self._guard:
            folder = self._folder or self._open()
            slot = min(set(range(len(self._busy) + 1)) - self._busy)
            self._busy.add(slot)
            crew = self._idle.pop(slot, None)
        is_sound = False
        try:
            crew = crew or self._start(folder, slot)
            yield crew, folder
            is_sound = True
        finally:
            if crew and not is_sound:
                crew.close()
            with self._guard:
                self._busy.discard(slot)
                if crew and is_sound:
                    self._idle[slot] = crew
                if self._timer:
                    self._timer.cancel()
                self._timer = threading.Timer(0 if self._is_over else _IDLE_S, self._close)
                self._timer.daemon = True
                self._timer.start()

    def _open(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="grader-", dir=self._scratch))
        try:
            unpack(self._charge.assignment, folder)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._folder = folder
        return folder

    def _start(self, folder: Path, slot: int) -> Crew:
        [place] = (folder / PACKED).iterdir()
        cores = self._cores[slot : slot + 1]
        return Crew(
            place,
            1,
            load_assignment(place).settings.limits.submission_s,
            self._charge.require_isolation,
            staff_pages=self._charge.staff_pages,
            cores=cores,
        )

    def _close(self) -> None:
        """Give up what is not in use."""
        with self._guard:
            lanes, self._idle = list(self._idle.values()), {}
            folder = None
            if not self._busy:
                folder, self._folder = self._folder, None
        for lane in lanes:
            lane.close()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def differences_between(here: dict[str, str], there: dict[str, str]) -> str:
    """In which versions two machines differ, in words; nothing where they do not."""
    return "; ".join(
        f"expected {name} {version}, got {there.get(name, 'none')}"
        for name, version in here.items()
        if there.get(name) != version
    )
