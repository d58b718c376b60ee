"""Part 5: gradient descent and its relatives, from a start and a gradient to a path.

How a path begins, ends and is counted is judged by the path itself, whatever its rule: a wrong
rule costs the points of the rule, and a right one with a wrong end keeps them.
"""

import numpy as np
import pytest

from plain.marks import feedback, part, points, portable, visibility
from reference.functions import beale, beale_gradient, cubic_gradient

pytestmark = part("Descent", number=5)

# What each function has beside alpha, iterations and epsilon, with its default.
DEFAULTS = {
    "gradient_descent": {"alpha": 0.01},
    "gradient_descent_momentum": {"alpha": 0.01, "gamma": 0.9},
    "gradient_descent_nesterov": {"alpha": 0.01, "gamma": 0.9},
    "gradient_descent_adagrad": {"alpha": 0.01},
    "gradient_descent_adadelta": {"alpha": 1.0, "rho": 0.9},
    "gradient_descent_rmsprop": {"alpha": 0.01, "beta": 0.9},
    "gradient_descent_adam": {"alpha": 0.01, "beta_1": 0.9, "beta_2": 0.999},
}
# Other values, for which each goes far enough in a few steps on a slope of about 1.
OWN = {
    "gradient_descent": {"alpha": 0.15},
    "gradient_descent_momentum": {"alpha": 0.12, "gamma": 0.7},
    "gradient_descent_nesterov": {"alpha": 0.12, "gamma": 0.7},
    "gradient_descent_adagrad": {"alpha": 0.05},
    "gradient_descent_adadelta": {"alpha": 3.0, "rho": 0.8},
    "gradient_descent_rmsprop": {"alpha": 0.05, "beta": 0.8},
    "gradient_descent_adam": {"alpha": 0.05, "beta_1": 0.8, "beta_2": 0.95},
}
BEALE, CUBIC = portable(beale_gradient), portable(cubic_gradient)
RTOL = 1e-10  # right spellings of one rule stay within 1e-13 of each other over these few steps

every_function = pytest.mark.parametrize("function", DEFAULTS)


def gentle(rng, shape, steep=1.0):
    """A start, and the gradient of a quadratic whose minimum is far away in all directions.

    The slopes are some `steep` * 100, so that at steep=1 no constant in a denominator shows. The
    first stays above 0 and the second below.
    """
    x = rng.uniform(0.5, 2.0, shape)
    curvature = rng.uniform(0.4, 1.6, shape)
    signs = np.resize([-1.0, 1.0], shape)
    minimum = rng.uniform(200.0, 600.0, shape) * signs
    start = x if shape else float(x)
    slopes = steep * curvature
    return portable(lambda x: slopes * (x - minimum)), start


def constant(slopes):
    """A gradient that is the same everywhere."""
    return portable(lambda _: np.array(slopes))


def iterates(check, name, path, x):
    """The path as a list of points of the shape of x; anything else ends the check."""
    function = f"descent.{name}"
    if not isinstance(path, (list, tuple, np.ndarray)) or np.shape(path) == ():
        got = "None (nothing was returned)" if path is None else "a single value"
        lead = f"{name}: expected a list of points, got {got}."
        check.fail("type", lead, question="Where is each point kept?", function=function)
    found = [np.asarray(point) for point in path]
    wrong = next((point for point in found if point.shape != np.shape(x)), None)
    if wrong is not None or not found:
        wanted = f"of shape {np.shape(x)}" if np.ndim(x) else "that are numbers, as x is"
        got = "none" if wrong is None else f"shape {wrong.shape}" if wrong.ndim else "a number"
        check.fail(
            "shape",
            f"{name}: expected a list of points {wanted}, got {got}.",
            question="What is added to the path in each turn, and what is there before the loop?",
            function=function,
        )
    return found


def walk(check, student, name, df, x, settings):
    """The student's path as a list of points."""
    return iterates(check, name, student.call(f"descent.{name}", df, x, **settings).value, x)


