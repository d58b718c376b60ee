"""The class's numbers agree with values computed by hand, and with numpy's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from class_fixtures import simulated_class

from grader.batch.page.statistics import (
    alpha,
    check_statistics,
    distribution,
    isolation_levels,
    misconceptions,
    part_statistics,
    slowest,
)
from grader.batch.records import Checked, Misconception, Record

SOFTMAX = Misconception("mistake", "losses.softmax", "softmax: The largest is not subtracted.")


def checked(
    name: str,
    earned: int,
    points: int = 100,
    *,
    status: Literal["passed", "failed", "grader_failed"] | None = None,
    found: tuple[Misconception, ...] = (),
    part: str = "Losses",
) -> Checked:
    came_of_it = status or ("passed" if earned == points else "failed")
    return Checked(name, name, f"Check {name}.", part, points, earned, came_of_it, "visible", found)


def record(name: str, *checks: Checked, ungraded: int = 0, seconds: float = 1.0) -> Record:
    score, maximum = sum(c.earned for c in checks), sum(c.points for c in checks)
    return Record(
        name, f"key {name}", "graded", score, maximum, ungraded, checks, seconds=seconds,
        isolation="L3",
    )  # fmt: skip


def class_of(columns: Sequence[Sequence[int]], points: int = 100) -> list[Record]:
    """A record for each row of earned points; its checks are called by their place."""
    return [
        record(f"s{place}", *(checked(str(i), earned, points) for i, earned in enumerate(row)))
        for place, row in enumerate(columns)
    ]


def test_a_distribution_agrees_with_numpy() -> None:
    values = [float(v) for v in np.random.default_rng(3).integers(0, 10_000, 137)]
    found = distribution(values, 10_000.0, bins=20)

    assert found is not None
    # Both compute in double precision; the sums differ in their order.
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert found.deviation == pytest.approx(np.std(values), rel=1e-12)
    assert [found.lower, found.median, found.upper] == pytest.approx(
        np.percentile(values, [25, 50, 75]), rel=1e-12
    )
    assert found.bins == tuple(np.histogram(values, 20, (0, 10_000))[0])


def test_full_marks_are_in_the_last_bin_and_no_values_have_no_distribution() -> None:
    full = distribution([100.0], 100.0, bins=4)

    assert full is not None
    assert full.bins == (0, 0, 0, 1)
    assert distribution([], 100.0) is None


def test_a_pass_rate_counts_those_who_earned_all_of_the_points() -> None:
    (found,) = check_statistics(class_of([[100], [50], [0], [100]]))

    assert (found.graded, found.passed, found.partly) == (4, 2, 1)
    assert found.pass_rate == 0.5
    assert found.difficulty == pytest.approx(0.625, abs=1e-12)


def test_discrimination_is_the_correlation_with_the_rest_of_the_score() -> None:
    earned = np.random.default_rng(5).integers(0, 3, (40, 5)) * 50
    found = check_statistics(class_of(earned.tolist()))

    for place, one in enumerate(found):
        rest = earned.sum(axis=1) - earned[:, place]
        # Correlations of small whole numbers: rounding alone.
        assert one.correlation == pytest.approx(np.corrcoef(earned[:, place], rest)[0, 1], abs=1e-9)


def test_a_check_that_only_the_best_pass_has_an_upper_lower_index_of_one() -> None:
    rows = [[100 if place >= 50 else 0, place] for place in range(100)]
    first, _ = check_statistics(class_of(rows))

    assert first.upper_lower == pytest.approx(1.0, abs=1e-12)


def test_the_upper_lower_index_compares_the_outer_27_percent() -> None:
    earned = np.random.default_rng(8).integers(0, 101, (100, 2))
    # Every rest is another, so that nobody ties at the border.
    earned[:, 1] = np.random.default_rng(9).permutation(100)
    first, _ = check_statistics(class_of(earned.tolist()))
    ranked = earned[np.argsort(earned[:, 1]), 0] / 100

    assert first.upper_lower == pytest.approx(ranked[-27:].mean() - ranked[:27].mean(), abs=1e-9)


def test_a_check_that_strong_students_fail_discriminates_negatively() -> None:
    entries, records = simulated_class(500)
    found = {one.check.number: one for one in check_statistics(records)}

    assert len(entries) == 500
    bad = found["4.3"]
    assert bad.correlation is not None
    assert bad.correlation < 0
    others = [one.correlation for number, one in found.items() if number != "4.3"]
    assert all(r > 0 for r in others if r is not None)
    assert sum(r is None for r in others) <= 2


def test_the_order_of_the_records_decides_nothing_where_many_tie() -> None:
    rows = [[100 if place % 3 else 0, 50] for place in range(30)] + [[0, 0]] * 5
    records = class_of(rows)
    there = check_statistics(records)[0].upper_lower
    back = check_statistics(records[::-1])[0].upper_lower

    assert there == pytest.approx(back, abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[100, 0], [0, 100]] * 4, "fewer than 10"),
        ([[100, 100 * (i % 2)] for i in range(20)], "all earned the same"),
        ([[100 * (i % 2), 100] for i in range(20)], "tell nobody apart"),
    ],
    ids=["few", "all the same", "nothing to compare with"],
)
def test_discrimination_says_when_it_cannot_be_told(rows: list[list[int]], why: str) -> None:
    found = check_statistics(class_of(rows))[0]

    assert (found.correlation, found.upper_lower) == (None, None)
    assert why in found.untold


def test_what_the_grader_failed_to_grade_counts_for_and_against_nobody() -> None:
    rows = [record(f"s{i}", checked("a", 100 * (i % 2)), checked("b", 10 * i)) for i in range(20)]
    odd = record("odd", checked("a", 0, status="grader_failed"), checked("b", 100), ungraded=100)
    first, second = check_statistics([*rows, odd])

    assert (first.graded, first.ungraded, first.pass_rate) == (20, 1, 0.5)
    assert second.graded == 21
    assert second.correlation == check_statistics(rows)[1].correlation


def test_a_submission_that_could_not_be_graded_counts_nowhere() -> None:
    failed = Record("lost", "key", "failed", trouble="The zip cannot be read.")
    rows = class_of([[100], [0]])

    assert check_statistics([*rows, failed]) == check_statistics(rows)
    assert part_statistics([*rows, failed]) == part_statistics(rows)


def test_a_part_is_the_share_of_the_points_of_its_checks() -> None:
    row = record("a", checked("1", 100, 300), checked("2", 200, 300), checked("3", 100, part="B"))
    losses, other = part_statistics([row])

    assert (losses.name, losses.points, losses.full) == ("Losses", 600, 0)
    assert losses.shares.mean == pytest.approx(0.5, abs=1e-12)
    assert (other.name, other.full) == ("B", 1)


def test_misconceptions_are_counted_by_submission_and_not_by_check() -> None:
    twice = record("a", checked("1", 0, found=(SOFTMAX,)), checked("2", 0, found=(SOFTMAX,)))
    once = record("b", checked("1", 0, found=(SOFTMAX,)))
    (found,) = misconceptions([twice, once])

    assert found.misconception == SOFTMAX
    assert found.submissions == ("a", "b")
    assert found.checks == ("1", "2")


def test_alpha_is_one_for_checks_that_say_the_same_and_about_zero_for_chance() -> None:
    same = class_of([[10 * i, 10 * i, 10 * i] for i in range(11)])
    chance = class_of((np.random.default_rng(1).integers(0, 2, (400, 8)) * 100).tolist())

    assert alpha(same) == pytest.approx(1.0, abs=1e-12)
    # With 400 rows alpha's standard error is some 0.07.
    assert alpha(chance) == pytest.approx(0.0, abs=0.25)
    assert alpha(same[:5]) is None


def test_the_slowest_come_first_and_levels_are_counted() -> None:
    rows = [record(f"s{i}", checked("1", 0), seconds=float(i)) for i in range(30)]

    assert [r.name for r in slowest(rows, 2)] == ["s29", "s28"]
    assert isolation_levels(rows) == {"L3": 30}
