"""Text that came from a student's code, made fit to be read: visible, short, and inert in markdown.

What a submission says (messages, names, printed lines) reaches pages that a student and the
staff open. Here it loses terminal escapes, has its invisible characters written out, and is
quoted so that no markdown reader takes it for a link, an image, HTML or a heading.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Span",
    "code_span",
    "fenced",
    "markdown",
    "one_line",
    "prose",
    "source_rows",
    "visible",
]

# The sequences that a terminal acts on: CSI, OSC, the other strings, and the two-byte ones.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"
    r"|\x1b[ -/]*[0-~]",
)
_NEWLINES = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Control, format (bidirectional marks and joiners among them), surrogate, private use.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
# Real scripts stack two or three marks on a letter; a column of them paints over other lines.
_MARKS = 4

# What a sentence of ours quotes: `this`, 'a name', module.name, a_name, name(arguments), a shape.
# Code stands in the place of quotes; a quoted key or item of a value in code keeps its own. Links
# and addresses are quoted too, since many markdown readers would make them clickable.
_QUOTED = re.compile(
    r"`(?P<ticked>[^`]+)`"
    r"|(?<![^\s(])'(?P<named>[^'`]{1,120})'(?![^\s.,:;?!)])"
    r"|(?P<bare>"
    r"\S*(?:(?:://|www\.)\S*[\w/]|\$\$\S*)"
    r"|[^\s@]+@[^\s@]+\.\w+"
    r"|\b(?:[A-Za-z_]\w+|[A-Z])(?:\.[A-Za-z_]\w*)+(?:\([^()`]{0,80}\))?"
    r"|\b[A-Za-z_]\w*\((?!s\))[^()`]{0,80}\)"
    r"|\b[A-Za-z]\w*_\w+"
    r"|\(\d{1,9}, ?(?:\d{1,9}(?:, ?\d{1,9}){0,4})?\)"
    r")",
)
_MARKDOWN = re.compile(r"[\\`*_\[\]{}|~$^]")
# A list, a heading, a quotation, a rule or a table starts only where a line starts.
_OPENING = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=#:]))([.)]?)")


class Span(NamedTuple):
    """A stretch of a sentence, and whether it is set as code."""

    text: str
    code: bool


def visible(text: str, *, limit: int = 4000, lines: int = 40) -> str:
    r"""The text without terminal escapes, its invisible characters written out, cut to size.

    >>> visible("a\x1b[31mb\u202ec\ud800")
    'ab\\u202ec\\ud800'
    """
    # Titles and sentences come again on every page.
    return (_shown_again if len(text) <= _SHORT else _shown)(text, limit, lines)


def _shown(text: str, limit: int, lines: int) -> str:
    # Cut before the work as well: a message may be megabytes long.
    cut = len(text) > 4 * limit
    plain = _NEWLINES.sub("\n", _ANSI.sub("", text[: 4 * limit])).expandtabs(4)
    plain = plain if plain.isascii() and plain.isprintable() else _written_out(plain)
    if len(plain) > limit or cut:
        plain = plain[:limit].rstrip() + " …"
    rows = plain.split("\n")
    if len(rows) > lines:
        more = len(rows) - lines
        rows = [*rows[:lines], f"… ({more} more {'line' if more == 1 else 'lines'})"]
    return "\n".join(rows)


_SHORT = 400
_shown_again = lru_cache(maxsize=2048)(_shown)


def _written_out(text: str) -> str:
    """The text with every invisible character as the escape that Python would write."""
    out: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS:
            continue
        if category in _INVISIBLE and character != "\n":
            character = character.encode("unicode_escape").decode("ascii")  # noqa: PLW2901 the loop's point
        out.append(character)
    return "".join(out)


def one_line(text: str, *, limit: int = 400) -> str:
    r"""The text as one visible line.

    >>> one_line("shapes\n  differ")
    'shapes differ'
    """
    return " ".join(visible(text, limit=limit, lines=limit).split())


def source_rows(rows: Sequence[str]) -> list[str]:
    """Lines of source as rows of a listing: visible, and without the indentation all share."""
    shown = [visible(row.rstrip("\r\n"), limit=200).replace("\n", " ") for row in rows]
    return dedent("\n".join(shown)).split("\n") if shown else []


def prose(text: str, *, limit: int = 1200) -> tuple[Span, ...]:
    """Split a sentence into words and code: names, calls, shapes, and anything like a link.

    >>> [span.text for span in prose("dW: expected shape (3, 4), see np.dot.") if span.code]
    ['(3, 4)', 'np.dot']
    """
    return (_spans_again if len(text) <= _SHORT else _spans)(text, limit)


def _spans(text: str, limit: int) -> tuple[Span, ...]:
    line = one_line(text, limit=limit)
    spans: list[Span] = []
    end = 0
    for match in _QUOTED.finditer(line):
        if match.start() > end:
            spans.append(Span(line[end : match.start()], code=False))
        spans.append(Span(match["ticked"] or match["named"] or match["bare"], code=True))
        end = match.end()
    if end < len(line):
        spans.append(Span(line[end:], code=False))
    return tuple(spans)


_spans_again = lru_cache(maxsize=2048)(_spans)


def markdown(text: str, *, limit: int = 1200) -> str:
    r"""A sentence as one line of markdown that reads the same and does nothing else.

    >>> markdown("# see [this](http://example.org) <b>")
    '\\# see `[this](http://example.org`) &lt;b&gt;'
    """
    parts = [
        code_span(span.text) if span.code else _escaped(span.text)
        for span in prose(text, limit=limit)
    ]
    return _OPENING.sub(r"\1\\\2", "".join(parts))


def _escaped(text: str) -> str:
    """Plain words with what markdown would act on escaped."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\g<0>", text)


def code_span(text: str, *, limit: int = 400) -> str:
    """A stretch of code inside a line of markdown, its fence longer than any run of backticks.

    >>> code_span("a`b")
    '``a`b``'
    """
    line = one_line(text, limit=limit)
    if not line:
        return ""
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def fenced(text: str, *, limit: int = 4000, lines: int = 40) -> str:
    """A block of code in markdown, its fence longer than any run of backticks."""
    shown = visible(text, limit=limit, lines=lines)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
