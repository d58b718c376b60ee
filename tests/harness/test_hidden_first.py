"""The suites of parts 1 to 4 give the points of each function, and take them for mistakes.

Each mistake is one change to the text of one reference function, as a student would make it. It
must cost points in the checks of that function (or of what is built on it) and nowhere else.
"""

from __future__ import annotations

import inspect
import types
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

import reference
from grader.outcomes import Outcome
from grader.suite.grading import RunSettings, SuiteSettings
from grader.suite.in_process import InProcessStudent
from grader.suite.plugin import GradingPlugin
from grader.suite.run import run_suites

ROOT = Path(__file__).parents[2]
PARTS = {"losses": 34, "regularization": 10, "gradients": 12, "search": 5}

# The points that the homework promises, by the first words of the names of the checks.
ROWS: dict[str, dict[str, float]] = {
    "losses": {
        "linear_scores": 2,
        "append_bias": 1,
        "single_hinge": 2,
        "svm_naive": 3,
        "svm_vectorized": 10,
        "softmax": 3,
        "softmax_naive": 3,
        "softmax_vectorized": 10,
    },
    "regularization": {"l2": 2, "l1": 1.5, "elastic_net": 1.5, "slope_at_zero": 1, "full_loss": 4},
    "gradients": {
        "forward_differences": 4,
        "centred_differences": 4,
        "relative_error": 1,
        "check_gradient": 3,
    },
    "search": {"predict": 1, "accuracy": 1, "random_search": 3},
}

# What else is built on a function, and fails with it.
BUILT_ON = {
    "l2": ("elastic_net", "slope_at_zero", "full_loss"),
    "l1": ("elastic_net", "slope_at_zero", "full_loss"),
    "elastic_net": ("slope_at_zero", "full_loss"),
    "centred_differences": ("check_gradient",),
    "predict": ("accuracy",),
}


class Mistake(NamedTuple):
    """What is wrong in which function, the row that it belongs to, and the change that makes it."""

    function: str
    what: str
    row: str
    old: str
    new: str


SVM = "np.sum(margins) / N + reg * np.sum(W**2)"
SOFTMAX = "-np.sum(log_p[rows, y]) / N + reg * np.sum(W**2)"
LOG_P = "log_p[rows, y]"
LATE = "+= log_sum - shifted[y[i]]"
DW = "X.T @ dscores / N + 2.0 * reg * W"
NAIVE = "dW / N + 2.0 * reg * W"
SIZES = "N = X.shape[0]"
FIRST = "N, C = X.shape[0], W.shape[1]"
SHIFT = "np.max(scores, axis=1, keepdims=True)"
VERDICT = "difference <= tolerance * size"
START = "best_loss = float(loss(best_W))\n    losses = [best_loss]"


def _of(function: str, row: str, *changes: tuple[str, str, str]) -> list[Mistake]:
    return [Mistake(function, what, row, old, new) for what, old, new in changes]


