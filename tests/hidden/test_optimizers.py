"""Part 6: optimizers, rules apart from the loop that calls them.

What an optimizer does with its arrays, and what it remembers, is judged apart from its rule.
"""

import numpy as np
import pytest

from grader.outcomes import CheckFailed
from grader.suite import part, points, portable, visibility

pytestmark = part("Optimizers", number=6)

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
# Beside the parameters and the learning rate, which has a default only for Adadelta.
DEFAULTS = {
    "SGD": {},
    "Momentum": {"gamma": 0.9},
    "Nesterov": {"gamma": 0.9},
    "Adagrad": {"epsilon": 1e-8},
    "RMSprop": {"beta": 0.9, "epsilon": 1e-8},
    "Adadelta": {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6},
    "Adam": ADAM,
    "AdaMax": ADAM,
    "Nadam": ADAM,
    "AMSGrad": ADAM,
}
# Other values, with an epsilon that shows where it is added.
OTHER_ADAM = {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.03}
OTHER = {
    "SGD": {},
    "Momentum": {"gamma": 0.7},
    "Nesterov": {"gamma": 0.7},
    "Adagrad": {"epsilon": 0.03},
    "RMSprop": {"beta": 0.8, "epsilon": 0.03},
    "Adadelta": {"rho": 0.8, "epsilon": 0.03},
    "Adam": OTHER_ADAM,
    "AdaMax": OTHER_ADAM,
    "Nadam": OTHER_ADAM,
    "AMSGrad": OTHER_ADAM,
}
RATE = 0.3
RTOL = 1e-10  # right spellings of one rule stay within 1e-13 of each other over these few steps
SHAPES = (3,), (2, 2)

every_class = pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=visibility("after_published") if n == "AMSGrad" else ()) for n in OTHER],
)


def draw(rng):
    """Two arrays of different shapes."""
    return [rng.uniform(0.5, 2.0, shape) for shape in SHAPES]


def slopes(rng, sizes):
    """Gradients for several steps, of these sizes: a size below 0 turns them round.

    The first entry of each array is 0 in the first two steps.
    """
    steps = [[size * (g + 0.2) for g in draw(rng)] for size in sizes]
    for grads in steps[:2]:
        for g in grads:
            g.flat[0] = 0.0
    return steps


def follow(optimizers, name, params, gradients, settings):
    """The parameters after each step, flat, by a class of the student's or of ours."""
    own = dict(settings)
    rate = [own.pop("learning_rate")] if "learning_rate" in own else []
    optimizer = getattr(optimizers, name)([p.copy() for p in params], *rate, **own)
    found = steps(optimizer, gradients)
    return [np.concatenate([np.ravel(p) for p in params]) for params in found]


def steps(optimizer, gradients):
    """The parameters after each step of an optimizer of the student's or of ours."""
    if hasattr(optimizer, "in_turn"):
        return optimizer.in_turn("step", [(grads,) for grads in gradients], read="parameters")
    path = []
    for grads in gradients:
        optimizer.step([g.copy() for g in grads])
        path.append([p.copy() for p in optimizer.parameters()])
    return path


def require_arrays(check, name, got, expected, what):
    """A list of arrays, which holds what it should."""
    check.equals(
        f"optimizers.{name}",
        list(got) if isinstance(got, tuple) else got,
        expected,
        rtol=0,
        atol=0,
        what=what,
    )


# The base class


@points(1)
def test_optimizer(check, student, rng):
    """Optimizer keeps the parameters; its step raises NotImplementedError."""
    params = draw(rng)
    optimizer = student.optimizers.Optimizer([p.copy() for p in params])
    require_arrays(check, "Optimizer", optimizer.params, params, "params")
    require_arrays(check, "Optimizer", optimizer.parameters(), params, "parameters()")
    try:
        optimizer.step([np.ones_like(p) for p in params])
    except CheckFailed as error:
        if error.finding.kind != "unwritten":
            raise
    else:
        check.fail(
            "not_raised",
            "Optimizer.step: expected NotImplementedError, but it returned.",
            question="Which rule does the base class have?",
            function="optimizers.Optimizer",
        )


# The rules


