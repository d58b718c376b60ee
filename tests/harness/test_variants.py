"""Known variants of the reference: they fit its text, differ from it, and say what was done."""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

import numpy as np
import pytest
from variant_fixtures import behaviour, draw, probes_of, same

import reference
import reference.variants
from grader.feedback.variants import Variant, build, load_variants, source_of
from grader.numerics import check_gradient

VARIANTS = load_variants(reference.variants)
FUNCTIONS = tuple(dict.fromkeys(v.function for v in VARIANTS))

# Their numbers are right: what they do wrong shows in the lines that run and the functions entered.
SAME_NUMBERS = {
    ("losses.svm_loss_naive", "vectorized_called"),
    ("losses.svm_loss_naive", "no_loops"),
    ("losses.svm_loss_naive", "idle_loop"),
    ("losses.svm_loss_vectorized", "naive_called"),
    ("losses.svm_loss_vectorized", "loop_over_samples"),
    ("losses.svm_loss_vectorized", "loop_over_classes"),
    ("losses.softmax_loss_naive", "vectorized_called"),
    ("losses.softmax_loss_naive", "no_loops"),
    ("losses.softmax_loss_naive", "idle_loop"),
    ("losses.softmax_loss_vectorized", "naive_called"),
    ("losses.softmax_loss_vectorized", "loop_over_samples"),
    ("losses.softmax_loss_vectorized", "loop_over_classes"),
}

SVM = ("losses.svm_loss_naive", "losses.svm_loss_vectorized")
SOFTMAX = ("losses.softmax_loss_naive", "losses.softmax_loss_vectorized")
LOSSES = (*SVM, *SOFTMAX)
DESCENT = tuple(f for f in FUNCTIONS if f.startswith("descent."))
FORWARD, CENTRED = "gradients.eval_numerical_gradient", "gradients.numerical_gradient"

