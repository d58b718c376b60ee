"""The reference's optimizers: first steps by hand, closed forms, state, and the book's ends."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from reference import descent, functions, optimizers
from reference.optimizers import Array, Optimizer

RULES: dict[str, Callable[..., Optimizer]] = {
    "SGD": optimizers.SGD,
    "Momentum": optimizers.Momentum,
    "Nesterov": optimizers.Nesterov,
    "Adagrad": optimizers.Adagrad,
    "RMSprop": optimizers.RMSprop,
    "Adadelta": optimizers.Adadelta,
    "Adam": optimizers.Adam,
    "AdaMax": optimizers.AdaMax,
    "Nadam": optimizers.Nadam,
    "AMSGrad": optimizers.AMSGrad,
}
EVERY = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())

# Beside slopes of 1e3 a constant of 1e-8 is 1e-11, and 1e-6 inside a root less.
CONSTANTS = 1e-10
STEEP = np.array([1e3, -4e3])


def moves(optimizer: Optimizer, gradients: list[Array]) -> Array:
    """What each step subtracts from the optimizer's one parameter."""
    (p,) = optimizer.parameters()
    points = [p.copy()]
    for g in gradients:
        optimizer.step([g])
        points.append(p.copy())
    subtracted: Array = -np.diff(points, axis=0)
    return subtracted


@pytest.mark.parametrize(
    ("rule", "constants", "factors"),
    [
        ("Adagrad", {}, [1.0, 2**-0.5]),
        ("RMSprop", {"beta": 0.75}, [2.0, (1 - 0.75**2) ** -0.5]),
        ("Adadelta", {}, [math.sqrt(1e-6 / 0.1), math.sqrt(2e-6 / 0.19)]),
        ("Adam", {}, [1.0, 1.0]),
        ("AMSGrad", {}, [1.0, 1.0]),
        ("AdaMax", {}, [1.0, 1.0]),
        # (1-β)/(1-βᵗ) + β(1-βᵗ)/(1-βᵗ⁺¹) with β = 0.9; torch's schedule would give others.
        ("Nadam", {}, [1 + 0.9 * 0.1 / 0.19, 0.1 / 0.19 + 0.9 * 0.19 / 0.271]),
    ],
    ids=["Adagrad", "RMSprop", "Adadelta", "Adam", "AMSGrad", "AdaMax", "Nadam"],
)
def test_first_steps_on_a_constant_slope_are_signs_times_known_factors(
    rule: str, constants: dict[str, float], factors: list[float]
) -> None:
    optimizer = RULES[rule]([np.zeros(2)], learning_rate=0.5, **constants)

    steps = moves(optimizer, [STEEP, STEEP])

    assert_allclose(steps / 0.5, np.outer(factors, np.sign(STEEP)), rtol=CONSTANTS)


@pytest.mark.parametrize(
    ("rule", "factors"),
    [("SGD", [1.0, 1.0]), ("Momentum", [1.0, 1.9]), ("Nesterov", [1.9, 1.0 + 0.9 * 1.9])],
)
def test_first_steps_of_the_linear_rules_are_multiples_of_the_slope(
    rule: str, factors: list[float]
) -> None:
    """The first tells Nesterov (1.9) from momentum (1) and from an average (0.1)."""
    steps = moves(RULES[rule]([np.zeros(2)], 0.5), [STEEP, STEEP])

    assert_allclose(steps / 0.5, np.outer(factors, STEEP), rtol=1e-14)


@pytest.mark.parametrize(
    ("rule", "second"),
    [
        # m̂ = 1 in each. v = 4.5, then 2.25, whose correction by 0.75 is 3.
        ("Adam", 1 / math.sqrt(3)),
        # The larger raw v, 4.5, corrected by 0.75; corrected before the maximum it would be 9.
        ("AMSGrad", 1 / math.sqrt(6)),
        # u = 3, then 1.5; m = 0.75.
        ("AdaMax", 1 / 1.5),
        # β₁ m / (1 - β₁³) = 0.375 / 0.875.
        ("Nadam", 0.375 / 0.875 / math.sqrt(3)),
    ],
)
def test_a_slope_of_three_and_then_none_as_computed_by_hand(rule: str, second: float) -> None:
    """β₁ = β₂ = 0.5: what is left of the first gradient in the second step."""
    optimizer = RULES[rule]([np.zeros(1)], learning_rate=1.0, beta_1=0.5, beta_2=0.5, epsilon=1e-12)

    steps = moves(optimizer, [np.array([3.0]), np.array([0.0])])

    assert_allclose(steps[1], second, rtol=1e-11)


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        # g = 1, epsilon = 3, everything else at its default.
        ("Adagrad", 1 / 4),
        ("RMSprop", 1 / (math.sqrt(0.1) + 3)),
        ("Adadelta", math.sqrt(3 / 3.1)),
        ("Adam", 1 / 4),
        ("AdaMax", 1 / 4),
        ("Nadam", (1 + 0.9 * 0.1 / 0.19) / 4),
        ("AMSGrad", 1 / 4),
    ],
)
def test_epsilon_stands_where_the_rule_says(rule: str, first: float) -> None:
    steps = moves(RULES[rule]([np.zeros(1)], learning_rate=1.0, epsilon=3.0), [np.ones(1)])

    assert_allclose(steps[0], first, rtol=1e-13)


