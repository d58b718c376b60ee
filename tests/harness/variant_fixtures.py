"""What a function does on data that show mistakes: for telling variants apart."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference import optimizers
from reference.functions import beale_gradient

Array = NDArray[np.float64]
Probe = Callable[[Any], Any]
"""Calls a function, or makes an object and uses it, and returns what came of it."""

ADAM = {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.03}
RULES: dict[str, dict[str, float]] = {
    "SGD": {},
    "Momentum": {"gamma": 0.7},
    "Nesterov": {"gamma": 0.7},
    "Adagrad": {"epsilon": 0.03},
    "RMSprop": {"beta": 0.8, "epsilon": 0.03},
    "Adadelta": {"rho": 0.8, "epsilon": 0.03},
    "Adam": ADAM,
    "AdaMax": ADAM,
    "Nadam": ADAM,
    "AMSGrad": ADAM,
}
PATHS: dict[str, dict[str, float]] = {
    "gradient_descent": {"alpha": 0.15},
    "gradient_descent_momentum": {"alpha": 0.12, "gamma": 0.7},
    "gradient_descent_nesterov": {"alpha": 0.12, "gamma": 0.7},
    "gradient_descent_adagrad": {"alpha": 0.05},
    "gradient_descent_adadelta": {"alpha": 3.0, "rho": 0.8},
    "gradient_descent_rmsprop": {"alpha": 0.05, "beta": 0.8},
    "gradient_descent_adam": {"alpha": 0.05, "beta_1": 0.8, "beta_2": 0.95},
}


def behaviour(subject: Any, probes: list[Probe]) -> list[Any]:
    """What comes of each probe: a value, or the name of an exception."""
    return [_observed(probe, subject) for probe in probes]


def _observed(probe: Probe, subject: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return probe(subject)
        except Exception as error:  # noqa: BLE001 - a mistake may raise anything
            return type(error).__name__


def same(one: Any, other: Any, rtol: float = 1e-10) -> bool:
    """Whether two observations agree, in structure, shape, dtype and values."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same(a, b, rtol) for a, b in pairs)
    if isinstance(one, (str, type(None))) or isinstance(other, (str, type(None))):
        return bool(type(one) is type(other) and one == other)
    try:
        a, b = np.asarray(one), np.asarray(other)
    except ValueError:
        return False
    if a.shape != b.shape or a.dtype != b.dtype or a.dtype == object:
        return False
    size = np.max(np.abs(b[np.isfinite(b)]), initial=0.0)
    return bool(np.allclose(a, b, rtol=rtol, atol=rtol * size * 1e-3, equal_nan=True))


def probes_of(function: str) -> list[Probe]:
    """Probes for a function or class of the reference, always the same ones."""
    rng = np.random.default_rng(20240131)
    module, _, name = function.partition(".")
    if module == "descent":
        return _paths(rng, name)
    if name in RULES:
        return _rules(rng, name)
    if name == "Optimizer":
        return _base()
    if name == "gradient_descent_with":
        return _loops(rng)
    if name == "numerical_gradient":
        return _centred(rng)
    return [_call(*arguments, **settings) for arguments, settings in _CALLS[function](rng)]


Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _call(*arguments: Any, **settings: Any) -> Probe:
    """Call with copies; what is returned, and which of the arrays are as they were."""

    def probe(subject: Any) -> Any:
        own = copy.deepcopy(arguments)
        value = subject(*own, **settings)
        pairs = [(a, b) for a, b in zip(own, arguments, strict=True) if isinstance(a, np.ndarray)]
        return value, [np.array_equal(a, b) for a, b in pairs]

    return probe


def draw(rng: np.random.Generator, N: int, D: int, C: int) -> tuple[Array, Array, Any]:
    """W, X, y of these sizes, with every class among the labels if N >= C."""
    y = rng.permutation(np.arange(N) % C)
    return rng.normal(0.0, 0.5, (D, C)), rng.normal(size=(N, D)), y


