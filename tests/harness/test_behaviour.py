"""Pure, vectorized, with loops, raising: what a function does beside returning values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from check_fixtures import W, bowl, check_of, finding_of

from grader.outcomes import GraderFailed, student_finding


def fill(W: Any) -> Any:
    W[0, 0] = 0.0
    return bowl(W)


def counting() -> Any:
    calls = []

    def count(W: Any) -> Any:
        calls.append(1)
        return bowl(W)[0] + len(calls), bowl(W)[1]

    return count


def caching(output: int) -> Any:
    """One that keeps an output of its first call, by the shape of its argument."""
    kept: dict[Any, Any] = {}

    def cached(W: Any) -> Any:
        result = list(bowl(W))
        result[output] = kept.setdefault(W.shape, result[output])
        return tuple(result)

    return cached


def caching_a_step() -> Any:
    kept: dict[Any, Any] = {}

    def cached(W: Any) -> Any:
        cosine = kept.setdefault(W.shape, np.cos(W))
        return bowl(W)[0], cosine + W

    return cached


def half_constant(W: Any) -> Any:
    """A right loss that keeps nothing, and a gradient that never was one."""
    return bowl(W)[0], np.ones_like(W)


def test_a_pure_function_is_pure() -> None:
    check_of(bowl).pure("losses.bowl", (W,), (2 * W,), reg=0.3)


def test_a_wrong_function_may_be_pure() -> None:
    check_of(lambda W: (np.sum(W), W**3)).pure("losses.bowl", (W,), (2 * W,))


def test_what_is_the_same_for_all_arguments_may_be_so_in_the_answer() -> None:
    def constant(W: Any) -> Any:
        return np.sum(W), np.ones_like(W)

    check_of(constant, reference=constant).pure("losses.bowl", (W,), (2 * W,))


@pytest.mark.parametrize(
    ("function", "kind", "says"),
    [
        (fill, "mutated", "bowl(W) changed its argument W."),
        (counting(), "impure", "bowl(W) returned something else when it was called again"),
        (caching(0), "stale", "bowl(W) returned what the call before it returned"),
        (caching(1), "stale", "bowl(W) returned what the call before it returned"),
        (caching_a_step(), "stale", "bowl(W) returned a wrong result when it was called a second"),
        (half_constant, "constant", "bowl(W) returned the same for two inputs whose right"),
        (lambda _W: (0.0, 1.0), "constant", "bowl(W) returned the same for two inputs whose right"),
        (lambda _W: None, "type", "bowl(W): returned None."),
    ],
    ids=[
        *("mutates", "counts", "caches_loss", "caches_gradient", "caches_step", "half"),
        *("constant", "nothing"),
    ],
)
def test_an_impure_function_is_found(function: Any, kind: str, says: str) -> None:
    finding = finding_of(check_of(function).pure, "losses.bowl", (W,), (2 * W,))

    assert finding.kind == kind
    assert finding.lead.startswith(says)
    assert finding.question


def test_an_answer_tells_whether_arguments_were_changed() -> None:
    check = check_of(fill)
    student = check._caller.student

    check.unchanged("losses.bowl", student.call("losses.bowl", W * 0))
    finding = finding_of(check.unchanged, "losses.bowl", student.call("losses.bowl", W))

    assert finding.kind == "mutated"


def loop(W: Any) -> Any:
    total = 0.0
    for w in W.flat:
        total += w**2
    return total


def comprehension(W: Any) -> Any:
    return sum([w**2 for w in W.flat])


def array(W: Any) -> Any:
    return np.sum(W**2)


def lazy(W: Any) -> Any:
    """Slow on its first call only: that must not hide the loop over the larger input."""
    if not lazy.__dict__:
        for i in range(200):
            lazy.__dict__[str(i)] = i
    return loop(W)


def borrowed(W: Any) -> Any:
    for _ in W.flat:
        pass
    return array(W)


def test_array_code_is_vectorized() -> None:
    check_of(array, reference=array).vectorized("losses.bowl", (W,), (np.ones((30, 2)),))


@pytest.mark.parametrize("function", [loop, lazy])
def test_a_python_loop_is_not_vectorized(function: Any) -> None:
    check = check_of(function, reference=array)

    finding = finding_of(check.vectorized, "losses.bowl", (W,), (W.copy(),), (np.ones((30, 2)),))

    assert finding.kind == "loops"
    assert finding.lead.startswith("bowl(W) still loops in Python")
    assert "W of shape (30, 2)" in finding.evidence[-1]


def test_vectorized_needs_a_larger_input() -> None:
    with pytest.raises(GraderFailed, match="expected a larger input"):
        check_of(array, reference=array).vectorized("losses.bowl", (W,))


def test_counted_lines_are_shown_exactly_to_nobody_who_may_not_see_numbers() -> None:
    """How often a loop runs can be made to spell an input."""

    def spelling(W: Any) -> Any:
        for _ in range(12345 * len(W)):
            pass
        return bowl(W)

    check = check_of(spelling)
    finding = finding_of(check.vectorized, "losses.bowl", (W,), (np.ones((30, 2)),))

    shown = student_finding(finding, "hint")
    assert shown.evidence[0] == "It ran about 10 times as many lines for the larger input."
    assert "It ran 74117 lines" in " ".join(student_finding(finding, "full").details)


def test_a_python_loop_has_loops() -> None:
    check = check_of(loop, array, reference=loop)

    check.loops("losses.bowl", (W,), (np.ones((30, 2)),), calls_not=("losses.array",))


def test_array_code_has_no_loops() -> None:
    check = check_of(array, reference=loop)

    finding = finding_of(check.loops, "losses.bowl", (W,), (np.ones((30, 2)),))

    assert finding.kind == "no_loops"


def idle(W: Any) -> Any:
    for _ in W.flat:
        pass
    return np.sum(W**2)


def test_a_loop_that_does_nothing_is_too_little_of_one() -> None:
    """It runs two lines for each entry; one that does the work in it runs three at least."""
    sizes = (W,), (np.ones((30, 2)),)
    more_lines = 3 * (60 - W.size)

    check_of(loop, reference=loop).loops("losses.bowl", *sizes)
    check_of(idle, reference=loop).loops("losses.bowl", *sizes)
    finding = finding_of(
        check_of(idle, reference=loop).loops, "losses.bowl", *sizes, more_lines=more_lines
    )

    assert finding.kind == "no_loops"
    assert (
        finding.lead == "bowl(W) has loops that do next to nothing: the work is to be done in them."
    )


def test_a_borrowed_answer_is_found() -> None:
    check = check_of(borrowed, array, reference=loop)

    finding = finding_of(
        check.loops, "losses.bowl", (W,), (np.ones((30, 2)),), calls_not=("losses.array",)
    )

    assert finding.kind == "calls"
    assert finding.lead == "bowl(W) calls array: it is to be written on its own."


def refuse(error: BaseException) -> Any:
    def refusing(W: Any) -> Any:  # noqa: ARG001 - reached by its name
        raise error

    return refusing


@pytest.mark.parametrize(
    "error", [ValueError("no such loss"), ValueError(), NotImplementedError("later")]
)
def test_a_promised_exception_passes(error: Exception) -> None:
    check_of(refuse(error)).raises("losses.bowl", type(error), W)


def test_another_exception_fails() -> None:
    check = check_of(refuse(KeyError("hinge")))

    assert finding_of(check.raises, "losses.bowl", ValueError, W).lead.startswith(
        "bowl raised KeyError"
    )


def test_a_longer_name_is_another_exception() -> None:
    check = check_of(refuse(UnicodeError()))

    assert finding_of(check.raises, "losses.bowl", Warning, W).kind == "raised"


def test_no_exception_fails() -> None:
    finding = finding_of(check_of(bowl).raises, "losses.bowl", ValueError, W)

    assert finding.kind == "not_raised"
    assert finding.lead == "bowl(W): expected ValueError, but it returned as if nothing were wrong."
