"""What a class's results say, as numbers: of the class, its parts, its checks, its mistakes.

Each submission counts once, however many handed it in; one that could not be graded counts
nowhere. Shares are between 0 and 1; points are in hundredths. The terms are those of classical
item analysis, with a check in the place of an item:

    difficulty               mean share of a check's points that was earned (high is easy)
    pass rate                share of the submissions that earned all of them
    corrected item-total     Pearson correlation of a check's share with the share of all the
    correlation              other checks' points: without its own, which would flatter it
    upper-lower index        difficulty in the best 27% less that in the worst 27%, ranked by
                             the other checks' points

References
----------
.. [1] T. L. Kelley, The selection of upper and lower groups for the validation of test items,
   Journal of Educational Psychology 30 (1939): why 27%.
.. [2] L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16
   (1951).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, sqrt
from statistics import fmean, pstdev, pvariance

from msgspec import Struct

from grader.batch.records import Checked, Misconception, Record

__all__ = [
    "CheckStatistics",
    "Distribution",
    "Found",
    "PartStatistics",
    "alpha",
    "check_statistics",
    "distribution",
    "graded",
    "isolation_levels",
    "misconceptions",
    "part_statistics",
    "slowest",
]

FEWEST = 10
"""Submissions without which a correlation says nothing: its standard error is then 0.4."""
_GROUP = 0.27
# Less spread than this is rounding, in shares between 0 and 1.
_NO_SPREAD = 1e-9


class Distribution(Struct, frozen=True):
    """How values of a class are spread; `bins` are counts in equal steps from 0 to `top`.

    The last bin holds `top` itself. Quartiles interpolate between neighbours (type 7 of Hyndman
    and Fan, as in numpy). The deviation is that of the class, not an estimate for others: it
    divides by the number of values.
    """

    count: int
    top: float
    mean: float
    median: float
    lower: float
    upper: float
    deviation: float
    lowest: float
    highest: float
    bins: tuple[int, ...]


class PartStatistics(Struct, frozen=True):
    """A part of the assignment: its points, and how the shares of them are spread."""

    name: str
    points: int
    shares: Distribution
    full: int
    """Submissions that earned all of its points."""


class CheckStatistics(Struct, frozen=True):
    """One check in all submissions in which it could be graded."""

    check: Checked
    """As it stands in some submission: its name, number, title, part, points and visibility."""
    graded: int
    passed: int
    partly: int
    ungraded: int
    difficulty: float
    """Mean share of its points."""
    correlation: float | None
    """Corrected item-total correlation, between -1 and 1."""
    upper_lower: float | None
    """Upper-lower index, between -1 and 1."""
    untold: str = ""
    """Why the two above cannot be told."""

    @property
    def pass_rate(self) -> float:
        """Share of the submissions that earned all of its points."""
        return self.passed / self.graded if self.graded else 0.0


class Found(Struct, frozen=True):
    """Something that was found in one submission or in many, and which these are."""

    misconception: Misconception
    submissions: tuple[str, ...]
    """Names, each once, in the records' order."""
    checks: tuple[str, ...]
    """Names of the checks that found it."""


