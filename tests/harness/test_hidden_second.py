"""The suites of parts 5 to 7 give the points of each function, and take them for mistakes.

Each mistake is a change to the text of one function or class of the reference, as a student would
make it. It must cost points in the checks that are named, and in no other.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple

import pytest
from hidden_fixtures import changed, grade_module

import reference
from grader.outcomes import Outcome

GD = "gradient_descent"
FUNCTIONS = {
    "descent": {
        "gradient_descent": 4,
        "gradient_descent_momentum": 3,
        "gradient_descent_nesterov": 3,
        "gradient_descent_adagrad": 3,
        "gradient_descent_adadelta": 3,
        "gradient_descent_rmsprop": 3,
        "gradient_descent_adam": 4,
    },
    "optimizers": {
        "Optimizer": 1,
        "SGD": 1,
        "Momentum": 1,
        "Nesterov": 1,
        "Adagrad": 1,
        "RMSprop": 1,
        "Adadelta": 1,
        "Adam": 1,
        "AdaMax": 1,
        "Nadam": 1,
        "AMSGrad": 1,
        "gradient_descent_with": 2,
    },
    "polynomials": {"fit_polynomial": 1, "evaluate_polynomial": 1, "bias_variance": 1},
}


class Mistake(NamedTuple):
    """What is wrong in which function, the change that makes it, and where it costs points."""

    function: str
    what: str
    old: str
    new: str
    costs: tuple[str, ...]
    """Names of checks without `test_` and case, with the parts that are lost: "rule/defaults"."""


def _of(function: str, *mistakes: tuple[str, str, str, str]) -> list[Mistake]:
    return [Mistake(function, *m[:3], tuple(m[3].split())) for m in mistakes]


CONSTANT = "constants_in_denominators/constant"
CONSTANTS = f"{CONSTANT}/epsilon"
BEALE = "reaches_the_minimum_of_beale"
ROOT_V = "(np.sqrt(v) + 1e-8)"
ROOT_HAT = "(np.sqrt(v_hat) + 1e-8)"
AHEAD = "np.asarray(df(x - gamma * v), dtype=np.float64)"
LOOK = f"g = {AHEAD}\n        if np.max(np.abs(g)) < epsilon:\n            break\n        "
ZEROS, ONES = "np.zeros_like(path[0])", "np.ones_like(path[0])"

MISTAKES = [
    *_of(
        f"descent.{GD}",
        ("uphill", "x - alpha * g", "x + alpha * g", f"{GD}/first/steps/float {GD}_on_the_cubic"),
        ("own alpha", "x - alpha", "x - 0.01", f"{GD}/first/steps/float {GD}_on_the_cubic"),
        ("another alpha", "alpha: float = 0.01", "alpha: float = 0.1", "defaults"),
        ("another epsilon", "epsilon: float = 1e-8", "epsilon: float = 1e-6", "defaults"),
        ("more iterations", "iterations: int = 100", "iterations: int = 1000", "defaults"),
        ("own epsilon", "iterations, epsilon)", "iterations, 1e-8)", "stops_before_a_small_step"),
        ("x changes", "= _start(x)", "= _start(x); x += 1", "path_begins_with_the_start"),
    ),
    *_of(
        f"descent.{GD}_momentum",
        ("average", "alpha * g", "(1 - gamma) * alpha * g", f"momentum/steps/float {BEALE}"),
        ("no memory", "gamma * v + alpha * g", "alpha * g", f"momentum/steps/float {BEALE}"),
        ("own gamma", "gamma * v", "0.9 * v", "momentum/steps/float"),
        ("another gamma", "gamma: float = 0.9", "gamma: float = 0.5", "defaults"),
    ),
    *_of(
        f"descent.{GD}_nesterov",
        ("not ahead", "df(x - gamma * v)", "df(x)", "nesterov/steps/float nesterov_looks_ahead"),
        ("behind", "x - gamma * v)", "x + gamma * v)", "nesterov/steps/float nesterov_looks_ahead"),
        (
            "stops by the slope ahead",
            f"v = gamma * v + alpha * {AHEAD}",
            f"{LOOK}v = gamma * v + alpha * g",
            "stops_before_a_small_step",
        ),
    ),
    *_of(
        f"descent.{GD}_adagrad",
        ("from 1", ZEROS, ONES, f"adagrad/first/steps/float {CONSTANTS}"),
        ("last square", "G = G + g**2", "G = g**2", f"adagrad/steps/float {CONSTANTS}"),
        ("inside", "(np.sqrt(G) + 1e-8)", "np.sqrt(G + 1e-8)", CONSTANT),
        ("epsilon below", "+ 1e-8)", "+ epsilon)", "constants_in_denominators/epsilon"),
    ),
    *_of(
        f"descent.{GD}_adadelta",
        ("from 1", ZEROS, ONES, f"adadelta/first/steps/float {CONSTANTS}"),
        ("after alpha", "delta**2", "(alpha * delta)**2", f"adadelta/steps/float {CONSTANTS}"),
        ("in one root only", "E + 1e-6)", "E)", CONSTANT),
        ("another alpha", "alpha: float = 1.0", "alpha: float = 0.01", "defaults"),
    ),
    *_of(
        f"descent.{GD}_rmsprop",
        ("from 1", ZEROS, ONES, f"rmsprop/first/steps/float {CONSTANTS}"),
        ("inside", ROOT_V, "np.sqrt(v + 1e-8)", CONSTANT),
        ("epsilon below", "+ 1e-8)", "+ epsilon)", "constants_in_denominators/epsilon"),
    ),
    *_of(
        f"descent.{GD}_adam",
        ("t + 1", "**t)", "**(t + 1))", f"adam/first/steps/float {CONSTANTS}"),
        ("t stays 1", "**t)", ")", f"adam/steps/float {CONSTANTS}"),
        ("inside", ROOT_HAT, "np.sqrt(v_hat + 1e-8)", CONSTANT),
        ("epsilon below", "+ 1e-8)", "+ epsilon)", "constants_in_denominators/epsilon"),
        ("another beta_2", "beta_2: float = 0.999", "beta_2: float = 0.99", "defaults"),
    ),
    *_of(
        "optimizers.Optimizer",
        ("silent", "raise NotImplementedError", "return print", "optimizer"),
        ("copies", "list(params)", "[p.copy() for p in params]", "rule/in_place"),
    ),
    *_of(
        "optimizers.SGD",
        ("new arrays", "p -= self.learning_rate * g", "p = p - g", "rule/rule/in_place/defaults"),
        ("returns nothing", "return self.params", "return None", "rule/in_place"),
        (
            "changes grads",
            "p -= self.learning_rate * g",
            "g *= self.learning_rate; p -= g",
            "rule/in_place",
        ),
    ),
    *_of(
        "optimizers.Momentum",
        (
            "average",
            "self.learning_rate * g",
            "(1 - self.gamma) * self.learning_rate * g",
            "rule/rule",
        ),
        (
            "one memory",
            "self.v = _zeros(params)",
            "cls = type(self); self.v = cls.v = getattr(cls, 'v', None) or _zeros(params)",
            "rule/memory/defaults",
        ),
    ),
    *_of("optimizers.Nesterov", ("momentum", "(g + self.gamma * v)", "v", "rule/rule")),
    *_of("optimizers.Adagrad", ("own epsilon", "+ self.epsilon", "+ 1e-8", "rule/rule")),
    *_of("optimizers.RMSprop", ("another beta", "= 0.9,", "= 0.99,", "rule/defaults")),
    *_of(
        "optimizers.Adadelta",
        ("another rate", "= 1.0,", "= 0.1,", "rule/defaults"),
        ("another rho", "= 0.9,", "= 0.95,", "rule/defaults"),
    ),
    *_of("optimizers.Adam", ("t for each array", "m[...] =", "self.t += 1; m[...] =", "rule/rule")),
    *_of(
        "optimizers.AdaMax",
        ("epsilon later", "np.abs(g) + self.epsilon)", "np.abs(g)) + self.epsilon", "rule/rule"),
        ("signs kept", "np.abs(g)", "g", "rule/rule"),
    ),
    *_of("optimizers.Nadam", ("t", "(self.t + 1)", "self.t", "rule/rule")),
    *_of("optimizers.AMSGrad", ("Adam", "np.maximum(u, v)", "v", "rule/rule")),
    *_of(
        "optimizers.gradient_descent_with",
        ("one array", "path.append(x.copy())", "path.append(x)", f"{GD}_with/path/count"),
        ("no abs", "np.max(np.abs(g))", "np.max(g)", f"{GD}_with/stop"),
        (
            "one too many",
            "range(iterations)",
            "range(iterations + 1)",
            f"{GD}_with/path/stop/count",
        ),
        ("own rule", "(x,) = optimizer.step([g])", "x -= 0.02 * g", f"{GD}_with/path"),
    ),
    *_of(
        "polynomials.fit_polynomial",
        ("constant last", "increasing=True", "increasing=False", "fit_polynomial/order"),
        ("one power less", "degree + 1", "degree", "fit_polynomial/degrees/order"),
    ),
    *_of(
        "polynomials.evaluate_polynomial",
        ("constant last", "theta[::-1]", "theta", "evaluate_polynomial"),
        ("flat", "return value", "return value.ravel()", "evaluate_polynomial"),
    ),
    *_of(
        "polynomials.bias_variance",
        (
            "1/(M - 1)",
            "np.var(predictions, axis=0)",
            "np.var(predictions, axis=0, ddof=1)",
            "bias_variance/variance",
        ),
        (
            "square of the mean",
            "np.mean((mean - truth) ** 2)",
            "np.mean(mean - truth) ** 2",
            "bias_variance/bias bias_variance_of_a_noisy_sine",
        ),
    ),
]


@pytest.mark.parametrize("module", FUNCTIONS)
def test_each_function_has_the_points_of_the_homework(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points: dict[str, Fraction] = defaultdict(Fraction)
    for outcome in grade_module(module, getattr(reference, module), monkeypatch):
        points[function_of(module, outcome)] += outcome.points

    assert points == FUNCTIONS[module]


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("module", FUNCTIONS)
def test_the_reference_earns_everything(
    module: str, seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = grade_module(module, getattr(reference, module), monkeypatch, seed)

    assert [o.findings for o in outcomes if o.earned != o.points] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.function}: {m.what}")
def test_a_mistake_costs_the_points_that_it_should(
    mistake: Mistake, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = mistake.function.partition(".")
    content = changed(module, name, (mistake.old, mistake.new))

    outcomes = grade_module(module, content, monkeypatch)

    assert {cost_of(o) for o in outcomes if o.earned != o.points} == set(mistake.costs)
    assert "grader_failed" not in {o.status for o in outcomes}


@pytest.mark.parametrize("seed", range(5))
def test_a_nesterov_that_stops_by_the_slope_ahead_is_found_whatever_the_seed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where epsilon is not between the slopes of a point and the point ahead, it cannot be."""
    mistake = next(m for m in MISTAKES if m.what == "stops by the slope ahead")
    content = changed("descent", f"{GD}_nesterov", (mistake.old, mistake.new))

    outcomes = grade_module("descent", content, monkeypatch, seed)

    assert {cost_of(o) for o in outcomes if o.earned != o.points} == set(mistake.costs)