# What graders of such homework see again and again, by the function where it happens.
OFTEN_SEEN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("correct class kept in the sum", (*SVM, "losses.svm_loss_single"), "right_class_kept"),
    ("delta omitted", (*SVM, "losses.svm_loss_single"), "no_delta"),
    ("no /N", LOSSES, "no_mean"),
    ("no /N in the loss", LOSSES, "no_mean_value"),
    ("/(N·C)", LOSSES, "mean_over_classes_too"),
    ("squared hinge", SVM, "squared_hinge_value"),
    ("S[y] for S[range(N), y]", SVM[1:], "rows_for_labels"),
    ("correct score not a column", SVM[1:], "right_scores_no_column"),
    ("loop skips a class", SVM, "last_class_left_out"),
    ("max over rivals", (*SVM, "losses.svm_loss_single"), "worst_rival_only_value"),
    ("no max shift", (*SOFTMAX, "losses.softmax"), "no_shift"),
    ("no max shift, log of p", SOFTMAX, "no_shift_late_logarithm"),
    ("sum over axis 0", ("losses.softmax", SOFTMAX[1]), "summed_over_samples"),
    ("sum over everything", (*SOFTMAX, "losses.softmax"), "summed_over_everything"),
    ("minus sign missing", SOFTMAX, "no_minus"),
    ("log2", SOFTMAX, "logarithm_of_base_2"),
    ("log10", SOFTMAX, "logarithm_of_base_10"),
    ("1 subtracted from P before the log", SOFTMAX, "one_subtracted_before_the_logarithm"),
    ("shift in place", ("losses.softmax",), "shift_in_place"),
    ("log(p) after underflow", SOFTMAX, "late_logarithm"),
    ("log(p + 1e-8)", SOFTMAX, "small_number_in_the_logarithm_1e_8"),
    ("labels 1..C", (*LOSSES, "losses.svm_loss_single"), "labels_from_one"),
    ("hard-coded sizes", (SVM[0], SOFTMAX[0]), "fixed_number_of_classes"),
    ("½ reg ΣW² with its gradient", LOSSES, "half_penalty"),
    ("½ R with its gradient", ("regularization.l2", "regularization.full_loss"), "half"),
    ("½ reg ΣW²", LOSSES, "half_penalty_value"),
    ("gradient reg·W", LOSSES, "half_penalty_slope"),
    ("gradient W", ("regularization.l2", "regularization.full_loss"), "half_slope"),
    ("gradient of the penalty missing", LOSSES, "no_penalty_slope"),
    ("penalty divided by N", LOSSES, "mean_penalty_value"),
    ("averaging order", LOSSES, "mean_penalty_slope"),
    ("L1 without abs", ("regularization.l1",), "no_absolute_values"),
    ("L1 gradient for L2", LOSSES, "absolute_penalty_slope"),
    ("L1 gradient for L2", ("regularization.l2",), "absolute_slope"),
    ("the penalty's sign", LOSSES, "negative_penalty_slope"),
    ("bias row left out", (*LOSSES, "regularization.l2"), "no_bias_row"),
    ("abs(W)/W", ("regularization.l1", "regularization.elastic_net"), "slope_by_division"),
    ("no /N in the gradient", LOSSES, "no_mean_slope"),
    ("sign of the gradient", LOSSES, "opposite"),
    ("hinge: right class not subtracted", SVM, "right_class_not_counted_against"),
    ("hinge: right class once", SVM, "right_class_once"),
    ("gradient transposed", LOSSES, "transposed"),
    ("sample shifted by one", LOSSES, "next_sample"),
    ("label shifted by one", LOSSES, "next_label"),
    ("p(1-p) for all classes", SOFTMAX, "probability_times_rest"),
    ("clipped", LOSSES, "clipped"),
    ("rounded", LOSSES, "rounded_gradient"),
    ("integer dW", LOSSES, "integers"),
    ("float32", LOSSES, "single_precision"),
    ("loops inside", (SVM[1], SOFTMAX[1]), "loop_over_samples"),
    ("centred, divided by h", (CENTRED,), "over_one_step"),
    ("forward where centred is asked", (CENTRED,), "forward"),
    ("centred where forward is asked", (FORWARD,), "centred"),
    ("entry not restored", (FORWARD, CENTRED), "not_restored"),
    ("integer x", (FORWARD,), "whole_x"),
    ("float32 with a small h", (FORWARD,), "single_precision_x"),
    ("f called with an argument", (CENTRED,), "argument_for_f"),
    ("the same array again and again", (*DESCENT, "optimizers.gradient_descent_with"), "one_array"),
    ("x0 updated in place", DESCENT, "x_changed"),
    ("EMA momentum", ("descent.gradient_descent_momentum", "optimizers.Momentum"), "average"),
    ("velocity reset", ("descent.gradient_descent_momentum", "optimizers.Momentum"), "no_memory"),
    ("no correction", ("descent.gradient_descent_adam", "optimizers.Adam"), "no_correction"),
    ("t from 0", ("descent.gradient_descent_adam", "optimizers.Adam"), "t_from_0"),
    ("the book's t", ("descent.gradient_descent_adam", "optimizers.Adam"), "later_power"),
    ("t twice", ("descent.gradient_descent_adam", "optimizers.Adam"), "t_twice"),
    ("Keras' Adam", ("descent.gradient_descent_adam", "optimizers.Adam"), "keras"),
    ("from ones", ("descent.gradient_descent_adagrad", "optimizers.Adagrad"), "from_1"),
    ("from ones", ("descent.gradient_descent_rmsprop", "optimizers.RMSprop"), "from_1"),
    ("from ones", ("descent.gradient_descent_adadelta", "optimizers.Adadelta"), "from_1"),
    ("from 0.1", ("descent.gradient_descent_adagrad", "optimizers.Adagrad"), "from_a_tenth"),
    ("ε in the root", ("descent.gradient_descent_rmsprop", "optimizers.RMSprop"), "in_the_root"),
    ("Nadam's schedules", ("optimizers.Nadam",), "torch"),
    ("Nadam's schedules", ("optimizers.Nadam",), "keras"),
    ("AMSGrad of the corrected v", ("optimizers.AMSGrad",), "optax"),
)


def of(function: str) -> list[Variant]:
    """The variants of a function."""
    return [v for v in VARIANTS if v.function == function]


def built(variant: Variant) -> Any:
    """The function or class that a variant stands for."""
    text = variant.override(source_of(reference, variant.function))
    return build(reference, variant.function, text)


def right(function: str) -> Any:
    """The reference's own."""
    module, _, name = function.partition(".")
    return getattr(getattr(reference, module), name)


@functools.cache
def observed(function: str) -> dict[str, list[Any]]:
    """What each variant of a function does; under no name, what the reference does."""
    probes = probes_of(function)
    seen = {v.name: behaviour(built(v), probes) for v in of(function)}
    return {"": behaviour(right(function), probes), **seen}