MISTAKES = [
    *_of("losses.linear_scores", "linear_scores", ("no bias", "X @ W + b", "X @ W")),
    *_of("losses.append_bias", "append_bias", ("zeros", "np.ones(", "np.zeros(")),
    *_of(
        "losses.svm_loss_single",
        "single_hinge",
        ("right class kept", "margins[y] = 0.0", "pass"),
        ("transposed", "W @ x", "x @ W"),
    ),
    *_of(
        "losses.svm_loss_naive",
        "svm_naive",
        ("right class kept", "j != y[i] and ", ""),
        ("skips a class", "range(C)", "range(C - 1)"),
        ("order of averaging", NAIVE, "(dW + 2.0 * reg * W) / N"),
        ("borrows", FIRST, "return svm_loss_vectorized(W, X, y, reg)"),
    ),
    *_of(
        "losses.svm_loss_vectorized",
        "svm_vectorized",
        ("no delta", " + 1.0)", ")"),
        ("no mean", SVM, SVM.replace("/ N", "")),
        ("squared", SVM, SVM.replace("margins", "margins**2")),
        ("half penalty", SVM, SVM.replace("reg", "0.5 * reg")),
        ("half slope of the penalty", DW, DW.replace("2.0 *", "")),
        ("penalty / N", DW, f"{DW} / N"),
        ("no bias row", SVM, SVM.replace("W**2", "W[:-1]**2")),
        ("clipped", DW, f"np.clip({DW}, -5, 5)"),
        ("sample shifted", "X.T @", "np.roll(X, 1, axis=0).T @"),
        ("changes X", SIZES, f"{SIZES}; X -= 1e-13"),
        ("loop over samples", SIZES, f"{SIZES}; list(x for x in X)"),
        ("loop over classes", SIZES, f"{SIZES}; list(w for w in W.T)"),
        ("loop over features", SIZES, f"{SIZES}; list(w for w in W)"),
        ("borrows", SIZES, "return svm_loss_naive(W, X, y, reg)"),
        ("constant", SIZES, "return 0.0, np.zeros(W.shape)"),
    ),
    *_of(
        "losses.softmax",
        "softmax",
        ("no shift", f"scores - {SHIFT}", "scores"),
        ("global shift", SHIFT, "np.max(scores)"),
        ("in place", f"shifted = scores - {SHIFT}", f"scores -= {SHIFT}; shifted = scores"),
        ("half precision", "shifted = scores", "shifted = scores.astype(np.float16)"),
    ),
    *_of(
        "losses.softmax_loss_naive",
        "softmax_naive",
        ("late logarithm", LATE, "-= np.log(np.exp(shifted[y[i]] - log_sum))"),
        ("borrows", FIRST, "return softmax_loss_vectorized(W, X, y, reg)"),
    ),
    *_of(
        "losses.softmax_loss_vectorized",
        "softmax_vectorized",
        ("base 10", SOFTMAX, SOFTMAX.replace("/ N", "/ N / np.log(10.0)")),
        ("global shift", SHIFT, "np.max(scores)"),
        ("late logarithm", LOG_P, f"np.log(np.exp({LOG_P}))"),
        ("never 0", LOG_P, f"np.log(np.exp({LOG_P}) + 1e-8)"),
        ("no -1", "dscores[rows, y] -= 1.0", "pass"),
        ("small labels", "rows = np.arange(N)", "rows = np.arange(N); y = (y * 64) // 64"),
    ),
    *_of("regularization.l2", "l2", ("half", "np.sum(W**2)", "0.5 * np.sum(W**2)")),
    *_of("regularization.l1", "l1", ("no abs", "np.sum(np.abs(W))", "np.sum(W)")),
    *_of("regularization.l1", "slope_at_zero", ("0/0", "np.sign(W)", "np.abs(W) / W")),
    *_of("regularization.elastic_net", "elastic_net", ("no beta", "beta * square", "square")),
    *_of(
        "regularization.full_loss",
        "full_loss",
        ("own beta", "elastic_net(W, beta)", "elastic_net(W, 0.5)"),
        ("another default", "beta: float = 0.5", "beta: float = 1.0"),
        ("penalty twice", "svm_loss_vectorized(W, X, y, 0.0)", "svm_loss_vectorized(W, X, y, reg)"),
        ("another error", 'ValueError(f"data_loss', 'KeyError(f"data_loss'),
    ),
    *_of(
        "gradients.eval_numerical_gradient",
        "forward_differences",
        ("backward", "old + h", "old - h"),
        ("absolute", "(f(moved) - start) / h", "abs(f(moved) - start) / h"),
        ("not restored", "        moved[k] = old\n", ""),
        ("flat", "return gradient", "return gradient.ravel()"),
        ("in place, drifting", "np.array(x, dtype=np.float64)", "x; x += h; x -= h"),
        ("another default", "h: float = 1e-5", "h: float = 1e-6"),
    ),
    *_of(
        "gradients.numerical_gradient",
        "centred_differences",
        ("forward", "param[k] = old - eps", "param[k] = old"),
        ("over one step", "(2.0 * eps)", "eps"),
        ("not restored", "            param[k] = old\n", ""),
        ("drifting", "            param[k] = old\n", "            param[k] += eps\n"),
        ("copies", "in params", "in [p.copy() for p in params]"),
        ("argument", "above = f()", "above = f(param)"),
        ("another default", "eps: float = 1e-6", "eps: float = 1e-5"),
    ),
    *_of(
        "gradients.relative_error",
        "relative_error",
        ("mean", "np.max(np.abs", "np.mean(np.abs"),
        ("sign lost", "np.abs(a) + np.abs(b)", "np.abs(a + b)"),
        ("no abs", "np.max(np.abs(a - b)", "np.max((a - b)"),
    ),
    *_of(
        "gradients.check_gradient",
        "check_gradient",
        ("always", VERDICT, "True"),
        ("absolute", VERDICT, "difference <= tolerance"),
        ("larger norm", "np.linalg.norm(np.ravel(analytic)) + ", "0.0 + "),
        ("own tolerance", VERDICT, "difference <= 1e-6 * size"),
        ("largest entries", "))", "), np.inf)"),
        ("sums of entries", "))", "), 1)"),
        ("by entries", VERDICT, "relative_error(analytic, numeric) <= tolerance"),
    ),
    *_of("search.predict", "predict", ("axis", "axis=1", "axis=0")),
    *_of("search.accuracy", "accuracy", ("percent", "np.mean(", "100.0 * np.mean(")),
    *_of(
        "search.random_search",
        "random_search",
        ("last best", "< best_loss", "<= best_loss"),
        ("own generator", "rng.standard_normal", "np.random.default_rng(1).standard_normal"),
        ("best from 0", START, "best_loss = 0.0\n    losses = [float(loss(best_W))]"),
        ("one too many", "range(tries)", "range(tries + 1)"),
    ),
]


