"""A module of the reference, with its bodies taken out.

What students get of a module: its docstring, the imports that are still needed, type aliases, and
the signature and docstring of each public function, class and method. Text is copied as it stands;
bodies, comments and private names stay behind. Comments in the reference mark the exceptions:

    # template: keep file      after the module's docstring: students get the module whole
    # template: keep           from here to `# template: end`, the text is copied as it is
    # template: cut            from here to `# template: end`, nothing is copied
"""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from grader.stub_check import TemplateError, require_runnable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Piece", "TemplateError", "join_pieces", "stub_pieces", "stub_text"]

_MARK = re.compile(r"[ \t]*# template: (keep file|keep|cut|end)[ \t]*$")
_STUB = ("# Your code here.", "raise NotImplementedError")

_FIELDED = frozenset(
    {"dataclass", "NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}
)
"""What makes a class of its fields."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Piece(Struct, frozen=True):
    """A stretch of a module as students get it, and the blank lines before it."""

    kind: Literal["docstring", "import", "local import", "constant", "definition", "kept"]
    text: str
    blank: int
    name: str = ""


class _Region(Struct, frozen=True):
    """Marked lines, by their numbers; both marks included."""

    kind: str
    first: int
    last: int

    def holds(self, line: int) -> bool:
        """Whether a line lies in the region."""
        return self.first <= line <= self.last


def stub_pieces(source: str, name: str) -> tuple[Piece, ...]:
    """The pieces of a module as students get it; `name` is for messages."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise TemplateError(f"{name}, line {error.lineno}: {error.msg}") from None
    module = _Module(source, name)
    return tuple(module.pieces(tree))


@functools.cache
def stub_text(source: str, name: str) -> str:
    """The text of a module as students get it."""
    pieces = stub_pieces(source, name)
    module = _Module(source, name)
    if not module.whole:
        text = join_pieces(pieces)
        require_runnable(text, source, name)
        return text
    lines = module.lines
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.ImportFrom) and node.level:
            lines[node.lineno - 1 : node.end_lineno] = [
                piece.text for piece in module.import_pieces(node, set(), 0)
            ]
    return "\n".join(line for line in lines if not _MARK.match(line))


def join_pieces(pieces: Sequence[Piece]) -> str:
    """The text of a module of these pieces."""
    text = ""
    for piece in pieces:
        text += ("\n" * piece.blank if text else "") + piece.text + "\n"
    return text


