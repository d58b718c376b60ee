"""The smallest input on which a student's function still fails in the way in which it failed.

First the sizes are made smaller, then the numbers simpler, as long as the answer differs from the
reference's in the same way. A failure that does not depend on special numbers must not become one
that does: where a maximum is taken twice, or a slope has a kink, a right answer may be another.
"""

from __future__ import annotations

import contextlib
import time
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Arguments, Exchange, Inside
from grader.feedback.agree import agree
from grader.feedback.failure import (
    Call,
    Ended,
    Expected,
    Failure,
    expected_of,
    failure_of,
    is_steady,
)
from grader.feedback.inputs import (
    Layout,
    Leaves,
    entries,
    flatten,
    is_real,
    is_whole,
    layout_of,
    magnitude,
    moved_a_little,
    rebuild,
    simpler,
)

BUDGET_S = 1.0
_MOST_ENTRIES = 60
"""Of all arrays together, for a student to try it by hand."""
_SLOW_S = 0.2
"""A function that takes longer for one call is left alone: a search makes hundreds."""


class Smallest(Struct, frozen=True):
    """A call that fails, the sizes and numbers of its arguments as small as was found."""

    name: str
    arguments: Arguments
    failure: Failure

    def fails(self, reference: types.ModuleType, call: Call) -> bool:
        """Whether it does, asked again."""
        with contextlib.suppress(Ended):
            return bool(self.failure & failure_of(self.name, self.arguments, reference, call))
        return False


class _OutOfTime(Exception):
    """There is no time for another call."""


def find_smallest(
    history: Sequence[Exchange],
    name: str,
    reference: types.ModuleType,
    call: Call,
    budget_s: float = BUDGET_S,
) -> Smallest | None:
    """Make the smallest of the recorded calls of `name` that failed smaller still.

    None if no call failed whose arguments are all data, or what is left is too large to show.
    """
    deadline = time.monotonic() + budget_s
    calls = [e for e in history if e.kind == "call" and e.name == name]
    asked = [(e, arguments) for e in calls for arguments in _data_of(e)]
    others = [flatten(arguments) or {} for _, arguments in asked]
    wrong = [arguments for e, arguments in asked if _was_wrong(e, arguments, reference)]
    for arguments in sorted(wrong, key=lambda a: entries(flatten(a) or {})):
        search = _Search(name, arguments, reference, call, deadline)
        with contextlib.suppress(_OutOfTime, Ended):
            if not search.begin():
                continue
            search.run(others)
        return search.found
    return None


