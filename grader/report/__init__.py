"""Grade -> one page that a person reads: the student's, or the whole for the staff."""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.report.view import build_page

if TYPE_CHECKING:
    from jinja2 import FileSystemBytecodeCache, Template

    from grader.outcomes import Grade

__all__ = ["render_report"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_report(grade: Grade, *, staff: bool) -> str:
    """Render a self-contained page: no script, and no request to anywhere.

    The student's page shows what Gradescope would show now; the staff's page shows everything.
    """
    css = _css()
    # The page's own style, by its hash, is all that the browser may apply: text of a student's
    # that got past the escaping would still neither run, load nor restyle anything.
    style = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _template().render(page=build_page(grade, staff=staff), css=css, policy=policy)
    # A lone surrogate has no bytes: whatever slipped through becomes a question mark.
    return page.encode("utf-8", "replace").decode("utf-8")


@cache
def _css() -> str:
    return (_TEMPLATES / "report.css").read_text(encoding="utf-8")


@cache
def _template() -> Template:
    """Compile the template once for a class; the page is the only user of jinja2."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        bytecode_cache=_kept_bytecode(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _kept_bytecode() -> FileSystemBytecodeCache | None:
    """Keep compiled templates beside them, as Python does with modules: 20 ms of a cold start."""
    from jinja2 import FileSystemBytecodeCache

    folder = _TEMPLATES / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    writable = os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder)) if writable else None
