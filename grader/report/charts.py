"""Charts as SVG paths: an optimizer's way over a surface, and its loss, beside the reference's.

Coordinates are rounded to a tenth of a pixel, so that a picture of the reference's path gives
no expected value away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, TypeAlias

from grader import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.outcomes import Chart, Surface

__all__ = ["ChartView", "LossView", "PathView", "Tick", "draw_chart"]

Point: TypeAlias = tuple[float, float]
Interval: TypeAlias = tuple[float, float]

# The plotting areas, in px of the SVG's own coordinates; margins hold the labels.
SIDE = 400.0
LOSS_HEIGHT = 300.0
# Far outside the picture, and still a coordinate that browsers draw exactly.
_FAR = 20_000.0
# Steps closer than this are one dot to the eye, and 2,000 of them would be the page's bulk.
_CLOSE = 0.7
# A loss that explodes would flatten the reference's curve: so many decades are shown above it.
_DECADES_ABOVE = 2.0


@dataclass(frozen=True)
class Tick:
    """A labelled position on an axis, in px."""

    at: str
    label: str


@dataclass(frozen=True)
class PathView:
    """Two paths in the plane; each string is SVG path data or a coordinate."""

    contours: str
    student: str
    reference: str
    start: tuple[str, str] | None
    student_end: tuple[str, str] | None
    reference_end: tuple[str, str] | None
    minimum: tuple[str, str] | None
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    description: str


@dataclass(frozen=True)
class LossView:
    """Two curves of a loss against the step."""

    student: str
    reference: str
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    logarithmic: bool
    description: str


@dataclass(frozen=True)
class ChartView:
    """A chart as the template draws it."""

    title: str
    path: PathView | None
    loss: LossView | None


@lru_cache(maxsize=16)
def draw_chart(chart: Chart) -> ChartView:
    """Turn a chart's numbers into paths and words; whatever the numbers are, it draws."""
    return ChartView(
        title=text.one_line(chart.title, limit=120),
        path=_draw_path(chart) if chart.student or chart.reference else None,
        loss=_draw_loss(chart) if chart.student_loss or chart.reference_loss else None,
    )


def _draw_path(chart: Chart) -> PathView:
    x_range, y_range = _ranges(chart)

    def place(point: Point) -> Point:
        return (_scale(point[0], x_range, SIDE), SIDE - _scale(point[1], y_range, SIDE))

    student = [place(point) for point in _finite(chart.student)]
    reference = [place(point) for point in _finite(chart.reference)]
    surface = chart.surface
    starts = student[:1] or reference[:1]
    return PathView(
        contours=_contours(surface) if surface else "",
        student=_line(student),
        reference=_line(reference),
        start=_spot(starts),
        student_end=_spot(student[-1:]),
        reference_end=_spot(reference[-1:]),
        minimum=_spot([place(surface.minimum)]) if surface and surface.minimum else None,
        x=tuple(Tick(_px(_scale(v, x_range, SIDE)), _label(v)) for v in _round_values(x_range)),
        y=tuple(
            Tick(_px(SIDE - _scale(v, y_range, SIDE)), _label(v)) for v in _round_values(y_range)
        ),
        description=_describe(chart.student, student, reference),
    )


def _ranges(chart: Chart) -> tuple[Interval, Interval]:
    """What the picture shows: the surface, or else the reference's path with some air."""
    if chart.surface:
        return chart.surface.x, chart.surface.y
    points = _finite(chart.reference) or _finite(chart.student) or [(0.0, 0.0)]
    return _airy(p[0] for p in points), _airy(p[1] for p in points)


def _airy(values: Iterable[float]) -> Interval:
    known = list(values)
    low, high = min(known), max(known)
    air = (high - low) * 0.15 or max(abs(low), 1.0) * 0.5
    return low - air, high + air


def _finite(points: Sequence[Point]) -> list[Point]:
    """The points before the first that is infinite or not a number."""
    kept = []
    for x, y in points:
        if not (isfinite(x) and isfinite(y)):
            break
        kept.append((x, y))
    return kept


def _scale(value: float, interval: Interval, size: float) -> float:
    low, high = interval
    # Divide first: the range of two floats near the largest is infinite.
    share = value / (high - low) - low / (high - low)
    return max(-_FAR, min(_FAR, share * size))


@lru_cache(maxsize=16)
def _contours(surface: Surface) -> str:
    """The lines of a surface fill the picture: they are the same under every path over it."""
    return "".join(
        _line([(_scale(x, surface.x, SIDE), SIDE - _scale(y, surface.y, SIDE)) for x, y in line])
        for line in surface.contours
    )


def _line(points: Sequence[Point]) -> str:
    """SVG path data through the points, without those that the eye could not tell apart."""
    kept: list[Point] = []
    for index, (x, y) in enumerate(points):
        last = kept[-1] if kept else None
        far = last is None or max(abs(x - last[0]), abs(y - last[1])) >= _CLOSE
        if far or index == len(points) - 1:
            kept.append((x, y))
    return "M" + " ".join(f"{_px(x)} {_px(y)}" for x, y in kept) if kept else ""


