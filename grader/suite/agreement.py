"""Whether an answer agrees with the reference, or with itself, and the finding if it does not."""

from __future__ import annotations

from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from grader import rules
from grader.numerics import Difference, GradientVerdict, check_gradient, compare
from grader.numerics.describe import name as describe_kind
from grader.numerics.tolerance import FLOAT32_RTOL
from grader.outcomes import CheckFailed, CodeLine, Finding, GraderFailed
from grader.rules import REAL

from .arguments import Call, short_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calls import Caller
    from .student_protocol import Answer, Student

__all__ = [
    "FORGOTTEN",
    "Difference",
    "Rules",
    "find_in_gradient",
    "finding_of",
    "in_another_order",
    "judge",
    "last_answer",
    "others",
    "require_tuple",
    "rule",
    "split",
]

FORGOTTEN = "Is a return statement missing, or on a path that is not taken?"
_MOST_ORDERED = 4
"""Results of which all orders are tried."""


class Rules(Struct, frozen=True):
    """How finely values are compared."""

    rtol: float = 1e-9
    atol: float | None = None
    exact_shape: bool = True
    sequence: bool = False


class _NoAnswer(Struct, frozen=True):
    """Stands in where no call is known that a value came from."""

    value: Any
    mutated: tuple[str, ...] = ()
    lines: int | None = None
    entered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    code: tuple[CodeLine, ...] = ()


def judge(got: Any, expected: Any, what: str, rules: Rules) -> Difference:
    """Compare one value. Raises GraderFailed if the expected one is no data."""
    if got is None and expected is not None:
        return Difference("type", f"{what}: returned None.", question=FORGOTTEN)
    try:
        return compare(
            got,
            expected,
            rtol=rules.rtol,
            atol=rules.atol,
            what=what,
            sequence=rules.sequence,
            exact_shape=rules.exact_shape,
        )
    except TypeError as error:
        raise GraderFailed(str(error)) from error


def rule(expected: Any, finely: Rules, outputs: int) -> rules.Rule:
    """The same as a rule to keep."""
    return rules.Agrees(
        expected, finely.rtol, finely.atol, finely.exact_shape, finely.sequence, outputs
    )


def require_tuple(call: Call, expected: Any, outputs: Sequence[str]) -> None:
    """The reference returns these elements. Raises GraderFailed."""
    if not isinstance(expected, (tuple, list)) or len(expected) != len(outputs):
        raise GraderFailed(f"{call.text}: the reference does not return {_listed(outputs)}")


def split(caller: Caller, call: Call, answer: Answer, outputs: Sequence[str]) -> tuple[Any, ...]:
    """The elements of a returned tuple. Raises CheckFailed if it is not that tuple."""
    got = answer.value
    if isinstance(got, (tuple, list)) and len(got) == len(outputs):
        return tuple(got)
    if got is None:
        lead, question = f"{call.text}: returned None.", FORGOTTEN
    else:
        lead = f"{call.text}: expected {_listed(outputs)}, got {describe_kind(got)}."
        question = "What does the docstring say that it returns, and in which order?"
    kind = "shape" if isinstance(got, (tuple, list)) else "type"
    raise CheckFailed(caller.finding(call, answer, kind=kind, lead=lead, question=question))


def in_another_order(
    values: Sequence[Any], expected: Sequence[Any], outputs: Sequence[str], what: str, rules: Rules
) -> Difference | None:
    """The difference of right results in a wrong order; None where that is not what is wrong."""
    if len(values) > _MOST_ORDERED or any(value is None for value in values):
        return None
    for order in permutations(values):
        if all(
            judge(got, wanted, what, rules).same
            for got, wanted in zip(order, expected, strict=True)
        ):
            return Difference(
                "shape",
                f"{what}: the results are right, but not in the order {_listed(outputs)}.",
                question="In which order does the docstring name them?",
            )
    return None


def others(i: int, outputs: Sequence[str], differences: Sequence[Difference]) -> tuple[str, ...]:
    """A sentence about the outputs beside output `i`."""
    right = [o for j, o in enumerate(outputs) if j != i and differences[j].same]
    wrong = [o for j, o in enumerate(outputs) if j != i and not differences[j].same]
    if wrong:
        return (f"Of the same call, {' and '.join(wrong)} {_verb(wrong, 'differ')} as well.",)
    return (f"Of the same call, {' and '.join(right)} {_verb(right, 'agree')}.",) if right else ()


def finding_of(
    caller: Caller,
    call: Call,
    answer: Answer,
    difference: Difference,
    expected: Any,
    beside: tuple[str, ...] = (),
) -> Finding:
    """The finding for a difference."""
    return caller.finding(
        call,
        answer,
        kind=difference.kind,
        lead=difference.lead,
        evidence=(*difference.evidence, *beside),
        details=difference.details,
        question=difference.question,
        staff=f"expected {short_text(expected)}, returned {short_text(answer.value)}",
    )


