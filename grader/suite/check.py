"""The `check` fixture: what the author of a suite may ask of a student's function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.outcomes import (
    Chart,
    CheckFailed,
    FeedbackLevel,
    Finding,
    GraderFailed,
    LeaderboardEntry,
    Surface,
)

from . import agreement, behaviour
from .arguments import Call, CountingCallback
from .calls import Caller
from .verdict import of_assertion

if TYPE_CHECKING:
    from .record import CheckRecord
    from .student_protocol import Answer, Student

_MAX_POINTS = 400  # of a path in a chart


class Check:
    """Asks the student and the reference alike; what does not hold raises CheckFailed.

    `float32_credit` is the share of the points that is left for an answer that is right, but in
    single precision; with 0 such an answer fails. `feedback` is the level of the check.
    """

    def __init__(
        self,
        student: Student,
        reference: Any,
        record: CheckRecord,
        *,
        float32_credit: float = 1.0,
        surfaces: Mapping[str, Surface] | None = None,
        feedback: FeedbackLevel = "hint",
    ) -> None:
        self.record = record
        self.feedback = feedback
        self._caller = Caller(student, reference, record)
        self._float32_credit = float32_credit
        self._surfaces = {} if surfaces is None else surfaces

    def matches(
        self,
        name: str,
        /,
        *args: Any,
        outputs: Sequence[str] | None = None,
        parts: Sequence[str | None] | None = None,
        rtol: float = 1e-9,
        atol: float | None = None,
        exact_shape: bool = True,
        sequence: bool = False,
        **kwargs: Any,
    ) -> None:
        """The student's function returns what the reference's does.

        `outputs` names the elements of a returned tuple; `parts` says in which declared part of
        the points each is judged, so that a wrong one does not hide the others. With `sequence`
        the values are iterates, in a list or an array. A Generator among the arguments is in the
        same state for both, and in that state again afterwards.
        """
        call = self._caller.describe(name, args, kwargs)
        ours = {"rtol": rtol != 1e-9, "atol": atol is not None, "sequence": sequence}
        ours |= {"outputs": outputs is not None, "parts": parts is not None}
        ours |= {"exact_shape": not exact_shape}
        if both := [key for key, is_said in ours.items() if is_said and key in call.parameters]:
            raise GraderFailed(
                f"matches({name!r}): {both[0]} is the check's and the function's own. Hand it to "
                "the function by its position, or call it yourself and use check.equals."
            )
        expected = self._caller.expect(call)
        answer = self._caller.ask(call)
        rules = agreement.Rules(rtol, atol, exact_shape=exact_shape, sequence=sequence)
        self.record.judged_by(partial(agreement.rule, expected, rules, len(outputs or ())))
        if outputs is None:
            if parts is not None:
                raise GraderFailed(f"matches({name!r}): expected outputs beside parts, got none")
            difference = agreement.judge(answer.value, expected, call.text, rules)
            self._settle(call, answer, difference, expected)
            return
        agreement.require_tuple(call, expected, outputs)
        values = agreement.split(self._caller, call, answer, outputs)
        differences = [
            agreement.judge(got, wanted, f"{output} of {call.text}", rules)
            for output, got, wanted in zip(outputs, values, expected, strict=True)
        ]
        if not any(difference.same for difference in differences):
            order = agreement.in_another_order(values, expected, outputs, call.text, rules)
            differences = differences if order is None else [order] * len(outputs)
        judged = parts if parts is not None else [None] * len(outputs)
        if len(judged) != len(outputs):
            raise GraderFailed(f"matches({name!r}): expected a part (or None) for each output")
        # What counts for no part ends the check, so it comes last.
        for i in sorted(range(len(outputs)), key=lambda i: judged[i] is None):
            others = agreement.others(i, outputs, differences)
            with self._judging(judged[i]):
                self._settle(call, answer, differences[i], expected[i], others)

    def equals(
        self,
        name: str,
        got: Any,
        expected: Any,
        *,
        rtol: float = 1e-9,
        atol: float | None = None,
        what: str = "",
        exact_shape: bool = True,
        sequence: bool = False,
    ) -> None:
        """A value that was obtained from the student's function otherwise is what is expected."""
        call = Call(name)
        self.record.called(name)
        rules = agreement.Rules(rtol, atol, exact_shape=exact_shape, sequence=sequence)
        label = f"{what or 'the result'} of {call.shown}"
        difference = agreement.judge(got, expected, label, rules)
        if not difference.same:
            answer = agreement.last_answer(self._caller.student, call.shown, got)
            self._settle(call, answer, difference, expected)

    def returned(
        self, name: str, /, *args: Any, outputs: Sequence[str], **kwargs: Any
    ) -> tuple[Any, ...]:
        """What the student's function returns, which must be a tuple of these elements."""
        call = self._caller.describe(name, args, kwargs)
        answer = self._caller.ask(call)
        self.record.shown()
        return agreement.split(self._caller, call, answer, outputs)

    def gradient(
        self, name: str, /, *args: Any, wrt: int | str = 0, output: int = 1, **kwargs: Any
    ) -> None:
        """The student's gradient is the slope of the student's own loss, element 0 of the result.

        `wrt` is the argument (its position or its keyword) that the gradient belongs to,
        `output` the element of the result that holds it.
        """
        call = self._caller.describe(name, args, kwargs)
        answer = self._caller.ask(call)
        finding = agreement.find_in_gradient(self._caller, call, answer, wrt, output)
        if finding is not None:
            self._take(finding)

    def pure(self, name: str, /, *argument_sets: tuple[Any, ...], **kwargs: Any) -> None:
        """No argument is changed, and no call leaves anything behind for the next.

        Give argument sets of the same shapes with different numbers: the first is called again
        at the end.
        """
        if not argument_sets:
            raise GraderFailed(f"pure({name!r}): expected argument sets, got none")
        behaviour.require_pure(self._caller, self._calls(name, argument_sets, kwargs))

    def unchanged(self, name: str, answer: Answer) -> None:
        """The call behind this answer left its arguments as they were."""
        behaviour.require_unchanged(self._caller, Call(name), answer)

    def vectorized(
        self, name: str, small: tuple[Any, ...], /, *large: tuple[Any, ...], **kwargs: Any
    ) -> None:
        """The student's function runs no more Python lines for any of the larger argument sets."""
        first, *others = self._calls(name, (small, *large), kwargs)
        behaviour.require_vectorized(self._caller, first, others)

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
        """It runs more Python lines for the larger arguments, and none of the functions named.

        `more_lines` says how many more at least, since a loop that does nothing runs some, too.
        """
        first, second = self._calls(name, (small, large), kwargs)
        behaviour.require_loops(self._caller, first, second, calls_not, more_lines)

    def raises(
        self, name: str, exception: type[BaseException], /, *args: Any, **kwargs: Any
    ) -> None:
        """The student's function raises this exception."""
        call = self._caller.describe(name, args, kwargs)
        behaviour.require_raises(self._caller, call, exception)

    def callbacks(self, function: Callable[..., Any]) -> CountingCallback:
        """A function to hand in that counts its `calls` and keeps its `points`."""
        return CountingCallback(function)

    @contextmanager
    def part_of(self, part: str) -> Iterator[None]:
        """What happens inside counts for a declared part of the points; the check goes on after."""
        with self.record.judging(part):
            try:
                yield
            except CheckFailed as error:
                self.record.fail(error.finding)
            except AssertionError as error:
                self.record.fail(of_assertion(error, self.record.functions))

    def note(self, finding: Finding, credit: float = 1.0) -> None:
        """Let it pass, with something to say, at this share of the points."""
        self.record.note(finding, credit)

    def fail(
        self,
        kind: str,
        lead: str,
        *,
        evidence: tuple[str, ...] = (),
        details: tuple[str, ...] = (),
        question: str = "",
        function: str = "",
    ) -> None:
        """End the check, or its part, with this finding: `details` need feedback("full")."""
        raise CheckFailed(
            Finding(kind, lead, evidence, details, question, function=function),
        )

    def path_chart(
        self,
        title: str,
        student_points: Any,
        reference_points: Any,
        *,
        surface: str | None = None,
        student_loss: Any = (),
        reference_loss: Any = (),
    ) -> None:
        """Show two paths in the plane, and their losses. One that cannot be drawn is left out."""
        if surface is not None and surface not in self._surfaces:
            known = ", ".join(sorted(self._surfaces)) or "none"
            raise GraderFailed(f"path_chart: expected a surface ({known}), got {surface!r}")
        self.record.charts.append(
            Chart(
                title,
                _plane(student_points),
                _plane(reference_points),
                None if surface is None else self._surfaces[surface],
                tuple(chain.from_iterable(_finite_rows(student_loss, 1))),
                tuple(chain.from_iterable(_finite_rows(reference_loss, 1))),
            )
        )

    def leaderboard(
        self, name: str, value: float | str, order: Literal["asc", "desc"] = "desc"
    ) -> None:
        """Put a number on Gradescope's leaderboard."""
        self.record.leaderboard.append(LeaderboardEntry(name, value, order))

    def _calls(
        self, name: str, argument_sets: Sequence[tuple[Any, ...]], kwargs: dict[str, Any]
    ) -> list[Call]:
        return [self._caller.describe(name, tuple(args), kwargs) for args in argument_sets]

    @contextmanager
    def _judging(self, part: str | None) -> Iterator[None]:
        if part is None:
            yield
        else:
            with self.part_of(part):
                yield

    def _settle(
        self,
        call: Call,
        answer: Answer,
        difference: agreement.Difference,
        expected: Any,
        others: tuple[str, ...] = (),
    ) -> None:
        if not difference.same:
            self._take(
                agreement.finding_of(self._caller, call, answer, difference, expected, others)
            )

    def _take(self, finding: Finding) -> None:
        """A finding ends the check, unless it is about precision and that is not minded much."""
        if finding.kind == "float32" and self._float32_credit > 0:
            self.record.note(finding, self._float32_credit)
        else:
            raise CheckFailed(finding)


def _plane(points: Any) -> tuple[tuple[float, float], ...]:
    return tuple((row[0], row[1]) for row in _finite_rows(points, 2))


def _finite_rows(points: Any, width: int) -> list[list[float]]:
    """Rows of numbers up to the first that is not finite, thinned out but for the last."""
    try:
        array = np.asarray(points, dtype=float)
        rows = array.reshape(len(array), width)
    except (TypeError, ValueError):  # no path: the values are judged elsewhere
        return []
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    rows = rows[: bad[0]] if bad.size else rows
    step = 1 + len(rows) // _MAX_POINTS
    kept: list[list[float]] = rows[::step].tolist()
    if len(rows) and (len(rows) - 1) % step:
        kept.append(rows[-1].tolist())
    return kept