@points(rule=5, in_place=2, memory=2, defaults=1)
@every_class
def test_rule(check, student, reference, rng, name):
    """The rule of the class, its changes in place, its own memory, and its defaults."""
    with check.part_of("rule"):
        params, gradients = draw(rng), slopes(rng, (-1.0, 0.5, 0.1, 2.0, 0.05, 0.05))
        settings = {"learning_rate": RATE, **OTHER[name]}
        got = follow(student.optimizers, name, params, gradients, settings)
        expected = follow(reference.optimizers, name, params, gradients, settings)
        check.equals(f"optimizers.{name}", got, expected, rtol=RTOL, sequence=True, what="the path")
    with check.part_of("in_place"):
        judge_in_place(check, student, rng, name)
    with check.part_of("memory"):
        judge_memory(check, student, rng, name)
    with check.part_of("defaults"):
        judge_defaults(check, student, rng, name)


def judge_in_place(check, student, rng, name):
    """The caller's arrays change, the gradients do not, and step returns the parameters."""
    params = draw(rng)
    arrays = [student.array(p) for p in params]
    optimizer = getattr(student.optimizers, name)(arrays, RATE)
    for grads in slopes(rng, (1.0, 1.0)):
        returned = optimizer.step(grads)
        check.unchanged(f"optimizers.{name}.step", student.last)
    now = [array.read() for array in arrays]
    if any(np.array_equal(p, q) for p, q in zip(now, params, strict=True)):
        check.fail(
            "not_in_place",
            f"{name}.step: the arrays that the optimizer was given did not change.",
            question="What does p = p - … do to the array that p named before?",
            function=f"optimizers.{name}",
        )
    require_arrays(check, name, returned, now, "step")
    require_arrays(check, name, optimizer.parameters(), now, "parameters()")
    require_arrays(check, name, optimizer.params, now, "params")


def judge_memory(check, student, rng, name):
    """An optimizer that takes turns with another one goes its way alone."""
    params, gradients = draw(rng), slopes(rng, (1.0, 0.5))
    settings = {"learning_rate": RATE, **OTHER[name]}
    alone = follow(student.optimizers, name, params, gradients, settings)
    make = getattr(student.optimizers, name)
    one, other = make(params, RATE, **OTHER[name]), make(draw(rng), RATE, **OTHER[name])
    for grads, others in zip(gradients, slopes(rng, (3.0, 2.0)), strict=True):
        other.step(others)
        one.step(grads)
    path = np.concatenate([np.ravel(p) for p in one.parameters()])
    if not np.allclose(path, alone[-1], rtol=1e-12, atol=0.0):
        check.fail(
            "shared",
            f"{name}: two optimizers that take turns disturb each other.",
            question="Whose memory is it: the class's, the module's or the object's?",
            function=f"optimizers.{name}",
        )


def judge_defaults(check, student, rng, name):
    """Without keywords it does what it does with the stated defaults written out."""
    params = draw(rng)
    rate = {} if "learning_rate" in DEFAULTS[name] else {"learning_rate": RATE}
    stated = {**rate, **DEFAULTS[name]}
    # An epsilon of 1e-8 beside a root counts for something at 1e-7; one of 1e-6 below a root
    # leaves nothing to see of the averages there, but at 1e-3 both count.
    for size in (1e-7, 1e-3):
        gradients = slopes(rng, (size, 2.0 * size, -size))
        got = follow(student.optimizers, name, params, gradients, rate)
        same = follow(student.optimizers, name, params, gradients, stated)
        moved = not np.array_equal(got[-1], np.concatenate([np.ravel(p) for p in params]))
        if moved and np.allclose(got, same, rtol=1e-14, atol=0.0):
            continue
        written = ", ".join(f"{key}={value:g}" for key, value in stated.items())
        check.fail(
            "defaults",
            f"{name}: without keywords it is not what it is with {written}.",
            question="What do the defaults in your signature say?",
            function=f"optimizers.{name}",
        )


# The loop