class _Search:
    """What is tried on one call, and the smallest arguments so far on which it fails."""

    def __init__(
        self,
        name: str,
        arguments: Arguments,
        reference: types.ModuleType,
        call: Call,
        deadline: float,
    ) -> None:
        self._name, self._arguments = name, arguments
        self._reference, self._call = reference, call
        self._deadline = deadline
        self._best: Leaves = flatten(arguments) or {}
        self._wanted: Failure = frozenset()
        """In what the answer was wrong at first."""
        self._left: Failure = frozenset()
        """In which of these the best is."""
        self._special = self._jumps = False
        """Whether it fails because of special numbers, those of the check's author; where a right
        answer jumps as well."""

    @property
    def found(self) -> Smallest | None:
        """The best so far, if it fails and can be shown."""
        if not self._left or entries(self._best) > _MOST_ENTRIES:
            return None
        return Smallest(self._name, rebuild(self._arguments, self._best), self._left)

    def begin(self) -> bool:
        """Ask once more what was asked before; whether it fails."""
        began = time.monotonic()
        self._wanted = self._left = self._failure(self._best)
        if time.monotonic() - began > _SLOW_S:
            raise _OutOfTime
        self._special = not self._wanted & self._failure(moved_a_little(self._best))
        self._jumps = not self._is_steady(self._best)
        return bool(self._wanted)

    def run(self, calls: Sequence[Leaves]) -> None:
        """Make sizes smaller and numbers simpler until neither can be. _OutOfTime."""
        layout = layout_of(self._best, calls, lambda tried: self._expected(tried) is not None)
        before: Leaves | None = None
        while before is not self._best:
            before = self._best
            self._make_smaller(layout)
            if not self._special and entries(self._best) <= _MOST_ENTRIES:
                self._make_simpler(layout)

    def _make_smaller(self, layout: Layout) -> None:
        groups = range(len(layout.groups))
        for length in (1, 2, 3, 5):
            tried = self._best
            for group in groups:
                kept = max(length, layout.least(tried, group))
                tried = layout.take(tried, group, range(min(kept, layout.length(tried, group))))
            if entries(tried) < entries(self._best) and self._accept(tried):
                break
        for group in sorted(groups, key=lambda group: -layout.length(self._best, group)):
            self._shorten(layout, group)

    def _shorten(self, layout: Layout, group: int) -> None:
        """Leave out halves of the entries of a group, then quarters, then one after another."""
        length = layout.length(self._best, group)
        chunk = length - layout.least(self._best, group)
        while chunk > 0:
            start = 0
            while start < (length := layout.length(self._best, group)):
                kept = [i for i in range(length) if not start <= i < start + chunk]
                fits = len(kept) >= layout.least(self._best, group)
                if not fits or not self._accept(layout.take(self._best, group, kept)):
                    start += chunk
            chunk //= 2

    def _make_simpler(self, layout: Layout) -> None:
        for place, leaf in self._best.items():
            if not is_real(leaf) and not is_whole(leaf):
                continue
            counts = place in layout.labels
            if not isinstance(leaf, np.ndarray):
                least = 0 if counts else 1
                for value in simpler(float(leaf), whole=is_whole(leaf), least=least):
                    if self._accept({**self._best, place: type(leaf)(value)}):
                        break
                continue
            for value in (0, 1):
                same = np.full_like(leaf, value)
                # Some ones among zeros are simpler than ones alone.
                simple = np.isin(leaf, range(value + 1)).all()
                if simple or self._accept({**self._best, place: same}):
                    break
            for k in range(leaf.size):
                self._simplify(place, k)

    def _simplify(self, place: Any, k: int) -> None:
        leaf = self._best[place]
        for value in simpler(float(leaf.flat[k]), whole=is_whole(leaf)):
            changed = leaf.copy()
            changed.flat[k] = value
            if self._accept({**self._best, place: changed}):
                return

    def _accept(self, leaves: Leaves) -> bool:
        """Take these arguments for the best if they fail as it did, and not by chance."""
        left = self._wanted & self._failure(leaves)
        if not left:
            return False
        if not self._special and not self._wanted & self._failure(moved_a_little(leaves)):
            return False
        if not self._jumps and not self._is_steady(leaves):
            return False
        self._best, self._left = leaves, left
        return True

    def _is_steady(self, leaves: Leaves) -> bool:
        """Whether the reference returns about the same a little to either side."""
        beside = (self._expected(moved_a_little(leaves, sign)) for sign in (1, -1))
        here, size = self._expected(leaves), magnitude(leaves) or 1.0
        return here is not None and all(
            other is not None and is_steady(here.value, other.value, size) for other in beside
        )

    def _failure(self, leaves: Leaves) -> Failure:
        arguments = self._in_time(leaves)
        return failure_of(self._name, arguments, self._reference, self._call)

    def _expected(self, leaves: Leaves) -> Expected | None:
        return expected_of(self._name, self._in_time(leaves), self._reference)

    def _in_time(self, leaves: Leaves) -> Arguments:
        """The arguments to ask with. _OutOfTime."""
        if time.monotonic() > self._deadline:
            raise _OutOfTime
        return rebuild(self._arguments, leaves)


def _data_of(exchange: Exchange) -> Iterator[Arguments]:
    """The arguments of a call, if they are data and nothing else, and so was what came of it."""
    if isinstance(exchange.value, Inside):
        return
    with contextlib.suppress(KeyError):
        arguments = exchange.arguments({}, _no_function)
        if flatten(arguments) is not None:
            yield arguments


def _no_function(name: str) -> Any:
    raise KeyError(name)


def _was_wrong(exchange: Exchange, arguments: Arguments, reference: types.ModuleType) -> bool:
    expected = expected_of(exchange.name, arguments, reference)
    if expected is None:
        return False
    return bool(exchange.raised) or not agree(exchange.value, expected.value)