def _px(value: float) -> str:
    rounded = f"{value:.1f}".removesuffix(".0")
    return "0" if rounded == "-0" else rounded


def _spot(points: Sequence[Point]) -> tuple[str, str] | None:
    return (_px(points[0][0]), _px(points[0][1])) if points else None


def _inside(point: Point) -> bool:
    return 0 <= point[0] <= SIDE and 0 <= point[1] <= SIDE


def _describe(raw: Sequence[Point], student: Sequence[Point], reference: Sequence[Point]) -> str:
    """What the picture shows, in words: how the student's path ends beside the reference's."""
    if not raw:
        return "There is no path of yours to draw."
    if len(student) < len(raw):
        return f"Your path is infinite or not a number from step {len(student)} on."
    outside = next((i for i, point in enumerate(student) if not _inside(point)), None)
    if outside is not None:
        return f"Your path leaves the picture at step {outside} of {len(student) - 1}."
    return _describe_parting(student, reference) if reference else "Your path stays in the picture."


def _describe_parting(student: Sequence[Point], reference: Sequence[Point]) -> str:
    gaps = [
        max(abs(mine[0] - theirs[0]), abs(mine[1] - theirs[1]))
        for mine, theirs in zip(student, reference, strict=False)
    ]
    # Two px are the width of the line: less is no difference that the picture shows.
    parting = next((step for step, gap in enumerate(gaps) if gap > 2), None)
    if parting is not None:
        return f"Your path leaves the reference's at about step {parting} of {len(student) - 1}."
    if len(student) != len(reference):
        return "Your path follows the reference's, but has another number of steps."
    return "Your path and the reference's are one line to the eye."


def _draw_loss(chart: Chart) -> LossView:
    everything = [*chart.student_loss, *chart.reference_loss]
    known = [value for value in everything if isfinite(value)] or [0.0, 1.0]
    logarithmic = min(known) > 0 and max(known) > 100 * min(known)
    y_range = _loss_range(chart, known, logarithmic=logarithmic)
    steps = float(max(len(chart.student_loss), len(chart.reference_loss), 2) - 1)

    def curve(losses: Sequence[float]) -> list[Point]:
        heights = _finite([(step, loss) for step, loss in enumerate(losses)])
        return [
            (
                _scale(step, (0.0, steps), SIDE),
                LOSS_HEIGHT - _scale(_height(loss, logarithmic), y_range, LOSS_HEIGHT),
            )
            for step, loss in heights
        ]

    values = _decades(y_range) if logarithmic else _round_values(y_range)
    return LossView(
        student=_line(curve(chart.student_loss)),
        reference=_line(curve(chart.reference_loss)),
        x=tuple(
            Tick(_px(_scale(step, (0.0, steps), SIDE)), _label(step))
            for step in _round_values((0.0, steps))
            if step == int(step)
        ),
        y=tuple(
            Tick(
                _px(LOSS_HEIGHT - _scale(value, y_range, LOSS_HEIGHT)),
                f"10{_superscript(int(value))}" if logarithmic else _label(value),
            )
            for value in values
        ),
        logarithmic=logarithmic,
        description=_describe_loss(chart.student_loss),
    )


def _height(loss: float, logarithmic: bool) -> float:
    return log10(loss) if logarithmic else loss


def _loss_range(chart: Chart, known: Sequence[float], *, logarithmic: bool) -> Interval:
    """From the lowest loss to the reference's highest, with room for some of an explosion."""
    reference = [value for value in chart.reference_loss if isfinite(value)] or known
    low, high = _height(min(known), logarithmic), _height(max(known), logarithmic)
    top = _height(max(reference), logarithmic)
    room = _DECADES_ABOVE if logarithmic else abs(top - low)
    high = min(high, top + room) if room > 0 else high
    air = (high - low) * 0.05 or max(abs(low), 1.0) * 0.5
    return low - air, high + air


def _describe_loss(losses: Sequence[float]) -> str:
    if not losses:
        return "There is no loss of yours to draw."
    broken = next((step for step, loss in enumerate(losses) if not isfinite(loss)), None)
    if broken is not None:
        return f"Your loss is infinite or not a number from step {broken} on."
    if len(losses) > 1 and losses[-1] > losses[0]:
        return "Your loss ends higher than it began."
    return "Your loss ends lower than it began."


def _round_values(interval: Interval) -> list[float]:
    """About five round numbers in the interval: multiples of 1, 2 or 5 times a power of ten."""
    low, high = interval
    raw = (high - low) / 5
    if not (isfinite(raw) and raw > 0):
        return []
    power = 10.0 ** floor(log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)
    # Inside by a hair, so that a label never stands half outside.
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)][:12]


def _decades(interval: Interval) -> list[float]:
    low, high = ceil(interval[0]), floor(interval[1])
    every = max(1, ceil((high - low + 1) / 6))
    return [float(power) for power in range(low, high + 1, every)]


def _label(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if value else "0"


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
