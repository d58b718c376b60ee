"""Words for the difference of two arrays: what kind of value, where they differ, in what pattern.

Everything but `sizes` may be read by a student of a hidden check: it names shapes, counts,
indices and the student's own numbers, never a number made from an expected one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAMES = {
    bool: "a truth value",
    np.bool_: "a truth value",
    int: "an integer",
    float: "a number",
    complex: "a complex number",
    str: "text",
    bytes: "bytes",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
}
_PATTERN_RTOL = 1e-9  # a pattern is told only where it holds as well as a right answer would


def name(value: object) -> str:
    """What a value is, in words: "a tuple of 2", "an array of shape (3,) and dtype int64"."""
    if value is None:
        return "None (nothing was returned)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (list, tuple)):
        return f"{_NAMES[list if isinstance(value, list) else tuple]} of {len(value)}"
    for kind, words in _NAMES.items():
        if type(value) is kind:
            return words
    if isinstance(value, np.generic):
        return f"a numpy {type(value).__name__}"
    # What stands for an object elsewhere says what that is: its own type would be no help.
    stands_for = getattr(type(value), "stands_for", "")
    return stands_for or f"an object of type {type(value).__name__}"


def shorten(value: object) -> str:
    """A key or a word as it is written in code, in at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def index(flat: int, shape: tuple[int, ...]) -> str:
    """The index of an entry as it is written in code: "[2, 1]"."""
    return "[" + ", ".join(str(int(i)) for i in np.unravel_index(flat, shape)) + "]"