def test_adamax_keeps_the_largest_slope_of_the_past() -> None:
    """Slopes 4 and 1 with β₂ = 0.5: u = 4, then max(2, 1)."""
    optimizer = optimizers.AdaMax([np.zeros(1)], 1.0, beta_1=0.0, beta_2=0.5, epsilon=1e-12)

    steps = moves(optimizer, [np.array([4.0]), np.array([1.0])])

    assert_allclose(steps[:, 0], [1.0, 0.5], rtol=1e-11)


def test_adadelta_has_a_learning_rate_of_one_and_averages_before_it() -> None:
    slopes = [np.array([2.0]), np.array([1.0]), np.array([-3.0])]

    default = moves(optimizers.Adadelta([np.zeros(1)]), slopes)
    one = moves(optimizers.Adadelta([np.zeros(1)], learning_rate=1.0), slopes)
    tenth = moves(optimizers.Adadelta([np.zeros(1)], learning_rate=0.1), slopes)

    assert_array_equal(default, one)
    assert_allclose(10 * tenth, one, rtol=1e-12)


def test_nesterov_walks_the_points_ahead_of_the_books_rule() -> None:
    """Its points are x - γv of `gradient_descent_nesterov`, where -v = x - x⁻."""
    start = np.array([1.0, 1.0])

    path = optimizers.gradient_descent_with(
        functions.beale_gradient, optimizers.Nesterov([start.copy()], 1e-3, gamma=0.7), 10
    )

    x = descent.gradient_descent_nesterov(
        functions.beale_gradient, start, 1e-3, gamma=0.7, iterations=10
    )
    ahead = [start, *(b + 0.7 * (b - a) for a, b in pairwise(x))]
    assert_allclose(path, ahead, rtol=1e-12)
    assert np.max(np.abs(np.array(path) - x)) > 1e-3


@pytest.mark.parametrize(
    ("rule", "walk"),
    [
        ("SGD", descent.gradient_descent),
        ("Momentum", descent.gradient_descent_momentum),
        ("Adagrad", descent.gradient_descent_adagrad),
        ("RMSprop", descent.gradient_descent_rmsprop),
        ("Adadelta", descent.gradient_descent_adadelta),
        ("Adam", descent.gradient_descent_adam),
    ],
)
def test_the_other_rules_walk_as_their_functions_do(
    rule: str, walk: Callable[..., list[Array]]
) -> None:
    start = np.array([1.0, 1.0])

    path = optimizers.gradient_descent_with(
        functions.beale_gradient, RULES[rule]([start.copy()], learning_rate=1e-3), 10
    )

    # Ten steps from (1, 1) where the slope is gentle.
    expected = walk(functions.beale_gradient, start, alpha=1e-3, iterations=10)
    assert_allclose(path, expected, rtol=1e-12)


def test_plain_descent_on_the_bowl_ends_where_the_book_ends_after_a_thousand_steps() -> None:
    optimizer = optimizers.SGD([np.array([-2.4, 0.2])], 0.1)

    path = optimizers.gradient_descent_with(functions.bowl_gradient, optimizer, 1000)

    # Nine digits are printed. 0.2 · (1 - 1.8)^1000 loses a thousand roundings, 1e-13.
    assert_allclose(path[-1], [-8.26638332e-06, 2.46046384e-98], rtol=1e-8)
    assert len(path) == 1001


def test_a_hundred_steps_are_not_what_the_book_prints() -> None:
    optimizer = optimizers.SGD([np.array([-2.4, 0.2])], 0.1)

    path = optimizers.gradient_descent_with(functions.bowl_gradient, optimizer)

    assert len(path) == 101
    assert_allclose(path[-1], [-2.4 * 0.9875**100, 0.2 * 0.8**100], rtol=1e-12)


def test_momentum_on_the_bowl_stops_after_the_books_177_steps() -> None:
    optimizer = optimizers.Momentum([np.array([-2.4, 0.2])], 0.1, 0.8)

    path = optimizers.gradient_descent_with(functions.bowl_gradient, optimizer, 1000)

    assert len(path) == 178
    # Nine digits are printed; the walk contracts.
    assert_allclose(path[-1], [-1.49829905e-08, -4.74284398e-10], rtol=1e-8)


