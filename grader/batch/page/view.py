"""The class page's values, each already words: the template only places them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from grader.batch.page.charts import Histogram, Scatter
from grader.text import Span

__all__ = [
    "CheckView",
    "ClassView",
    "Findings",
    "FoundView",
    "Link",
    "PairView",
    "PartView",
    "Row",
    "Trouble",
    "Words",
]

Words = tuple[Span, ...]


class Link(Struct, frozen=True):
    """A submission by its label; `href` is empty where there is no page to open."""

    label: str
    href: str


class FoundView(Struct, frozen=True):
    """Something found in the class; `key` is what the rows of the submissions name it by."""

    key: int
    function: str
    kind: str
    says: Words
    count: int
    share: str
    examples: tuple[Link, ...]
    checks: str


class PartView(Struct, frozen=True):
    """A part, and how the shares of its points are spread."""

    name: str
    points: str
    mean: str
    median: str
    full: str
    spark: str
    says: str


class CheckView(Struct, frozen=True):
    """A check, how hard it is, and how well it separates."""

    number: str
    title: Words
    part: str
    points: str
    mean: str
    passed: str
    correlation: str
    upper_lower: str
    remark: str
    state: str


class PairView(Struct, frozen=True):
    """Two submissions to look at."""

    first: Link
    second: Link
    folders: str
    share: str
    shared: int


class Row(Struct, frozen=True):
    """A submission in the table of all."""

    link: Link
    identity: str
    """What the staff know its submitters by, and its folder."""
    state: str
    status: str
    score: str
    final: str
    lost: str
    ungraded: str
    seconds: str
    isolation: str
    found: str
    """Keys of what was found in it, for the filter."""


class Trouble(Struct, frozen=True):
    """Why the staff must look at some submissions, and which these are."""

    says: tuple[Span, ...]
    links: tuple[Link, ...]


class Findings(Struct, frozen=True):
    """All groups, and what of them each submission shows: keys, by name."""

    functions: tuple[FoundView, ...]
    """Whatever was found, by function, with the most frequent known mistake, or else finding."""
    mistakes: tuple[FoundView, ...]
    conventions: tuple[FoundView, ...]
    cascades: tuple[FoundView, ...]
    others: tuple[FoundView, ...]
    more_mistakes: str
    """How many known mistakes are left out, in words; empty if none is."""
    rest: str
    """The same for `others`."""
    keys: Mapping[str, str]


class ClassView(Struct, frozen=True):
    """Everything on the page, in its order."""

    title: str
    anonymous: bool
    count: str
    mean: str
    total: str
    facts: tuple[tuple[str, str], ...]
    histogram: Histogram | None
    troubles: tuple[Trouble, ...]
    unread: tuple[tuple[Span, ...], ...]
    findings: Findings
    parts: tuple[PartView, ...]
    scatter: Scatter | None
    checks: tuple[CheckView, ...]
    pairs: tuple[PairView, ...]
    uncompared: tuple[Trouble, ...]
    slowest: tuple[tuple[Link, str], ...]
    levels: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    with_final: bool
    with_identities: bool
