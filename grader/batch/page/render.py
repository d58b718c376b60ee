"""A class's results -> one page that the staff read, or, without names, the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.batch.page.anonymous import without_names
from grader.batch.page.words import build_class_view
from grader.report.frame import render_page

if TYPE_CHECKING:
    from grader.batch.likeness.similar import Pair
    from grader.batch.records import Entry, Record

__all__ = ["render_class_page"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_class_page(
    title: str,
    entries: Sequence[Entry],
    records: Sequence[Record],
    pairs: Sequence[Pair] = (),
    *,
    anonymous: bool,
    final: Mapping[str, int] | None = None,
    uncompared: Mapping[str, str] = MappingProxyType({}),
    troubles: Sequence[str] = (),
) -> str:
    """Render a self-contained page that asks for nothing and works from the file system.

    Parameters
    ----------
    pairs
        Submissions that look alike. An anonymous page shows none: suspicion is no matter for a
        class.
    anonymous
        Whether names, identities and links are left out, and what hidden checks say with them.
    final
        Scores by submission, in hundredths, once lateness and exceptions are reckoned with.
    uncompared
        Why a submission, by its name, could not be compared with others.
    troubles
        What of the export could not be read.
    """
    if anonymous:
        nameless = without_names(entries, records, final)
        entries, records, final = nameless.entries, nameless.records, nameless.final
        pairs, uncompared, troubles = (), {}, ()
    view = build_class_view(
        title,
        entries,
        records,
        pairs,
        anonymous=anonymous,
        final=final,
        uncompared=uncompared,
        troubles=troubles,
    )
    return render_page("class.html", _TEMPLATES, style="class.css", script="class.js", page=view)