def judge_rule(check, rng, name, parts=("first", "steps", "float")):
    """The first step, the steps after it, and the steps of a number: each in its part."""
    runs = ((3,), [1]), ((3,), [2, 10]), ((), [4])
    for part_name, (shape, counts) in zip(parts, runs, strict=True):
        df, x = gentle(rng, shape)
        with check.part_of(part_name):
            for iterations in counts:
                settings = {**OWN[name], "iterations": iterations, "sequence": True, "rtol": RTOL}
                check.matches(f"descent.{name}", df, x, **settings)


def judge_beale(check, name, alpha, iterations=10):
    """The rule from (1, 1) on Beale's function, where the first slope along x is 0."""
    x = np.array([1.0, 1.0])
    settings = {**OWN[name], "alpha": alpha, "iterations": iterations}
    check.matches(f"descent.{name}", BEALE, x, **settings, sequence=True, rtol=RTOL)


# Where a path begins and ends: all functions alike


@points(1.75)
@every_function
def test_path_begins_with_the_start(check, student, rng, function):
    """The path begins with x, has one point more than iterations, and x is left as it was."""
    for shape, counts in (((3,), (0, 1, 6)), ((2, 2), (3,))):
        df, x = gentle(rng, shape)
        for iterations in counts:
            path = walk(check, student, function, df, x, {"iterations": iterations})
            check.unchanged(f"descent.{function}", student.last)
            if len(path) > 1 and all(np.array_equal(point, path[0]) for point in path):
                check.fail(
                    "aliased",
                    f"{function}: all points of the path are the same.",
                    question="Are these copies, or one array that was stored again and again?",
                    function=f"descent.{function}",
                )
            if len(path) != iterations + 1:
                check.fail(
                    "count",
                    f"{function}: expected {iterations + 1} points for {iterations} iterations, "
                    f"got {len(path)}.",
                    question="Is the start in the path, and is each step in it once?",
                    function=f"descent.{function}",
                )
            check.equals(f"descent.{function}", path[0], x, rtol=0, atol=0, what="the first point")


def require_length(check, name, got, expected, lead):
    """A path of this length, or a question about the stop test."""
    if got != expected:
        check.fail(
            "stop",
            f"{name}: {lead}",
            evidence=(f"The path has {got} point{'s' if got != 1 else ''}.",),
            question="Which number is compared with epsilon, of which point, and when?",
            function=f"descent.{name}",
        )


@points(3.5)
@every_function
def test_stops_before_a_small_step(check, student, rng, function):
    """The path ends at the first point where no entry of df is as large as epsilon."""
    x = np.array([0.8, -1.3])
    # The steps themselves are smaller than epsilon.
    settings = {"alpha": 1e-3, "iterations": 3, "epsilon": 0.1}
    for slopes, lead in (
        ((0.0, 0.0), "a start at a stationary point is the whole path."),
        ((0.08, -0.08), "it goes on where every entry of df is smaller than epsilon."),
    ):
        path = walk(check, student, function, constant(slopes), x, settings)
        require_length(check, function, len(path), 1, lead)
    for slopes, lead in (
        ((0.03, 0.12), "it stops where one entry of df is still larger than epsilon."),
        ((-0.5, 0.02), "it stops where df has an entry that is large, but negative."),
    ):
        path = walk(check, student, function, constant(slopes), x, settings)
        require_length(check, function, len(path), 4, lead)
    judge_end(check, student, rng, function)


