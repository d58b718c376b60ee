"""The values that the page shows, each already words: the template only places them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.report.charts import ChartView
    from grader.text import Span

__all__ = ["Bar", "CheckView", "FindingView", "Listing", "Page", "PartView", "StepView", "Words"]

Words = tuple["Span", ...]


@dataclass(frozen=True)
class Bar:
    """Widths in percent of what was earned and of what the grader failed to grade."""

    earned: str
    ungraded: str


@dataclass(frozen=True)
class Listing:
    """Lines of the student's own code from one place."""

    place: str
    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class FindingView:
    """One finding; what its reader may not see is already gone."""

    lead: Words
    evidence: tuple[Words, ...]
    details: tuple[Words, ...]
    question: Words
    listings: tuple[Listing, ...]
    warnings: tuple[str, ...]
    printed: str
    snippet: str
    staff: str
    credit: str = ""


@dataclass(frozen=True)
class CheckView:
    """One check: a line when folded, what happened when open."""

    anchor: str
    number: str
    title: str
    state: str
    """The class of its colours: passed, partly, failed or ungraded."""
    status: str
    points: str
    unfolded: bool
    visibility: str
    findings: tuple[FindingView, ...]
    notes: tuple[FindingView, ...]
    parts: tuple[tuple[str, str], ...]
    charts: tuple[ChartView, ...]
    facts: tuple[tuple[str, str], ...]
    """For the staff: what it is called, how long it took, how to run it again."""
    command: str


@dataclass(frozen=True)
class PartView:
    """One part of the assignment and its checks."""

    anchor: str
    name: str
    points: str
    passed: str
    bar: Bar
    checks: tuple[CheckView, ...]


@dataclass(frozen=True)
class StepView:
    """One thing to look at next."""

    anchor: str
    number: str
    title: str
    also: str
    lost: str
    lead: Words
    question: Words


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order."""

    staff: bool
    title: str
    submission: str
    score: str
    total: str
    """What the score is out of, in words."""
    bar: Bar
    works: tuple[str, ...]
    steps: tuple[StepView, ...]
    remarks: tuple[str, ...]
    notices: tuple[Words, ...]
    parts: tuple[PartView, ...]
    surfaces: tuple[str, ...]
    """Each surface's contours once, as path data; a chart names them by their position."""
    troubles: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    slowest: tuple[tuple[str, str, str], ...]
