"""Calling the student and the reference alike, and saying what came of it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from msgspec import structs

from grader.outcomes import CheckFailed, Finding, GraderFailed
from grader.portable import Portable

from .arguments import Call, CountingCallback, copy_data, kept, parameter_names, short_text
from .verdict import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .record import CheckRecord
    from .student_protocol import Answer, Student

_WHATEVER_THE_INPUT = ABSENT | {"not_run"}
"""Findings that are about the file or the machine, whatever the arguments were."""


class Caller:
    """Puts calls to the student and to the reference; no call changes its arguments for others."""

    def __init__(self, student: Student, reference: Any, record: CheckRecord) -> None:
        self.student = student
        self.reference = reference
        self.record = record

    def describe(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """A call with the names of its arguments, from the reference's signature."""
        return Call(name, args, kwargs, parameter_names(self._find(name)))

    def ask(self, call: Call, *, trace_lines: bool = False) -> Answer:
        """The student's answer. Raises CheckFailed, with the shapes of the input, if none came."""
        self.record.called(call.name)
        self.record.asked.append(None)
        values = (*call.args, *call.kwargs.values())
        # Nothing but a function among them could change the others: the student has copies.
        with kept(*values) if any(map(_reads, values)) else nullcontext():
            try:
                if trace_lines:
                    return self.student.call(call.name, *call.args, trace_lines=True, **call.kwargs)
                return self.student.call(call.name, *call.args, **call.kwargs)
            except CheckFailed as error:
                raise CheckFailed(_with_input(error.finding, call)) from None

    def ask_each(self, call: Call, which: int | str, points: Sequence[Any]) -> list[Any]:
        """The first element of the student's answers, for each of these values of one argument."""
        self.record.called(call.name)
        self.record.asked.append(None)
        try:
            return self.student.call_each(call.name, call.args, call.kwargs, which, points)
        except CheckFailed as error:
            raise CheckFailed(_with_input(error.finding, call)) from None

    def expect(self, call: Call) -> Any:
        """The reference's value. Raises GraderFailed if it has none."""
        function = self._find(call.name)
        if function is None:
            raise GraderFailed(f"{call.text}: the reference has no {call.name}")
        args = [_uncounted(value) for value in call.args]
        kwargs = {key: _uncounted(value) for key, value in call.kwargs.items()}
        with kept(*call.args, *call.kwargs.values()):
            try:
                return copy_data(function(*args, **kwargs))
            except Exception as error:
                raise GraderFailed(
                    f"{call.text}: the reference raised {type(error).__name__}: {error}"
                ) from error

    def finding(
        self,
        call: Call,
        answer: Answer,
        *,
        kind: str,
        lead: str,
        evidence: tuple[str, ...] = (),
        details: tuple[str, ...] = (),
        question: str = "",
        staff: str = "",
    ) -> Finding:
        """What was found in an answer, with all that the student may want to know of the call."""
        changed = answer.mutated if kind != "mutated" else ()
        also = tuple(f"The call also changed its argument {name} in place." for name in changed)
        return Finding(
            kind=kind,
            lead=lead,
            evidence=(*evidence, *also, *call.shapes),
            details=(*details, *call.inputs),
            question=question,
            code=answer.code,
            function=call.name,
            warnings=answer.warnings,
            printed=answer.printed,
            staff=staff or f"returned {short_text(answer.value)}",
        )

    def _find(self, name: str) -> Any:
        found = self.reference
        for step in name.split("."):
            found = getattr(found, step, None)
        return found


def _with_input(finding: Finding, call: Call) -> Finding:
    if finding.kind in _WHATEVER_THE_INPUT:
        return finding
    return structs.replace(
        finding,
        evidence=(*finding.evidence, *call.shapes),
        details=(*finding.details, *call.inputs),
        function=finding.function or call.name,
    )


def _uncounted(value: Any) -> Any:
    """What the reference gets: its calls are not to be counted as the student's."""
    return value.function if isinstance(value, (CountingCallback, Portable)) else value


def _reads(value: Any) -> bool:
    """Whether it is a function that is told on this side what the student's code changes."""
    return callable(value) and not isinstance(value, Portable)