@EVERY
def test_step_changes_the_callers_arrays_in_place_and_returns_them(
    rule: Callable[..., Optimizer],
) -> None:
    w, b = np.ones((2, 3)), np.ones(4)
    optimizer = rule([w, b], 0.1)

    returned = optimizer.step([np.ones((2, 3)), -np.ones(4)])

    assert returned is optimizer.params
    assert optimizer.parameters() is optimizer.params
    assert optimizer.params[0] is w
    assert optimizer.params[1] is b
    assert np.all(w < 1)
    assert np.all(b > 1)


@EVERY
def test_parameters_do_not_disturb_each_other(rule: Callable[..., Optimizer]) -> None:
    """Two in one optimizer, three steps: as each alone, so t counts steps and not arrays."""
    rng = np.random.default_rng(6)
    gradients = [[rng.standard_normal((2, 3)), 10 * rng.standard_normal(4)] for _ in range(3)]
    together = rule([np.ones((2, 3)), np.ones(4)], 0.1)
    alone = [rule([np.ones((2, 3))], 0.1), rule([np.ones(4)], 0.1)]

    for pair in gradients:
        together.step(pair)
        for optimizer, g in zip(alone, pair, strict=True):
            optimizer.step([g])

    for p, optimizer in zip(together.params, alone, strict=True):
        assert_array_equal(p, optimizer.params[0])


@EVERY
def test_gradients_are_neither_changed_nor_kept(rule: Callable[..., Optimizer]) -> None:
    """A caller may fill one array with one gradient after the other."""
    fresh, reused = rule([np.ones(2)], 0.1), rule([np.ones(2)], 0.1)
    buffer = np.empty(2)

    for g in (np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.array([-1.0, 1.0])):
        frozen = g.copy()
        frozen.flags.writeable = False
        fresh.step([frozen])
        buffer[...] = g
        reused.step([buffer])
        assert_array_equal(buffer, g)

    assert_array_equal(fresh.params[0], reused.params[0])


@EVERY
def test_a_flat_direction_stays_where_it_is(rule: Callable[..., Optimizer]) -> None:
    optimizer = rule([np.array([1.0, 1.0])], 0.1)

    for _ in range(3):
        optimizer.step([np.array([0.0, 2.0])])

    assert optimizer.params[0][0] == 1.0
    assert optimizer.params[0][1] < 1.0


@EVERY
def test_parameters_without_axes_or_with_other_strides_are_changed_too(
    rule: Callable[..., Optimizer],
) -> None:
    matrix, number = np.ones((4, 4)), np.array(1.0)
    optimizer = rule([matrix[::2, ::2].T, number], 0.1)

    optimizer.step([np.ones((2, 2)), np.array(1.0)])

    assert number < 1
    assert np.count_nonzero(matrix < 1) == 4


def test_the_base_keeps_parameters_and_has_no_rule() -> None:
    w = np.ones(2)
    optimizer = Optimizer([w])

    assert optimizer.parameters() is optimizer.params
    assert optimizer.params[0] is w
    with pytest.raises(NotImplementedError):
        optimizer.step([np.ones(2)])
    assert_array_equal(w, 1.0)


@EVERY
def test_every_rule_is_an_optimizer(rule: Callable[..., Optimizer]) -> None:
    assert isinstance(rule([np.ones(1)], 0.1), Optimizer)


def test_a_walk_returns_copies_and_leaves_the_optimizer_at_its_end() -> None:
    start = np.array([4.0, 1.0])
    optimizer = optimizers.SGD([start], 0.05)

    path = optimizers.gradient_descent_with(functions.bowl_gradient, optimizer, 5)

    assert_array_equal(path[0], [4.0, 1.0])
    assert len({tuple(x) for x in path}) == 6
    assert_array_equal(start, path[-1])
    assert not any(np.shares_memory(x, start) for x in path)


def test_a_walk_goes_on_at_a_slope_of_exactly_epsilon() -> None:
    optimizer = optimizers.SGD([np.zeros(1)], 0.1)

    assert len(optimizers.gradient_descent_with(np.ones_like, optimizer, 3, epsilon=1.0)) == 4


def test_a_walk_tests_whether_to_stop_before_it_steps() -> None:
    at_rest = optimizers.Momentum([np.zeros(2)], 0.1)
    flat_enough = optimizers.SGD([np.array([4.0, 0.0])], 0.05)

    assert len(optimizers.gradient_descent_with(functions.bowl_gradient, at_rest, 5)) == 1
    assert (
        len(optimizers.gradient_descent_with(functions.bowl_gradient, flat_enough, 5, epsilon=0.6))
        == 1
    )
