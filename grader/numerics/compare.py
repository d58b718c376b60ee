"""Tolerance rules: does an answer agree with what is expected, and how does it differ if not.

Arrays are judged by their largest entry (normwise), and so is each column and the last row, so
that a small block cannot hide behind a large one. Relative errors of single entries are no
measure: right code fails them wherever an entry is the small difference of large numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.numerics import describe
from grader.numerics.tolerance import ATOL, FLOAT32_RTOL, is_single, wanted_dtype, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FLOAT32_RTOL", "Difference", "compare"]

Kind = Literal["same", "type", "shape", "dtype", "nonfinite", "float32", "value"]


@dataclass(frozen=True)
class Difference:
    """How an answer differs from what is expected, in the words of the student.

    `lead`, `evidence` and `question` hold no number that was made from an expected entry: only
    shapes, dtypes, counts and indices. `details` hold sizes of differences in two digits.
    """

    kind: Kind
    lead: str = ""
    evidence: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    question: str = ""

    @property
    def same(self) -> bool:
        """Whether the answer agrees."""
        return self.kind == "same"


@dataclass(frozen=True)
class _Rules:
    rtol: float
    atol: float
    sequence: bool
    exact_shape: bool


_SAME = Difference("same")
_FIRST_DIGITS = 1e-2
"""Of an entry by itself: small ones may be wrong altogether and still near by the largest."""


def compare(
    got: object,
    expected: object,
    *,
    rtol: float = 1e-9,
    atol: float | None = None,
    what: str = "the result",
    sequence: bool = False,
    exact_shape: bool = True,
) -> Difference:
    """Compare an answer with what is expected.

    max |got - expected| <= max(rtol max |expected|, atol), for the whole array, for each column
    and for the last row

    Parameters
    ----------
    got : object
        The answer: None, bool, str, a number, an array, or lists, tuples and dicts of these.
    expected : object
        What the reference says, of the same types.
    rtol : float, optional
        Largest difference, as a share of the largest expected entry.
    atol : float, optional
        Largest difference that is never minded. Default 1e-12.
    what : str, optional
        How the student calls the value ("the loss"). Messages begin with it.
    sequence : bool, optional
        Whether the values are iterates, which a list, a tuple and an array of them may hold.
    exact_shape : bool, optional
        If False, axes of length 1 are not minded.

    Returns
    -------
    Difference
        Of kind "same" if they agree. Of kind "float32" if the answer is right to `FLOAT32_RTOL`
        and holds nothing but float32 numbers: what this costs is for the caller to say.

    Raises
    ------
    TypeError
        If `expected` holds something that is no data.

    Notes
    -----
    A column, or the last row, is compared with its own largest entry, but never more finely
    than `rtol` * min(1, 1e6 `rtol`) of the whole, 1e-12 by default: rounding is of the size of
    the whole, and a looser `rtol` stands for the error of a method, which is too.

    A real number may be a Python or a numpy number of any kind except bool. Where integers are
    expected in an array, an integer dtype is asked.

    Examples
    --------
    >>> compare(np.float64(0.1) + 0.2, 0.3).same
    True
    >>> difference = compare(np.ones((3, 4)), np.ones((4, 3)), what="the gradient")
    >>> difference.lead
    'the gradient: expected shape (4, 3), got (3, 4).'
    >>> difference.question
    'Which axis does each number belong to?'
    """
    rules = _Rules(rtol, ATOL if atol is None else atol, sequence, exact_shape)
    with np.errstate(all="ignore"):  # the student's numbers may overflow in a difference
        return _compare(got, expected, what, rules)


def _compare(got: object, expected: object, what: str, rules: _Rules) -> Difference:
    if isinstance(expected, np.ndarray) and expected.ndim == 0:
        expected = expected[()]
    if rules.sequence and isinstance(expected, (list, tuple, np.ndarray)):
        return _compare_iterates(got, expected, what, rules)
    if isinstance(expected, np.ndarray):
        return _compare_arrays(got, expected, what, rules)
    if isinstance(expected, Mapping):
        return _compare_mappings(got, expected, what, rules)
    if isinstance(expected, (list, tuple)):
        return _compare_lists(got, expected, what, rules)
    if isinstance(expected, (bool, np.bool_, str, bytes)) or expected is None:
        return _compare_exactly(got, expected, what)
    if isinstance(expected, (int, float, complex, np.number)):
        return _compare_numbers(got, expected, what, rules)
    raise TypeError(f"{what}: expected data to compare with, got {type(expected).__name__}")


def _type_difference(got: object, expected: str, what: str) -> Difference:
    question = "Look at every return statement: which of them runs, and what does it hold?"
    if isinstance(got, list) and expected.startswith("a numpy array"):
        question = "Does a list know its shape, or how to add itself to another, number by number?"
    lead = f"{what}: expected {expected}, got {describe.name(got)}."
    return Difference("type", lead, question=question)


def _compare_exactly(got: object, expected: object, what: str) -> Difference:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    kinds = (bool, np.bool_) if isinstance(expected, (bool, np.bool_)) else (type(expected),)
    if not isinstance(got, kinds):
        return _type_difference(got, describe.name(expected), what)
    if got == expected:
        return _SAME
    return Difference(
        "value",
        f"{what}: not what is expected.",
        question="On which input of two or three numbers can you work it out by hand?",
    )


def _compare_numbers(got: object, expected: Any, what: str, rules: _Rules) -> Difference:
    if isinstance(got, np.ndarray):
        if got.ndim > 0 and not (got.size == 1 and not rules.exact_shape):
            return Difference(
                "shape",
                f"{what}: expected a single number, got an array of shape {got.shape}.",
                question="Over which axes do you sum, and is one left out?",
            )
        got = got.reshape(())[()]
    is_complex = isinstance(expected, (complex, np.complexfloating))
    kinds: tuple[type, ...] = (int, float, np.integer, np.floating)
    if is_complex:
        kinds += (complex, np.complexfloating)
    if not isinstance(got, kinds) or isinstance(got, bool):
        return _type_difference(got, "a number", what)
    return _compare_values(_as_array(got), _as_array(expected), what, rules)


def _as_array(number: Any) -> NDArray[Any]:
    array = np.asarray(number)
    if array.dtype == object:  # a Python integer beyond 64 bits
        sign = 1 if number > 0 else -1
        return np.asarray(float(number) if abs(number) < 2**1000 else sign * np.inf)
    return array


def _compare_arrays(got: object, expected: NDArray[Any], what: str, rules: _Rules) -> Difference:
    if not isinstance(got, np.ndarray):
        if isinstance(got, (int, float, complex, np.generic)) and not isinstance(got, bool):
            return _shape_difference((), expected.shape, what)
        return _type_difference(got, f"a numpy array of shape {expected.shape}", what)
    if not rules.exact_shape and _squeezed(got.shape) == _squeezed(expected.shape):
        got = got.reshape(expected.shape)
    if got.shape != expected.shape:
        return _shape_difference(got.shape, expected.shape, what)
    wanted = wanted_dtype(got.dtype, expected.dtype)
    if wanted:
        return _dtype_difference(got, wanted, what)
    difference = _compare_values(got, expected, what, rules)
    if difference.kind == "value" and got.dtype.kind in "iu" and expected.dtype.kind == "f":
        return _dtype_difference(got, "real numbers (float64)", what)
    return difference


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _shape_difference(got: tuple[int, ...], expected: tuple[int, ...], what: str) -> Difference:
    evidence, question = describe.shapes(got, expected)
    shown = f"got {got}" if got else "got a single number"
    return Difference(
        "shape", f"{what}: expected shape {expected}, {shown}.", evidence, question=question
    )


def _dtype_difference(got: NDArray[Any], wanted: str, what: str) -> Difference:
    question = "Which dtype does the array have that you create first?"
    if got.dtype.kind in "iu":
        question = "What is left of 0.7 when it is stored in an array of integers?"
    elif wanted.startswith("integers"):
        question = "Can this array be used as an index?"
    return Difference(
        "dtype", f"{what}: expected {wanted}, got dtype {got.dtype}.", question=question
    )


def _compare_values(
    got: NDArray[Any], expected: NDArray[Any], what: str, rules: _Rules
) -> Difference:
    """Values of two arrays of one shape (or numbers), whose dtypes may be compared."""
    if expected.dtype.kind in "biu" and got.dtype.kind in "biu":
        wrong = got != expected
        return _value_difference(got, expected, wrong, what) if wrong.any() else _SAME
    agreeing = (got == expected) | (np.isnan(got) & np.isnan(expected))
    broken = ~np.isfinite(got) & ~agreeing
    if broken.any():
        evidence = describe.nonfinite(got, broken)
        question = "Which step can overflow, divide by 0 or take the logarithm of 0?"
        return Difference("nonfinite", f"{what}: {evidence}.", question=question)
    single = np.dtype(np.float32)
    rtol = max(rules.rtol, FLOAT32_RTOL) if expected.dtype == single else rules.rtol
    wrong = ~agreeing & ~within(got, expected, rtol, rules.atol)
    if not wrong.any():
        return _SAME
    nearly = agreeing | within(got, expected, FLOAT32_RTOL, rules.atol)
    if bool(nearly.all()) and is_single(got):
        return Difference(
            "float32",
            f"{what}: right, but only in single precision (float32).",
            (f"The dtype is {got.dtype}.",)
            if got.dtype == single
            else (f"The dtype is {got.dtype}, but every number in it fits float32.",),
            question="Where does a float32 array, or a conversion to one, come in?",
        )
    difference = _value_difference(got, expected, wrong, what)
    begins = np.abs(got - expected) <= _FIRST_DIGITS * np.abs(expected)
    if not bool((nearly & (begins | ~wrong)).all()):
        return difference
    return replace(
        difference,
        evidence=(*difference.evidence, "The first digits are right, those after them are not."),
        question="Is there a step in single precision (float32), or a small number that is added "
        "or taken for 0?",
    )


def _value_difference(
    got: NDArray[Any], expected: NDArray[Any], wrong: NDArray[np.bool_], what: str
) -> Difference:
    """The difference of kind "value" between two arrays, whose entries `wrong` disagree."""
    pattern, question = describe.pattern(got, expected, wrong)
    details = describe.sizes(got, expected)
    if got.dtype.kind == "f" and got.dtype.itemsize < 8:
        pattern = (*pattern, f"The dtype is {got.dtype}, of {got.dtype.itemsize * 8} bits.")
    if got.ndim == 0:
        # Not even the student's own number: "the sign is wrong" would make it the expected one.
        return Difference("value", f"{what}: not what is expected.", pattern, details, question)
    count = int(wrong.sum())
    words = f"{count} of {wrong.size} entries {'differs' if count == 1 else 'differ'}"
    if count == wrong.size:
        words = "every entry differs"
    lead = f"{what}: {words} from what is expected."
    return Difference("value", lead, pattern, details, question)


def _compare_mappings(
    got: object, expected: Mapping[Any, Any], what: str, rules: _Rules
) -> Difference:
    if not isinstance(got, Mapping):
        return _type_difference(got, "a dict", what)
    if set(got) != set(expected):
        names = ", ".join(describe.shorten(key) for key in expected)
        missing = ", ".join(describe.shorten(key) for key in expected if key not in got)
        more = sum(key not in expected for key in got)
        # The other keys are not named: they may spell what the function was given.
        said = [f"no {missing}"] if missing else []
        said += [f"{more} other{'s'[: more - 1]}"] if more else []
        return Difference("shape", f"{what}: expected the keys {names}, got {' and '.join(said)}.")
    return _worst(
        [_compare(got[key], expected[key], f"{what}[{key!r}]", rules) for key in expected]
    )


def _compare_lists(got: object, expected: Sequence[Any], what: str, rules: _Rules) -> Difference:
    if not isinstance(got, (list, tuple)):
        return _type_difference(got, describe.name(expected), what)
    if len(got) != len(expected):
        kind = "tuple" if isinstance(expected, tuple) else "list"
        return Difference(
            "shape",
            f"{what}: expected a {kind} of {len(expected)}, got {len(got)}.",
            question="What does the text ask you to return, and in which order?",
        )
    return _worst(
        [
            _compare(one, other, f"{what}, element {i} of {len(expected)}", rules)
            for i, (one, other) in enumerate(zip(got, expected, strict=True), start=1)
        ]
    )


def _compare_iterates(
    got: object, expected: Sequence[Any] | NDArray[Any], what: str, rules: _Rules
) -> Difference:
    is_number = isinstance(got, np.ndarray) and got.ndim == 0
    if not isinstance(got, (list, tuple, np.ndarray)) or is_number:
        return _type_difference(got, f"a list or an array of {len(expected)} iterates", what)
    if len(got) != len(expected):
        question = "Does the list begin with the start, and end with the last point?"
        lead = f"{what}: expected {len(expected)} iterates, got {len(got)}."
        return Difference("shape", lead, question=question)
    rules = replace(rules, sequence=False)
    found = [
        _compare(one, other, f"{what}, iterate {i} of {len(expected)}", rules)
        for i, (one, other) in enumerate(zip(got, expected, strict=True), start=1)
    ]
    worst = _worst(found)
    wrong = sum(not difference.same for difference in found)
    if worst.kind != "value" or len(got) == 1:
        return worst
    if all(np.array_equal(one, got[0]) for one in got):
        question = "Are these copies, or the same array stored again and again?"
        return replace(worst, evidence=("All iterates are identical.",), question=question)
    count = f"{wrong} of {len(got)} iterates differ, this one is the first."
    return replace(worst, evidence=(count, *worst.evidence))


def _worst(found: list[Difference]) -> Difference:
    """The first real difference; else the first that is a matter of precision; else none."""
    for difference in found:
        if difference.kind not in ("same", "float32"):
            return difference
    return next((difference for difference in found if not difference.same), _SAME)
