"""A class's results -> one page that the staff read, or, without names, the class."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader import report
from grader.batch.page.anonymous import without_names
from grader.batch.page.words import build_class_view

if TYPE_CHECKING:
    from jinja2 import Environment

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
    css = _read(Path(report.__file__).parent / "templates/report.css", _TEMPLATES / "class.css")
    script = _read(_TEMPLATES / "class.js")
    # Our own style and script, by their hashes, are all that the browser may apply: text of a
    # student's that got past the escaping would still neither run, load nor restyle anything.
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    template = _environment().get_template("class.html")
    page = template.render(page=view, css=css, script=script, policy=policy)
    # A lone surrogate has no bytes: whatever slipped through becomes a question mark.
    return page.encode("utf-8", "replace").decode("utf-8")


def _read(*paths: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths)


def _hash(inline: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}"


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
