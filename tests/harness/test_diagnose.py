"""Mistakes are named by what the code does, however it is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from wall_fixtures import behind_the_wall

import reference
import reference.variants
from grader.feedback import Diagnosis, Explanation, budget, load_variants
from grader.feedback.versions import Versions
from grader.outcomes import CheckFailed
from grader.sandbox import modules
from grader.sandbox.handed import Limits
from grader.sandbox.student import Student

VARIANTS = load_variants(reference.variants)
SOFTMAX = """
import numpy as np

def softmax_loss_vectorized(W, X, y, reg):
    scores = np.dot(X, W)
    scores = scores - scores.max(1)[:, None]
    e = np.exp(scores)
    p = e / e.sum(1)[:, None]
    picked = p[np.arange(len(y)), y]
    loss = LOSS
    t = np.zeros_like(p)
    t[np.arange(len(y)), y] = 1
    dW = GRADIENT
    return loss, dW
"""
LOSS = "-np.log(picked).sum() / len(y) + reg * (W ** 2).sum()"
GRADIENT = "X.T.dot(p - t) / len(y) + 2 * reg * W"


def problem(seed: int = 0) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, 3)), rng.normal(size=(7, 5)), np.array([0, 1, 2, 0, 1, 2, 1]), 0.3


def explain(
    text: str,
    ask: Callable[[Student], object],
    module: str = "losses",
    *,
    asked_more: bool = False,
) -> Explanation | None:
    """The explanation of what a module does when it is asked; once more with other numbers."""
    source = modules.Source(f"{module}.py", module, text)
    with behind_the_wall(source) as handed:
        student = Student(handed, Limits(), 1)
        with contextlib.suppress(CheckFailed):
            ask(student)
        history = list(student.history)

        def call(name: str, *args: Any, **kwargs: Any) -> Any:
            return student.call(name, *args, **kwargs).value

        try:
            more = call if asked_more else None
            return Diagnosis(Versions(reference, VARIANTS)).explain(history, call=more)
        finally:
            student.close()


def of_softmax(loss: str = LOSS, gradient: str = GRADIENT) -> Explanation | None:
    def ask(student: Student) -> None:
        for seed in range(2):
            student.call("losses.softmax_loss_vectorized", *problem(seed))

    return explain(SOFTMAX.replace("LOSS", loss).replace("GRADIENT", gradient), ask)


def said(explanation: Explanation | None) -> str:
    assert explanation is not None
    return " ".join(variant.says for variant in explanation.variants)


def test_a_right_function_needs_no_explanation() -> None:
    assert of_softmax() is None


@pytest.mark.parametrize(
    ("loss", "gradient", "words"),
    [
        (LOSS.replace(" / len(y)", ""), GRADIENT.replace(" / len(y)", ""), "sum over the samples"),
        (LOSS, GRADIENT.replace("2 * reg", "reg"), "half"),
        (LOSS.replace("np.log", "np.log10"), GRADIENT, "base 10"),
        (LOSS.replace("-np.log", "np.log"), GRADIENT, "sign"),
        (LOSS, GRADIENT.replace("p - t", "t - p"), "sign"),
        (LOSS, GRADIENT.partition(" + ")[0], "regularizer"),
    ],
    ids=["no mean", "half slope", "log10", "sign of loss", "sign of gradient", "no penalty slope"],
)
def test_a_mistake_is_named(loss: str, gradient: str, words: str) -> None:
    assert words in said(of_softmax(loss, gradient))


@pytest.mark.parametrize(
    ("process_s", "clock_s", "named"),
    [(0.1, 5.0, True), (2.0, 2.0, False), (0.1, 60.0, False)],
    ids=["busy machine", "long search", "no end"],
)
def test_what_the_machine_does_for_others_costs_no_name(
    monkeypatch: pytest.MonkeyPatch, process_s: float, clock_s: float, named: bool
) -> None:
    process, clock = iter((0.0,)), iter((0.0,))
    times = SimpleNamespace(
        process_time=lambda: next(process, process_s), monotonic=lambda: next(clock, clock_s)
    )
    monkeypatch.setattr(budget, "time", times)

    assert (of_softmax(LOSS.replace("np.log", "np.log10")) is not None) is named


def test_two_mistakes_in_two_outputs_are_both_named() -> None:
    explanation = of_softmax(LOSS.replace("np.log", "np.log10"), GRADIENT.partition(" + ")[0])

    assert explanation is not None
    assert len(explanation.variants) == 2
    assert "base 10" in said(explanation)


def test_two_mistakes_in_one_output_are_both_named() -> None:
    gradient = "X.T.dot(p - t)"  # no mean, and no slope of the penalty

    explanation = of_softmax(LOSS, gradient)

    assert explanation is not None
    assert len(explanation.variants) == 2


def test_a_consistent_convention_is_no_mistake() -> None:
    explanation = of_softmax(
        LOSS.replace("reg *", "0.5 * reg *"), GRADIENT.replace("2 * reg", "reg")
    )

    assert explanation is not None
    assert explanation.is_convention


HALF = LOSS.replace("reg *", "0.5 * reg *"), GRADIENT.replace("2 * reg", "reg")


def test_what_overflows_with_other_numbers_refutes_no_convention() -> None:
    """With scores 36 times as large the logarithm is taken of 0: another flaw, not tested here."""

    def ask(student: Student) -> None:
        W, X, y, reg = problem()
        student.call("losses.softmax_loss_vectorized", 5 * W, 5 * X, y, reg)

    text = SOFTMAX.replace("LOSS", HALF[0]).replace("GRADIENT", HALF[1])
    explanation = explain(text, ask, asked_more=True)

    assert explanation is not None
    assert explanation.is_convention


def test_beside_an_infinite_value_a_convention_is_not_called_a_mistake() -> None:
    def ask(student: Student) -> None:
        W, X, y, reg = problem()
        student.call("losses.softmax_loss_vectorized", W, 1e4 * X, y, reg)

    text = SOFTMAX.replace("LOSS", HALF[0]).replace("GRADIENT", HALF[1])
    explanation = explain(text, ask)

    assert explanation is not None
    assert [variant.kind for variant in explanation.variants] == ["mistake", "convention"]
    assert "logarithm" in explanation.variants[0].says


def test_what_is_like_no_known_mistake_is_not_named() -> None:
    assert of_softmax(LOSS + " + 0.123 * W[0, 0]", GRADIENT + " * 1.7 + X[0, 0]") is None


def test_a_mistake_in_an_object_is_found_by_its_history() -> None:
    text = """