def judge_end(check, student, rng, function):
    """Walk into the region of small slopes: the first point in it is the last."""
    curvature, minimum = rng.uniform(0.8, 1.2, 2), rng.uniform(-1.0, 1.0, 2)
    df = portable(lambda x: curvature * (x - minimum))
    x = minimum + np.array([1.3, -1.25]) / curvature
    settings = {**OWN[function], "iterations": 5, "epsilon": 0.0}
    sizes = [np.max(np.abs(df(p))) for p in walk(check, student, function, df, x, settings)]
    settings |= {"iterations": 40, "epsilon": 0.1}
    if len(sizes) > 4 and sizes[3] > sizes[4]:
        # Just below the slope of a point, so that the slope at the point ahead would not do.
        settings["epsilon"] = float(0.8 * sizes[3] + 0.2 * sizes[4])
    path = walk(check, student, function, df, x, settings)
    small = [bool(np.max(np.abs(df(point))) < settings["epsilon"]) for point in path]
    first = small.index(True) + 1 if any(small) else settings["iterations"] + 1
    late = len(path) > first
    lead = "it goes on after the first point where" if late else "it stops before it is where"
    require_length(
        check, function, len(path), first, f"{lead} every entry of df is smaller than epsilon."
    )


@points(1.75)
@visibility("after_due_date")
@every_function
def test_defaults(check, student, rng, function):
    """A call without keywords does what one does that writes the stated defaults out."""
    df, x = gentle(rng, (2,), steep=0.01)
    path = walk(check, student, function, df, x, {})
    stated = {**DEFAULTS[function], "iterations": 100, "epsilon": 1e-8}
    # Another default shows in the first steps.
    same = walk(check, student, function, df, x, {**stated, "iterations": 10})
    if len(path) != 101 or np.array_equal(path[0], path[-1]):
        lead = f"{function}(df, x): expected 100 steps that lead away from x."
        check.fail(
            "defaults", lead, question="How often is the loop run?", function=f"descent.{function}"
        )
    if len(same) != 11 or not np.allclose(path[:11], same, rtol=1e-12, atol=0.0):
        written = ", ".join(f"{key}={value:g}" for key, value in stated.items())
        check.fail(
            "defaults",
            f"{function}(df, x): expected the path of {function}(df, x, {written}).",
            question="What do the defaults in your signature say?",
            function=f"descent.{function}",
        )
    for slope, length in ((0.7e-8, 1), (1.5e-8, 3)):
        df = constant([slope, -slope])
        path = walk(check, student, function, df, x, {"iterations": 2})
        lead = "without a keyword, epsilon is not 1e-8."
        require_length(check, function, len(path), length, lead)


# The rules


@points(first=0.5, steps=1, float=0.5)
def test_gradient_descent(check, rng):
    """gradient_descent takes steps of alpha times the gradient, for arrays and for numbers."""
    judge_rule(check, rng, "gradient_descent")
    with check.part_of("steps"):
        judge_beale(check, "gradient_descent", alpha=0.01)


@points(1)
@feedback("full")
def test_gradient_descent_on_the_cubic(check, student):
    """gradient_descent leads from 1 to the minimum of the cubic x³ - 3x² - 9x + 2, at 3."""
    name = "descent.gradient_descent"
    settings = {"alpha": 0.05, "iterations": 60}
    path = walk(check, student, "gradient_descent", CUBIC, 1.0, settings)
    check.equals(name, path[:2][-1], 1.6, what="the second point")
    check.equals(name, path[-1], 3.0, rtol=1e-6, what="the last point")


@points(steps=1, float=0.25)
def test_momentum(check, rng):
    """gradient_descent_momentum remembers gamma times its last step."""
    judge_rule(check, rng, "gradient_descent_momentum", parts=("steps", "steps", "float"))
    with check.part_of("steps"):
        judge_beale(check, "gradient_descent_momentum", alpha=0.01)


@points(steps=1, float=0.25)
def test_nesterov(check, rng):
    """gradient_descent_nesterov takes its gradient at x - gamma * v."""
    judge_rule(check, rng, "gradient_descent_nesterov", parts=("steps", "steps", "float"))
    with check.part_of("steps"):
        judge_beale(check, "gradient_descent_nesterov", alpha=0.01)


