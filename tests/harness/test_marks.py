from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from grader.outcomes import Finding, PartScore
from grader.suite import feedback, part, points, visibility
from grader.suite.marks import DESCRIPTIONS, CheckSettings, settings_of
from grader.suite.record import CheckRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

pytest_plugins = ["pytester"]

WRONG = Finding("value", "the gradient is wrong.")


def wrong(mark: Any) -> Any:
    """The mark for arguments that the type checker would refuse."""
    return mark


def collect(pytester: pytest.Pytester, source: str) -> list[pytest.Item]:
    pytester.makeini("[pytest]\nmarkers =\n" + "".join(f"    {line}\n" for line in DESCRIPTIONS))
    return pytester.getitems(f"import pytest\nfrom grader.suite import *\n{source}")


def test_marks_of_a_check_are_read(pytester: pytest.Pytester) -> None:
    (item,) = collect(
        pytester,
        """
        pytestmark = [part("Softmax", number=2), visibility("hidden")]

        @points(value=2, gradient=3.5)
        @feedback("full")
        def test_a(): pass
        """.replace("        ", ""),
    )

    assert settings_of(item) == CheckSettings(
        points=Fraction(11, 2),
        parts={"value": Fraction(2), "gradient": Fraction(7, 2)},
        visibility="hidden",
        feedback="full",
        part_name="Softmax",
        part_number=2,
    )
    assert list(settings_of(item).parts) == ["value", "gradient"]


def test_a_check_is_visible_and_hints_unless_told_otherwise(pytester: pytest.Pytester) -> None:
    (item,) = collect(pytester, "@points(1)\ndef test_a(): pass")

    assert settings_of(item) == CheckSettings(Fraction(1), {}, "visible", "hint", "", None)


def test_the_mark_of_a_check_wins_over_that_of_its_file(pytester: pytest.Pytester) -> None:
    (item,) = collect(
        pytester,
        "pytestmark = feedback('full')\n@points(1)\n@feedback('result')\ndef test_a(): pass",
    )

    assert settings_of(item).feedback == "result"


def test_points_are_split_exactly_over_cases(pytester: pytest.Pytester) -> None:
    items = collect(
        pytester,
        "@points(value=1, gradient=0.1)\n"
        "@pytest.mark.parametrize('n', [1, 2, 3])\ndef test_a(n): pass",
    )

    settings = [settings_of(item, len(items)) for item in items]
    assert sum(s.points for s in settings) == Fraction(11, 10)
    assert settings[0].parts == {"value": Fraction(1, 3), "gradient": Fraction(1, 30)}