def last_answer(student: Student, shown: str, value: Any) -> Answer:
    """The answer of the student's last call if it was of this function, else just the value."""
    last: Answer = student.last
    if any(line.function == shown for line in last.code):
        return last
    return _NoAnswer(value)


def find_in_gradient(
    caller: Caller, call: Call, answer: Answer, wrt: int | str, output: int
) -> Finding | None:
    """What is wrong with a gradient, judged by the loss that the same function returns."""
    x = np.asarray(call.kwargs[wrt] if isinstance(wrt, str) else call.args[wrt], dtype=float)
    argument = wrt if isinstance(wrt, str) else call.named[wrt][0]
    what = f"The gradient by {argument} of {call.text}"
    count = max(output, 0) + 1
    got = answer.value
    if not isinstance(got, (tuple, list)) or len(got) < count:
        shown = "None" if got is None else describe_kind(got)
        lead = f"{call.text}: expected a loss and its gradient, got {shown}."
        return caller.finding(call, answer, kind="type", lead=lead, question=FORGOTTEN)
    G = np.asarray(got[output]) if isinstance(got[output], REAL) else got[output]
    if not _is_real_array(G, x.shape) or not np.isfinite(G).all():
        # Nothing but kind, shape, dtype and finiteness can differ from zeros here.
        difference = compare(G, np.zeros(x.shape), atol=np.inf, what=what)
        return finding_of(caller, call, answer, difference, f"shape {x.shape}")
    if not np.isfinite(_loss(caller, call, answer, _first(answer.value))):
        lead = f"The loss of {call.text} is {float(got[0]):g}."
        question = "Which step can overflow, divide by 0 or take the logarithm of 0?"
        return caller.finding(call, answer, kind="nonfinite", lead=lead, question=question)

    seen: list[float] = []
    asked: list[tuple[int, Any]] = []
    x = x.copy()  # the check's own may change until the rule is kept
    first = len(caller.record.asked) - 1

    def losses(points: list[Any]) -> list[float]:
        """In one message: each has its round trip otherwise."""
        found = caller.ask_each(call, wrt, points if x.ndim else [float(p) for p in points])
        caller.record.judged_by(rules.Later)
        asked.append((len(caller.record.asked) - 1, points))
        seen.extend(_loss(caller, call, answer, value) for value in found)
        return seen[-len(points) :]

    verdict = check_gradient(None, G, x, batch=losses)
    if verdict.right:
        caller.record.judged_by(rules.Later, first)
        caller.record.judged_by(partial(rules.Slopes, x, output, first, asked))
        return None
    lead = ""
    if verdict.wrong and _fits_float32(G):
        loosely = check_gradient(None, G, x, rtol=FLOAT32_RTOL, batch=losses)
        lead = "" if loosely.wrong else f"{what}: right, but only in single precision (float32)."
    elif not verdict.wrong and _fits_float32(np.array(seen)) and np.any(np.mod(seen, 1.0)):
        lead = f"The loss of {call.text} comes in single precision (float32)."
    if lead:
        question = "Where does a float32 array, or a conversion to one, come in?"
        return caller.finding(call, answer, kind="float32", lead=lead, question=question)
    return _finding_of_verdict(caller, call, answer, verdict, what)


def _finding_of_verdict(
    caller: Caller, call: Call, answer: Answer, verdict: GradientVerdict, what: str
) -> Finding:
    if verdict.wrong:
        return caller.finding(
            call,
            answer,
            kind="gradient",
            lead=f"{what} is not the slope of the loss that the same call returns.",
            # These are slopes of the student's own loss, but on a hidden input.
            details=verdict.evidence,
            question="Does each term of the loss have its derivative in the gradient, "
            "with the same constants?",
        )
    return caller.finding(
        call,
        answer,
        kind="rough",
        lead=f"The loss of {call.text} jumps so much that it has no slope to compare with.",
        evidence=("Its values were taken at many points close to each other.",),
        question="Is anything rounded, or random, on the way to the loss?",
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, (tuple, list)) and value else None


def _loss(caller: Caller, call: Call, answer: Answer, value: Any) -> float:
    """A loss as a single real number. Raises CheckFailed, beside an answer, if it is none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, REAL) and not isinstance(value, bool):
        return float(value)
    lead = f"The loss of {call.text}: expected a number, got {describe_kind(value)}."
    question = "Over which axes do you sum, and is one left out?"
    raise CheckFailed(caller.finding(call, answer, kind="type", lead=lead, question=question))


def _is_real_array(value: Any, shape: tuple[int, ...]) -> bool:
    return isinstance(value, np.ndarray) and value.shape == shape and value.dtype.kind in "iuf"


def _fits_float32(G: Any) -> bool:
    return G.dtype.kind == "f" and np.array_equal(G, G.astype(np.float32))


def _listed(outputs: Sequence[str]) -> str:
    return f"({', '.join(outputs)})"


def _verb(names: list[str], verb: str) -> str:
    return verb if len(names) > 1 else f"{verb}s"