def test_every_graded_function_has_variants() -> None:
    graded = {f"{module}.{name}" for module, names in reference.GRADED.items() for name in names}

    assert set(FUNCTIONS) == graded


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_variant_fits_the_reference(function: str) -> None:
    for variant in of(function):
        assert callable(built(variant)), variant.name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_names_and_sentences_are_unique(function: str) -> None:
    names = [v.name for v in of(function)]
    sentences = [v.says for v in of(function)]

    assert sorted(set(names)) == sorted(names)
    assert sorted(set(sentences)) == sorted(sentences)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_variant_speaks_to_the_student(function: str) -> None:
    for variant in of(function):
        assert re.fullmatch(r"[A-Zfx][^\n]{10,110}\.", variant.says), variant.name
        assert "AssertionError" not in variant.says + variant.hint
        assert "reference" not in (variant.says + variant.hint).lower()
        if variant.kind == "mistake":
            assert re.fullmatch(r"[A-Z][^\n]{10,110}\?", variant.hint), variant.name
            assert variant.credit == 0.0
        else:
            assert variant.credit == 1.0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_variant_differs_from_the_reference(function: str) -> None:
    """On data that show it: else no suite could tell."""
    seen = observed(function)

    hidden = {(function, n) for n in seen if n and same(seen[n], seen[""])}

    assert hidden == {pair for pair in SAME_NUMBERS if pair[0] == function}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_two_variants_are_the_same(function: str) -> None:
    """A diagnosis names the first that agrees: it would never name the second."""
    seen = {n: s for n, s in observed(function).items() if n and (function, n) not in SAME_NUMBERS}

    twins = [(a, b) for a, b in itertools.combinations(seen, 2) if same(seen[a], seen[b])]

    assert twins == []


@pytest.mark.parametrize(("mistake", "functions", "name"), OFTEN_SEEN, ids=lambda v: str(v)[:40])
def test_what_is_often_seen_has_a_name(mistake: str, functions: tuple[str, ...], name: str) -> None:
    missing = [f for f in functions if name not in {v.name for v in of(f)}]

    assert missing == [], mistake


@pytest.mark.parametrize(
    "variant",
    [v for v in VARIANTS if v.kind == "convention" and v.name != "single_precision"],
    ids=lambda v: f"{v.function}: {v.name}",
)
def test_a_convention_is_consistent(variant: Variant) -> None:
    """Its gradient is the slope of its value; its path goes downhill as the reference's does."""
    module = variant.function.partition(".")[0]
    if module in {"losses", "regularization"}:
        W, *rest = arguments_of(variant.function)
        function = built(variant)
        verdict = check_gradient(lambda V: function(V, *rest)[0], function(W, *rest)[1], W)
        assert verdict.right
    else:
        ours, theirs = (observed(variant.function)[name] for name in ("", variant.name))
        assert [np.shape(a) for a in flat(ours[:2])] == [np.shape(a) for a in flat(theirs[:2])]


def arguments_of(function: str) -> tuple[Any, ...]:
    """W, and what else a loss or penalty needs."""
    W, X, y = draw(np.random.default_rng(3), 9, 5, 4)
    if function.endswith(("l2", "l1")):
        return (W,)
    if function.endswith("elastic_net"):
        return W, 0.7
    if function.endswith("full_loss"):
        return W, X, y, "softmax", "elastic_net", 0.4, 1.3
    return W, X, y, 0.4


def flat(value: Any) -> list[Any]:
    """The arrays within lists of lists."""
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in flat(item)]
    return [value]


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize(
    "names",
    [("no_mean", "half_penalty_slope"), ("no_mean_value", "no_penalty_slope")],
    ids="+".join,
)
def test_two_changes_of_the_source_go_together(function: str, names: tuple[str, str]) -> None:
    W, X, y, reg = arguments_of(function)
    text = source_of(reference, function)
    for name in names:
        text = next(v for v in of(function) if v.name == name).override(text)
    loss, dW = right(function)(W, X, y, reg)
    data, ddata = right(function)(W, X, y, 0.0)
    times, share = (len(X), reg) if names[0] == "no_mean" else (1, 0.0)

    got, slope = build(reference, function, text)(W, X, y, reg)

    assert got == pytest.approx(loss + (len(X) - 1) * data, rel=1e-12)
    np.testing.assert_allclose(slope, times * ddata + share * W, rtol=1e-12)
    assert not np.allclose(slope, dW)
