"""Agreement with the reference, and what a student is told where there is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from check_fixtures import (
    W,
    bowl,
    broken,
    careless,
    check_of,
    doubled,
    finding_of,
    forgetful,
    halved,
    lonely,
    overflowing,
    single,
    transposed,
    unwritten,
)

from grader.outcomes import CheckFailed, Finding, GraderFailed, Surface
from grader.suite.marks import CheckSettings

OUTPUTS = ("loss", "dW")
PARTS = ("value", "gradient")


def test_a_right_function_matches() -> None:
    check = check_of(bowl)

    check.matches("losses.bowl", W, reg=0.3, outputs=OUTPUTS)
    check.matches("losses.bowl", W)

    assert check.record.functions == ["losses.bowl"]
    assert check.record.findings == ()


@pytest.mark.parametrize(
    ("wrong", "kind", "says"),
    [
        (halved, "value", "dW of bowl(W, reg): every entry differs from what is expected."),
        (doubled, "value", "loss of bowl(W, reg)"),
        (forgetful, "type", "bowl(W, reg): returned None."),
        (lonely, "type", "bowl(W, reg): expected (loss, dW), got a numpy float64."),
        (transposed, "shape", "dW of bowl(W, reg): expected shape (3, 2), got (2, 3)."),
        (overflowing, "nonfinite", "loss of bowl(W, reg): the number is inf."),
        (broken, "raised", "bowl raised IndexError: index 3 is out of bounds"),
        (unwritten, "unwritten", "bowl is not written yet: it raises NotImplementedError."),
    ],
)
def test_a_wrong_function_does_not_match(wrong: Any, kind: str, says: str) -> None:
    finding = finding_of(check_of(wrong).matches, "losses.bowl", W, reg=0.3, outputs=OUTPUTS)

    assert finding.kind == kind
    assert finding.lead.startswith(says)
    assert finding.function == "losses.bowl"


def test_a_tuple_of_the_wrong_length_is_told_what_is_expected() -> None:
    def thrice(W: Any) -> Any:
        return (*bowl(W), 1)

    finding = finding_of(check_of(thrice).matches, "losses.bowl", W, outputs=OUTPUTS)

    assert finding.kind == "shape"
    assert finding.lead == "bowl(W): expected (loss, dW), got a tuple of 3."
    assert "in which order" in finding.question


def test_results_in_another_order_are_right_otherwise() -> None:
    finding = finding_of(
        check_of(lambda W: bowl(W)[::-1]).matches, "losses.bowl", W, outputs=OUTPUTS
    )

    assert finding.lead == "bowl(W): the results are right, but not in the order (loss, dW)."


def test_wrong_results_in_another_order_are_wrong() -> None:
    def swapped(W: Any) -> Any:
        return 2 * bowl(W)[1], bowl(W)[0]

    finding = finding_of(check_of(swapped).matches, "losses.bowl", W, outputs=OUTPUTS)

    assert finding.lead.startswith("loss of bowl(W): expected a single number")


def test_a_missing_return_is_asked_about() -> None:
    single_value = check_of(lambda _W: None, reference=np.sum)

    assert "return statement missing" in finding_of(single_value.matches, "losses.bowl", W).question


def test_a_hint_names_shapes_and_keeps_inputs_for_full_feedback() -> None:
    finding = finding_of(check_of(halved).matches, "losses.bowl", W, reg=0.37, outputs=OUTPUTS)

    assert "The call had W of shape (3, 2)." in finding.evidence
    assert "Of the same call, loss agrees." in finding.evidence
    assert "reg = 0.37" in finding.details
    shown = " ".join((finding.lead, *finding.evidence, finding.question))
    assert "0.37" not in shown
    assert "-1.2" not in shown


def test_no_expected_entry_is_shown() -> None:
    """Not even under full feedback: only the staff may read what is right."""
    finding = finding_of(check_of(halved).matches, "losses.bowl", W, reg=0.37, outputs=OUTPUTS)

    _, dW = bowl(W, 0.37)
    shown = " ".join((finding.lead, *finding.evidence, *finding.details, finding.question))
    assert not [v for v in dW.flat if f"{v:.4}" in shown]
    assert f"{dW.flat[0]:.4}" in finding.staff


def test_warnings_and_changed_arguments_come_with_a_failure_only() -> None:
    def noisy(W: Any, reg: float = 0.5) -> Any:
        np.exp(1000.0 * np.abs(W))
        return bowl(W, reg)

    check_of(noisy).matches("losses.bowl", W)
    loud = finding_of(check_of(overflowing).matches, "losses.bowl", W)
    changed = finding_of(check_of(careless).matches, "losses.bowl", W)

    assert loud.warnings == ("RuntimeWarning: overflow encountered in exp",)
    assert "The call also changed its argument W in place." in changed.evidence


def test_changed_arguments_do_not_reach_the_reference_or_the_author() -> None:
    given = W.copy()

    finding_of(check_of(careless).matches, "losses.bowl", given)
    spoiling_reference = check_of(bowl, reference=careless)
    finding_of(spoiling_reference.matches, "losses.bowl", given)

    assert np.array_equal(given, W)


def test_a_function_that_reads_the_arguments_sees_them_move() -> None:
    def slopes(f: Any, params: Any, h: float = 1e-3) -> Any:
        found = []
        for k in range(params[0].size):
            params[0][k] += h
            found.append(f())
            params[0][k] = 0.0
        return np.array(found)

    x = np.array([1.0, 2.0])
    check = check_of(lambda _f, params: np.zeros(params[0].size), reference=slopes)

    check_of(slopes, reference=slopes).matches("losses.bowl", lambda: float(np.sum(x)), [x])
    assert finding_of(check.matches, "losses.bowl", lambda: float(np.sum(x)), [x]).kind == "value"
    assert x.tolist() == [1.0, 2.0]


def test_a_generator_is_in_the_same_state_for_both() -> None:
    def draws(rng: Any) -> Any:
        return rng.normal(size=3)

    rng = np.random.default_rng(5)
    check_of(draws, reference=draws).matches("losses.bowl", rng)

    assert np.array_equal(rng.normal(size=3), np.random.default_rng(5).normal(size=3))


def test_iterates_may_come_as_list_or_array() -> None:
    def path(x: Any) -> Any:
        return [x, x / 2, x / 4]

    check_of(lambda x: np.array(path(x)), reference=path).matches(
        "losses.bowl", np.ones(2), sequence=True
    )
    frozen = check_of(lambda x: [x, x, x], reference=path)
    finding = finding_of(frozen.matches, "losses.bowl", np.ones(2), sequence=True)

    assert "All iterates are identical." in finding.evidence


def settings(**points: int) -> CheckSettings:
    split = {name: Fraction(value) for name, value in points.items()}
    return CheckSettings(sum(split.values(), Fraction()), split)


@pytest.mark.parametrize(
    ("function", "earned"), [(bowl, 5), (halved, 2), (doubled, 3), (unwritten, 0), (forgetful, 0)]
)
def test_each_output_is_judged_in_its_own_part(function: Any, earned: int) -> None:
    check = check_of(function, parts=PARTS)

    try:
        for reg in (0.3, 0.4):
            check.matches("losses.bowl", W, reg=reg, outputs=OUTPUTS, parts=PARTS)
    except CheckFailed as error:  # as the plugin does
        check.record.fail(error.finding)

    assert check.record.score(settings(value=2, gradient=3))[0] == earned
    assert len(check.record.findings) == (function is not bowl)


def test_both_parts_can_fail_in_one_call() -> None:
    check = check_of(lambda W: (0.0, np.zeros_like(W)), parts=PARTS)

    check.matches("losses.bowl", W, outputs=OUTPUTS, parts=PARTS)

    assert [f.lead.split(" of ")[0] for f in check.record.findings] == ["loss", "dW"]


def test_an_output_without_a_part_does_not_hide_the_others() -> None:
    check = check_of(lambda W: (0.0, np.zeros_like(W)), parts=("gradient",))

    finding = finding_of(check.matches, "losses.bowl", W, outputs=OUTPUTS, parts=(None, "gradient"))

    assert finding.lead.startswith("loss")
    assert check.record.findings[0].lead.startswith("dW")


def test_asserts_in_a_part_cost_that_part_and_keep_their_numbers() -> None:
    check = check_of(bowl, parts=PARTS)

    with check.part_of("value"):
        np.testing.assert_allclose(1.25, 7.125)
    with check.part_of("gradient"):
        pass

    (finding,) = check.record.findings
    assert check.record.score(settings(value=2, gradient=3))[0] == 3
    assert "7.125" in finding.staff
    assert "7.125" not in finding.lead + "".join(finding.evidence + finding.details)


@pytest.mark.parametrize(("credit", "earned"), [(1.0, 5), (0.5, Fraction(5, 2))])
def test_single_precision_passes_with_a_note(credit: float, earned: Fraction) -> None:
    check = check_of(single, parts=PARTS, float32_credit=credit)

    check.matches("losses.bowl", W, outputs=OUTPUTS, parts=PARTS)

    assert check.record.score(settings(value=2, gradient=3))[0] == earned
    assert "right, but only in single precision (float32)" in check.record.notes[0].finding.lead


def test_single_precision_fails_where_it_earns_nothing() -> None:
    check = check_of(single, float32_credit=0.0)

    assert finding_of(check.matches, "losses.bowl", W, outputs=OUTPUTS).kind == "float32"


def test_equals_compares_with_an_anchor() -> None:
    check = check_of(bowl)

    check.equals("losses.bowl", 2.9 + 1e-14, 2.9)
    check.equals("losses.bowl", 2.904, 2.9, rtol=0, atol=5e-3)
    finding = finding_of(check.equals, "losses.bowl", 2.8, 2.9, what="the loss")

    assert finding.lead.startswith("the loss of bowl: ")
    assert "2.9" not in "".join(finding.evidence)


@pytest.mark.parametrize("wrong", [broken, None])
def test_a_reference_that_fails_is_the_graders_fault(wrong: Any) -> None:
    check = check_of(bowl, reference=wrong)

    with pytest.raises(GraderFailed, match="the reference"):
        check.matches("losses.bowl", W, outputs=OUTPUTS)


def test_outputs_that_the_reference_does_not_have_are_the_graders_fault() -> None:
    with pytest.raises(GraderFailed, match="does not return \\(loss\\)"):
        check_of(bowl).matches("losses.bowl", W, outputs=("loss",))


def test_callbacks_are_counted_with_their_points() -> None:
    def twice(f: Any, x: Any) -> Any:
        return f(x) + f(x + 1)

    check = check_of(twice, reference=twice)
    f = check.callbacks(np.sum)
    check.matches("losses.bowl", f, np.array([1.0, 2.0]))

    assert f.calls == 2
    assert [point.tolist() for point in f.points] == [[1, 2], [2, 3]]


def test_fail_and_note_carry_the_words_of_the_author() -> None:
    check = check_of(bowl)

    finding = finding_of(
        check.fail, "value", "It is not.", details=("d",), question="Why?", function="losses.bowl"
    )
    check.note(Finding("convention", "As in the book."), credit=0.8)

    assert (finding.lead, finding.details, finding.question) == ("It is not.", ("d",), "Why?")
    assert check.record.notes[0].credit == 0.8


def test_a_path_is_drawn_as_far_as_it_can_be() -> None:
    surface = Surface((0, 1), (0, 1), ())
    check = check_of(bowl, surfaces={"beale": surface})

    path = [[float(i), 0.0] for i in range(1000)]
    check.path_chart("Adam", [*path, [np.nan, 1.0]], path[:3], surface="beale")
    check.path_chart("Adam", "nonsense", path[:2], student_loss=[2.0, np.inf, 1.0])

    first, second = check.record.charts
    assert first.surface is surface
    assert first.student[-1] == (999.0, 0.0)
    assert len(first.student) < 450
    assert first.reference == ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0))
    assert second.student == ()
    assert second.student_loss == (2.0,)


def test_an_unknown_surface_is_the_graders_fault() -> None:
    with pytest.raises(GraderFailed, match="expected a surface"):
        check_of(bowl).path_chart("Adam", [], [], surface="moon")


def test_a_leaderboard_entry_is_kept() -> None:
    check = check_of(bowl)

    check.leaderboard("loss", 0.25, "asc")

    assert check.record.leaderboard[0].value == 0.25
