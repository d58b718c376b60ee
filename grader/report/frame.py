"""Values -> a self-contained page: a template in the frame that all our pages have.

A page runs no script but our own, and asks for nothing: our styles and script, by their hashes, are
all that the browser may apply. Text of a student's that got past the escaping would still neither
run, load nor restyle anything.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, FileSystemBytecodeCache

__all__ = ["TEMPLATES", "prepare", "render_page"]

TEMPLATES = Path(__file__).parent / "templates"


def render_page(
    template: str,
    folder: Path = TEMPLATES,
    *,
    style: str = "",
    script: str = "",
    also: str = "",
    **values: object,
) -> str:
    """Render a template of this folder; it may use those of the frame.

    `style` and `script` are files beside it: what it has beyond the style of all pages, and a
    script of its own. `also` is what its policy allows besides.
    """
    css = _text(TEMPLATES / "report.css", *([folder / style] if style else []))
    code = _text(folder / script) if script else ""
    rules = ("default-src 'none'", f"style-src '{_hash(css)}'")
    more = (f"script-src '{_hash(code)}'" if code else "", also)
    policy = "; ".join((*rules, *filter(None, more), "base-uri 'none'", "form-action 'none'"))
    values |= {"css": css, "script": code, "policy": policy}
    page = _environment(folder).get_template(template).render(values)
    # A lone surrogate has no bytes: whatever slipped through becomes a question mark.
    return page.encode("utf-8", "replace").decode("utf-8")


def prepare() -> None:
    """Import what a page needs, and read the template of the report: as well before its time."""
    _environment(TEMPLATES).get_template("report.html")


def _hash(inline: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}"


@cache
def _text(*paths: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths)


@cache
def _environment(folder: Path) -> Environment:
    """Templates are compiled once for a class."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        bytecode_cache=_kept_bytecode(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _kept_bytecode() -> FileSystemBytecodeCache | None:
    """Keep compiled templates beside them, as Python does with modules: 20 ms of a cold start."""
    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    class Kept(FileSystemBytecodeCache):
        def dump_bytecode(self, bucket: Bucket) -> None:
            # On a full disk a page is worth more than that the next one comes sooner.
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)

    folder = TEMPLATES / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return Kept(str(folder)) if os.access(folder, os.W_OK) else None
