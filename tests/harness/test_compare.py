"""The comparison: what it lets pass, what it calls the rest, and what its words give away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from grader.numerics import Difference, compare

R = np.random.default_rng(7).normal(size=(5, 3))


def changed(where: Any, by: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A copy of R, changed in one place."""
    array: np.ndarray[Any, np.dtype[np.float64]] = R.copy()
    array[where] += by
    return array


def words(difference: Difference) -> str:
    return " ".join((difference.lead, *difference.evidence, difference.question))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(R * (1 + 2e-15), R, id="another order of summation"),
        pytest.param(changed((2, 1), 4e-10), R, id="one entry, within the largest of its column"),
        pytest.param(np.float64(0.5), 0.5, id="numpy number"),
        pytest.param(np.array(0.5), 0.5, id="array of no axis"),
        pytest.param(2, 2.0, id="integer for a real number"),
        pytest.param(10 ** (-13), 0.0, id="absolute 1e-12"),
        pytest.param(np.array([1, 2], np.int32), np.array([1, 2]), id="any integer dtype"),
        pytest.param(np.array([np.inf, 1.0]), np.array([np.inf, 1.0]), id="expected inf"),
        pytest.param([1.0, R], (1.0, R), id="list for a tuple"),
        pytest.param({"a": R}, {"a": R.copy()}, id="dict"),
        pytest.param(None, None, id="nothing"),
        pytest.param(np.bool_(1), True, id="numpy truth value"),
        pytest.param(np.zeros((0, 3)), np.zeros((0, 3)), id="empty"),
    ],
)
def test_right_answers_in_another_style_agree(got: object, expected: object) -> None:
    assert compare(got, expected).same


@pytest.mark.parametrize(
    ("got", "expected", "kind"),
    [
        pytest.param(None, R, "type", id="forgotten return"),
        pytest.param(R.tolist(), R, "type", id="list for an array"),
        pytest.param(True, 1.0, "type", id="a truth value is no number"),
        pytest.param("1", 1.0, "type", id="text"),
        pytest.param(1j, 1.0, "type", id="complex number"),
        pytest.param(np.array([0.5]), 0.5, "shape", id="array for a number"),
        pytest.param(R.T, R, "shape", id="transposed"),
        pytest.param(R.astype(int), R, "dtype", id="cut to integers"),
        pytest.param(np.array([1.0, 2.0]), np.array([1, 2]), "dtype", id="real predictions"),
        pytest.param(R > 0, R, "dtype", id="truth values"),
        pytest.param(R + 0j, R, "dtype", id="complex array"),
        pytest.param(float("nan"), 1.0, "nonfinite", id="nan"),
        pytest.param(10**400, 1.0, "nonfinite", id="an integer beyond all floats"),
        pytest.param(changed((2, 1), np.inf), R, "nonfinite", id="inf"),
        pytest.param(np.zeros(2), np.array([np.inf, 0.0]), "value", id="expected inf missing"),
        pytest.param(1 + 3e-9, 1.0, "value", id="number"),
        pytest.param(3e-12, 0.0, "value", id="number near 0"),
        pytest.param(np.array([1e308]), np.array([-1e308]), "value", id="overflow in between"),
        pytest.param([1.0], [1.0, 2.0], "shape", id="length of a list"),
        pytest.param({"b": 1}, {"a": 1}, "shape", id="keys"),
        pytest.param((1.0, R + 1), (1.0, R), "value", id="second of two"),
    ],
)
def test_wrong_answers_are_called_by_their_kind(got: object, expected: object, kind: str) -> None:
    difference = compare(got, expected, what="the answer")

    assert difference.kind == kind
    assert difference.lead.startswith("the answer")


def test_float32_is_right_in_single_precision() -> None:
    single = R.astype(np.float32)

    assert compare(single, R).kind == "float32"
    assert compare(single.astype(float), R).kind == "float32", "converted back at the end"
    assert compare(np.float32(1 / 3), 1 / 3).kind == "float32"


def test_errors_of_the_size_of_float32_in_float64_are_wrong() -> None:
    """log(p + 1e-8) and a misplaced epsilon live in the same band."""
    assert compare(R * (1 + 1e-7), R).kind == "value"
    assert compare(R * (1 + 1e-4), R).kind == "value"
    assert compare((R * (1 + 1e-3)).astype(np.float32), R).kind == "value"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(R.astype(np.float32) + 1e-7 * R, R, id="a step in float32"),
        pytest.param(1 / 3 + 1e-8, 1 / 3, id="a small number added"),
        pytest.param([R, R * (1 + 1e-7)], [R, R], id="one of two"),
    ],
)
def test_what_is_right_in_its_first_digits_is_told(got: Any, expected: Any) -> None:
    difference = compare(got, expected)

    assert difference.kind == "value"
    assert "The first digits are right" in words(difference)
    assert "single precision" in difference.question


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(R * (1 + 1e-4), R, id="off by more"),
        pytest.param(changed((2, 1), 1e-3), R, id="one entry"),
        pytest.param(np.array([1e6, 2.0]), np.array([1e6, 1.0]), id="beside a large one"),
        pytest.param(np.array([1e6, -1.0]), np.array([1e6, 1.0]), id="a wrong sign"),
        pytest.param(0.3334, 1 / 3, id="a number"),
    ],
)
def test_of_what_is_off_by_more_nothing_is_said_of_digits(got: Any, expected: Any) -> None:
    assert "digits" not in words(compare(got, expected))