def graded(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records that count."""
    return tuple(record for record in records if record.status == "graded")


def distribution(values: Sequence[float], top: float, *, bins: int = 20) -> Distribution | None:
    """How values between 0 and `top` are spread; None if there are none."""
    if not values:
        return None
    ordered = sorted(values)
    counts = [0] * bins
    for value in ordered:
        place = floor(value / top * bins) if top > 0 else 0
        counts[max(0, min(bins - 1, place))] += 1
    return Distribution(
        count=len(ordered),
        top=top,
        mean=fmean(ordered),
        median=_quantile(ordered, 0.5),
        lower=_quantile(ordered, 0.25),
        upper=_quantile(ordered, 0.75),
        deviation=pstdev(ordered),
        lowest=ordered[0],
        highest=ordered[-1],
        bins=tuple(counts),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = (len(ordered) - 1) * share
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


def part_statistics(records: Iterable[Record]) -> tuple[PartStatistics, ...]:
    """Each part, in the order of the checks; points left to the staff do not count in it."""
    parts: dict[str, list[tuple[int, int]]] = {}
    for record in graded(records):
        sums: dict[str, tuple[int, int]] = {}
        for check in record.checks:
            if check.status != "grader_failed":
                earned, points = sums.get(check.part, (0, 0))
                sums[check.part] = earned + check.earned, points + check.points
        for part, both in sums.items():
            parts.setdefault(part, []).append(both)
    found = []
    for part, pairs in parts.items():
        shares = distribution([_share(*pair) for pair in pairs], 1.0, bins=10)
        if shares is not None:
            full = sum(earned >= points for earned, points in pairs)
            found.append(PartStatistics(part, max(points for _, points in pairs), shares, full))
    return tuple(found)


def _share(earned: int, points: int) -> float:
    return earned / points if points > 0 else 0.0


def check_statistics(records: Iterable[Record]) -> tuple[CheckStatistics, ...]:
    """Each check, in the order in which the suites have them."""
    known = graded(records)
    rows: dict[str, list[tuple[Record, Checked]]] = {}
    for record in known:
        for check in record.checks:
            # What stands for checks that never ran has no name.
            if check.name:
                rows.setdefault(check.name, []).append((record, check))
    # Points that are left to the staff make a total that says less than it seems to.
    wholes = {record.name: _sums(record) for record in known if not record.ungraded}
    return tuple(_of_check(own, wholes) for own in rows.values())


def _sums(record: Record) -> tuple[int, int]:
    return sum(c.earned for c in record.checks), sum(c.points for c in record.checks)


def _of_check(
    rows: Sequence[tuple[Record, Checked]], wholes: Mapping[str, tuple[int, int]]
) -> CheckStatistics:
    told = [(record, check) for record, check in rows if check.status != "grader_failed"]
    passed = sum(check.status == "passed" and check.earned >= check.points for _, check in told)
    shares = [_worth(check) for _, check in told]
    pairs = [
        (_worth(check), _share(earned - check.earned, points - check.points))
        for record, check in told
        if record.name in wholes
        for earned, points in [wholes[record.name]]
    ]
    untold = _why_untold(pairs)
    return CheckStatistics(
        check=rows[0][1],
        graded=len(told),
        passed=passed,
        partly=sum(0 < share < 1 for share in shares),
        ungraded=len(rows) - len(told),
        difficulty=fmean(shares) if shares else 0.0,
        correlation=None if untold else _correlation(pairs),
        upper_lower=None if untold else _upper_lower(pairs),
        untold=untold,
    )


def _worth(check: Checked) -> float:
    """The share of a check's points; one without points still passes or not."""
    return _share(check.earned, check.points) if check.points else float(check.status == "passed")


def _why_untold(pairs: Sequence[tuple[float, float]]) -> str:
    """Why a check's discrimination cannot be told; empty if it can."""
    if len(pairs) < FEWEST:
        return f"fewer than {FEWEST} submissions"
    if pstdev(share for share, _ in pairs) < _NO_SPREAD:
        return "all earned the same"
    if pstdev(rest for _, rest in pairs) < _NO_SPREAD:
        return "the other checks tell nobody apart"
    return ""


def _correlation(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's r; both sides are known to vary."""
    left, right = fmean(a for a, _ in pairs), fmean(b for _, b in pairs)
    both = fmean((a - left) * (b - right) for a, b in pairs)
    spread = sqrt(pvariance([a for a, _ in pairs]) * pvariance([b for _, b in pairs]))
    return max(-1.0, min(1.0, both / spread))


def _upper_lower(pairs: Sequence[tuple[float, float]]) -> float:
    size = max(1.0, _GROUP * len(pairs))
    return _mean_of_best(pairs, size) - _mean_of_best([(a, -b) for a, b in pairs], size)


def _mean_of_best(pairs: Sequence[tuple[float, float]], size: float) -> float:
    """Mean share of the `size` best by rest; those who tie at the border count in part.

    So the order of the records decides nothing, and the size need not be whole.
    """
    ties: dict[float, list[float]] = {}
    for share, rest in pairs:
        ties.setdefault(round(rest, 12), []).append(share)
    total, room = 0.0, size
    for rest in sorted(ties, reverse=True):
        taken = min(room, float(len(ties[rest])))
        total += taken * fmean(ties[rest])
        room -= taken
        if room <= 0:
            break
    return total / size


def alpha(records: Iterable[Record]) -> float | None:
    """Cronbach's alpha, how far the checks measure one thing; None where it cannot be told."""
    known = [record for record in graded(records) if not record.ungraded]
    if len(known) < FEWEST or len({tuple(c.name for c in r.checks) for r in known}) > 1:
        return None
    columns = list(zip(*([check.earned for check in r.checks] for r in known), strict=True))
    whole = pvariance([_sums(record)[0] for record in known])
    if len(columns) < 2 or whole == 0:
        return None
    items = float(sum(pvariance(column) for column in columns))
    return len(columns) / (len(columns) - 1) * (1 - items / whole)


def misconceptions(records: Iterable[Record]) -> tuple[Found, ...]:
    """What was found, the most frequent first; alike are those of one kind, function and lead."""
    names: dict[Misconception, dict[str, None]] = {}
    checks: dict[Misconception, dict[str, None]] = {}
    for record in graded(records):
        for check in record.checks:
            for found in check.found:
                names.setdefault(found, {})[record.name] = None
                checks.setdefault(found, {})[check.name] = None
    ordered = sorted(names, key=lambda m: (-len(names[m]), m.kind, m.function, m.lead))
    return tuple(Found(m, tuple(names[m]), tuple(checks[m])) for m in ordered)


def slowest(records: Iterable[Record], count: int = 10) -> tuple[Record, ...]:
    """The submissions that took longest."""
    timed = [record for record in records if record.seconds > 0]
    return tuple(sorted(timed, key=lambda record: (-record.seconds, record.name))[:count])


def isolation_levels(records: Iterable[Record]) -> dict[str, int]:
    """How many were graded at each isolation level, the most frequent first."""
    levels: dict[str, int] = {}
    for record in graded(records):
        levels[record.isolation] = levels.get(record.isolation, 0) + 1
    return dict(sorted(levels.items(), key=lambda item: (-item[1], item[0])))
