"""A lane of a batch: one process that has read the assignment, and grades what it is handed.

    main()      grades what it is sent over the descriptor that is its only argument

It is a program of its own, since whoever starts it may have threads, and what forks must not. The
nursery is forked first, clean; then the assignment is read and its suites collected, once. Each
submission is graded in a fork of that, by the same steps as a single grade.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import signal
import socket
import sys
import time
import traceback
import types
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from grader.batch.orders import Broken, Done, Order, Ready, Setup, order_decoder, setup_decoder
from grader.batch.records import RECORD, Record, record_of, write_record
from grader.batch.ways import OtherWays
from grader.grade import IsolationTooWeak, Options, grade_submission, guard_s, run_settings
from grader.outcomes import Grade, Outcome
from grader.output import write_failure
from grader.place import FAILURE, RESULTS, Place
from grader.rehearsal import Rehearsals, pack, unpack, unpack_rules
from grader.sandbox import isolation
from grader.sandbox.channel import Channel, Closed
from grader.sandbox.nursery import Nursery, NurseryFailed
from grader.scripted import Rehearsal, Scripted

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.suite.plugin import GradingPlugin
    from grader.suite.warm import WarmSuites

_WORTH_IT = 3
"""Submissions of one seed from which on the reference is graded first."""
_EMPTY_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
_KILLED = "the grading process ended by signal {signal}; was memory short?"
_TOO_WEAK = 255
"""Exit status of a grade that was refused; others are numbers of what the system refused."""


def main() -> None:
    """Serve on the socket whose descriptor is the only argument."""
    # Ctrl-C reaches everybody at the terminal; whoever started this decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    setup: Setup = channel.receive(setup_decoder)
    if setup.core >= 0:
        isolation.run_on({setup.core})
    try:
        with contextlib.suppress(Closed), Nursery() as nursery:
            _serve(channel, setup, nursery)
    except Exception as error:  # noqa: BLE001 - whoever started this must hear of it
        traceback.print_exception(error)
        channel.send(Broken(f"{type(error).__name__}: {error}"))
    # To free piece by piece what the system takes back at once is a third of a second.
    os._exit(0)


def _serve(channel: Channel, setup: Setup, nursery: Nursery) -> None:
    # Only now, with the clean process forked, is anything of the assignment read.
    from grader.assignment import AssignmentError, load_assignment
    from grader.suite.run import ReferenceBroken, import_reference, run_suites
    from grader.suite.warm import WarmSuites

    try:
        assignment = load_assignment(Path(os.fsdecode(setup.assignment)))
        reference = import_reference(assignment.folder, assignment.settings.reference)
    except (AssignmentError, ReferenceBroken) as error:
        channel.send(Broken(str(error)))
        return
    lane = Lane(channel, setup, nursery, assignment, reference)
    suites = WarmSuites(run_settings(assignment), reference, lane.serve)
    run_suites(suites, assignment.folder, guard_s(assignment))
    if not lane.has_served:
        channel.send(Broken("\n".join(suites.troubles)))


class Lane:
    """What every grade of this lane shares."""

    def __init__(
        self,
        channel: Channel,
        setup: Setup,
        nursery: Nursery,
        assignment: Assignment,
        reference: types.ModuleType,
    ) -> None:
        self._channel = channel
        self._setup = setup
        self._nursery = nursery
        self._assignment = assignment
        self._reference = reference
        self._graded: Counter[int | None] = Counter()
        self._kept = Rehearsals(assignment)
        self._rehearsals: dict[int | None, Rehearsal] = {}
        self._ways: dict[int | None, OtherWays] = {}
        self._is_ready_for_notebooks = False
        self.has_served = False

    def serve(self, suites: WarmSuites) -> None:
        """Grade one submission after another until the channel closes."""
        _import_what_a_grade_needs(self._reference.__name__)
        self.has_served = True
        self._channel.send(Ready())
        while True:
            try:
                order: Order = self._channel.receive(order_decoder)
            except Closed:
                return
            if not self._is_ready_for_notebooks and _holds_a_notebook(order.submission):
                self._get_ready_for_notebooks()
            self._rehearse(order.seed, suites)
            self._channel.send(self._grade(order, suites))

    def _get_ready_for_notebooks(self) -> None:
        """Do once what each grade with a notebook would do again: it takes half a second."""
        self._is_ready_for_notebooks = True
        # Whoever needs them says why they cannot be had.
        with contextlib.suppress(Exception):
            from grader.notebook import read_cells

            read_cells(_EMPTY_NOTEBOOK)
            for module in self._assignment.settings.modules:
                self._assignment.given_out(f"{module}.py")

    def _rehearse(self, seed: int | None, suites: WarmSuites) -> None:
        """Have the reference graded once a seed has come often enough for that to pay."""
        self._graded[seed] += 1
        rehearsal = self._kept.rehearsal if seed is None else Rehearsal()
        # One that is there already pays at once.
        if self._graded[seed] != (1 if rehearsal.scripts else _WORTH_IT):
            return
        from grader.rehearse import rehearse
        from grader.suite.explain import versions_of

        # Without one every check is judged, and every version built, as it would be alone.
        with contextlib.suppress(Exception):
            if not rehearsal.scripts:
                rehearsal = rehearse(
                    self._nursery, self._assignment, self._reference, seed, suites.run
                )
                if seed is None:
                    self._kept.keep(rehearsal)
            scripts = unpack_rules(rehearsal.scripts)
            _say_once([known.outcome for known in scripts.values()])
            versions = versions_of(self._reference)
            versions.build_singles()
            ways = self._ways[seed] = OtherWays()
            self._rehearsals[seed] = structs.replace(
                rehearsal, scripts=scripts, versions=versions, others=ways.by_check, learns=True
            )

    def _grade(self, order: Order, suites: WarmSuites) -> Done:
        lane = os.getpid()
        learned, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = errno.EIO
            try:
                isolation.die_with_parent(lane)
                status = self._grade_here(order, suites, theirs)
            except OSError as error:
                status = error.errno or errno.EIO
            finally:
                os._exit(status)
        os.close(theirs)
        with os.fdopen(learned, "rb") as file:
            data = file.read()
        _, status = os.waitpid(pid, 0)
        ended = os.waitstatus_to_exitcode(status)
        if ended == 0:
            if data:
                self._ways[order.seed].learn(unpack(data))
            return Done(order.name)
        self._clean_up()
        if ended == _TOO_WEAK:
            return Done(order.name, (order.folder / FAILURE).read_text("utf-8"), is_fatal=True)
        if ended < 0:
            return Done(order.name, _KILLED.format(signal=-ended))
        return Done(order.name, f"its results could not be written: {os.strerror(ended)}")

    def _clean_up(self) -> None:
        """End what a grade has left behind that did not come to its end."""
        try:
            self._nursery.end()
        except NurseryFailed:
            # Nothing clean is left to fork from: whoever started this starts another.
            os._exit(1)

    def _grade_here(self, order: Order, suites: WarmSuites, learned: int) -> int:
        """In a process of its own: grade, write the record last, and tell what was learned."""
        began = time.monotonic()
        folder = order.folder
        place = Place(folder, folder / RESULTS, self._setup.staff_pages, as_it_goes=False)
        options = Options(
            submission=order.submission,
            assignment=self._assignment.folder,
            place=place,
            seed=order.seed,
            require_isolation=self._setup.require_isolation,
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        scripts: dict[str, Scripted] = {}

        def run(plugin: GradingPlugin) -> None:
            suites.run(plugin)
            scripts.update(plugin.scripts)

        try:
            graded = grade_submission(
                self._nursery,
                self._assignment,
                lambda: self._reference,
                options,
                run,
                self._rehearsals.get(order.seed),
            )
            record = record_of(graded, order.name, order.key)
        except IsolationTooWeak as error:
            (folder / FAILURE).write_text(str(error), "utf-8")
            return _TOO_WEAK
        except Exception as error:  # noqa: BLE001 - it is this submission's alone
            record = self._failed(order, place, error, time.monotonic() - began)
        write_record(record, folder)
        if scripts:
            with os.fdopen(learned, "wb") as file:
                file.write(pack(scripts))
        return 0

    def _failed(self, order: Order, place: Place, error: Exception, seconds: float) -> Record:
        write_failure(place, error)
        text = "".join(traceback.format_exception(error))
        (place.folder / FAILURE).write_text(text, "utf-8")
        return Record(
            order.name,
            order.key,
            "failed",
            seed=order.seed,
            seconds=seconds,
            trouble=f"{type(error).__name__}: {error}",
        )


def _holds_a_notebook(path: Path) -> bool:
    """Whether one lies where most do; elsewhere it is read all the same."""
    try:
        return path.suffix == ".ipynb" or any(any(path.glob(p)) for p in ("*.ipynb", "*/*.ipynb"))
    except OSError:
        return False


def _say_once(outcomes: Sequence[Outcome]) -> None:
    """Draw and word here what passes alike in many submissions; each grade is a fork of this."""
    from grader.report import render_report
    from grader.results import results_document

    total = sum((outcome.points for outcome in outcomes), Fraction())
    right = Grade("", "", tuple(outcomes), total)
    results_document(right)
    render_report(right, staff=False)


def _import_what_a_grade_needs(reference: str) -> None:
    """Import here, once, what each fork would import late."""
    ours = (f"grader.{name}" for name in ("feedback", "report", "results", "submission", "summary"))
    for name in (*ours, "numpy.ma", "numpy.polynomial", "pwd"):
        importlib.import_module(name)
    from grader.report import prepare
    from grader.sandbox.messages import patterns

    prepare()
    patterns()
    # Whoever needs them says why they cannot be imported.
    with contextlib.suppress(Exception):
        importlib.import_module(f"{reference}.variants")
