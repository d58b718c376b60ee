"""Whatever of a check is read is looked through for expected values, and nothing else is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from msgspec import structs

from grader.audit.leaks import leaked, read_of
from grader.outcomes import Chart, CodeLine, Finding, Note, Outcome, PartScore

EXPECTED = frozenset({2.718281828})
FAILED = Outcome(
    name="test_means::test_mean",
    number="1.1",
    title="mean is the mean",
    part="Means",
    points=Fraction(4),
    earned=Fraction(),
    status="failed",
    feedback="full",
    findings=(Finding("value", "The mean is wrong."),),
)
SAID = "It is 2.7183."
PLACES: dict[str, dict[str, Any]] = {
    "lead": {"lead": SAID},
    "evidence": {"evidence": (SAID,)},
    "details": {"details": (SAID,)},
    "question": {"question": SAID},
    "snippet": {"snippet": f"print(mean(x))\n# {SAID}"},
    "warnings": {"warnings": (SAID,)},
    "printed": {"printed": SAID},
    "code": {"code": (CodeLine("means.py", 3, "return 2.7183"),)},
}


def with_finding(**changes: Any) -> Outcome:
    finding = structs.replace(FAILED.findings[0], **changes)
    return structs.replace(FAILED, findings=(finding,))


@pytest.mark.parametrize("place", PLACES)
def test_an_expected_value_is_found_wherever_it_stands(place: str) -> None:
    outcome = with_finding(**PLACES[place])

    assert list(leaked(outcome, EXPECTED, frozenset())) == ["2.7183"]
    assert not list(leaked(outcome, EXPECTED, frozenset({"2.7183"}))), "it is public"
    assert not list(leaked(outcome, frozenset({3.141592}), frozenset())), "it is another number"


def test_notes_parts_and_charts_are_read_as_well() -> None:
    passed = structs.replace(FAILED, status="passed", findings=(), earned=Fraction(4))
    places = (
        structs.replace(passed, notes=(Note(Finding("convention", SAID)),)),
        structs.replace(passed, charts=(Chart("Near 2.7183", ((0.0, 1.0),), ((0.0, 1.0),)),)),
        structs.replace(
            passed,
            parts=(
                PartScore("near 2.7183", Fraction(2), Fraction(2)),
                PartScore("gradient", Fraction(2), Fraction(2)),
            ),
        ),
    )

    for outcome in places:
        assert list(leaked(outcome, EXPECTED, frozenset())) == ["2.7183"]


@pytest.mark.parametrize("place", ["details", "snippet", "printed"])
def test_what_a_level_hides_is_not_read(place: str) -> None:
    outcome = structs.replace(with_finding(**PLACES[place]), feedback="hint")

    assert not list(leaked(outcome, EXPECTED, frozenset()))


def test_what_is_for_the_staff_is_not_read() -> None:
    assert not list(leaked(with_finding(staff=SAID), EXPECTED, frozenset()))


def test_a_hidden_check_is_read_once_it_is_published() -> None:
    hidden = structs.replace(with_finding(lead=SAID), visibility="after_published")

    assert any("2.7183" in text for text in read_of(hidden))


def test_the_page_is_read_without_its_style_and_its_drawings() -> None:
    chart = Chart("Path", ((0.0, 1.0), (0.5, 0.5)), ((0.0, 1.0), (0.25, 0.25)))
    texts = " ".join(read_of(structs.replace(FAILED, charts=(chart,))))

    assert "Path" in texts
    assert "{" not in texts
    assert "M0" not in texts


def test_what_the_author_lets_students_read_is_no_leak() -> None:
    """The last line of an example says what is right for it where the check is marked so."""
    allowed = with_finding(snippet="print(mean(x))\n# Not right.\n# Right: 2.7183")

    assert not list(leaked(allowed, EXPECTED, frozenset()))
