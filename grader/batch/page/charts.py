"""Charts of a class as SVG coordinates: how scores are spread, and what each check tells apart.

Coordinates are px of the SVG's own, as strings; the template only places them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from msgspec import Struct

from grader.batch.page.statistics import CheckStatistics, Distribution
from grader.points import count, words
from grader.report.charts import Tick
from grader.text import one_line

__all__ = [
    "Bar",
    "Histogram",
    "Scatter",
    "Spot",
    "draw_histogram",
    "draw_scatter",
    "draw_spark",
]

WIDTH = 640.0
HEIGHT = 200.0
SIDE = 320.0
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 24.0
# Of a bar's width; the rest is the gap that tells it from the next.
_FILLED = 0.92


class Bar(Struct, frozen=True):
    """A bar, and what it says when one points at it."""

    x: str
    y: str
    width: str
    height: str
    says: str


class Histogram(Struct, frozen=True):
    """Counts over the points; under them the lowest, the quartiles and the highest."""

    bars: tuple[Bar, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    lowest: str
    lower: str
    median: str
    upper: str
    highest: str
    box_width: str
    mean: str
    description: str


class Spot(Struct, frozen=True):
    """A check in the plane; `label` is its number where there is room, or reason, for one."""

    x: str
    y: str
    state: str
    label: str
    says: str


class Scatter(Struct, frozen=True):
    """Checks by difficulty and by discrimination."""

    spots: tuple[Spot, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    zero: str
    description: str


def draw_histogram(scores: Distribution) -> Histogram:
    """Draw the scores, which are hundredths of a point."""
    highest = max(scores.bins)
    steps = _round_steps(float(highest), whole=True)
    top = max(highest, steps[-1])
    width = WIDTH / len(scores.bins)
    step = scores.top / len(scores.bins)

    def along(value: float) -> float:
        return value / scores.top * WIDTH if scores.top > 0 else 0.0

    bars = tuple(
        Bar(
            x=_px(width * (place + (1 - _FILLED) / 2)),
            y=_px(HEIGHT * (1 - number / top)),
            width=_px(width * _FILLED),
            height=_px(HEIGHT * number / top),
            says=f"{words(round(step * place))} to {words(round(step * (place + 1)))} points: "
            f"{count(number, 'submission')}",
        )
        for place, number in enumerate(scores.bins)
        if number
    )
    return Histogram(
        bars=bars,
        x=tuple(
            Tick(_px(along(value * 100)), f"{value:g}") for value in _round_steps(scores.top / 100)
        ),
        y=tuple(Tick(_px(HEIGHT * (1 - value / top)), f"{value:g}") for value in steps),
        lowest=_px(along(scores.lowest)),
        lower=_px(along(scores.lower)),
        median=_px(along(scores.median)),
        upper=_px(along(scores.upper)),
        highest=_px(along(scores.highest)),
        box_width=_px(along(scores.upper - scores.lower)),
        mean=_px(along(scores.mean)),
        description=(
            f"Half of the submissions earned between {points(scores.lower)} and "
            f"{points(scores.upper)} points, the lowest {points(scores.lowest)}, "
            f"the highest {points(scores.highest)}."
        ),
    )


def points(hundredths: float) -> str:
    """Points of a statistic: a tenth is more than it is good for."""
    return f"{hundredths / 100:.1f}".removesuffix(".0")


def draw_spark(shares: Distribution) -> str:
    """The bins of a small histogram as one path."""
    width, top = SPARK_WIDTH / len(shares.bins), max(shares.bins)
    return "".join(
        f"M{_px(width * place)} {_px(SPARK_HEIGHT)}v{_px(-SPARK_HEIGHT * number / top)}"
        f"h{_px(width * _FILLED)}V{_px(SPARK_HEIGHT)}z"
        for place, number in enumerate(shares.bins)
        if number
    )


def draw_scatter(checks: Sequence[tuple[CheckStatistics, str]]) -> Scatter | None:
    """Draw the checks whose discrimination is known, each with its state ("odd" stands out)."""
    known = [(c, state, c.correlation) for c, state in checks if c.correlation is not None]
    if not known:
        return None
    low = min(-0.2, floor(min(r for _, _, r in known) * 5) / 5)
    high = max(0.8, ceil(max(r for _, _, r in known) * 5) / 5)

    def up(value: float) -> float:
        return SIDE * (1 - (value - low) / (high - low))

    spots = tuple(
        Spot(
            x=_px(c.difficulty * WIDTH),
            y=_px(up(r)),
            state=state,
            label=one_line(c.check.number, limit=12) if state else "",
            says=f"{one_line(c.check.number)} {one_line(c.check.title, limit=120)}: "
            f"mean share {c.difficulty:.0%}, correlation {signed(r)}",
        )
        for c, state, r in known
    )
    ranks = [low + 0.2 * step for step in range(round((high - low) / 0.2) + 1)]
    return Scatter(
        spots=spots,
        x=tuple(Tick(_px(WIDTH * share / 100), f"{share}%") for share in range(0, 101, 20)),
        y=tuple(Tick(_px(up(rank)), signed(rank, 1)) for rank in ranks),
        zero=_px(up(0.0)),
        description=(
            f"{count(len(known), 'check')}: correlations from {signed(min(r for *_, r in known))} "
            f"to {signed(max(r for *_, r in known))}. The table below has every number."
        ),
    )


def signed(value: float, digits: int = 2) -> str:
    """A number with a real minus sign, and none before zero."""
    written = f"{value:.{digits}f}"
    return written.removeprefix("-") if float(written) == 0 else written.replace("-", "−")


def _round_steps(top: float, *, whole: bool = False) -> list[float]:
    """About five round numbers from 0 to the first that reaches `top`, or to the last below."""
    raw = max(top, 1e-9) / 5
    power = 10.0 ** floor(log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)
    if whole:
        step = max(1.0, step)
        return [step * place for place in range(ceil(top / step) + 1)]
    return [step * place for place in range(floor(top / step + 1e-9) + 1)]


def _px(value: float) -> str:
    rounded = f"{value:.1f}".removesuffix(".0")
    return "0" if rounded == "-0" else rounded
