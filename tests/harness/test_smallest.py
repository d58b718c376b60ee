"""The smallest failing input is small, sensible, and still fails in the way in which it failed."""

from __future__ import annotations

import copy
import inspect
import itertools
import subprocess
import sys
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grading_fixtures import ROOT, copy_assignment, grade
from hidden_fixtures import changed
from wall_fixtures import student_of

import reference
from grader.exchange import Exchange, Inside
from grader.feedback.agree import agree
from grader.feedback.inputs import flatten, layout_of
from grader.feedback.smallest import Smallest, find_smallest
from grader.feedback.snippet import snippet_of
from grader.outcomes import CheckFailed, CodeLine, Finding
from grader.suite.example import Examples
from grader.suite.problems import Problems

SVM, SOFTMAX = "losses.svm_loss_vectorized", "losses.softmax_loss_vectorized"
Asked = tuple[tuple[Any, ...], dict[str, Any]]
PROBLEMS: list[Asked] = [
    ((W, X, y), {"reg": 0.4}) for W, X, y in Problems(np.random.default_rng(3)).classification(2)
]
SCORES: list[Asked] = [((Problems(np.random.default_rng(3)).extreme_scores(),), {})]
SUM, MEAN = "np.sum(margins) + ", "np.sum(margins) / N + "


class Mistaken:
    """A student's function with one change to the reference's, and what was asked of it."""

    def __init__(self, name: str, *changes: tuple[str, str]) -> None:
        self.name = name
        module, _, target = name.partition(".")
        self.function = getattr(changed(module, target, *changes), target)
        self.calls: list[Asked] = []

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        assert name == self.name
        self.calls.append(copy.deepcopy((args, kwargs)))
        return answered(self.function, *copy.deepcopy(args), **copy.deepcopy(kwargs))

    def find(self, *asked: Asked) -> Smallest:
        history = [exchange_of(self.call, self.name, *one) for one in asked]
        self.calls.clear()
        found = find_smallest(history, self.name, reference, self.call)
        assert found is not None
        return found


