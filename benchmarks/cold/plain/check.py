"""What a plain course's suites ask of a function: does it agree with the reference, does it loop.

The same questions as the grader's `check`, answered with numpy's own comparisons and yes or no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from plain.student import Answer, CheckFailed, Student

_ATOL = 1e-12
_EXTRA_LINES = 4
_EVALUATIONS = 54  # of the loss, beside the one that comes with the gradient: as many as ours
_STEP = 1e-5


@dataclass
class Score:
    """The points of one test, and the parts of them that were reached or have failed."""

    points: float
    parts: dict[str, float]
    reached: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def earned(self, *, passed: bool) -> float:
        """Points, given whether the test ended well."""
        if not passed:
            return 0.0
        if not self.parts:
            return self.points
        return sum(self.parts[part] for part in self.reached - self.failed)


class CountingCallback:
    """A function that keeps the points that it was asked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.points: list[Any] = []

    def __call__(self, x: Any) -> Any:
        """Call the function."""
        self.points.append(np.copy(x))
        return self.function(x)


class Check:
    """Asks the student and the reference alike."""

    def __init__(self, student: Student, reference: Any, score: Score, seed: int) -> None:
        self._student = student
        self._reference = reference
        self._score = score
        self._seed = seed

    def matches(
        self,
        name: str,
        /,
        *args: Any,
        outputs: Sequence[str] | None = None,
        parts: Sequence[str] | None = None,
        rtol: float = 1e-9,
        sequence: bool = False,
        **kwargs: Any,
    ) -> None:
        """The student's function returns what the reference's does."""
        module, _, function = name.partition(".")
        theirs = getattr(getattr(self._reference, module), function)
        expected = theirs(*_renewed(args), **kwargs)
        got = self._student.call(name, *_renewed(args), **kwargs).value
        if outputs is None:
            self.equals(name, got, expected, rtol=rtol, sequence=sequence)
            return
        if not isinstance(got, tuple) or len(got) != len(outputs):
            raise CheckFailed("type", f"{name}: expected {outputs}")
        for i, output in enumerate(outputs):
            with self.part_of(parts[i]) if parts else nullcontext():
                self.equals(name, got[i], expected[i], rtol=rtol, what=output, sequence=sequence)

    def equals(
        self,
        name: str,
        got: Any,
        expected: Any,
        *,
        rtol: float = 1e-9,
        atol: float | None = None,
        what: str = "the result",
        sequence: bool = False,
    ) -> None:
        """A value is what is expected."""
        if not _agrees(got, expected, rtol, _ATOL if atol is None else atol, sequence=sequence):
            raise CheckFailed("value", f"{name}: {what} is wrong: {got!r}")

    def returned(
        self, name: str, /, *args: Any, outputs: Sequence[str], **kwargs: Any
    ) -> tuple[Any, ...]:
        """What the function returns, which must be a tuple of these elements."""
        got = self._student.call(name, *args, **kwargs).value
        if not isinstance(got, tuple) or len(got) != len(outputs):
            raise CheckFailed("type", f"{name}: expected {outputs}")
        return got

    def gradient(self, name: str, /, *args: Any, **kwargs: Any) -> None:
        """The gradient is the slope of the loss that the same function returns."""
        W, *rest = args
        _, dW = self._student.call(name, *args, **kwargs).value
        rng = np.random.default_rng(self._seed)
        for _ in range(_EVALUATIONS // 2):
            V = rng.normal(size=W.shape)
            high, low = (
                self._student.call(name, W + h * V, *rest, **kwargs).value[0]
                for h in (_STEP, -_STEP)
            )
            self.equals(name, np.sum(dW * V), (high - low) / (2 * _STEP), rtol=1e-5, atol=1e-7)

    def pure(self, name: str, /, *argument_sets: tuple[Any, ...], **kwargs: Any) -> None:
        """No argument is changed, and no call leaves anything behind for the next."""
        module, _, function = name.partition(".")
        theirs = getattr(getattr(self._reference, module), function)
        first: Any = None
        for i, args in enumerate((*argument_sets, argument_sets[0])):
            expected = theirs(*_renewed(args), **kwargs)
            answer = self._student.call(name, *args, **kwargs)
            self.unchanged(name, answer)
            self.equals(name, answer.value, expected, rtol=1e-9)
            if i == 0:
                first = deepcopy(answer.value)
        self.equals(name, answer.value, first, rtol=1e-12, atol=0.0, what="the second call")

    def unchanged(self, name: str, answer: Answer) -> None:
        """The call left its arguments as they were."""
        if answer.mutated:
            raise CheckFailed("mutated", f"{name} changed an argument")

    def vectorized(
        self, name: str, small: tuple[Any, ...], /, *large: tuple[Any, ...], **kwargs: Any
    ) -> None:
        """No more Python lines are run for larger arguments."""
        few = self._few(name, small, kwargs)
        for args in large:
            if self._traced(name, args, kwargs).lines > few + _EXTRA_LINES:
                raise CheckFailed("loops", f"{name} loops")

    def loops(
        self,
        name: str,
        small: tuple[Any, ...],
        large: tuple[Any, ...],
        /,
        *,
        calls_not: Sequence[str] = (),
        more_lines: int = 0,
        **kwargs: Any,
    ) -> None:
        """More Python lines are run for larger arguments, and not by another function."""
        few = self._few(name, small, kwargs)
        answer = self._traced(name, large, kwargs)
        least = few + max(more_lines, _EXTRA_LINES + 1)
        if answer.lines < least or answer.entered.intersection(calls_not):
            raise CheckFailed("no_loops", f"{name} does not loop by itself")

    def raises(
        self, name: str, exception: type[BaseException], /, *args: Any, **kwargs: Any
    ) -> None:
        """The function raises this exception."""
        try:
            self._student.call(name, *args, **kwargs)
        except exception:
            return
        raise CheckFailed("not_raised", f"{name}: expected {exception.__name__}")

    def callbacks(self, function: Callable[..., Any]) -> CountingCallback:
        """A function to hand in that keeps its `points`."""
        return CountingCallback(function)

    @contextmanager
    def part_of(self, part: str) -> Iterator[None]:
        """What happens inside counts for a part of the points."""
        self._score.reached.add(part)
        try:
            yield
        except AssertionError as error:
            self._score.failed.add(part)
            self._score.failures.append(str(error))

    def fail(self, kind: str, lead: str, **_words: Any) -> None:
        """End the test or its part."""
        raise CheckFailed(kind, lead)

    def path_chart(self, title: str, *paths: Any, **values: Any) -> None:
        """Draw nothing: the plain course has no page to put it on."""

    def _few(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        # The first call may import or prepare something.
        return min(self._traced(name, args, kwargs).lines for _ in range(2))

    def _traced(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Answer:
        return self._student.call(name, *args, trace_lines=True, **kwargs)


def _agrees(got: Any, expected: Any, rtol: float, atol: float, *, sequence: bool) -> bool:
    if isinstance(expected, (list, tuple)) and not sequence:
        return (
            isinstance(got, (list, tuple))
            and len(got) == len(expected)
            and all(
                _agrees(g, e, rtol, atol, sequence=False)
                for g, e in zip(got, expected, strict=True)
            )
        )
    if isinstance(expected, (bool, str)):
        return bool(got == expected)
    one, other = np.asarray(got), np.asarray(expected)
    if one.shape != other.shape or one.dtype.kind not in "iufb":
        return False
    size = np.max(np.abs(other), initial=0.0)
    return bool(np.all(np.abs(one - other) <= max(rtol * size, atol)))


def _renewed(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments, with generators in the state that they were given in."""
    return tuple(deepcopy(arg) if isinstance(arg, np.random.Generator) else arg for arg in args)
