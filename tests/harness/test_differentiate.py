"""Slopes, kinks and gradients: never a false alarm, and small errors are seen."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import special  # type: ignore[import-untyped]

from grader.numerics import along_scores, check_gradient, directional_derivative
from grader.numerics.differentiate import random_direction

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The problems of benchmarks/gradients.py."""
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("gradients")
    finally:
        sys.path.remove(folder)


def cubes(x: Any) -> float:
    return float(np.sum(x**3))


def hinge(x: Any) -> float:
    return float(np.sum(np.maximum(x, 0.0)))


X = np.linspace(-1.0, 2.0, 12).reshape(4, 3)


def test_slope_is_within_its_error() -> None:
    v = random_direction(np.random.default_rng(0), X.shape)

    slope = directional_derivative(cubes, X, v)

    assert abs(slope.value - np.vdot(3 * X**2, v)) <= slope.error
    assert slope.error < 1e-11
    assert not slope.kink


@pytest.mark.parametrize("distance", [0.0, 1e-14, 1e-12])
def test_kink_at_the_point_shows_as_a_jump(distance: float) -> None:
    slope = directional_derivative(hinge, [distance, 2.0], [1.0, 0.0])

    assert slope.kink
    assert slope.jump == pytest.approx(1.0, abs=1e-4)


def test_kink_near_the_point_does_not_bend_the_slope() -> None:
    slope = directional_derivative(hinge, [1e-5, 2.0], [1.0, 0.0])

    assert slope.value == pytest.approx(1.0, abs=1e-7)
    assert not slope.kink


def test_sharp_bend_is_no_kink() -> None:
    """Seen from afar, log-sum-exp of large scores is a hinge: J from coarse steps would say so."""

    def soft_hinge(x: Any) -> float:
        return float(np.logaddexp(0.0, 1e3 * x[0]) / 1e3)

    slope = directional_derivative(soft_hinge, [0.0], [1.0])

    assert not slope.kink
    assert slope.reach < 1e-3


def test_all_points_of_a_direction_are_asked_for_at_once() -> None:
    sizes = []

    def batch(points: list[Any]) -> list[float]:
        sizes.append(len(points))
        return [cubes(point) for point in points]

    verdict = check_gradient(None, 3 * X**2, X, batch=batch)

    assert verdict.right
    assert sizes == [1, 18, 18, 18]
    assert verdict.evaluations == 55


def test_batch_with_too_few_values_is_refused() -> None:
    with pytest.raises(ValueError, match="batch: expected 18 values, got 1"):
        directional_derivative(None, X, X, batch=lambda _: [1.0])


def test_scores_give_the_same_slope_without_features() -> None:
    rng = np.random.default_rng(3)
    samples, W, v = (rng.normal(size=shape) for shape in ((6, 11), (11, 4), (11, 4)))

    def loss(W: Any, X: Any) -> float:
        return float(special.logsumexp(X @ W, axis=1).mean())

    direct = directional_derivative(lambda W: loss(W, samples), W, v)
    scores = directional_derivative(None, W, v, along=along_scores(loss, W, samples))

    assert scores.value == pytest.approx(direct.value, rel=1e-10)


@pytest.mark.parametrize("near", [False, True], ids=["smooth", "near a kink"])
def test_right_gradients_are_never_called_wrong(benchmark: ModuleType, near: bool) -> None:
    problems = [benchmark.draw(np.random.default_rng([11, i]), near=near) for i in range(200)]

    verdicts = [check_gradient(p.value, p.gradient(), p.W, rng=i) for i, p in enumerate(problems)]

    assert not any(verdict.wrong for verdict in verdicts)
    assert sum(verdict.right for verdict in verdicts) >= (180 if near else 198)
    assert max(verdict.evaluations for verdict in verdicts) <= 60


@pytest.mark.parametrize("near", [False, True], ids=["smooth", "near a kink"])
def test_small_errors_are_seen_on_the_same_problems(benchmark: ModuleType, near: bool) -> None:
    """A checker that never says wrong would pass the test above."""
    rng = np.random.default_rng(12)
    found = 0
    for i in range(100):
        p = benchmark.draw(np.random.default_rng([11, i]), near=near)
        gradient = p.gradient()
        gradient.flat[rng.integers(gradient.size)] += 0.01 * np.abs(gradient).max() + 1e-3
        found += check_gradient(p.value, gradient, p.W, rng=i).wrong

    assert found >= (70 if near else 98)


@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_every_kind_of_mistake_is_seen_among_30730_parameters(
    benchmark: ModuleType, loss: str
) -> None:
    rng = np.random.default_rng(4)
    problem = benchmark.draw_large(rng, loss, features=3073, samples=20)

    wrong = benchmark.wrong_gradients(problem, rng)
    known: dict[bytes, float] = {}

    def value(W: Any) -> float:
        """All checks ask for the same points."""
        key = W.tobytes()
        if key not in known:
            known[key] = problem.value(W)
        return known[key]

    missed = [
        kind
        for kind, gradient in wrong.items()
        if not check_gradient(value, gradient, problem.W, directions=1).wrong
    ]
    assert missed == []


def test_subgradients_at_a_kink_are_all_right() -> None:
    x = np.array([0.0, 2.0, -1.0])

    for share in (0.0, 0.5, 1.0):
        assert check_gradient(hinge, np.array([share, 1.0, 0.0]), x).right


def test_what_is_no_subgradient_is_wrong() -> None:
    x = np.array([0.0, 2.0, -1.0])

    assert check_gradient(hinge, np.array([1.5, 1.0, 0.0]), x).wrong


def test_noise_is_not_called_a_wrong_gradient() -> None:
    """Where nothing is resolved it could not tell."""
    rng = np.random.default_rng(1)

    verdict = check_gradient(lambda _: float(rng.normal()), np.ones(5), np.ones(5))

    assert verdict.verdict == "could not tell"


def test_function_in_single_precision_is_no_false_alarm() -> None:
    verdict = check_gradient(lambda x: np.float32(cubes(x)), 3 * X**2, X)

    assert not verdict.wrong


def test_function_that_overflows_at_coarse_steps_is_checked_at_fine_ones() -> None:
    x = np.full(4, 300.0)

    with np.errstate(over="ignore"):
        assert check_gradient(lambda x: float(np.exp(x).sum()), np.exp(x), x).right


def test_function_that_is_nan_cannot_be_checked() -> None:
    assert check_gradient(lambda _: float("nan"), X, X).verdict == "could not tell"


def test_flat_function_has_no_gradient() -> None:
    assert check_gradient(lambda _: 1.25, 0 * X, X).right
    assert check_gradient(lambda _: 1.25, X, X).wrong


def test_gradient_with_nan_is_wrong_without_a_look() -> None:
    verdict = check_gradient(cubes, X * np.nan, X)

    assert verdict.wrong
    assert verdict.evidence == ("12 of 12 entries of the gradient are nan or inf.",)


def test_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gradient: expected shape \(4, 3\), got \(3, 4\)"):
        check_gradient(cubes, X.T, X)


def test_same_seed_gives_the_same_directions() -> None:
    one, other = (check_gradient(cubes, 3 * X**2, X, rng=5) for _ in range(2))

    assert one == other
    assert one != check_gradient(cubes, 3 * X**2, X, rng=6)


def test_point_is_never_handed_out() -> None:
    x = X.copy()

    def greedy(point: Any) -> float:
        value = cubes(point)
        point += 1.0
        return value

    assert check_gradient(greedy, 3 * X**2, x).right
    assert np.array_equal(x, X)