class _Module:
    """A source with its lines, its marks, and where the headers of its definitions end."""

    def __init__(self, source: str, name: str) -> None:
        self.source, self.name = source, name
        self.lines = source.split("\n")
        self.whole = False
        self.regions = tuple(self._regions())
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
        self.colons = tuple(_outer_colons(tokens))

    def pieces(self, tree: ast.Module) -> Iterator[Piece]:
        """The module's pieces in order."""
        used = self._names_used(tree)
        waiting = [r for r in self.regions if r.kind == "keep" and not self._inside(r, tree)]
        blank = 0
        for node in tree.body:
            first = _first_line(node)
            while waiting and waiting[0].first < first:
                yield self._kept(waiting.pop(0))
                blank = 0
            # What stays behind leaves its distance to what comes next.
            blank = max(blank, self._blank_before(first))
            if not any(region.holds(first) for region in self.regions):
                made = list(self._piece(node, used, blank, is_first=node is tree.body[0]))
                blank = 0 if made else blank
                yield from made
        yield from (self._kept(region) for region in waiting)

    def _piece(
        self, node: ast.stmt, used: set[str], blank: int, *, is_first: bool
    ) -> Iterator[Piece]:
        if is_first and _is_docstring(node):
            yield Piece("docstring", self._text(node), 0)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from self.import_pieces(node, used, blank)
        elif isinstance(node, _Function | ast.ClassDef):
            if self.whole or not node.name.startswith("_"):
                yield Piece("definition", self._definition(node), 2, node.name)
        elif self.whole or (isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) & used):
            yield Piece("constant", self._text(node), blank)

    def import_pieces(
        self, node: ast.Import | ast.ImportFrom, used: set[str], blank: int
    ) -> Iterator[Piece]:
        """An import of what is used, or of what students may want to use."""
        if isinstance(node, ast.Import):
            yield Piece("import", self._text(node), blank)
            return
        local = node.level > 0
        names = [
            alias
            for alias in node.names
            if self.whole
            or (local and not alias.name.startswith("_"))
            or (alias.asname or alias.name) in used
            or node.module == "__future__"
        ]
        if not names:
            return
        listed = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in names)
        if node.level > 1:
            raise TemplateError(f"{self.name}, line {node.lineno}: expected `from .module import`.")
        if local and node.module is None:
            yield Piece("local import", f"import {listed}", blank)
        else:
            kind: Literal["import", "local import"] = "local import" if local else "import"
            yield Piece(kind, f"from {node.module} import {listed}", blank)

    def _definition(self, node: _Function | ast.ClassDef) -> str:
        """A function or class without its bodies, or as it is in a file that is kept."""
        if self.whole:
            return "\n".join(self.lines[_first_line(node) - 1 : node.end_lineno])
        head = self._head(node)
        inside = [
            r for r in self.regions if r.kind == "keep" and node.lineno < r.first < _last_line(node)
        ]
        if isinstance(node, ast.ClassDef):
            members = list(self._members(node, inside))
            if not members and not _is_docstring(node.body[0]):
                members = [" " * (node.col_offset + 4) + "pass"]
                return "\n".join([head, *members])
            return "\n\n".join([head, *members])
        indent = " " * (node.col_offset + 4)
        kept = [self._kept(region).text for region in inside]
        return "\n".join([head, *kept, *(indent + line for line in _STUB)])

    def _members(self, node: ast.ClassDef, regions: list[_Region]) -> Iterator[str]:
        """The public methods of a class and what is kept of it, in order."""
        waiting = list(regions)
        for member in node.body:
            first = _first_line(member)
            while waiting and waiting[0].first < first:
                yield self._kept(waiting.pop(0)).text
            if any(region.holds(first) for region in self.regions):
                continue
            if _is_field(node, member):
                yield "\n".join(self.lines[first - 1 : member.end_lineno])
            elif isinstance(member, _Function) and not _is_private(member.name):
                waiting = [r for r in waiting if not member.lineno < r.first < _last_line(member)]
                yield self._definition(member)
        yield from (self._kept(region).text for region in waiting)

    def _head(self, node: _Function | ast.ClassDef) -> str:
        """Decorators, signature and docstring."""
        first = _first_line(node)
        decorators = self.lines[first - 1 : node.lineno - 1]
        line, column = next(colon for colon in self.colons if colon >= (node.lineno, 0))
        signature = self.lines[node.lineno - 1 : line]
        signature[-1] = signature[-1][: column + 1]
        docstring = node.body[0]
        if not _is_docstring(docstring):
            return "\n".join([*decorators, *signature])
        indent = " " * (node.col_offset + 4)
        return "\n".join([*decorators, *signature, indent + self._text(docstring)])

    def _names_used(self, tree: ast.Module) -> set[str]:
        """Names that signatures, bases, aliases and kept regions need."""
        needed: list[ast.AST] = []
        aliases: list[ast.Assign | ast.AnnAssign] = []
        for node in ast.walk(tree):
            line = getattr(node, "lineno", 0)
            if any(r.kind == "cut" and r.holds(line) for r in self.regions):
                continue
            if isinstance(node, ast.ClassDef):
                needed += [*node.bases, *node.keywords, *node.decorator_list]
            elif isinstance(node, _Function) and not _is_private(node.name):
                needed += [node.args, *([node.returns] if node.returns else [])]
                needed += node.decorator_list
            elif any(r.kind == "keep" and r.holds(line) for r in self.regions):
                needed.append(node)
        used = {n.id for node in needed for n in ast.walk(node) if isinstance(n, ast.Name)}
        used.add("__all__")
        aliases = [n for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign)]
        # An alias may be made of those above it.
        for alias in reversed(aliases):
            if _targets(alias) & used:
                used |= {n.id for n in ast.walk(alias) if isinstance(n, ast.Name)}
        return used

    def _regions(self) -> Iterator[_Region]:
        started: tuple[str, int] | None = None
        for number, line in enumerate(self.lines, start=1):
            mark = _MARK.match(line)
            if mark is None:
                continue
            if mark[1] == "keep file":
                self.whole = True
            elif mark[1] == "end" and started is not None:
                yield _Region(started[0], started[1], number)
                started = None
            elif mark[1] == "end" or started is not None:
                message = f"expected no `# template: {mark[1]}` here"
                raise TemplateError(f"{self.name}, line {number}: {message}.")
            else:
                started = (mark[1], number)
        if started is not None:
            message = f"`# template: {started[0]}` has no `# template: end`"
            raise TemplateError(f"{self.name}, line {started[1]}: {message}.")

    def _kept(self, region: _Region) -> Piece:
        text = "\n".join(self.lines[region.first : region.last - 1]).strip("\n")
        return Piece("kept", text, max(self._blank_before(region.first), 1))

    def _inside(self, region: _Region, tree: ast.Module) -> bool:
        """Whether a region lies in a definition, which then copies it."""
        return any(
            node.lineno < region.first < _last_line(node)
            for node in tree.body
            if isinstance(node, _Function | ast.ClassDef)
        )

    def _blank_before(self, line: int) -> int:
        """How many blank lines there are above a line and its comments."""
        above = line - 1
        while above and self.lines[above - 1].lstrip().startswith("#"):
            above -= 1
        blank = 0
        while above > blank and not self.lines[above - blank - 1].strip():
            blank += 1
        return blank

    def _text(self, node: ast.stmt) -> str:
        # As ast.get_source_segment, which splits the whole source again for each node.
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()
        lines[0] = lines[0].encode()[node.col_offset :].decode()
        return "\n".join(lines)


def _outer_colons(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """Places of the colons that are in no bracket: the first after a `def` ends its header."""
    depth = 0
    for token in tokens:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                yield token.start


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _is_field(owner: ast.ClassDef, member: ast.stmt) -> bool:
    """Whether a line of a class is one of its fields: of a dataclass, a named tuple, an Enum."""
    makers = [*owner.bases, *owner.decorator_list]
    named = {
        n.id if isinstance(n, ast.Name) else getattr(n, "attr", "")
        for m in makers
        for n in ast.walk(m)
    }
    return isinstance(member, ast.AnnAssign | ast.Assign) and not named.isdisjoint(_FIELDED)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
