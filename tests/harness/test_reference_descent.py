"""The reference's paths downhill: closed forms, first steps by hand, the book's printed ends."""

import math
from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from reference import descent, functions
from reference.descent import Array

ALL: dict[str, Callable[..., list[Array]]] = {
    "plain": descent.gradient_descent,
    "momentum": descent.gradient_descent_momentum,
    "nesterov": descent.gradient_descent_nesterov,
    "adagrad": descent.gradient_descent_adagrad,
    "adadelta": descent.gradient_descent_adadelta,
    "rmsprop": descent.gradient_descent_rmsprop,
    "adam": descent.gradient_descent_adam,
}
EVERY = pytest.mark.parametrize("walk", ALL.values(), ids=ALL.keys())

# Some ten steps of a few operations each; the errors do not grow on these gentle slopes.
STEPS = 1e-12


def beale_gradient(point: Array) -> Array:
    """Slopes of Beale's function, in plain floats: written out anew and quick."""
    x, y = point.tolist()
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y**3
    return np.array(
        [
            2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y**3 - 1),
            2 * a * x + 4 * b * x * y + 6 * c * x * y * y,
        ]
    )


def slope(g: float | list[float]) -> Callable[[Array], Array]:
    """A gradient which is the same everywhere."""
    return lambda _: np.array(g)


def test_plain_descent_finds_the_minimum_of_the_cubic_as_the_book_prints_it() -> None:
    path = descent.gradient_descent(functions.cubic_gradient, 1.0, 0.01, 200)

    # Near the minimum each step shrinks errors, so the book's sixteen digits return.
    assert_allclose(path[-1], 2.999999999256501, rtol=1e-14)
    # It stops before its 200 steps, because the slope there is below 1e-8.
    assert len(path) == 177
    assert abs(3 * path[-2] ** 2 - 6 * path[-2] - 9) >= 1e-8


@pytest.mark.parametrize(
    ("walk", "end"),
    [
        (partial(descent.gradient_descent, alpha=5e-6), [2.70735828, 0.41689171]),
        (
            partial(descent.gradient_descent_momentum, alpha=5e-6, gamma=0.8),
            [2.96324633, 0.49067782],
        ),
    ],
    ids=["plain", "momentum"],
)
def test_three_hundred_thousand_steps_on_beale_end_where_the_book_ends(
    walk: Callable[..., list[Array]], end: list[float]
) -> None:
    path = walk(beale_gradient, np.array([3.0, 4.0]), iterations=300_000)

    # The book prints eight decimals; both walks contract, so rounding does not spread.
    assert_allclose(path[-1], end, rtol=0, atol=5.1e-9)
    assert len(path) == 300_001


def test_given_gradient_of_beale_is_the_one_of_these_tests() -> None:
    for point in np.random.default_rng(0).uniform(-2, 2, (5, 2)):
        # Sums of six products of size up to 100.
        assert_allclose(functions.beale_gradient(point), beale_gradient(point), rtol=0, atol=1e-12)


def test_plain_descent_on_a_bowl_has_its_closed_form() -> None:
    start, curvature = np.array([-2.4, 0.2]), np.array([1 / 8, 18.0])

    path = descent.gradient_descent(functions.bowl_gradient, start, 0.1, iterations=30)

    k = np.arange(31)[:, np.newaxis]
    assert_allclose(path, (1 - 0.1 * curvature) ** k * start, rtol=STEPS)


def test_momentum_on_a_parabola_has_its_two_term_recurrence() -> None:
    """x⁺ = x - αx + γ(x - x⁻): without any velocity."""
    path = descent.gradient_descent_momentum(lambda x: x, 1.0, 0.3, gamma=0.7, iterations=20)

    expected = [1.0, 0.7]
    while len(expected) < 21:
        expected.append(expected[-1] * (1 - 0.3) + 0.7 * (expected[-1] - expected[-2]))
    assert_allclose(path, expected, rtol=0, atol=STEPS)


def test_nesterov_on_a_parabola_has_its_two_term_recurrence() -> None:
    """x⁺ = (1 - α) z with z = x + γ(x - x⁻), the point that looks ahead."""
    path = descent.gradient_descent_nesterov(lambda x: x, 1.0, 0.3, gamma=0.7, iterations=20)

    expected = [1.0, 0.7]
    while len(expected) < 21:
        expected.append((1 - 0.3) * (expected[-1] + 0.7 * (expected[-1] - expected[-2])))
    assert_allclose(path, expected, rtol=0, atol=STEPS)


