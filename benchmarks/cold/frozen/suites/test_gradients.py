"""Part 3: gradients by finite differences, and how to judge another gradient by them."""

import numpy as np
import pytest

from plain.marks import feedback, part, points, portable, visibility

pytestmark = part("Numerical gradients", number=3)

SHAPES = (5,), (3, 2), (2, 1, 3)


FACTORS = np.array([1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0, -8.0, 9.0, -10.0, 11.0, -12.0])


@portable
def factors(x):
    """1, -2, 3, … in the shape of x."""
    return FACTORS[: x.size].reshape(x.shape)


@portable
def curved(x):
    """A function of an array of any shape whose slope differs in every entry and bends there."""
    k = factors(x)
    return float((k * x * x + np.sin(x + k)).sum() + x.flat[0] * x.flat[-1])


def start(rng, shape):
    """A point where `curved` rises in one entry and falls in the next; x + h - h is rarely x."""
    return rng.uniform(0.7, 2.3, shape)


@portable
def slope(x):
    """The gradient of `curved`, by hand."""
    k = factors(x)
    dx = 2.0 * k * x + np.cos(x + k)
    dx.flat[0] += x.flat[-1]
    dx.flat[-1] += x.flat[0]
    return dx


def numbers(got):
    """The arrays of numbers in what a function returned; whatever else it is, others judge."""
    found = got if isinstance(got, (list, tuple)) else [got]
    return [each for each in found if isinstance(each, np.ndarray) and each.dtype.kind in "iuf"]


def times(factor, function):
    """A multiple of a function of x."""
    return portable(lambda x: factor * function(x))


STEP = 1e3


@portable
def step(points, origins):
    """A step of 1e3 where more than one entry is not what it was, bit for bit; else 0."""
    moved = sum(
        np.count_nonzero(np.ravel(point) != np.ravel(origin))
        if np.size(point) == np.size(origin)
        else 2
        for point, origin in zip(points, origins, strict=True)
    )
    return STEP * (moved > 1)


def require_single_moves(check, name, got, h):
    """No slope is that of the step: f was evaluated where one entry had moved, and no other."""
    if any(np.max(np.abs(slopes), initial=0.0) > 0.1 * STEP / h for slopes in got):
        check.fail(
            "value",
            "f was evaluated where more than one entry had moved.",
            question="What is x when the second entry is tested?",
            function=name,
        )


# eval_numerical_gradient


@points(2)
@pytest.mark.parametrize(
    "rule", [{"h": 1e-2, "rtol": 1e-9}, {"rtol": 1e-7}], ids=["wide step", "default step"]
)
def test_forward_differences(check, rng, rule):
    """eval_numerical_gradient takes forward differences, for arrays of any shape."""
    # A centred difference is 1e-2 away at h = 1e-2, and still 1e-5 at h = 1e-5.
    for shape in SHAPES:
        check.matches("gradients.eval_numerical_gradient", curved, start(rng, shape), **rule)


@points(1.5)
def test_forward_differences_restore(check, student, rng):
    """eval_numerical_gradient moves one entry at a time, and x ends bit for bit as it was."""
    name = "gradients.eval_numerical_gradient"
    for shape in ((7,), (4, 3)):
        x = start(rng, shape)
        origin = x.copy()
        f = portable(lambda x, origin=origin: curved(x) + step([x], [origin]))
        got = student.call(name, f, x, h=1e-3).value
        require_single_moves(check, name, numbers(got), 1e-3)
        check.equals(name, got, slope(x), rtol=1e-2, what="the gradient")
        # (x + h) - h is x for most x of the size of 1, and for few as small as these.
        check.pure(name, (curved, 1e-3 * x), (curved, 1e-3 * start(rng, shape)), h=1e-2)


@points(0.5)
@feedback("full")
def test_forward_differences_of_a_bowl(check, student):
    """eval_numerical_gradient of x² + y² is (10, 6) at (5, 3)."""
    name = "gradients.eval_numerical_gradient"
    got = student.call(name, bowl, np.array([5.0, 3.0])).value
    check.equals(name, got, np.array([10.0, 6.0]), rtol=1e-3, what="the gradient")


