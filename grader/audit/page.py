"""Audit -> what an instructor reads: the lines of a table, and a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from grader.audit.judge import CAUGHT_SHARE, NAMED_SHARE, Audit, CheckRow, Row
from grader.report.frame import render_page

_TEMPLATES = Path(__file__).parent / "templates"
KINDS = (
    ("reference", "reference"),
    ("template", "template"),
    ("right", "right solutions"),
    ("mistake", "mistakes"),
    ("convention", "conventions"),
    ("mutant", "mutants"),
)
"""Kinds of submissions, in the order in which they are shown, and what they are called."""


class Line(Struct, frozen=True):
    """One kind of submission: how many there were, and what came of them."""

    name: str
    count: int
    outcomes: str


class Function(Struct, frozen=True):
    """What came of the mistakes or mutants of one function."""

    name: str
    count: int
    outcomes: str
    rows: tuple[Row, ...]
    """Those that deserve a look."""


class Page(Struct, frozen=True):
    """Everything on the page, in its order."""

    title: str
    verdict: str
    green: bool
    failures: tuple[str, ...]
    lines: tuple[Line, ...]
    survivors: tuple[Row, ...]
    harmless: tuple[Row, ...]
    nameless: tuple[Row, ...]
    said: tuple[Row, ...]
    same: tuple[Row, ...]
    mistakes: tuple[Function, ...]
    mutants: tuple[Function, ...]
    checks: tuple[CheckRow, ...]
    facts: tuple[str, ...]


def summary_lines(audit: Audit) -> tuple[Line, ...]:
    """A line for each kind of submission."""
    return tuple(
        Line(name, len(rows), _outcomes(rows)) for kind, name in KINDS if (rows := audit.of(kind))
    )


def spoken(audit: Audit) -> Iterator[str]:
    """The audit for a terminal: a table, then what speaks against the suites."""
    for line in summary_lines(audit):
        yield f"{line.name:<16}{line.count:>6}  {line.outcomes}"
    for row in audit.survivors:
        yield f"Survivor: {row.subject.name}  {row.subject.function}: {row.subject.says}"
    for row in audit.harmless:
        told = f"{row.subject.name}  {row.subject.function}: {row.subject.says}"
        yield f"Harmless: {told}: {row.subject.known}"
    for row in audit.nameless:
        why = row.subject.known or "; ".join(row.remarks[:1])
        told = f"{row.subject.function} {row.subject.name}"
        yield f"{row.outcome.capitalize()}: {told}: {why}"
    for failure in audit.failures:
        yield f"Problem: {failure}"
    yield "; ".join(facts(audit))


def render_audit(audit: Audit) -> str:
    """Render a self-contained page: no script, and no request to anywhere."""
    return render_page("audit.html", _TEMPLATES, style="audit.css", page=build_page(audit))


def build_page(audit: Audit) -> Page:
    """The page's content as words."""
    green = not audit.failures
    problems = len(audit.failures)
    return Page(
        title=audit.title,
        verdict="green" if green else f"{problems} problem{'s' if problems > 1 else ''}",
        green=green,
        failures=audit.failures,
        lines=summary_lines(audit),
        survivors=audit.survivors,
        harmless=audit.harmless,
        nameless=audit.nameless,
        said=_with(audit, "mistake", "said"),
        same=_with(audit, "mutant", "the same"),
        mistakes=tuple(_functions(audit.of("mistake") + audit.of("convention"))),
        mutants=tuple(_functions(audit.of("mutant"))),
        checks=audit.checks,
        facts=facts(audit),
    )


def facts(audit: Audit) -> tuple[str, ...]:
    """What the verdict rests on."""
    extent = "some" if audit.sampled else "all"
    return (
        f"{audit.rounds} gradings of {extent} submissions in {audit.seconds:.0f} s",
        f"right solutions under {audit.seeds} seeds",
        *_named(audit),
        f"at least {NAMED_SHARE:.0%} of the mistakes must be named or said",
        f"at least {CAUGHT_SHARE:.0%} of the mutants must be caught",
    )


def _named(audit: Audit) -> Iterator[str]:
    """How many mistakes are named, how many the checks' own words say, and what the draw does."""
    rows = audit.of("mistake")
    named, said = (sum(row.outcome == word for row in rows) for word in ("named", "said"))
    if rows:
        yield f"{named / len(rows):.1%} of the mistakes named as variants"
        yield f"{said / len(rows):.1%} said in a check's own words"
        varying = sum(bool(row.varying) for row in rows)
        yield f"{varying} caught by luck in more checks than those that always catch them"


def _with(audit: Audit, kind: str, *outcomes: str) -> tuple[Row, ...]:
    return tuple(row for row in audit.of(kind) if row.outcome in outcomes)


def _functions(rows: Sequence[Row]) -> Iterator[Function]:
    for name in dict.fromkeys(row.subject.function for row in rows):
        own = tuple(row for row in rows if row.subject.function == name)
        yield Function(name, len(own), _outcomes(own), own)


def _outcomes(rows: Sequence[Row]) -> str:
    counts = Counter(row.outcome for row in rows).most_common()
    return ", ".join(f"{count} {outcome}" for outcome, count in counts)