class Momentum:
    def __init__(self, params, learning_rate, gamma=0.9):
        self.params, self.lr, self.gamma = list(params), learning_rate, gamma
        self.v = [0 * p for p in self.params]
    def parameters(self):
        return self.params
    def step(self, grads):
        for i, g in enumerate(grads):
            self.v[i] = self.gamma * self.v[i] + (1 - self.gamma) * g
            self.params[i] -= self.lr * self.v[i]
        return self.params
"""

    def ask(student: Student) -> None:
        x = student.array(np.array([1.0, -2.0]))
        optimizer = student.optimizers.Momentum([x], 0.1)
        for _ in range(3):
            optimizer.step([np.array([0.3, 0.5])])
        x.read()

    explanation = explain(text, ask, "optimizers")

    assert "average" in said(explanation) or "1 - " in said(explanation)


def test_an_object_that_works_on_copies_is_named() -> None:
    """Its answers are right; what is wrong is in the arrays that the caller holds."""
    text = """
class SGD:
    def __init__(self, params, learning_rate):
        self.params, self.lr = [1.0 * p for p in params], learning_rate
    def parameters(self):
        return self.params
    def step(self, grads):
        for p, g in zip(self.params, grads):
            p -= self.lr * g
        return self.params
"""

    def ask(student: Student) -> None:
        x = student.array(np.array([1.0, -2.0]))
        optimizer = student.optimizers.SGD([x], 0.1)
        optimizer.step([np.array([0.3, 0.5])])
        x.read()

    assert "changes copies" in said(explain(text, ask, "optimizers"))


@pytest.mark.parametrize(
    ("body", "is_named"),
    [
        ("return np.argmax(X @ W.T, axis=1)", True),
        ("return np.dot(X, W.transpose()).argmax(1)", True),
        ("return np.argmax(X @ W + np.zeros(99), axis=1)", False),
        ("raise ValueError('to be done')", False),
    ],
    ids=["matmul", "dot", "another operation", "of their own"],
)
def test_a_mistake_that_raises_is_named_where_the_same_is_complained_of(
    body: str, *, is_named: bool
) -> None:
    """A ValueError alone may come of anything."""
    W, X, _, _ = problem()

    def ask(student: Student) -> None:
        student.call("search.predict", W, X)

    explanation = explain(f"import numpy as np\ndef predict(W, X):\n    {body}\n", ask, "search")

    assert is_named == (explanation is not None)
    assert not is_named or "W transposed" in said(explanation)


def test_a_function_that_is_called_back_is_played_again() -> None:
    text = """
import numpy as np
def numerical_gradient(f, params, eps=1e-6):
    out = []
    for x in params:
        g = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            old = x[i]
            x[i] = old + eps
            up = f()
            x[i] = old - eps
            g[i] = (up - f()) / eps
            x[i] = old
        out.append(g)
    return out
"""
    x = np.array([1.0, 2.0])

    def ask(student: Student) -> None:
        student.call("gradients.numerical_gradient", lambda: float(np.sum(x**2)), [x])

    explanation = explain(text, ask, "gradients")

    assert explanation is not None
    assert list(x) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("loss", "gradient"),
    [(LOSS.replace("np.log", "3 * np.log"), GRADIENT), (LOSS, "X.T.dot(p - t.T)")],
    ids=["another value", "an exception"],
)
def test_a_wrong_function_below_is_the_cause_of_one_above(loss: str, gradient: str) -> None:
    losses = SOFTMAX.replace("LOSS", loss).replace("GRADIENT", gradient)
    above = (
        "from losses import softmax_loss_vectorized\n"
        "def full_loss(W, X, y, data_loss, regularizer, reg, beta=0.5):\n"
        "    loss, dW = softmax_loss_vectorized(W, X, y, 0.0)\n"
        "    return loss + reg * (W ** 2).sum(), dW + 2 * reg * W\n"
    )
    sources = (
        modules.Source("losses.py", "losses", losses),
        modules.Source("regularization.py", "regularization", above),
    )
    W, X, y, reg = problem()
    with behind_the_wall(*sources) as handed:
        student = Student(handed, Limits(), 1)
        with contextlib.suppress(CheckFailed):
            student.call("regularization.full_loss", W, X, y, "softmax", "l2", reg)
        diagnosis = Diagnosis(Versions(reference, VARIANTS))
        history = list(student.history)

        def call(name: str, *args: Any, **kwargs: Any) -> Any:
            return student.call(name, *args, **kwargs).value

        cause = diagnosis.cascade(history, ["losses.softmax_loss_vectorized"], call)
        other = diagnosis.cascade(history, ["losses.svm_loss_vectorized"], call)
        student.close()

    assert cause is not None
    assert (cause.function, cause.causes) == (
        "regularization.full_loss",
        ("losses.softmax_loss_vectorized",),
    )
    assert other is None