def answered(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a function returns; what it raises is a finding, as behind the wall."""
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except Exception as error:
        where = (CodeLine("code.py", function.__code__.co_firstlineno),)
        raised = type(error).__name__
        raise CheckFailed(Finding("raised", "It raised.", code=where, exception=raised)) from error


def exchange_of(
    call: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Exchange:
    """A call as it is remembered."""
    value, raised = None, ""
    try:
        value = call(name, *args, **kwargs)
    except CheckFailed as error:
        raised = error.finding.exception
    given = (args, dict(kwargs))
    return Exchange("call", name, lambda _o, _f: given, lambda: None, value=value, raised=raised)


def small(*functions: Callable[..., Any]) -> types.ModuleType:
    """A reference of a few functions."""
    package = types.ModuleType("small")
    package.code = types.SimpleNamespace(**{f.__name__: f for f in functions})  # type: ignore[attr-defined]
    return package


def find_in(
    right: Callable[..., Any], wrong: Callable[..., Any], *args: Any, budget_s: float = 1.0
) -> Smallest | None:
    """The smallest input on which one function is not the other."""

    def call(_name: str, *given: Any, **named: Any) -> Any:
        return answered(wrong, *given, **named)

    name = f"code.{right.__name__}"
    history = [exchange_of(call, name, args, {})]
    return find_smallest(history, name, small(right), call, budget_s)


@pytest.mark.parametrize(
    ("name", "change", "shapes"),
    [
        (SVM, (MEAN, SUM), [(1, 2), (2, 1), (2,)]),
        (SVM, ("+ 2.0 * reg * W", "+ reg * W"), [(1, 2), (1, 1), (1,)]),
        (SVM, ("margins[rows, y] = 0.0", "pass"), [(1, 2), (1, 1), (1,)]),
        (SVM, ("X.T @ dscores", "X[::-1].T @ dscores"), [(1, 2), (2, 1), (2,)]),
        (SOFTMAX, ("dscores[rows, y] -= 1.0", "pass"), [(1, 2), (1, 1), (1,)]),
    ],
    ids=["no mean", "half slope", "right class kept", "samples reversed", "no -1"],
)
def test_sizes_are_the_least_on_which_the_mistake_shows(
    name: str, change: tuple[str, str], shapes: list[tuple[int, ...]]
) -> None:
    found = Mistaken(name, change).find(*PROBLEMS)

    assert [np.shape(value) for value in found.arguments[0]] == shapes


def test_numbers_become_zeros_and_ones() -> None:
    found = Mistaken(SVM, ("+ 2.0 * reg * W", "+ reg * W")).find(*PROBLEMS)

    (W, X, y), kwargs = found.arguments
    assert (W.tolist(), X.tolist(), y.tolist()) == ([[0.0, 1.0]], [[0.0]], [0])
    assert kwargs == {"reg": 1.0}
    assert found.failure == {(1, "value")}


def test_numbers_that_matter_stay() -> None:
    shift = "np.max(scores, axis=1, keepdims=True)"

    found = Mistaken("losses.softmax", (f"scores - {shift}", "scores")).find(*SCORES)

    ((scores,), _) = found.arguments
    assert scores.shape == (1, 1)
    assert scores[0, 0] == 1000.0
    assert found.failure == {(-1, "nonfinite")}


def test_an_exception_is_kept() -> None:
    mistaken = Mistaken(SVM, ("margins[rows, y] = 0.0", "margins[rows, y + 1] = 0.0"))

    found = mistaken.find(*PROBLEMS)

    ((W, X, y), _) = found.arguments
    assert (W.shape, X.shape, y.tolist()) == ((1, 2), (1, 1), [1])
    assert any("IndexError" in how for _, how in found.failure)


def test_whatever_is_tried_fits_together() -> None:
    mistaken = Mistaken(SVM, ("X.T @ dscores", "X[::-1].T @ dscores"))

    mistaken.find(*PROBLEMS)

    assert len(mistaken.calls) > 10
    for (W, X, y), kwargs in mistaken.calls:
        assert X.shape == (len(y), len(W))
        assert W.shape[1] >= 2
        assert 0 <= y.min() <= y.max() < W.shape[1]
        assert y.dtype == np.int64
        assert list(kwargs) == ["reg"]


def test_sizes_that_agree_by_chance_are_told_apart() -> None:
    chance = (np.eye(3), np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]))

    found = Mistaken(SVM, (MEAN, SUM)).find(((*chance, np.arange(3)), {"reg": 0.0}))

    assert [np.shape(value) for value in found.arguments[0]] == [(1, 2), (2, 1), (2,)]


def test_labels_count_the_classes_and_other_whole_numbers_nothing() -> None:
    def power(x: Any, y: Any, n: int) -> Any:
        return x[y] ** n

    leaves = flatten(((np.arange(5.0), np.array([1, 4, 0]), 2), {}))
    assert leaves is not None

    def valid(tried: dict[Any, Any]) -> bool:
        try:
            power(*tried.values())
        except IndexError:
            return False
        return True

    layout = layout_of(leaves, [], valid)

    assert {place: layout.groups[group] for place, group in layout.labels.items()} == {
        (1,): (((0,), 0),)
    }


def test_a_failure_of_another_kind_is_not_followed() -> None:
    def total(x: Any) -> Any:
        return float(np.sum(x))

    def of_three(x: Any) -> Any:
        return float(x[0] + x[1] + x[2]) + 1.0

    found = find_in(total, of_three, np.linspace(0.1, 0.9, 8))

    assert found is not None
    assert found.arguments[0][0].shape == (3,)
    assert found.failure == {(-1, "value")}


def test_a_kink_is_not_taken_for_the_mistake() -> None:
    """Where x is 0 the slope of max(x, 0) may be 0 or 1; the mistake shows from two entries on."""

    def slope(x: Any) -> Any:
        return (x > 0) * 1.0

    def averaged(x: Any) -> Any:
        return (x >= 0) / len(x)

    found = find_in(slope, averaged, np.array([0.3, -1.2, 2.5, 0.7, -0.1]))

    assert found is not None
    assert found.arguments[0][0].shape == (2,)
    assert (found.arguments[0][0] != 0).any()


def test_a_failure_at_special_numbers_keeps_them() -> None:
    def sign(x: Any) -> Any:
        return np.sign(x)

    def quotient(x: Any) -> Any:
        return x / np.abs(x)

    found = find_in(sign, quotient, np.array([[0.3, -1.2], [0.0, 0.7]]))

    assert found is not None
    assert found.arguments[0][0].tolist() == [[0.0]]


def test_rounding_is_no_mistake() -> None:
    def nothing(x: Any) -> Any:
        return float(np.sum(x - x))

    def rounded(x: Any) -> Any:
        return float(np.sum((x + 0.1) - 0.1 - x))

    assert find_in(nothing, rounded, np.linspace(0.0, 1.0, 7)) is None


def test_the_same_is_found_again() -> None:
    first, second = (Mistaken(SVM, (MEAN, SUM)).find(*PROBLEMS) for _ in range(2))

    assert repr(first) == repr(second)


def test_what_was_recorded_stays_as_it_was() -> None:
    def total(x: Any) -> Any:
        value = float(np.sum(x))
        x *= 0.0
        return value

    def more(x: Any) -> Any:
        return total(x) + 1.0

    x = np.array([0.3, 0.7, 1.9])
    exchange = Exchange("call", "code.total", lambda _o, _f: ((x,), {}), lambda: None, value=3.9)
    found = find_smallest([exchange], "code.total", small(total), lambda _name, x: more(x))

    assert found is not None
    assert x.tolist() == [0.3, 0.7, 1.9]


@pytest.mark.parametrize(
    "change",
    [(MEAN, SUM), ("+ 2.0 * reg * W", "+ reg * W"), ("margins[rows, y]", "margins[rows, y + 1]")],
    ids=["loss", "gradient", "raises"],
)
def test_the_snippet_runs_and_shows_it(change: tuple[str, str], tmp_path: Path) -> None:
    mistaken = Mistaken(SVM, change)
    text = inspect.getsource(reference.losses)
    body = inspect.getsource(reference.losses.svm_loss_vectorized)
    (tmp_path / "losses.py").write_text(text.replace(body, body.replace(*change)), "utf-8")

    found = mistaken.find(*PROBLEMS)
    snippet = snippet_of(found, ("W", "X", "y", "reg"))
    (tmp_path / "paste.py").write_text(snippet, "utf-8")
    ran = subprocess.run(
        [sys.executable, "paste.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    if "raises" in snippet:
        assert "IndexError" in ran.stderr
        return
    names = {"array": np.array, "np": np}
    loss, dW = eval(ran.stdout, names)  # noqa: S307 - what our own lines printed
    expected = reference.losses.svm_loss_vectorized(*found.arguments[0], **found.arguments[1])
    ((wrong, _),) = found.failure
    assert [agree(loss, expected[0]), agree(dW, expected[1])] == [wrong != 0, wrong != 1]


def test_a_snippet_has_every_kind_of_argument() -> None:
    arguments: Asked = (
        ([np.array([1.0]), np.array([[1, 2]], dtype=np.int8)], (0.5,), np.inf, np.float64(2.0)),
        {"mode": "l2", "x": np.array([np.nan, -np.inf]), "empty": np.zeros((0, 2)), "on": True},
    )
    names: dict[str, Any] = {}

    text = snippet_of(Smallest("m.f", arguments, frozenset({(-1, "shape")})), (), importable=False)
    exec(text, {"np": np, "f": lambda *a, **k: names.update(a=a, k=k)})  # noqa: S102 - our own lines

    assert agree([names["a"][0][0], names["k"]["x"]], [arguments[0][0][0], arguments[1]["x"]])
    assert names["a"][0][1].dtype == np.int8
    assert names["a"][1:] == ((0.5,), np.inf, 2.0)
    assert (names["k"]["mode"], names["k"]["empty"].shape) == ("l2", (0, 2))


def test_the_snippet_says_nothing_of_what_is_right() -> None:
    """The cross-entropy of scores that stay odd: none of its digits stand in the snippet."""
    text = ("-np.sum(log_p[rows, y]) / N", "-np.sum(log_p[rows, y]) / N / np.log(10.0)")
    asked = Problems(np.random.default_rng(5)).classification(1)

    found = Mistaken(SOFTMAX, text).find(*[((W, X, y), {"reg": 0.37}) for W, X, y in asked])
    loss, _ = reference.losses.softmax_loss_vectorized(*found.arguments[0], **found.arguments[1])

    assert loss != 0.0
    assert f"{loss:.3g}" not in snippet_of(found)


@pytest.mark.parametrize(
    "arguments", [(np.sum, np.ones(3)), (np.random.default_rng(1), 2)], ids=["function", "random"]
)
def test_what_is_no_data_is_left_alone(arguments: tuple[Any, ...]) -> None:
    def first(_a: Any, b: Any) -> Any:
        return b

    def second(_a: Any, b: Any) -> Any:
        return b + 1

    assert find_in(first, second, *arguments) is None


def test_an_object_inside_is_left_alone() -> None:
    exchange = Exchange(
        "call", "code.f", lambda _o, _f: ((1.0,), {}), lambda: None, value=Inside(1)
    )

    assert find_smallest([exchange], "code.f", small(len), lambda *_: 1.0) is None


def test_what_would_not_fit_on_a_page_is_not_shown() -> None:
    """It shows from a thousand entries on."""

    def size(x: Any) -> Any:
        return float(len(x))

    def bounded(x: Any) -> Any:
        return float(min(len(x), 999))

    assert find_in(size, bounded, np.ones(1500)) is None


def test_a_search_ends_in_its_time_with_the_best_so_far() -> None:
    def total(x: Any) -> Any:
        return float(np.sum(x))

    def late(x: Any) -> Any:
        time.sleep(0.02)
        return float(np.sum(x)) + (x.size > 20)

    began = time.monotonic()
    found = find_in(total, late, np.linspace(0.1, 0.9, 40).reshape(8, 5), budget_s=0.3)

    assert time.monotonic() - began < 0.6
    assert found is not None
    assert 20 < found.arguments[0][0].size < 40


def test_a_slow_function_is_asked_once() -> None:
    asked = itertools.count()

    def total(x: Any) -> Any:
        return float(np.sum(x))

    def slow(x: Any) -> Any:
        if next(asked):  # the first is the check's own
            time.sleep(0.25)
        return float(np.sum(x)) + 1.0

    find_in(total, slow, np.ones(9))

    assert next(asked) == 2


def test_a_function_that_came_to_no_end_is_not_asked_again() -> None:
    """Two time-outs would cost it the checks that are still to come."""

    class Endless:
        def call(self, name: str, *_args: Any) -> Any:
            asked.append(name)
            raise CheckFailed(Finding("timeout", "It took too long."))

        def close(self) -> None:
            pass

    def total(x: Any) -> Any:
        return float(np.sum(x))

    asked: list[str] = []
    history = [exchange_of(lambda *_: 7.0, "code.total", (np.ones(3),), {})]
    examples = Examples(small(total), lambda _seed: Endless())
    findings = (Finding("value", "It is wrong.", function="code.total"),)

    for _ in range(2):
        assert examples.add(findings, history, 1) == findings
    assert asked == ["code.total"]


def test_an_answer_that_hangs_on_other_calls_is_no_example() -> None:
    text = "seen = []\ndef total(x):\n    seen.append(1)\n"
    text += "    return x.sum() + (len(seen) + len(x) > 2)\n"

    def total(x: Any) -> Any:
        return x.sum()

    with student_of(text) as student:
        student.call("code.total", np.arange(3.0))
        examples = Examples(small(total), lambda _seed: _Fresh(text))
        finding = Finding("value", "It is wrong.", function="code.total")

        shown = examples.add((finding,), student.history, 1)

    assert shown == (finding,)


class _Fresh:
    """A student in a wall of its own, as a process of its own would be."""

    def __init__(self, text: str) -> None:
        self._open = student_of(text)
        self._student = self._open.__enter__()

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._student.call(name, *args, **kwargs)

    def close(self) -> None:
        self._open.__exit__(None, None, None)


def test_students_read_it_where_values_may_be_shown_and_nowhere_else(tmp_path: Path) -> None:
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])
    submission = ROOT / "tests" / "submissions" / "svm_without_mean"

    checks = grade(submission, tmp_path / "out", assignment=assignment).checks

    shown = {name for name, check in checks.items() if "to paste and run" in check["output"]}
    assert shown == {"svm_vectorized_anchors"}
    text = checks["svm_vectorized_anchors"]["output"]
    assert "X = np.array([[0.0], [0.0]])" in text
    assert "print(svm_loss_vectorized(W, X, y, reg=0.0))" in text
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("to paste and run") == 1


@pytest.mark.parametrize(
    ("mark", "allowed"),
    [('@feedback("full")', False), ('@feedback("full", expected=True)', True)],
    ids=["full", "expected"],
)
def test_what_is_right_is_shown_only_where_the_author_allows_it(
    tmp_path: Path, mark: str, *, allowed: bool
) -> None:
    assignment = copy_assignment(tmp_path / "assignment", parts=[1])
    suite = assignment / "tests" / "hidden" / "test_losses.py"
    text, name = suite.read_text("utf-8"), "def test_svm_vectorized_anchors"
    head, tail = text.split(name)
    decorated = head.rpartition('@feedback("full")')
    suite.write_text(f"{decorated[0]}{mark}{decorated[2]}{name}{tail}", "utf-8")
    submission = ROOT / "tests" / "submissions" / "svm_without_mean"

    checks = grade(submission, tmp_path / "out", assignment=assignment).checks

    text = checks["svm_vectorized_anchors"]["output"]
    assert "to paste and run" in text
    # Two samples of nothing: the mean of 1 and 1, where the sum is 2.
    assert ("# Right: (1.0, np.array([[0.0, 0.0]]))" in text) is allowed
    assert ("Right:" in text) is allowed