# numerical_gradient


def several(rng):
    """Three arrays, and a function without arguments that reads them."""
    params = [start(rng, shape) for shape in ((4,), (2, 3), (1, 2))]
    f = portable(lambda: sum(map(curved, params)) + float(params[0][1] * params[1][1, 0]))
    return params, f


@portable
def wavy(x):
    """A function of quick waves."""
    return float(np.sum(np.sin(1e3 * x)))


@portable
def bowl(x, a=1.0, b=1.0):
    """The function a x² + b y² of two numbers."""
    return float(a * x[0] ** 2 + b * x[1] ** 2)


@points(1.5)
@pytest.mark.parametrize("rule", [{"eps": 1e-2}, {}], ids=["wide step", "default step"])
def test_centred_differences(check, rng, rule):
    """numerical_gradient takes centred differences with respect to each array of the list."""
    for _ in range(2):
        params, f = several(rng)
        # A forward difference is 1e-2 away at eps = 1e-2, and still 1e-6 at eps = 1e-6.
        rtol = 1e-9 if rule else 1e-8
        check.matches("gradients.numerical_gradient", f, params, rtol=rtol, **rule)


@points(1)
def test_centred_differences_restore(check, student, rng):
    """numerical_gradient moves one entry at a time, in place, and puts each back as it was."""
    name = "gradients.numerical_gradient"
    params, f = several(rng)
    origins = [p.copy() for p in params]
    stepped = portable(lambda: f() + step(params, origins))
    got = numbers(student.call(name, stepped, params, eps=1e-3).value)
    require_single_moves(check, name, got, 2e-3)
    if not all(map(np.any, got)):
        check.fail(
            "value",
            "f was not evaluated at two points for each entry.",
            question="What does f see of the arrays in the list?",
            function=name,
        )
    small = [1e-3 * p for p in params]
    # x + eps - eps is x for most x of the size of 1, and for few as small as these.
    check.pure(name, (portable(lambda: sum(map(curved, small))), small), eps=1e-2)


@points(0.5)
@visibility("after_due_date")
def test_centred_differences_default(check, rng):
    """numerical_gradient takes a step of 1e-6 unless told otherwise."""
    x = start(rng, (3,))
    # So curved that the error of the step shows: 2e-7 of the slope.
    check.matches("gradients.numerical_gradient", portable(lambda: wavy(x)), [x], rtol=1e-8)


@points(1)
@feedback("full")
def test_centred_differences_of_a_bowl(check, student):
    """numerical_gradient of x²/16 + 9y² is (0.25, 54) at (2, 3); of x² + y² (10, 6) at (5, 3)."""
    name = "gradients.numerical_gradient"
    x, z = np.array([2.0, 3.0]), np.array([5.0, 3.0])
    got = student.call(name, portable(lambda: bowl(x, 1 / 16, 9.0)), [x]).value
    check.equals(name, got, [np.array([0.25, 54.0])], rtol=1e-6, what="the gradients")
    got = student.call(name, portable(lambda: bowl(z)), [z]).value
    check.equals(name, got, [np.array([10.0, 6.0])], rtol=1e-6, what="the gradients")


# relative_error


@points(1)
def test_relative_error(check, rng):
    """relative_error is the largest |a - b| / max(1e-8, |a| + |b|) of all entries."""
    name = "gradients.relative_error"
    for shape in ((5, 3), (7,)):
        a = rng.normal(size=shape)
        check.matches(name, a, a + 1e-3 * rng.normal(size=shape))
        check.matches(name, a, a.copy())
        check.matches(name, a, -a)
    check.matches(name, np.array([1.0, 0.0, 3.0]), np.array([1.0, 0.0, 1.0]))
    check.matches(name, np.array([1.0, 5.1]), np.array([3.0, 5.0]))
    check.matches(name, np.zeros((2, 3)), np.zeros((2, 3)))
    check.matches(name, np.array([3e-9, 2.0]), np.array([-1e-9, 2.0]))
    check.pure(name, (a, a + 1e-3 * rng.normal(size=7)), (a, 1.5 * a))


