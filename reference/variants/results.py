"""What may happen to a right value and a right gradient before they are returned."""

# ruff: noqa: D103 - what a variant does stands in what it says

from __future__ import annotations

import numpy as np

from grader.feedback.variants import Variants
from reference.losses import Array

variants = Variants()

LOSSES = (
    "losses.svm_loss_naive",
    "losses.svm_loss_vectorized",
    "losses.softmax_loss_naive",
    "losses.softmax_loss_vectorized",
    "regularization.full_loss",
)
FRACTIONS = (*LOSSES, "regularization.l2", "regularization.elastic_net")
PAIRS = (*FRACTIONS, "regularization.l1")


@variants.convention(
    LOSSES, says="The result is right, as far as float32 goes; the text has float64."
)
def single_precision(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return np.float32(value), slope.astype(np.float32)


@variants.mistake(
    PAIRS,
    says="The result has half precision: three digits.",
    hint="Which dtype do your arrays have, from the first line to the last?",
)
def half_precision(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return np.float16(value), slope.astype(np.float16)


@variants.mistake(
    PAIRS,
    says="The gradient has the wrong sign, in all of its terms.",
    hint="If an entry of W grows where your gradient is positive, does the value rise?",
)
def opposite(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, -slope


@variants.mistake(
    PAIRS,
    says="The value has the wrong sign, the gradient does not.",
    hint="Can this number be negative?",
)
def negative(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return -value, slope


@variants.mistake(
    PAIRS,
    says="The gradient is transposed.",
    hint="What shape has a gradient?",
)
def transposed(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, slope.T


@variants.mistake(
    PAIRS,
    says="The gradient is flat: it has lost the shape of W.",
    hint="What shape has a gradient?",
)
def flattened(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, slope.ravel()


@variants.mistake(
    PAIRS,
    says="The gradient is zero.",
    hint="Does the value stay the same when W changes?",
)
def no_gradient(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, np.zeros_like(slope)


@variants.mistake(
    PAIRS,
    says="The gradient is summed up to one number.",
    hint="How many entries of W can be moved, each by itself?",
)
def summed_gradient(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, float]:
    value, slope = right
    return value, float(np.sum(slope))


@variants.mistake(
    LOSSES,
    says="The large entries of the gradient are cut off.",
    hint="Did you change the result after computing it?",
)
def clipped(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, np.clip(slope, -1.0, 1.0)


@variants.mistake(
    LOSSES,
    says="The gradient is scaled to the norm 1.",
    hint="Did you change the result after computing it?",
)
def normalized(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, slope / np.linalg.norm(slope)


@variants.mistake(
    FRACTIONS,
    says="The gradient is cut off to whole numbers.",
    hint="What can the array hold that you fill: which dtype has it?",
)
def whole_numbers(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, np.trunc(slope)


@variants.mistake(
    FRACTIONS,
    says="The gradient is an array of integers, which cannot hold fractions.",
    hint="Which dtype has your gradient?",
)
def integers(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, slope.astype(np.int64)


@variants.mistake(
    PAIRS,
    says="The value is rounded.",
    hint="Did you change the result after computing it?",
)
def rounded_value(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return round(float(value), 2), slope


@variants.mistake(
    FRACTIONS,
    says="The entries of the gradient are rounded.",
    hint="Did you change the result after computing it?",
)
def rounded_gradient(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[float, Array]:
    value, slope = right
    return value, np.round(slope, 2)


@variants.mistake(
    PAIRS,
    says="The value and the gradient are returned in the wrong order.",
    hint="What comes first, by the text: the number or the array?",
)
def swapped(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[Array, float]:
    value, slope = right
    return slope, value


@variants.mistake(
    PAIRS,
    says="The function returns its value only, without the gradient.",
    hint="How many things does the function return, by the text?",
)
def value_only(right: tuple[float, Array], *_arguments: Array, **_settings: float) -> float:
    value, _ = right
    return value


@variants.mistake(
    PAIRS,
    says="The function returns the gradient only.",
    hint="How many things does the function return, by the text?",
)
def gradient_only(right: tuple[float, Array], *_arguments: Array, **_settings: float) -> Array:
    _, slope = right
    return slope


@variants.mistake(
    PAIRS,
    says="The value is an array with an axis, not a number.",
    hint="Over which axes does the sum go, and which does it leave?",
)
def value_with_an_axis(
    right: tuple[float, Array], *_arguments: Array, **_settings: float
) -> tuple[Array, Array]:
    value, slope = right
    return np.array([value]), slope