def test_points_of_a_parameter_are_split_over_its_own_cases(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import pytest\n"
        "from grader.suite import points\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "@pytest.mark.parametrize('f', [\n"
        "    pytest.param('naive', marks=points(3)), pytest.param('fast', marks=points(10))])\n"
        "def test_a(f, n): pass\n"
    )

    class Reader:
        worth: Mapping[str, Fraction] = {}

        def pytest_configure(self, config: pytest.Config) -> None:
            for line in DESCRIPTIONS:
                config.addinivalue_line("markers", line)

        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            self.worth = {item.name: settings_of(item, len(items)).points for item in items}

    reader = Reader()
    pytester.inline_run("--collect-only", plugins=[reader])

    assert sum(reader.worth.values()) == 13
    assert reader.worth["test_a[naive-1]"] == Fraction(3, 2)
    assert reader.worth["test_a[fast-2]"] == 5


def test_a_check_without_points_is_refused(pytester: pytest.Pytester) -> None:
    (item,) = collect(pytester, "def test_a(): pass")

    with pytest.raises(ValueError, match=r"test_a: expected points, got none"):
        settings_of(item)


def test_points_are_the_numbers_that_were_written() -> None:
    assert points(0.1).args == (Fraction(1, 10), {})
    assert points("1/3").args == (Fraction(1, 3), {})


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        pytest.param(lambda: points(-1), "0 or more points, got -1", id="negative"),
        pytest.param(points, "either one number or named parts", id="none"),
        pytest.param(lambda: points(4, value=2), "either one number or named parts", id="both"),
        pytest.param(lambda: points("many"), "expected a number, got 'many'", id="word"),
        pytest.param(lambda: points(float("nan")), "expected a number, got nan", id="nan"),
        pytest.param(lambda: points(True), "got bool", id="bool"),
        pytest.param(partial(wrong(points), collect), r"Write @points\(2\)", id="bare"),
        pytest.param(lambda: wrong(points)(gradient=None), "got NoneType", id="part"),
        pytest.param(lambda: part(""), "expected a name", id="no name"),
        pytest.param(
            lambda: wrong(part)("A", number="2"), "whole number, got number='2'", id="number"
        ),
        pytest.param(
            lambda: wrong(visibility)("later"), "'after_due_date'.*got 'later'", id="when"
        ),
        pytest.param(
            lambda: feedback("hint", expected=True), "needs 'full'. No example", id="expected"
        ),
        pytest.param(
            lambda: wrong(feedback)("some"), "'full', 'hint', 'result', got 'some'", id="level"
        ),
    ],
)
def test_a_slip_in_a_mark_shows_where_it_is_written(slip: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        slip()


def settings(**parts: int) -> CheckSettings:
    split = {name: Fraction(value) for name, value in parts.items()}
    return CheckSettings(sum(split.values(), Fraction()) or Fraction(5), split)


def test_a_check_without_parts_earns_all_or_nothing() -> None:
    passed, failed = CheckRecord(), CheckRecord()

    failed.fail(WRONG)

    assert passed.score(settings()) == (Fraction(5), ())
    assert failed.score(settings()) == (Fraction(), ())


def test_a_part_that_failed_costs_its_own_points() -> None:
    record = CheckRecord(("value", "gradient"))

    with record.judging("value"):
        pass
    with record.judging("gradient"):
        record.fail(WRONG)

    earned, (value, gradient) = record.score(settings(value=2, gradient=3))
    assert earned == 2
    assert value == PartScore("value", Fraction(2), Fraction(2), reached=True)
    assert gradient == PartScore("gradient", Fraction(3), Fraction(), reached=True)
    assert record.findings == (WRONG,)


def test_a_part_that_was_never_reached_earns_nothing() -> None:
    record = CheckRecord(("value", "gradient"))

    with record.judging("value"):
        pass

    earned, (_, gradient) = record.score(settings(value=2, gradient=3))
    assert earned == 2
    assert not gradient.reached


def test_a_failure_outside_of_any_part_costs_everything() -> None:
    record = CheckRecord(("value",))

    with record.judging("value"):
        pass
    record.fail(WRONG)

    assert record.score(settings(value=2))[0] == 0


def test_a_note_leaves_its_share_of_its_part() -> None:
    record = CheckRecord(("value", "gradient"))

    with record.judging("value"):
        record.note(WRONG, 0.5)
    with record.judging("gradient"):
        record.note(Finding("float32", "right, but in single precision."), 0.9)
        record.note(Finding("float32", "another word."), 0.8)

    assert record.score(settings(value=2, gradient=3))[0] == 1 + 3 * Fraction(4, 5)


def test_a_note_outside_of_parts_counts_for_all_of_them() -> None:
    record = CheckRecord(("value", "gradient"))

    record.note(WRONG, 0.5)
    for name in record.parts:
        with record.judging(name):
            record.note(WRONG, 0.75)

    assert record.score(settings(value=2, gradient=3))[0] == Fraction(5, 2)
    assert len(record.notes) == 1


def test_the_same_finding_twice_is_said_once() -> None:
    record = CheckRecord()

    record.fail(WRONG)
    record.fail(WRONG)
    record.fail(Finding("value", "the loss is wrong."))

    assert [finding.lead for finding in record.findings] == [
        "the gradient is wrong.",
        "the loss is wrong.",
    ]


def test_an_undeclared_part_is_refused() -> None:
    record = CheckRecord(("value",))

    with pytest.raises(ValueError, match=r"declared parts \('value'\)"), record.judging("slope"):
        pass


def test_a_credit_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"from 0 to 1, got 1\.5"):
        CheckRecord().note(WRONG, 1.5)