def test_the_loop_is_judged_with_an_optimizer_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed("optimizers", "SGD", ("p -= self.learning_rate * g", "pass"))

    outcomes = grade_module("optimizers", content, monkeypatch)

    assert {function_of("optimizers", o) for o in outcomes if o.earned != o.points} == {"SGD"}


def test_a_path_is_drawn_whether_it_arrives_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed("descent", f"{GD}_momentum", ("gamma * v + alpha * g", "alpha * g"))

    outcomes = grade_module("descent", content, monkeypatch)

    drawn = {o.earned == o.points: o.charts for o in outcomes if o.charts}
    assert [len(charts[0].student) for charts in drawn.values()] == [151, 121]
    assert set(drawn) == {False, True}


def cost_of(outcome: Outcome) -> str:
    """The name of a check without its case, and the declared parts that were lost."""
    name = outcome.name.partition("::test_")[2].partition("[")[0]
    return "/".join([name, *(part.name for part in outcome.parts if part.earned < part.points)])


def function_of(module: str, outcome: Outcome) -> str:
    """The function that a check gives points for: its case, or else what its name begins with."""
    name, _, case = outcome.name.partition("::test_")[2].rstrip("]").partition("[")
    names = FUNCTIONS[module]
    if case in names:
        return case
    begins = {n: n.lower() for n in names} | {n: n.removeprefix(f"{GD}_") for n in names if n != GD}
    begins |= {"gradient_descent_with": f"{GD}_with", "Optimizer": "optimizer"}
    found = [n for n in names if name.startswith(begins[n])]
    return max(found, key=lambda n: len(begins[n]))