@points(0.75)
def test_nesterov_looks_ahead(check, student, rng):
    """gradient_descent_nesterov asks df where the momentum of the last step would lead."""
    name = "gradient_descent_nesterov"
    df, x = gentle(rng, (2,))
    path = walk(check, student, name, df, x, {**OWN[name], "iterations": 5})
    for before, now, after in zip(path, path[1:], path[2:], strict=False):
        momentum = OWN[name]["gamma"] * (now - before)
        taken, slope = after - now - momentum, df(now + momentum)
        # Whatever alpha is, what is left of the step leads along the slope there.
        along = np.isclose(taken[0] * slope[1], taken[1] * slope[0], rtol=1e-9, atol=0.0)
        if not along or not np.any(taken):
            check.fail(
                "value",
                f"{name}: df was not asked at the point ahead, from the second step on.",
                question="Where would gamma times the last step lead, without a gradient?",
                function=f"descent.{name}",
            )
    if len(path) != 6:
        check.fail("count", f"{name}: the path ends too early.", function=f"descent.{name}")


@points(first=0.5, steps=0.5, float=0.25)
def test_adagrad(check, rng):
    """gradient_descent_adagrad divides by the root of the sum of all squares so far, from 0."""
    judge_rule(check, rng, "gradient_descent_adagrad")


@points(first=0.5, steps=0.5, float=0.25)
def test_adadelta(check, rng):
    """gradient_descent_adadelta averages its updates, before alpha, and its gradients, from 0."""
    judge_rule(check, rng, "gradient_descent_adadelta")


@points(first=0.5, steps=0.5, float=0.25)
def test_rmsprop(check, rng):
    """gradient_descent_rmsprop divides by the root of an average of squares, from 0."""
    judge_rule(check, rng, "gradient_descent_rmsprop")


@points(first=0.5, steps=0.75, float=0.25)
def test_adam(check, rng):
    """gradient_descent_adam corrects both of its averages, with t = 1 in the first step."""
    judge_rule(check, rng, "gradient_descent_adam")


# The constants in the denominators, where they show


ADAPTIVE = [name for name in DEFAULTS if name.endswith(("adagrad", "adadelta", "rmsprop", "adam"))]


@points(constant=2, epsilon=1)
@pytest.mark.parametrize("function", ADAPTIVE)
def test_constants_in_denominators(check, rng, function):
    """The constant in the denominator is as stated, where it is stated, and is not epsilon."""
    with check.part_of("constant"):
        # Slopes near 1e-8, and near the root of 1e-6: larger than the default epsilon all the way.
        for steep in (1e-9, 1e-5):
            df, x = gentle(rng, (4,), steep)
            settings = {**OWN[function], "iterations": 4, "sequence": True, "rtol": RTOL}
            check.matches(f"descent.{function}", df, x, **settings)
        judge_beale(check, function, alpha=OWN[function]["alpha"], iterations=3)
    with check.part_of("epsilon"):
        df, x = gentle(rng, (3,))
        settings = {**OWN[function], "iterations": 3, "epsilon": 0.5}
        check.matches(f"descent.{function}", df, x, **settings, sequence=True, rtol=RTOL)


# Beale's function, with a picture


@points(1.5)
@feedback("full")
@pytest.mark.parametrize(
    ("function", "settings"),
    [
        ("gradient_descent_momentum", {"alpha": 0.01, "gamma": 0.9, "iterations": 150}),
        ("gradient_descent_adam", {"alpha": 0.2, "beta_2": 0.99, "iterations": 120}),
    ],
    ids=["gradient_descent_momentum", "gradient_descent_adam"],
)
def test_reaches_the_minimum_of_beale(check, student, reference, function, settings):
    """The path from (1, 1) comes close to the minimum of Beale's function, at (3, 0.5)."""
    x = np.array([1.0, 1.0])
    ours = getattr(reference.descent, function)(BEALE, x, **settings)
    path = walk(check, student, function, BEALE, x, settings)
    with np.errstate(all="ignore"):  # a path may lead far away
        losses = {
            "student_loss": [float(beale(point)) for point in path],
            "reference_loss": [float(beale(point)) for point in ours],
        }
    check.path_chart(f"{function} on Beale's function", path, ours, surface="beale", **losses)
    expected = np.array([3.0, 0.5])
    check.equals(f"descent.{function}", path[-1], expected, rtol=0.02, what="the last point")
