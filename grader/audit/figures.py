"""The figures of an audit for other programs: what a README says of it can be held against them."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct

from grader.audit.judge import Audit
from grader.audit.page import KINDS


class Figures(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of each kind were handed in, and what came of them."""

    title: str
    whole: bool
    """Whether everything was handed in, not a sample or one function."""
    seeds: int
    gradings: int
    problems: int
    handed_in: dict[str, dict[str, int]]
    """For each kind, the number of each outcome."""
    varying: int
    """Mistakes that some checks always catch and some others under some seeds only."""


def figures_of(audit: Audit) -> Figures:
    """Count what came of an audit."""
    return Figures(
        title=audit.title,
        whole=not audit.sampled,
        seeds=audit.seeds,
        gradings=audit.rounds,
        problems=len(audit.failures),
        handed_in={
            name: dict(sorted(Counter(row.outcome for row in rows).items()))
            for kind, name in KINDS
            if (rows := audit.of(kind))
        },
        varying=sum(bool(row.varying) for row in audit.of("mistake")),
    )


def write_figures(figures: Figures) -> bytes:
    """As JSON, to read and to compare line by line."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n"


def read_figures(text: bytes) -> Figures:
    """Read what was written. Raises msgspec.ValidationError."""
    return msgspec.json.decode(text, type=Figures)