def test_nesterov_stops_on_the_slope_where_it_stands() -> None:
    """From 1 by 0.1 to 0.9; the point ahead is then 0.85."""
    flat_here = descent.gradient_descent_nesterov(
        lambda x: np.where(abs(x - 0.9) < 1e-9, 0.0, 1.0), 1.0, 0.1, gamma=0.5, iterations=5
    )
    flat_ahead = descent.gradient_descent_nesterov(
        lambda x: np.where(abs(x - 0.85) < 1e-9, 0.0, 1.0), 1.0, 0.1, gamma=0.5, iterations=5
    )

    assert_allclose(flat_here, [1.0, 0.9], rtol=STEPS)
    assert_allclose(flat_ahead, [1.0, 0.9, 0.85], rtol=STEPS)


# A slope of 1e3 makes the 1e-8 and the 1e-6 of the rules smaller than the tolerances below.
STEEP = np.array([1e3, -4e3])


def first_steps(walk: Callable[..., list[Array]], count: int, **constants: float) -> Array:
    """What each of the first steps on a constant slope subtracts, divided by alpha."""
    path = walk(slope(STEEP.tolist()), np.zeros(2), alpha=0.5, iterations=count, **constants)
    steps: Array = -np.diff(path, axis=0) / 0.5
    return steps


@pytest.mark.parametrize(
    ("walk", "constants", "factors"),
    [
        # Adagrad from 0: 1/√t. From 1 the first would be g / √(1 + g²).
        (descent.gradient_descent_adagrad, {}, [1.0, 2**-0.5, 3**-0.5]),
        # RMSprop from 0: v = (1 - βᵗ) g².
        (
            descent.gradient_descent_rmsprop,
            {"beta": 0.75},
            [2.0, (1 - 0.75**2) ** -0.5, (1 - 0.75**3) ** -0.5],
        ),
        (descent.gradient_descent_rmsprop, {}, [10**0.5, 0.19**-0.5, 0.271**-0.5]),
        # Adam corrects both averages to g and g².
        (descent.gradient_descent_adam, {}, [1.0, 1.0, 1.0]),
        (descent.gradient_descent_adam, {"beta_1": 0.5, "beta_2": 0.3}, [1.0, 1.0, 1.0]),
    ],
    ids=["adagrad", "rmsprop", "rmsprop_defaults", "adam_defaults", "adam"],
)
def test_first_steps_on_a_constant_slope(
    walk: Callable[..., list[Array]], constants: dict[str, float], factors: list[float]
) -> None:
    steps = first_steps(walk, 3, **constants)

    # 1e-8 beside 1e3 is 1e-11.
    assert_allclose(steps, np.outer(factors, np.sign(STEEP)), rtol=1e-10)


def test_adadelta_starts_with_the_root_of_its_small_constant() -> None:
    """E = (1-ρ) g², δ₁ = √(1e-6 / (1-ρ)) sign g; then U = (1-ρ) δ₁² = 1e-6."""
    steps = first_steps(descent.gradient_descent_adadelta, 2)

    first, second = math.sqrt(1e-6 / 0.1), math.sqrt(2e-6 / 0.19)
    # 1e-6 beside 1e5 in the root.
    assert_allclose(steps, np.outer([first, second], np.sign(STEEP)), rtol=1e-10)


def test_adadelta_averages_the_update_before_alpha() -> None:
    """On a constant slope alpha stretches the path and changes nothing else."""
    one = descent.gradient_descent_adadelta(slope(2.0), 0.0, alpha=1.0, iterations=6)
    tenth = descent.gradient_descent_adadelta(slope(2.0), 0.0, alpha=0.1, iterations=6)

    assert_allclose(np.array(tenth) * 10, one, rtol=STEPS)


@pytest.mark.parametrize(
    ("walk", "g", "first"),
    [
        (descent.gradient_descent_adagrad, 1e-8, 1 / 2),
        (partial(descent.gradient_descent_rmsprop, beta=0.75), 1e-8, 1 / 1.5),
        (descent.gradient_descent_adam, 1e-8, 1 / 2),
        (descent.gradient_descent_adadelta, 1e-3, math.sqrt(1e-6 / (1e-7 + 1e-6)) * 1e-3),
    ],
    ids=["adagrad", "rmsprop", "adam", "adadelta"],
)
def test_small_slopes_show_the_fixed_constants(
    walk: Callable[..., list[Array]], g: float, first: float
) -> None:
    """With g = 1e-8 a constant inside the root, or one from `epsilon`, gives another step."""
    path = walk(slope(g), 0.0, alpha=1.0, iterations=1, epsilon=1e-30)

    assert_allclose(-path[1], first, rtol=1e-9)


def test_adam_takes_two_different_gradients_as_computed_by_hand() -> None:
    """Slopes 2 and 1, β₁ = 0.5, β₂ = 0.75: m̂ = 2 and 1/0.75, v̂ = 4 and 1/0.4375."""
    path = descent.gradient_descent_adam(
        lambda x: np.where(x == 0.0, 2.0, 1.0), 0.0, 0.1, beta_1=0.5, beta_2=0.75, iterations=2
    )

    second = 0.1 * (1.0 / 0.75) / math.sqrt(1.0 / 0.4375)
    assert_allclose(path, [0.0, -0.1, -0.1 - second], rtol=1e-8)