@points(path=1, stop=0.5, count=0.5)
def test_gradient_descent_with(check, student, rng):
    """gradient_descent_with steps the optimizer and keeps copies of its parameter."""
    curvature, minimum = rng.uniform(0.5, 1.5, (2, 3)), rng.uniform(-3.0, 3.0, (2, 3))
    df = portable(lambda x: curvature * (x - minimum))
    x = minimum + rng.uniform(1.0, 2.0, (2, 3))
    names = working(student, df, x)
    name = "optimizers.gradient_descent_with"
    with check.part_of("path"):
        for rule in names[:2]:
            expected = by_hand(student, rule, df, x, 5)
            got = descend(student, rule, df, x, {"iterations": 5})
            check.equals(name, got, expected, rtol=1e-12, sequence=True, what="the path")
    with check.part_of("stop"):
        judge_stop(check, student, names[0], df, x)
    with check.part_of("count"):
        for settings, steps in (({"iterations": 0}, 0), ({"iterations": 1}, 1), ({}, 100)):
            got = descend(student, names[0], df, x, {"epsilon": 0.0, **settings})
            # What is as long as it should be goes wrong in its first steps, if it does.
            whole = not isinstance(got, (list, tuple, np.ndarray)) or len(got) != steps + 1
            seen = steps if whole else min(steps, 5)
            expected = by_hand(student, names[0], df, x, seen)
            got = got if whole else got[: seen + 1]
            check.equals(name, got, expected, rtol=1e-12, sequence=True, what="the path")


def working(student, df, x):
    """Two of the student's classes that do their part, so that the loop depends on none of them.

    If none does, those that change their parameters at all; else SGD, whose failure is the reason.
    """
    sound, moving = [], []
    for rule in ("SGD", "Momentum", "RMSprop", "Adagrad", "Adam"):
        array = student.array(x)
        try:
            optimizer = getattr(student.optimizers, rule)([array], RATE)
            returned, kept = optimizer.step([df(x)]), optimizer.parameters()
        except CheckFailed:
            continue
        now = array.read()
        if np.shape(kept) != (1, *x.shape) or np.array_equal(kept[0], x):
            continue
        right = np.array_equal(kept, [now]) and np.array_equal(returned, [now])
        (sound if right else moving).append(rule)
        if len(sound) == 2:
            break
    return [*sound, *moving][:2] or ["SGD"]


def start(student, rule, x):
    """An optimizer of the student's with one parameter, and a small learning rate."""
    return getattr(student.optimizers, rule)([x.copy()], 0.02)


def by_hand(student, rule, df, x, iterations):
    """The path that the student's optimizer takes when it is stepped from here."""
    optimizer, path = start(student, rule, x), [x.copy()]
    for _ in range(iterations):
        (params,) = steps(optimizer, [[df(path[-1])]])
        path.append(np.array(params[0]))
    return path


def descend(student, rule, df, x, settings):
    """The path that the student's loop takes."""
    optimizer = start(student, rule, x)
    return student.call("optimizers.gradient_descent_with", df, optimizer, **settings).value


def judge_stop(check, student, rule, df, x):
    """The stop test comes before the step, of the largest entry of df."""
    steps = by_hand(student, rule, df, x, 6)
    sizes = [float(np.max(np.abs(df(point)))) for point in steps]
    threshold = (sizes[4] + sizes[5]) / 2
    tests = [
        (df, threshold, next(k for k, size in enumerate(sizes) if size < threshold) + 1),
        (portable(lambda x: 0.0 * x), 1e-8, 1),
        (portable(lambda x: np.full(x.shape, 0.6e-8)), None, 1),
        (portable(lambda x: np.full(x.shape, -2e-8)), None, 5),
        (portable(lambda x: 0.6 * (np.arange(x.size).reshape(x.shape) == 1)), 0.5, 5),
    ]
    for slope, epsilon, expected in tests:
        settings = {"iterations": 200 if slope is df else 4}
        if epsilon is not None:
            settings["epsilon"] = epsilon
        got = descend(student, rule, slope, x, settings)
        if not isinstance(got, (list, tuple, np.ndarray)) or len(got) != expected:
            late = isinstance(got, (list, tuple, np.ndarray)) and len(got) > expected
            check.fail(
                "stop",
                f"gradient_descent_with: it stops too {'late' if late else 'early'}.",
                question="Which number is compared with epsilon, of which point, and when?",
                function="optimizers.gradient_descent_with",
            )
