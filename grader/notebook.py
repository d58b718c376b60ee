"""Notebooks: the code cells of one that was handed in, and one to give out.

Reading is textual. What only a notebook understands (magics, shell lines, questions) is taken
out so that every line keeps its number; nothing is parsed or run. Writing gives the same bytes for
the same content.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from grader.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Block", "Cell", "build_notebook", "read_cells"]

# The rest of such a cell is Python; that of any other cell magic is for another program.
_PYTHON_CELL_MAGICS = frozenset({"capture", "memit", "mprun", "prun", "time", "timeit"})
_CELL_MAGIC = re.compile(r"\s*%%\s*(\w+)[^\n]*")
# A remainder that starts a line, as in a sum over several lines, has a blank after its %.
_LINE_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:%{1,2}[A-Za-z_]|!|\?{1,2}\w|[\w.*]+\?{1,2}[ \t]*(?:\n|\Z)"
    r"|[A-Za-z_][\w, \t]*=[ \t]*(?:!|%[A-Za-z_]))"
)
# The beginning of a string, a whole comment or bracket, the end of a line, or what is none of them.
_TOKEN = re.compile(
    "|".join(
        (
            *("'''", '"""', "'", '"', r"#[^\n]*", r"\\\n", r"[()\[\]{}]", r"\n"),
            r"""[^'"#\\()\[\]{}\n]+|.""",
        )
    ),
    re.DOTALL,
)
# What may end a string, found one after another: a pattern for the whole of a long string takes a
# hundred times its memory. An unclosed one ends with its line.
_ENDS = {
    "'''": re.compile(r"\\.|'''", re.DOTALL),
    '"""': re.compile(r'\\.|"""', re.DOTALL),
    "'": re.compile(r"\\.|'|(?=\n)", re.DOTALL),
    '"': re.compile(r'\\.|"|(?=\n)', re.DOTALL),
}
# Each takes some hundred bytes once read; plots and tables need far fewer.
_MAX_CONTAINERS = 200_000
_MAX_NOTICES = 25
_SURROGATES = re.compile("[\ud800-\udfff]")


class Cell(Struct, frozen=True):
    """A code cell and its number, which counts code cells from 1 as the student would."""

    number: int
    text: str


class Block(Struct, frozen=True):
    """A cell to write; its key stays the same from one build to the next."""

    kind: Literal["markdown", "code"]
    key: str
    text: str


def read_cells(data: bytes) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """Code cells of a notebook in order, and what is to be said about them."""
    if data.count(b"{") + data.count(b"[") > _MAX_CONTAINERS:
        return (), ("it holds too much to be read: clear its outputs.",)
    try:
        sources = _code_sources(data)
    # JSON that is no notebook breaks the reader in too many ways to list.
    except Exception as error:  # noqa: BLE001 - it is the student's file, whatever is wrong with it
        return (), (f"it cannot be read as a notebook ({type(error).__name__}): save it again.",)
    cells: list[Cell] = []
    notices: list[str] = []
    for number, source in enumerate(sources, start=1):
        text, ignored = _without_magics(_SURROGATES.sub("\ufffd", source))
        cells.append(Cell(number, text))
        if len(notices) < _MAX_NOTICES:
            notices += [f"cell {number}: {what} was ignored." for what in ignored]
    if not cells:
        notices.append("it holds no code cell.")
    return tuple(cells), tuple(notices[:_MAX_NOTICES])


def _code_sources(data: bytes) -> list[str]:
    """Texts of the code cells, of whatever version the notebook is."""
    nbformat = _nbformat()
    book = nbformat.reader.reads(data.decode("utf-8-sig"))
    if book.nbformat < 4:
        book = nbformat.convert(book, 3)
        for sheet in book.worksheets:
            # A heading would be written out with as many signs as its level says.
            sheet.cells = [cell for cell in sheet.cells if cell.cell_type == "code"]
    if book.nbformat != 4:
        book = nbformat.convert(book, 4)
    sources: list[str] = []
    for cell in book.cells:
        if cell.cell_type == "code":
            if not isinstance(cell.source, str):
                raise TypeError("the source of a cell is no text")
            sources.append(cell.source.replace("\r\n", "\n").replace("\r", "\n"))
    return sources


def _nbformat() -> Any:
    """The library, a quarter of a second that only notebooks need; its functions have no types."""
    return import_module("nbformat")


def _without_magics(text: str) -> tuple[str, list[str]]:
    """The text with its magics blanked out, and these."""
    magic = _CELL_MAGIC.match(text)
    ignored: list[str] = []
    if magic is not None:
        first = one_line(magic[0], limit=80)
        if magic[1] not in _PYTHON_CELL_MAGICS:
            return "", [f"the whole cell ({first})"]
        ignored.append(first)
        text = "\n" * magic[0].count("\n") + text[magic.end() :]
    kept: list[str] = []
    start = 0
    while start < len(text):
        escape = _LINE_MAGIC.match(text, start)
        if escape is None:
            end = _end_of_statement(text, start)
            kept.append(text[start:end])
        else:
            end = _end_of_magic(text, start)
            line = text[start:end]
            if len(ignored) < _MAX_NOTICES:
                ignored.append(one_line(line, limit=80))
            # An indented magic may be all that its block holds.
            filler = f"{escape['indent']}pass" if escape["indent"] else ""
            kept.append(filler + "\n" * line.count("\n"))
        start = end
    return "".join(kept), ignored


def _end_of_statement(text: str, start: int) -> int:
    """Where the logical line ends: past its brackets, strings and continued lines."""
    depth, end = 0, start
    while token := _TOKEN.match(text, end):
        end = token.end()
        if token[0] in _ENDS:
            end = _end_of_string(text, end, token[0])
        elif token[0] in {"(", "[", "{"}:
            depth += 1
        elif token[0] in {")", "]", "}"}:
            depth = max(depth - 1, 0)
        elif token[0] == "\n" and depth == 0:
            break
    return end


def _end_of_string(text: str, start: int, quote: str) -> int:
    for found in _ENDS[quote].finditer(text, start):
        if not found[0].startswith("\\"):
            return found.end()
    return len(text)


def _end_of_magic(text: str, start: int) -> int:
    """Where a magic ends: a backslash continues it on the next line."""
    end = start
    while True:
        newline = text.find("\n", end)
        if newline < 0:
            return len(text)
        end = newline + 1
        if text[newline - 1] != "\\":
            return end


def build_notebook(blocks: Sequence[Block]) -> str:
    """The text of a notebook; the same blocks give the same text."""
    nbformat = _nbformat()
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell(block.text, id=block.key)
        if block.kind == "markdown"
        else v4.new_code_cell(block.text, id=block.key)
        for block in blocks
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = v4.new_notebook(cells=cells, metadata=metadata)
    # The minor version that knows cell ids: a newer nbformat would write its own.
    book.nbformat_minor = 5
    nbformat.validate(book)
    return str(nbformat.writes(book)).rstrip("\n") + "\n"