def test_rmsprop_and_adagrad_take_two_different_gradients_as_computed_by_hand() -> None:
    def df(x: Array) -> Array:
        return np.where(x == 0.0, 3.0, 4.0)

    adagrad = descent.gradient_descent_adagrad(df, 0.0, 0.1, iterations=2)
    rmsprop = descent.gradient_descent_rmsprop(df, 0.0, 0.1, beta=0.5, iterations=2)

    # G = 9, 25;  v = 4.5, 10.25.
    assert_allclose(adagrad, [0.0, -0.1, -0.18], rtol=1e-8)
    first = 0.3 / math.sqrt(4.5)
    assert_allclose(rmsprop, [0.0, -first, -first - 0.4 / math.sqrt(10.25)], rtol=1e-8)


@EVERY
def test_a_path_starts_with_the_start_and_has_one_point_for_each_step(
    walk: Callable[..., list[Array]],
) -> None:
    start = np.array([1.0, 1.0])

    path = walk(beale_gradient, start, alpha=1e-3, iterations=10)

    assert len(path) == 11
    assert_array_equal(path[0], start)
    assert len(walk(beale_gradient, start, iterations=0)) == 1


@EVERY
def test_points_share_no_memory_with_each_other_or_with_the_start(
    walk: Callable[..., list[Array]],
) -> None:
    start = np.array([1.0, 1.0])
    start.flags.writeable = False

    path = walk(beale_gradient, start, alpha=1e-3, iterations=10)

    assert not any(np.shares_memory(a, b) for a, b in combinations([start, *path], 2))
    assert start.tobytes() == np.ones(2).tobytes()


@EVERY
def test_a_stationary_start_is_the_whole_path(walk: Callable[..., list[Array]]) -> None:
    path = walk(functions.cubic_gradient, 3.0)

    assert path == [3.0]


@EVERY
def test_epsilon_only_cuts_the_path(walk: Callable[..., list[Array]]) -> None:
    """The walk ends before a step where every slope is below epsilon; the points are the same."""
    start = np.array([1.0, -2.0])

    def df(x: Array) -> Array:
        return np.array([1.0, 2.0]) * x

    whole = walk(df, start, alpha=0.05, iterations=300)
    slopes = [np.max(np.abs(df(x))) for x in whole]
    # Just above the slope at the eighth point: no point before it is so flat.
    threshold = float(min(slopes[:9])) * (1 + 1e-9)
    cut = walk(df, start, alpha=0.05, iterations=300, epsilon=threshold)

    expected = next(k for k, s in enumerate(slopes) if s < threshold)
    assert 0 < expected <= 8
    assert_array_equal(cut, whole[: expected + 1])


@EVERY
def test_a_slope_of_exactly_epsilon_is_still_walked(walk: Callable[..., list[Array]]) -> None:
    assert len(walk(slope(-1.0), 0.0, iterations=3, epsilon=1.0)) == 4


@EVERY
def test_every_slope_must_be_small_to_stop(walk: Callable[..., list[Array]]) -> None:
    path = walk(slope([0.0, -1.0]), np.zeros(2), iterations=3)

    assert len(path) == 4
    # The flat direction stays where it is: 0 / (0 + 1e-8) is no nan.
    assert_array_equal(np.array(path)[:, 0], 0.0)


@EVERY
def test_floats_and_matrices_are_walked_entry_by_entry(walk: Callable[..., list[Array]]) -> None:
    start = np.array([[0.5, -1.0, 2.0], [3.0, 0.1, -0.7]])

    path = walk(lambda x: x + 0.3 * np.cos(x), start, alpha=0.1, iterations=5)

    assert path[-1].shape == (2, 3)
    for k in np.ndindex(2, 3):
        alone = walk(lambda x: x + 0.3 * np.cos(x), float(start[k]), alpha=0.1, iterations=5)
        assert all(isinstance(point, float) for point in alone)
        # numpy's cosine of an array and of a number may differ in the last bit.
        assert_allclose([point[k] for point in path], alone, rtol=STEPS)


@EVERY
def test_whole_numbers_as_a_start_do_not_stay_whole(walk: Callable[..., list[Array]]) -> None:
    path = walk(lambda x: x, np.array([3, -2]), alpha=0.1, iterations=2)

    assert all(point.dtype == np.float64 for point in path)
    assert not np.array_equal(path[1], path[0])


@EVERY
def test_walks_remember_nothing_of_an_earlier_walk(walk: Callable[..., list[Array]]) -> None:
    arguments: dict[str, Any] = {"x": np.array([1.0, 1.0]), "alpha": 1e-3, "iterations": 5}

    first = walk(beale_gradient, **arguments)
    walk(beale_gradient, np.array([0.3, 0.2]))
    second = walk(beale_gradient, **arguments)

    assert_array_equal(first, second)