# check_gradient


@portable
def one_entry(x):
    """Right but for one entry."""
    dx = slope(x)
    dx.flat[2] *= 1.01
    return dx


def relative_difference(a, b, order):
    """|a - b| / (|a| + |b|) by a norm over all entries."""
    sizes = [np.linalg.norm(np.ravel(v), order) for v in (a - b, a, b)]
    return sizes[0] / (sizes[1] + sizes[2])


WRONG = {
    "twice as large": times(2.0, slope),
    "the wrong sign": times(-1.0, slope),
    "off by 1e-5": times(1.0 + 1e-5, slope),
    "zero": portable(lambda x: 0.0 * x),
}


@points(1)
def test_check_gradient(check, rng):
    """check_gradient accepts a right gradient and rejects wrong ones, and returns a bool."""
    name = "gradients.check_gradient"
    for shape in SHAPES:
        x = start(rng, shape)
        check.matches(name, curved, slope, x)
        check.matches(name, curved, one_entry, x)
    for wrong in WRONG.values():
        check.matches(name, curved, wrong, x)


@points(1)
@pytest.mark.parametrize("size", [1e-6, 1e6], ids=["small", "large"])
def test_check_gradient_sizes(check, rng, size):
    """check_gradient holds for gradients as small as 1e-6 and as large as 1e6."""
    for shape in SHAPES[:2]:
        x = start(rng, shape)
        scale = size / np.linalg.norm(slope(x))
        for factor in (1.0, 1.5, -1.0):
            functions = times(scale, curved), times(factor * scale, slope)
            check.matches("gradients.check_gradient", *functions, x)


@points(0.5)
@visibility("after_due_date")
def test_check_gradient_tolerance(check, rng):
    """check_gradient compares with tolerance times the sum of both norms."""
    x = start(rng, (3, 2))
    rules = (1.15, 0.1), (1.3, 0.1), (1.001, 1e-3), (1.001, 1e-4), (3.0, 0.6)
    for factor, tolerance in rules:
        functions = curved, times(factor, slope)
        check.matches("gradients.check_gradient", *functions, x, tolerance=tolerance)


@points(0.5)
def test_check_gradient_norms(check, rng):
    """check_gradient takes norms over all entries, large and small, and leaves x as it was."""
    name = "gradients.check_gradient"
    for shape in SHAPES:
        x = start(rng, shape)
        # Where one entry is wrong, each norm finds another relative difference: a tolerance
        # between two of them tells which was taken.
        found = [relative_difference(one_entry(x), slope(x), order) for order in (1, 2, np.inf)]
        for tolerance in np.sqrt(np.multiply(found[1:], found[:-1])):
            check.matches(name, curved, one_entry, x, tolerance=float(tolerance))
    x = start(rng, (4, 2))
    # The smallest entry by itself is lost in the rounding of f.
    sizes = np.logspace(-7.0, 2.0, 8).reshape(4, 2)
    for factor in (1.0, 1.01):
        df = portable(lambda x, factor=factor: factor * 3.0 * sizes * x**2)
        check.matches(name, portable(lambda x: float(np.sum(sizes * x**3))), df, x)
    # Differences that cancel where they are summed with their signs.
    off = np.resize([0.1, -0.1], x.shape)
    check.matches(name, curved, portable(lambda x: slope(x) + off), x)
    # A function that bends so soon that a step of 1e-3 is too long.
    quick = portable(lambda x: np.sum(np.sin(40.0 * x)))
    check.matches(name, quick, portable(lambda x: 40.0 * np.cos(40.0 * x)), x)
    check.pure(name, (curved, slope, x), (curved, times(1.01, slope), x))
