"""How a function behaves, whatever it returns: pure, with loops or without, raising as told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from grader import rules
from grader.numerics import compare
from grader.outcomes import CheckFailed, GraderFailed
from grader.rules import EXTRA_LINES, REPEATED_RTOL, repeats

from .agreement import FORGOTTEN
from .arguments import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calls import Caller
    from .student_protocol import Answer

_TWICE, _FAR = 2, 1000


def require_unchanged(caller: Caller, call: Call, answer: Answer) -> None:
    """The call left its arguments as they were, bit for bit."""
    if answer.mutated:
        names = " and ".join(answer.mutated)
        raise CheckFailed(
            caller.finding(
                call,
                answer,
                kind="mutated",
                lead=f"{call.text} changed its argument{'s'[: len(answer.mutated) - 1]} {names}.",
                evidence=("Whoever called it would go on with other numbers than before.",),
                question="Which line writes into an array that the function was given? "
                "Where would a copy help?",
            )
        )


def require_pure(caller: Caller, calls: Sequence[Call]) -> None:
    """Arguments stay as they are, and no call leaves anything behind for the next."""
    expected = [caller.expect(call) for call in calls]
    answers: list[Answer] = []
    begun = len(caller.record.asked)
    for call, wanted in zip(calls, expected, strict=True):
        answers.append(caller.ask(call))
        # What is right is a call's own, unless the right results are hard to tell apart.
        if len(answers) == 1 or _are_apart(expected[len(answers) - 2], wanted):
            caller.record.judged_by(partial(rules.Agrees, wanted, REPEATED_RTOL, 0.0))
        require_unchanged(caller, call, answers[-1])
        _require_value(caller, call, answers[-1], wanted)
    first = calls[0]
    again = caller.ask(first)
    caller.record.judged_by(partial(rules.Repeats, begun))
    require_unchanged(caller, first, again)
    if not repeats(again.value, answers[0].value):
        raise CheckFailed(
            caller.finding(
                first,
                again,
                kind="impure",
                lead=f"{first.text} returned something else when it was called again "
                "with the same arguments.",
                question="What does the first call leave behind: a global variable, "
                "a changed default argument, random numbers?",
            )
        )
    for i in range(1, len(calls)):
        _require_fresh(
            caller, calls[i], answers[i], (answers[i - 1].value, expected[i - 1]), expected[i]
        )


def _are_apart(one: Any, other: Any) -> bool:
    """Whether results are the same, element by element, or differ by far more than rounding."""
    pairs = zip(_items(one), _items(other), strict=False)
    return all(repeats(now, then) == _agrees(now, then) for now, then in pairs)


def _require_value(caller: Caller, call: Call, answer: Answer, expected: Any) -> None:
    """Of nothing it cannot be said whether it is the call's own."""
    if answer.value is None and expected is not None:
        lead = f"{call.text}: returned None."
        raise CheckFailed(caller.finding(call, answer, kind="type", lead=lead, question=FORGOTTEN))


def _require_fresh(
    caller: Caller, call: Call, answer: Answer, before: tuple[Any, Any], expected: Any
) -> None:
    """Nothing in the answer is what the call before returned, unless it should be."""
    earlier, earlier_expected = before
    repeated = [
        (then, wanted_then)
        for now, then, wanted, wanted_then in zip(
            _items(answer.value),
            _items(earlier),
            _items(expected),
            _items(earlier_expected),
            strict=False,  # a wrong number of values is found where values are judged
        )
        if repeats(now, then) and not repeats(wanted, wanted_then)
    ]
    spoilt = compare(earlier, earlier_expected).same and not _agrees(answer.value, expected)
    # What was right the first time was kept; what never was may be the same for all arguments.
    if spoilt or any(_agrees(then, wanted) for then, wanted in repeated):
        words = "what the call before it returned" if repeated else "a wrong result"
        raise CheckFailed(
            caller.finding(
                call,
                answer,
                kind="stale",
                lead=f"{call.text} returned {words} when it was called a second time, "
                "with other numbers.",
                question="Does the result depend on the arguments alone? "
                "Is anything kept from an earlier call?",
            )
        )
    if repeated:
        raise CheckFailed(
            caller.finding(
                call,
                answer,
                kind="constant",
                lead=f"{call.text} returned the same for two inputs whose right results differ.",
                question="On which arguments does the result depend, and on which should it?",
            )
        )