def shapes(got: tuple[int, ...], expected: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """What may have happened to a shape, and a question about it."""
    axes = "Which axis does each number belong to?"
    if not got:
        return ("A single number cannot hold them all.",), "Over which axes do you sum?"
    if got == expected[::-1]:
        return ("The axes are swapped: the array may be transposed.",), axes
    if tuple(n for n in got if n != 1) == tuple(n for n in expected if n != 1):
        if len(got) > len(expected):
            hint = (
                "It has an axis of length 1 too many: a trailing reshape or ravel may be missing."
            )
        elif len(got) < len(expected):
            hint = "An axis of length 1 is missing: a reshape or keepdims=True may be."
        else:
            hint = "The axis of length 1 is in another place."
        return (hint,), axes
    if len(got) != len(expected):
        question = "Did two arrays broadcast against each other?"
        if len(got) < len(expected):
            question = "Over which axes do you sum, and which should be kept?"
        return (f"It has {_axes(len(got))}, expected {len(expected)}.",), question
    if sorted(got) == sorted(expected):
        return ("The axes are in another order.",), axes
    wrong = [i for i, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b]
    return (f"The length differs along axis {', '.join(map(str, wrong))}.",), axes


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def nonfinite(got: NDArray[Any], broken: NDArray[np.bool_]) -> str:
    """How many entries are nan or inf, and where: "nan in 3 of 50 entries, first at [2, 1]"."""
    if got.ndim == 0:
        return f"the number is {float(got.real):g}"
    kinds = [
        ("nan", broken & np.isnan(got)),
        ("inf", broken & np.isinf(got)),
    ]
    parts = []
    for word, mask in kinds:
        count = int(mask.sum())
        if count:
            first = index(int(np.flatnonzero(mask)[0]), got.shape)
            of = (
                f"all {got.size} entries" if count == got.size else f"{count} of {got.size} entries"
            )
            parts.append(f"{word} in {of}" + ("" if count == got.size else f", first at {first}"))
    return " and ".join(parts)


def pattern(
    got: NDArray[Any], expected: NDArray[Any], wrong: NDArray[np.bool_]
) -> tuple[tuple[str, ...], str]:
    """What is regular about a difference, where it is, and a question about it."""
    if got.dtype.kind == "b":
        got = got.astype(np.int8)
    if expected.dtype.kind == "b":
        expected = expected.astype(np.int8)
    number = got.ndim == 0
    if _agree(-1.0 * got, expected):
        return (
            f"The sign is wrong: the {'size agrees' if number else 'sizes all agree'}.",
        ), "Which way is uphill, and which way is downhill?"
    if number:
        return (), "On which input of two or three numbers can you work it out by hand?"
    if not got.any():
        return ("Every entry is 0.",), "Is the array filled in anywhere after it is created?"
    if got.ndim == 2 and got.shape[0] == got.shape[1] and _agree(got.T, expected):
        return ("It is transposed.",), "Which axis does each number belong to?"
    place, question = _place(wrong)
    where = (*place, *_where(got, expected, wrong))
    return _relation(got, expected) or (where, question)


def _relation(got: NDArray[Any], expected: NDArray[Any]) -> tuple[tuple[str, ...], str] | None:
    """A relation that holds for all entries."""
    factor = _factor(got, expected)
    if factor is not None:
        return (
            "Every entry is off by the same factor.",
        ), "Is it a sum or a mean, and over what? Is a constant missing, or there twice?"
    difference = got.astype(float) - expected if got.dtype.kind != "c" else got - expected
    if got.size > 2 and _agree(difference, np.full_like(difference, difference.flat[0])):
        return (
            "Every entry is off by the same amount.",
        ), "Which number is added to, or taken from, all of them?"
    if _agree(np.abs(got), np.abs(expected)):
        return ("The sizes all agree, some signs do not.",), "Where can a sign be lost?"
    if got.size > 2 and _agree(np.sort(got, axis=None), np.sort(expected, axis=None)):
        return (
            "It holds the right numbers in another order.",
        ), "Which axis does each number belong to, and which comes first?"
    return None


def _place(wrong: NDArray[np.bool_]) -> tuple[tuple[str, ...], str]:
    """Whether the wrong entries are some rows or columns of a matrix."""
    question = "What do the entries that differ have in common?"
    if wrong.sum() == 1 and wrong.size > 1:
        return (
            f"Only the entry at {index(int(np.argmax(wrong)), wrong.shape)} differs.",
        ), question
    if wrong.ndim != 2 or min(wrong.shape) == 1 or wrong.all():
        return (), question
    for axis, line in ((1, "row"), (0, "column")):
        lines = np.flatnonzero(wrong.any(axis=axis))
        count = wrong.shape[1 - axis]
        if len(lines) == 1:
            last = lines[0] == count - 1
            which = f"the last {line} ({line} {lines[0]})" if last else f"{line} {lines[0]}"
            if line == "row" and last:
                question = "Is the last row (a bias?) to be treated like the others?"
            return (f"Only {which} differs.",), question
        if 1 < len(lines) <= min(3, count - 1):
            return (f"Only the {line}s {', '.join(map(str, lines))} differ.",), question
    if not wrong[~np.eye(*wrong.shape, dtype=np.bool_)].any():
        return ("Only the diagonal differs.",), question
    return (), question


def _where(got: NDArray[Any], expected: NDArray[Any], wrong: NDArray[np.bool_]) -> tuple[str, ...]:
    flat = np.flatnonzero(wrong)
    if len(flat) == 1:
        return ()
    size = np.where(wrong, np.abs(got.astype(complex) - expected), -1.0)
    largest = index(int(np.argmax(size)), got.shape)
    first = index(int(flat[0]), got.shape)
    if first == largest:
        return (f"The first and the largest difference is at {first}.",)
    return (f"The first difference is at {first}, the largest at {largest}.",)


def _agree(one: NDArray[Any], other: NDArray[Any]) -> bool:
    bound = _PATTERN_RTOL * float(np.max(np.abs(other), initial=0.0))
    return 0 < bound < np.inf and bool(np.max(np.abs(one - other), initial=0.0) <= bound)


def _factor(got: NDArray[Any], expected: NDArray[Any]) -> float | None:
    """The number that `expected` times it gives `got`, if there is one; needs two entries."""
    if got.dtype.kind == "c" or np.count_nonzero(expected) < 2:
        return None
    scale = float(np.max(np.abs(expected)))
    if not np.isfinite(scale):
        return None
    unit = expected / scale
    factor = float(np.vdot(unit, got) / np.vdot(unit, unit))
    found = np.isfinite(factor) and _agree(got.astype(float), factor * unit)
    return factor / scale if found else None


def sizes(got: NDArray[Any], expected: NDArray[Any]) -> tuple[str, ...]:
    """Sizes of a difference in two digits: for feedback that may show numbers."""
    finite = np.isfinite(expected)
    scale = float(np.max(np.abs(expected), where=finite, initial=0.0))
    if got.dtype.kind in "biu" and expected.dtype.kind in "biu":
        return ()
    if not scale or not finite.all():  # nothing to relate a difference to
        return ()
    largest = float(np.max(np.abs(got / scale - expected / scale), initial=0.0))
    if got.ndim == 0:
        return (f"The relative difference is {largest:.1e}.",)
    lines = [f"The largest difference is {largest:.1e} of the largest expected entry."]
    factor = _factor(got, expected)
    if factor is not None:
        lines.append(f"The factor is {factor:.2g}.")
    return tuple(lines)