@pytest.mark.parametrize("module", PARTS)
def test_each_function_has_the_points_of_the_homework(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points: dict[str, Fraction] = defaultdict(Fraction)
    for outcome in grade(module, getattr(reference, module), monkeypatch):
        points[row_of(module, outcome)] += outcome.points

    assert points == ROWS[module]


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("module", PARTS)
def test_the_reference_earns_everything(
    module: str, seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = grade(module, getattr(reference, module), monkeypatch, seed)

    assert [o.findings for o in outcomes if o.earned != o.points] == []
    assert sum(o.earned for o in outcomes) == PARTS[module]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.function}: {m.what}")
def test_a_mistake_costs_points_and_only_where_it_is(
    mistake: Mistake, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = mistake.function.partition(".")

    outcomes = grade(module, changed(module, name, mistake), monkeypatch)

    short = {row_of(module, o) for o in outcomes if o.earned != o.points}
    assert mistake.row in short
    assert short <= {mistake.row, *BUILT_ON.get(mistake.row, ()), *BUILT_ON.get(name, ())}
    assert "grader_failed" not in {o.status for o in outcomes}


@pytest.mark.parametrize("name", ["svm", "softmax"])
@pytest.mark.parametrize("kept", ["naive", "vectorized"])
def test_one_body_under_both_names_earns_one_of_them(
    name: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "naive" if kept == "vectorized" else "vectorized"
    text = inspect.getsource(reference.losses)
    body = inspect.getsource(getattr(reference.losses, f"{name}_loss_{kept}"))
    text += "\n\n" + body.replace(f"{name}_loss_{kept}(", f"{name}_loss_{other}(")

    outcomes = grade("losses", compiled("losses", text), monkeypatch)

    kept_points = sum(o.earned for o in outcomes)
    assert kept_points == PARTS["losses"] - ROWS["losses"][f"{name}_{other}"]


def changed(module: str, name: str, mistake: Mistake) -> types.ModuleType:
    """The reference's module with a mistake in one function, below its docstring or above."""
    content = getattr(reference, module)
    before = inspect.getsource(getattr(content, name))
    signature, docstring, body = before.split('"""')
    if mistake.old in body:
        body = body.replace(mistake.old, mistake.new)
    else:
        signature = signature.replace(mistake.old, mistake.new)
    after = f'{signature}"""{docstring}"""{body}'
    assert after != before, f"{mistake.old!r} is not in {mistake.function} any more"
    return compiled(module, inspect.getsource(content).replace(before, after))


def compiled(module: str, text: str) -> types.ModuleType:
    """A module of the reference package with this text."""
    made = types.ModuleType(module)
    made.__package__ = reference.__name__
    exec(compile(text, f"{module}.py", "exec"), made.__dict__)  # noqa: S102 - our own text
    return made


def grade(
    module: str,
    content: types.ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    seed: int | None = None,
) -> list[Outcome]:
    """The outcomes of one suite on a module, which is all that the student has."""
    # Running the suites sets these for its own process; here it is a guest.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    path = ROOT / "tests" / "hidden" / f"test_{module}.py"
    suite = SuiteSettings(path, module, 1, Fraction(PARTS[module]))
    plugin = GradingPlugin(
        RunSettings((suite,), "a secret", seed),
        reference,
        lambda *_: InProcessStudent({module: content}),
        lambda: None,
    )
    run_suites(plugin, ROOT, 60.0)
    assert plugin.troubles == []
    return plugin.outcomes


def row_of(module: str, outcome: Outcome) -> str:
    """The row of the homework that a check belongs to: the longest whose words begin its name."""
    name = outcome.name.partition("::test_")[2]
    return max((row for row in ROWS[module] if name.startswith(row)), key=len)