def require_vectorized(caller: Caller, small: Call, large: Sequence[Call]) -> None:
    """The number of executed lines does not grow with any of the larger inputs."""
    if not large:
        raise GraderFailed(f"vectorized({small.name!r}): expected a larger input, got none")
    # The first call may import or prepare something, which would hide a loop.
    few, smaller = _few_lines(caller, small)
    for call in large:
        answer = caller.ask(call, trace_lines=True)
        caller.record.judged_by(partial(rules.NoMoreLines, smaller))
        many = _lines(answer)
        if many > few + EXTRA_LINES:
            # numpy plans some operations once for each new shape, in Python.
            many = min(many, _lines(caller.ask(call, trace_lines=True)))
            caller.record.judged_by(rules.Counted)
        if many > few + EXTRA_LINES:
            raise CheckFailed(
                caller.finding(
                    call,
                    answer,
                    kind="loops",
                    lead=f"{call.text} still loops in Python: it runs more lines "
                    "when its input is larger.",
                    evidence=(_growth(few, many),),
                    details=(_counted(few, many),),
                    question="Which array operation does for all entries at once "
                    "what the loop does for one?",
                )
            )


def require_loops(
    caller: Caller, small: Call, large: Call, calls_not: Sequence[str], more_lines: int
) -> None:
    """So many more lines run for the larger input, and named functions are not called."""
    few, smaller = _few_lines(caller, small)
    answer = caller.ask(large, trace_lines=True)
    caller.record.judged_by(partial(rules.MoreLines, smaller, more_lines, tuple(calls_not)))
    called = [name for name in calls_not if name in answer.entered]
    if called:
        shown = called[0].rpartition(".")[2]
        raise CheckFailed(
            caller.finding(
                large,
                answer,
                kind="calls",
                lead=f"{large.text} calls {shown}: it is to be written on its own.",
                question="How would you compute it for one sample, and one class, at a time?",
            )
        )
    many = _lines(answer)
    loops = many > few + EXTRA_LINES
    if not loops or many < few + more_lines:
        idle = "has loops that do next to nothing: the work is to be done in them."
        none = "has no loops: it is to be written with them."
        about = "hardly more" if loops else "about as many"
        raise CheckFailed(
            caller.finding(
                large,
                answer,
                kind="no_loops",
                lead=f"{large.text} {idle if loops else none}",
                evidence=(f"It ran {about} lines for the larger input.",),
                details=(_counted(few, many),),
                question="How would you compute it for one sample, and one class, at a time?",
            )
        )


def _few_lines(caller: Caller, small: Call) -> tuple[int, tuple[int, ...]]:
    """The lines of the smaller of two calls, and the numbers of both."""
    lines = []
    for _ in range(2):
        lines.append(_lines(caller.ask(small, trace_lines=True)))
        caller.record.judged_by(rules.Counted)
    count = len(caller.record.asked)
    return min(lines), (count - 2, count - 1)


def require_raises(caller: Caller, call: Call, exception: type[BaseException]) -> None:
    """The call raises the exception, known by its name."""
    name = exception.__name__
    try:
        answer = caller.ask(call)
    except CheckFailed as error:
        raised = f"{call.shown} raised {name}"
        lead = error.finding.lead
        unwritten = name == "NotImplementedError" and error.finding.kind == "unwritten"
        if unwritten or lead == raised or lead.startswith((f"{raised}:", f"{raised} ")):
            caller.record.judged_by(partial(rules.Raises, name))
            return
        raise
    raise CheckFailed(
        caller.finding(
            call,
            answer,
            kind="not_raised",
            lead=f"{call.text}: expected {name}, but it returned as if nothing were wrong.",
            question=f"For which arguments does the docstring promise {name}?",
        )
    )


def _growth(few: int, many: int) -> str:
    """How much more it ran, to one digit: an exact count could spell what is hidden."""
    times = many / max(few, 1)
    if times < _TWICE:
        return "It ran some more lines for the larger input."
    about = f"about {float(f'{times:.1g}'):g}" if times < _FAR else "more than a thousand"
    return f"It ran {about} times as many lines for the larger input."


def _counted(few: int, many: int) -> str:
    return f"It ran {few} lines for the smaller input and {many} for the larger one."


def _lines(answer: Answer) -> int:
    if answer.lines is None:
        raise GraderFailed("lines were to be counted, and were not")
    return answer.lines


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _agrees(got: Any, expected: Any) -> bool:
    return compare(got, expected).kind in {"same", "float32"}