def _losses(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for sizes in ((7, 5, 3), (11, 3, 4), (5, 6, 2), (4, 3, 4)):
        W, X, y = draw(rng, *sizes)
        calls += [((W, X, y), {"reg": 0.37}), ((3.0 * W, X, y), {"reg": 0.7})]
    W, X, y = draw(rng, 9, 4, 5)
    calls += [((0.0 * W, X, y), {"reg": 0.3}), ((W, X, y % 4), {"reg": 0.3})]
    W, X, y = draw(rng, 1, 5, 3)
    calls += [((W, X, y), {"reg": 0.3})]
    shifts = np.array([1e3, 0.0, -1e3, 1.0, -800.0, 1e3, -1e3])
    W, X, y = draw(rng, 7, 5, 4)
    shifted = np.vstack([W, np.ones(4)]), np.column_stack([X, shifts]), y
    scores = X @ W
    wide = X * (1e3 / np.ptp(scores, axis=1))[:, np.newaxis]
    # Probabilities of 1e-7 to 1e-4, which a small number in the logarithm falsifies.
    rare = X * (12.0 / np.ptp(scores, axis=1))[:, np.newaxis]
    calls += [(shifted, {"reg": 0.3})]
    calls += [((W, x, scores.argmin(axis=1)), {"reg": 0.3}) for x in (wide, rare)]
    return calls


def _single(rng: np.random.Generator) -> list[Arguments]:
    W, X, _ = draw(rng, 5, 7, 5)
    calls: list[Arguments] = [((x, label, W.T), {}) for label, x in enumerate(X)]
    W, X, _ = draw(rng, 3, 4, 4)
    calls += [((x, label, W.T), {}) for label, x in enumerate(X)]
    W, X, _ = draw(rng, 3, 3, 5)
    return [*calls, ((X[0], 1, W.T), {}), ((X[1], 2, 0.0 * W.T), {})]


def _softmax(rng: np.random.Generator) -> list[Arguments]:
    shapes = (7, 4), (4, 7), (1, 5), (6, 2), (3, 3)
    calls: list[Arguments] = [((2.0 * rng.normal(size=shape),), {}) for shape in shapes]
    rows = rng.normal(size=(5, 4)) + np.array([[1e3], [0.0], [-1e3], [400.0], [-600.0]])
    # Far from 0 on one side of it only, so that a limit shows of itself.
    ends = [[75.0, 20.0, 40.0, 60.0], [-55.0, -52.0, -58.0, -51.0], [560.0, 555.0, 570.0, 1.0]]
    return [
        *calls,
        ((rows,), {}),
        ((np.array(ends),), {}),
        ((800.0 * rng.normal(size=(5, 4)),), {}),
    ]


def _scores(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for sizes in ((6, 5, 3), (1, 3, 7), (11, 6, 2), (4, 3, 3), (4, 5, 4)):
        W, X, _ = draw(rng, *sizes)
        calls.append(((W, X, rng.normal(size=sizes[2])), {}))
    return calls


def _matrices(rng: np.random.Generator) -> list[Arguments]:
    return [((rng.normal(size=shape),), {}) for shape in ((6, 5), (1, 3), (4, 4))]


def _weights(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for shape in ((4, 3), (1, 5), (7, 2)):
        signs = rng.choice([-1.0, 1.0], size=shape)
        calls.append(((signs * rng.uniform(0.1, 2.0, shape),), {}))
    some = np.array([[0.3, -1.2, 0.0], [0.0, 2.5, -0.4], [0.0, 0.0, 0.0]])
    return [*calls, ((some,), {})]


def _nets(rng: np.random.Generator) -> list[Arguments]:
    betas = 0.3, 2.5, 0.0, 0.7
    pairs = zip(_weights(rng), betas, strict=True)
    return [(arguments, {"beta": beta}) for (arguments, _), beta in pairs]


def _full_losses(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for sizes in ((7, 5, 3), (11, 3, 4)):
        for data_loss in ("svm", "softmax", "hinge"):
            for penalty in ("l2", "l1", "elastic_net", "ridge"):
                names = data_loss, penalty, 0.37
                calls.append(((*draw(rng, *sizes), *names), {"beta": 1.3}))
    return [*calls, ((*draw(rng, 7, 5, 3), "svm", "elastic_net", 0.37), {})]


def curved(x: Array) -> float:
    """A function of an array of any shape whose slope differs in every entry and bends there."""
    k = np.arange(1.0, x.size + 1.0).reshape(x.shape)
    return float(np.sum(k * x**2 + np.sin(x + k)) + x.flat[0] * x.flat[-1])


def slope(x: Array) -> Array:
    """The gradient of `curved`."""
    k = np.arange(1.0, x.size + 1.0).reshape(x.shape)
    dx = 2.0 * k * x + np.cos(x + k)
    dx.flat[0] += x.flat[-1]
    dx.flat[-1] += x.flat[0]
    return dx


def _forward(rng: np.random.Generator) -> list[Arguments]:
    starts = [rng.uniform(0.7, 2.3, shape) for shape in ((5,), (3, 2), (2, 1, 3))]
    calls: list[Arguments] = [((curved, x), {"h": 1e-2}) for x in starts]
    calls += [((curved, 1e-3 * x), {"h": 1e-2}) for x in starts]
    # So bent that the error of a step of 1e-5 is far above rounding.
    return [*calls, ((lambda x: 1e3 * curved(30.0 * x), starts[0]), {})]


def _centred(rng: np.random.Generator) -> list[Probe]:
    starts = [rng.uniform(0.7, 2.3, shape) for shape in ((4,), (2, 3), (1, 2))]
    return [
        _moves([scale * x for x in starts[:count]], factor, settings)
        for count in (3, 1)
        for scale, factor, settings in ((1.0, 1.0, {"eps": 1e-2}), (1e-3, 1.0, {"eps": 1e-2}))
    ] + [_moves(starts, 1e3, {})]


def _moves(starts: list[Array], factor: float, settings: dict[str, float]) -> Probe:
    def probe(subject: Any) -> Any:
        params = [x.copy() for x in starts]
        got = subject(lambda: sum(curved(factor * p) for p in params), params, **settings)
        return got, [np.array_equal(p, x) for p, x in zip(params, starts, strict=True)]

    return probe


def _errors(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for shape in ((5, 3), (7,)):
        a = rng.normal(size=shape)
        calls += [((a, a + 1e-3 * rng.normal(size=shape)), {}), ((a, a.copy()), {}), ((a, -a), {})]
    pairs = (
        ([1.0, 0.0, 3.0], [1.0, 0.0, 1.0]),
        ([1.0, 5.1], [3.0, 5.0]),
        ([-1.0, -5.1], [-3.0, -5.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([3e-9, 2.0], [-1e-9, 2.0]),
    )
    return [*calls, *(((np.array(a), np.array(b)), {}) for a, b in pairs)]


def _checks(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for shape in ((5,), (3, 2), (2, 1, 3)):
        x = rng.uniform(0.7, 2.3, shape)
        for size in (1e-6, 1.0, 1e6):
            scale = size / float(np.linalg.norm(slope(x)))
            calls += [
                ((_times(scale, curved), _times(factor * scale, slope), x), {})
                for factor in (1.0, 1.0 + 1e-5, 1.5, -1.0, 0.0)
            ]
    x = rng.uniform(0.7, 2.3, (3, 2))
    rules: list[tuple[float, float]] = [
        (1.15, 0.1),
        (1.3, 0.1),
        (1.001, 1e-3),
        (1.001, 1e-4),
        (3.0, 0.6),
        (1.003, 1e-3),
    ]
    rules += [(1.05, 0.1), (1.35, 0.15), (0.7, 0.2), (0.7, 0.32), (0.7, 0.36), (0.7, 0.5)]
    calls += [
        ((curved, _times(factor, slope), x), {"tolerance": tolerance})
        for factor, tolerance in rules
    ]
    rough = slope(x)
    rough.flat[0] *= 1.7
    rough.flat[1] *= 0.8
    calls += [
        ((curved, lambda _: rough.copy(), x), {"tolerance": float(tolerance)})
        for tolerance in np.logspace(-3.0, 0.0, 40)
    ]
    calls += [((curved, slope, 1e-3 * x), {}), ((curved, _one_entry, x), {})]
    x = rng.uniform(0.7, 2.3, (4, 2))
    sizes = np.logspace(-7.0, 2.0, 8).reshape(4, 2)
    for factor in (1.0, 1.01):
        df = _times(factor, lambda x: 3.0 * sizes * x**2)
        calls.append(((lambda x: float(np.sum(sizes * x**3)), df, x), {}))
    return calls


def _one_entry(x: Array) -> Array:
    dx = slope(x)
    dx.flat[2] *= 1.01
    return dx


def _times(factor: float, function: Callable[[Array], Any]) -> Callable[[Array], Any]:
    return lambda x: factor * function(x)


def _predictions(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for sizes in ((11, 4, 5), (1, 3, 7), (6, 5, 2), (5, 4, 4)):
        W, X, _ = draw(rng, *sizes)
        calls.append(((W, X), {}))
    ties = np.array([[1.0, 3.0, 3.0, 2.0], [-1.0, -1.0, -2.0, -1.0], [0.0, 0.0, 0.0, 0.0]])
    return [*calls, ((np.eye(4), ties), {})]


def _accuracies(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for N, D, C in ((11, 4, 5), (1, 3, 7), (23, 5, 2)):
        W, X, _ = draw(rng, N, D, C)
        y = rng.integers(C, size=N)
        best, worst = np.argmax(X @ W, axis=1), np.argmin(X @ W, axis=1)
        calls += [((W, X, labels), {}) for labels in (y.astype(np.uint8), best, worst)]
    return calls


def _searches(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    losses = (
        lambda W: float(np.sum((W - 0.4) ** 2)) - 1.5,
        lambda W: float(np.sum(W > 0.0) // 4),
        lambda W: float(np.sum((W - 0.4) ** 2)) + 1e12,
        lambda W: float(np.sum((W - 0.4) ** 2)) - 1e3,
    )
    for loss in losses:
        for shape, tries, scale in (((3, 2), 17, 0.7), ((2, 5), 8, 3.0), ((2, 3), 1, 0.3)):
            calls.append(((loss, shape, tries, scale, np.random.default_rng(tries)), {}))
    calls += [((losses[0], (2, 3), 2, 0.5, np.random.default_rng(n)), {}) for n in range(5)]
    del rng
    return calls


def _fits(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for degree, count in ((0, 6), (1, 7), (3, 4), (3, 23), (6, 50)):
        x = rng.permutation(np.cos(np.pi * (np.arange(count) + 0.4) / count))
        calls.append(((x, np.sin(np.pi * x) + rng.normal(0.0, 0.1, count), degree), {}))
    return calls


def _values(rng: np.random.Generator) -> list[Arguments]:
    sizes = (3, (7,)), (2, (4, 3)), (0, (5,)), (9, (2, 6)), (1, (1,))
    return [((rng.normal(size=n + 1), rng.uniform(-1.5, 1.5, shape)), {}) for n, shape in sizes]


def _spreads(rng: np.random.Generator) -> list[Arguments]:
    calls: list[Arguments] = []
    for M, K in ((5, 11), (2, 3), (13, 4), (1, 6), (4, 4)):
        truth, off = rng.normal(size=K), rng.normal(size=K)
        calls.append(((truth + off + rng.normal(size=(M, K)), truth), {}))
    return calls


_CALLS: dict[str, Callable[[np.random.Generator], list[Arguments]]] = {
    "losses.linear_scores": _scores,
    "losses.append_bias": _matrices,
    "losses.svm_loss_single": _single,
    "losses.svm_loss_naive": _losses,
    "losses.svm_loss_vectorized": _losses,
    "losses.softmax": _softmax,
    "losses.softmax_loss_naive": _losses,
    "losses.softmax_loss_vectorized": _losses,
    "regularization.l2": _weights,
    "regularization.l1": _weights,
    "regularization.elastic_net": _nets,
    "regularization.full_loss": _full_losses,
    "gradients.eval_numerical_gradient": _forward,
    "gradients.relative_error": _errors,
    "gradients.check_gradient": _checks,
    "search.predict": _predictions,
    "search.accuracy": _accuracies,
    "search.random_search": _searches,
    "polynomials.fit_polynomial": _fits,
    "polynomials.evaluate_polynomial": _values,
    "polynomials.bias_variance": _spreads,
}


def gentle(rng: np.random.Generator, shape: tuple[int, ...], steep: float) -> tuple[Any, Any]:
    """The gradient of a quadratic whose minimum is far away, and a start."""
    x = rng.uniform(0.5, 2.0, shape)
    curvature = rng.uniform(0.4, 1.6, shape)
    minimum = rng.uniform(200.0, 600.0, shape) * np.resize([-1.0, 1.0], shape)
    start = x if shape else float(x)
    return (lambda x: steep * curvature * (x - minimum)), start


def _constant(*slopes: float) -> Callable[[Array], Array]:
    return lambda _: np.array(slopes)


def _paths(rng: np.random.Generator, name: str) -> list[Probe]:
    settings: dict[str, Any] = PATHS[name]
    probes = []
    for shape, steep, iterations in (
        ((3,), 1.0, 1),
        ((3,), 1.0, 10),
        ((2, 2), 1e-9, 4),
        ((2, 2), 1e-5, 4),
        ((), 1.0, 4),
    ):
        df, x = gentle(rng, shape, steep)
        probes.append(_walk(df, x, {**settings, "iterations": iterations}))
    start = np.array([0.8, -1.3])
    probes.append(_walk(df, start, {**settings, "iterations": 0}))
    slow = {"alpha": 1e-3, "iterations": 3, "epsilon": 0.1}
    tests = (0.0, 0.0), (0.08, -0.08), (0.03, 0.12), (-0.5, 0.02), (0.12, -0.12), (0.2, 0.3)
    probes += [_walk(_constant(*slopes), start, slow) for slopes in (*tests, (0.06, 0.06))]
    probes += [_walk(_constant(g, -g), start, {"iterations": 2}) for g in (0.7e-8, 1.5e-8)]
    for epsilon in (0.9, 0.5, 0.1):
        ending = {**settings, "iterations": 40, "epsilon": epsilon}
        probes.append(_walk(lambda x: x * np.array([1.1, 0.9]), start, ending))
    df, x = gentle(rng, (2,), 0.01)
    beale = {**settings, "alpha": 0.01, "iterations": 10}
    probes += [_walk(df, x, {}), _walk(beale_gradient, np.array([1.0, 1.0]), beale)]
    return probes


def _walk(df: Callable[[Array], Array], x: Any, settings: dict[str, Any]) -> Probe:
    def probe(subject: Any) -> Any:
        start = x.copy() if isinstance(x, np.ndarray) else x
        path = subject(df, start, **settings)
        return path, bool(np.array_equal(start, x))

    return probe


SHAPES = (3,), (2, 2)


def _arrays(rng: np.random.Generator) -> list[Array]:
    return [rng.uniform(0.5, 2.0, shape) for shape in SHAPES]


def _slopes(rng: np.random.Generator, sizes: tuple[float, ...]) -> list[list[Array]]:
    """Gradients for several steps; the first entry of each array is 0 in the first two."""
    steps = [[size * (g + 0.2) for g in _arrays(rng)] for size in sizes]
    for grads in steps[:2]:
        for g in grads:
            g.flat[0] = 0.0
    return steps


def _rules(rng: np.random.Generator, name: str) -> list[Probe]:
    settings = {"learning_rate": 0.3, **RULES[name]}
    sizes = (1.0, -0.5, 0.1, 2.0, 0.05, 0.05)
    small = _slopes(rng, (1e-7, 2e-7, -1e-7))
    rate = {} if name == "Adadelta" else {"learning_rate": 0.3}
    return [
        _follow(_arrays(rng), _slopes(rng, sizes), settings),
        _follow(_arrays(rng), small, rate),
        _follow(_arrays(rng), _slopes(rng, (1e-3, 2e-3, -1e-3)), rate),
        _take_turns(_arrays(rng), _slopes(rng, sizes), settings),
    ]


def _follow(params: list[Array], steps: list[list[Array]], settings: dict[str, float]) -> Probe:
    def probe(subject: Any) -> Any:
        own = [p.copy() for p in params]
        optimizer = subject(own, **settings)
        seen = []
        for grads in steps:
            given = [g.copy() for g in grads]
            returned = copy.deepcopy(optimizer.step(given))
            kept = copy.deepcopy((own, optimizer.params, optimizer.parameters()))
            left = [bool(np.array_equal(g, h)) for g, h in zip(given, grads, strict=True)]
            seen.append((returned, kept, left))
        return seen

    return probe


def _take_turns(params: list[Array], steps: list[list[Array]], settings: dict[str, float]) -> Probe:
    def probe(subject: Any) -> Any:
        one = subject([p.copy() for p in params], **settings)
        other = subject([2.0 * p for p in params], **settings)
        for grads in steps:
            other.step([3.0 * g for g in grads])
            one.step([g.copy() for g in grads])
        return one.params, other.params

    return probe


def _base() -> list[Probe]:
    def kept(subject: Any) -> Any:
        optimizer = subject([np.ones(3), np.zeros((2, 2))])
        return optimizer.params, optimizer.parameters()

    def stepped(subject: Any) -> Any:
        optimizer = subject([np.ones(3), np.zeros((2, 2))])
        return optimizer.step([np.ones(3), np.ones((2, 2))])

    return [kept, stepped]


def _loops(rng: np.random.Generator) -> list[Probe]:
    curvature, minimum = rng.uniform(0.5, 1.5, (2, 3)), rng.uniform(-3.0, 3.0, (2, 3))
    x = minimum + rng.uniform(1.0, 2.0, (2, 3))

    def df(x: Array) -> Array:
        return curvature * (x - minimum)

    probes = [
        _descend(df, x, {"iterations": n, "epsilon": epsilon})
        for n, epsilon in ((0, 1e-8), (1, 1e-8), (7, 1e-8), (60, 1.1), (60, 0.4), (60, 2.0))
    ]
    probes += [_descend(df, x, {"epsilon": 0.0}), _descend(np.zeros_like, x, {})]
    sizes = 0.6e-8, -2e-8, 2e-8
    probes += [_descend(_everywhere(size), x, {"iterations": 4}) for size in sizes]
    settings = {"iterations": 4, "epsilon": 0.5}
    probes += [_descend(_in_one_entry(size), x, settings) for size in (0.6, 0.4)]
    probes += [_descend(_everywhere(size), x, settings) for size in (-0.3, 0.7, -0.7, 0.2)]
    return probes


def _everywhere(size: float) -> Callable[[Array], Array]:
    return lambda x: np.full(x.shape, size)


def _in_one_entry(size: float) -> Callable[[Array], Array]:
    return lambda x: size * (np.arange(x.size).reshape(x.shape) == 1)


def _descend(df: Callable[[Array], Array], x: Array, settings: dict[str, Any]) -> Probe:
    def probe(subject: Any) -> Any:
        own = x.copy()
        path = subject(df, optimizers.Momentum([own], 0.05), **settings)
        return path, own

    return probe
