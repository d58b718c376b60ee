"""By what each answer of a check is judged, where it is judged by itself: data, to be kept.

With these a check that the reference has passed can be put to others without the suite: an answer
that differs in its last bits is right all the same. What they let pass would pass the check; what
they do not is put to the check itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Union

import numpy as np
from msgspec import Struct

from grader.numerics import check_gradient, compare

EXTRA_LINES = 4  # a branch for small input, a first call that fills a cache
REPEATED_RTOL = 1e-12  # the same code on the same numbers; sums may be ordered by alignment
REAL = (int, float, np.integer, np.floating)


class Told(Protocol):
    """How one step of a rehearsed check was answered."""

    @property
    def is_same(self) -> bool:
        """Whether it is bit for bit what the rehearsed submission answered."""

    @property
    def is_plain(self) -> bool:
        """Whether it came to a value, and changed no argument."""

    @property
    def value(self) -> Any:
        """What was returned. Raises CheckFailed where that cannot be read."""

    @property
    def lines(self) -> int:
        """How many lines ran; below 0 where nobody knows."""

    @property
    def entered(self) -> Sequence[str]:
        """The functions that were entered, where lines were counted."""

    @property
    def raised(self) -> str:
        """The exception that student code raised, by its name."""


class Agrees(Struct, frozen=True, tag=True):
    """It is what is expected, so finely; with `outputs`, each element of a tuple of so many is."""

    expected: Any
    rtol: float
    atol: float | None
    exact_shape: bool = True
    sequence: bool = False
    outputs: int = 0

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last answer is right."""
        if told[-1].is_same:
            return True
        if not told[-1].is_plain:
            return False
        got, expected = told[-1].value, self.expected
        if not self.outputs:
            return self._is_right(got, expected)
        return (
            isinstance(got, (tuple, list))
            and len(got) == self.outputs
            and all(map(self._is_right, got, expected))
        )

    def _is_right(self, got: Any, expected: Any) -> bool:
        return compare(
            got,
            expected,
            rtol=self.rtol,
            atol=self.atol,
            sequence=self.sequence,
            exact_shape=self.exact_shape,
        ).same


class Repeats(Struct, frozen=True, tag=True):
    """It is what an earlier answer was."""

    earlier: int

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last answer repeats the earlier one."""
        is_plain = told[-1].is_plain and told[self.earlier].is_plain
        return is_plain and repeats(told[-1].value, told[self.earlier].value)


class Counted(Struct, frozen=True, tag=True):
    """Lines were counted, whatever was returned."""

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether they were."""
        return told[-1].lines >= 0


class NoMoreLines(Struct, frozen=True, tag=True):
    """It ran no more lines than the calls before for smaller arguments."""

    smaller: tuple[int, ...]

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last call ran no more."""
        few = min(told[i].lines for i in self.smaller)
        return 0 <= told[-1].lines <= few + EXTRA_LINES


class MoreLines(Struct, frozen=True, tag=True):
    """It ran more lines than the calls before for smaller arguments, by itself."""

    smaller: tuple[int, ...]
    more: int
    calls_not: tuple[str, ...] = ()

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last call did."""
        few = min(told[i].lines for i in self.smaller)
        enough = told[-1].lines >= few + max(self.more, EXTRA_LINES + 1)
        return enough and not any(name in told[-1].entered for name in self.calls_not)


class Raises(Struct, frozen=True, tag=True):
    """It raised this exception, in its own code."""

    exception: str

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last call did."""
        return told[-1].is_same or told[-1].raised == self.exception


class Later(Struct, frozen=True, tag=True):
    """It is judged together with those after it."""

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether there is anything to judge."""
        return told[-1].is_plain


class Slopes(Struct, frozen=True, tag=True):
    """The values of a loss around x agree with the gradient that an earlier call returned."""

    x: Any
    output: int
    call: int
    """The number of that call."""
    points: Sequence[tuple[int, Any]]
    """Numbers of the answers that hold the values, and the list of points of each."""

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the gradient is right."""
        if all(told[number].is_same for number in (self.call, *(n for n, _ in self.points))):
            return True
        x, got = self.x, told[self.call].value
        if not isinstance(got, (tuple, list)) or len(got) <= max(self.output, 0):
            return False
        G, here = got[self.output], got[0]
        is_gradient = isinstance(G, np.ndarray) and G.shape == x.shape and G.dtype.kind == "f"
        if not is_gradient or not np.isfinite(G).all() or not _are_real([here]):
            return False
        asked = iter(self.points)

        def losses(points: list[Any]) -> list[float]:
            number, wanted = next(asked, (-1, ()))
            found = told[number].value
            same = number >= 0 and _are_same(points, wanted)
            if not same or not isinstance(found, list) or not _are_real(found):
                raise _Otherwise
            return [float(value) for value in found]

        try:
            return bool(np.isfinite(here)) and check_gradient(None, G, x, batch=losses).right
        except _Otherwise:
            return False


class Judge(Protocol):
    """A rule, or what stands for one."""

    def holds(self, told: Sequence[Told], /) -> bool:
        """Whether the last of these answers is right by it."""


class _Otherwise(Exception):
    """Something else would be asked, or was answered."""


Rule = Union[Agrees, Repeats, Counted, NoMoreLines, MoreLines, Raises, Later, Slopes]
_OF_LINES = (Counted, NoMoreLines, MoreLines)
MakeRule = Callable[[], Rule]
"""Makes a rule when it is to be kept: most never are."""


def rules_of(
    makers: Sequence[MakeRule | None], steps: int, *, is_traced: bool, sees: bool
) -> tuple[Rule | None, ...] | None:
    """The rules of so many steps.

    Where the check's own code `sees` answers, what it goes on to do may depend on their values:
    they must be the same. None altogether where it may have seen how many lines ran.
    """
    if len(makers) != steps:
        return None if is_traced else (None,) * steps
    rules = [None if make is None else make() for make in makers]
    return tuple(r if not sees or isinstance(r, _OF_LINES) else None for r in rules)


def repeats(one: Any, other: Any) -> bool:
    """Whether two answers are the same."""
    try:
        return compare(one, other, rtol=REPEATED_RTOL, atol=0.0).same
    except TypeError:  # an object, which has no value of its own
        return True


def _are_real(found: Sequence[Any]) -> bool:
    return all(isinstance(value, REAL) and not isinstance(value, bool) for value in found)


def _are_same(points: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(points) == len(others) and all(map(np.array_equal, points, others))