def test_expected_float32_is_compared_as_float32() -> None:
    assert compare(R, R.astype(np.float32)).same


@pytest.mark.parametrize("where", [(slice(None), 1), (-1,)], ids=["column", "last row"])
def test_small_block_cannot_hide_behind_a_large_one(where: Any) -> None:
    expected = 1e6 * R
    expected[where] = R[where]
    got = expected.copy()
    got[where] *= 1 + 1e-5

    assert compare(got, expected).kind == "value"


def test_rounding_of_the_whole_is_not_minded_in_a_small_block() -> None:
    """What is left of a column by cancellation carries the rounding of the others."""
    expected = R.copy()
    expected[:, 1] = 1e-15

    got = expected.copy()
    got[:, 1] = -1e-15
    assert compare(1e6 * got, 1e6 * expected, atol=0.0).same


@pytest.mark.parametrize(
    ("got", "hint"),
    [
        pytest.param(changed(-1, 1.0), "Only the last row", id="last row"),
        pytest.param(changed((slice(None), 1), 1.0), "Only column 1", id="column"),
        pytest.param(changed((2, 1), 1.0), "Only the entry at [2, 1]", id="entry"),
        pytest.param(changed(slice(1, 3), 1.0), "Only the rows 1, 2", id="rows"),
        pytest.param(2 * R, "off by the same factor", id="factor"),
        pytest.param(-R, "The sign is wrong", id="negated"),
        pytest.param(R + 1, "off by the same amount", id="constant"),
        pytest.param(0 * R, "Every entry is 0", id="zeros"),
        pytest.param(np.abs(R), "some signs do not", id="signs"),
        pytest.param(R[::-1].copy(), "in another order", id="order"),
        pytest.param((1.01 * R).astype(np.float32), "float32", id="dtype"),
    ],
)
def test_patterns_of_a_difference_are_named(got: object, hint: str) -> None:
    assert hint in words(compare(got, R))


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((3, 5), "transposed"),
        ((5, 3, 1), "a trailing reshape or ravel may be missing"),
        ((5,), "It has 1 axis, expected 2"),
        ((5, 4), "along axis 1"),
    ],
)
def test_shapes_come_with_a_hint(shape: tuple[int, ...], hint: str) -> None:
    difference = compare(np.zeros(shape), R, what="the gradient")

    assert difference.lead == f"the gradient: expected shape (5, 3), got {shape}."
    assert hint in words(difference)
    assert difference.question


def test_transposed_square_array_is_recognised() -> None:
    assert "It is transposed." in compare(R[:3].T, R[:3]).evidence


def test_axes_of_length_one_may_be_ignored() -> None:
    assert compare(R[:, :1], R[:, 0]).kind == "shape"
    assert compare(R[:, :1], R[:, 0], exact_shape=False).same


def test_nan_is_counted_and_placed() -> None:
    got = R.copy()
    got[2, 1] = got[4, 0] = np.nan

    lead = compare(got, R, what="the gradient").lead

    assert lead == "the gradient: nan in 2 of 15 entries, first at [2, 1]."


def test_iterates_may_be_a_list_or_an_array() -> None:
    path = [R[0], R[1], R[2]]

    assert compare(np.stack(path), path, sequence=True).same
    assert compare(tuple(path), np.stack(path), sequence=True).same
    assert compare(np.stack(path), path).kind == "type"


def test_wrong_iterate_is_named() -> None:
    difference = compare([R[0], R[1], R[1]], list(R[:3]), sequence=True, what="the path")

    assert difference.lead.startswith("the path, iterate 3 of 3:")
    assert "1 of 3 iterates differ, this one is the first." in difference.evidence


def test_one_array_stored_again_and_again_is_recognised() -> None:
    difference = compare([R[2]] * 3, list(R[:3]), sequence=True)

    assert difference.evidence == ("All iterates are identical.",)
    assert "copies" in difference.question


def test_number_of_iterates_is_compared() -> None:
    lead = compare(list(R), list(R[1:]), sequence=True, what="the path").lead

    assert lead == "the path: expected 4 iterates, got 5."


def test_precision_does_not_hide_a_wrong_element() -> None:
    assert compare((R.astype(np.float32), 2.0), (R, 1.0)).kind == "value"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (R + 0.37, R),
        (-R, R),
        (17.25 * R, R),
        (changed(1, 0.3), R),
        (-81.7625, 81.7625),
        (81.0, 81.7625),
        (np.array([3, 1]), np.array([8171, 1])),
        ("wrong", "right"),
        ({"loss": 1.5}, {"loss": 81.7625}),
    ],
)
def test_words_hold_no_number_of_an_expected_value(got: object, expected: object) -> None:
    """Not even the answer's own: "the sign is wrong" would make it the expected value."""
    difference = compare(got, expected)

    for number in re.findall(r"\d+\.?\d*(?:e-?\d+)?", words(difference)):
        assert re.fullmatch(r"\d{1,2}", number), f"{number!r} is no count and no index"
    assert "right" not in words(difference)


def test_details_have_two_digits() -> None:
    details = compare(R * 1.23456789, R).details

    assert details == (
        "The largest difference is 2.3e-01 of the largest expected entry.",
        "The factor is 1.2.",
    )


def test_what_is_no_data_cannot_be_expected() -> None:
    with pytest.raises(TypeError, match="expected data to compare with, got object"):
        compare(1.0, object())
