"""Sources -> fingerprints: numbers that stay the same under every cheap disguise.

A source's syntax tree is written as one line of words for each function, without what costs nothing
to change: names, numbers, strings, docstrings, comments, formatting, type hints, the order of
functions. What a library calls its own stays: `np.maximum` is `np.maximum` under any alias. Of each
line, stretches of `LENGTH` words are hashed, and of each `WINDOW` hashes in a row the smallest is
kept (winnowing): so any stretch of `LENGTH + WINDOW - 1` words that two sources share gives them a
fingerprint in common, and nothing shorter than `LENGTH` does.

Parsing what a hostile student wrote can crash or exhaust Python: `prints` does it in programs that
may die.
"""

from __future__ import annotations

import ast
import builtins
import warnings
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

__all__ = ["LENGTH", "WINDOW", "TooLong", "fingerprints"]

LENGTH = 16
"""Words of a stretch: one long line of numpy, or two. Measured: see similar.py."""
WINDOW = 8
"""Hashes of which one is kept."""
_MOST_NODES = 200_000
"""A homework has some 5,000; more is no homework, and would cost everyone's time."""

_PRIME = (1 << 61) - 1
_BASE = 1_000_003
_BUILTINS = frozenset(dir(builtins))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SKIPPED = (ast.Import, ast.ImportFrom, ast.Pass)


class TooLong(Exception):
    """There is too much to compare."""


class _Names(Struct, frozen=True):
    """What the names of one source mean."""

    libraries: Mapping[str, str]
    """What each imported name stands for: np -> numpy, exp -> numpy.exp."""
    own: frozenset[str]
    """Names and attributes that the source itself gives out."""


def fingerprints(texts: Sequence[str]) -> tuple[int, ...]:
    """Fingerprints of some sources together, each once, sorted.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        If Python cannot read a source.
    TooLong
        If there is more than any homework has.
    """
    found: set[int] = set()
    for text in texts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        names = _meanings(tree)
        for body in _bodies(tree):
            words = [zlib.crc32(word.encode()) for word in _words(body, names)]
            found.update(_winnow(_hashes(words)))
    return tuple(sorted(found))


def _meanings(tree: ast.AST) -> _Names:
    libraries: dict[str, str] = {}
    own: set[str] = set()
    nodes = [tree]
    for node in nodes:  # which grows meanwhile
        nodes += _parts(node)
        if len(nodes) > _MOST_NODES:
            raise TooLong
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                # `import a.b` gives out a; with a name of its own, that name is a.b.
                bound = alias.name if alias.asname or inside else alias.name.partition(".")[0]
                libraries[alias.asname or bound] = inside + bound
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            own.add(node.id if isinstance(node, ast.Name) else node.attr)
    return _Names(libraries, frozenset(own))


def _parts(node: ast.AST) -> list[ast.AST]:
    """What a node is made of, without whether a name is read or written (`iter_child_nodes`)."""
    parts: list[ast.AST] = []
    for field in node._fields:
        if field == "ctx":
            continue
        value = getattr(node, field, None)
        if isinstance(value, list):
            parts += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            parts.append(value)
    return parts


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The statements of each function, method and class, and those that are in none."""
    waiting: deque[list[ast.stmt]] = deque([tree.body])
    while waiting:
        loose: list[ast.stmt] = []
        for statement in waiting.popleft():
            if isinstance(statement, ast.ClassDef):
                waiting.append(statement.body)
            elif isinstance(statement, _FUNCTIONS):
                # A function within a function is a part of it.
                yield statement.body
            else:
                loose.append(statement)
        yield loose


def _words(body: Sequence[ast.stmt], names: _Names) -> Iterator[str]:
    """The tree in the order of its text, without recursion: it may be as deep as it likes."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, _SKIPPED) or _says_nothing(node):
            continue
        word, parts = _read(node, names)
        yield word
        waiting.extend(reversed(parts))


def _says_nothing(node: ast.AST) -> bool:
    """Whether it is a docstring, another bare value, or a type hint alone."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.AnnAssign) and node.value is None


def _read(  # noqa: PLR0911 - a word for each kind of node
    node: ast.AST, names: _Names
) -> tuple[str, list[ast.AST]]:
    """The word for a node, and those of its parts that still count."""
    match node:
        case ast.Name():
            return _of_name(node.id, names), []
        case ast.Attribute():
            return _of_attribute(node, names)
        case ast.Constant():
            return "constant", []
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "function", [*node.body]
        case ast.Lambda():
            return "function", [node.body]
        case ast.AnnAssign(value=ast.expr() as value):
            return "Assign", [node.target, value]
        case ast.AugAssign():
            # x += y is x = x + y: a disguise, or a matter of taste.
            return "Assign", [node.target, ast.BinOp(node.target, node.op, node.value)]
        case _:
            return type(node).__name__, _parts(node)


def _of_name(name: str, names: _Names) -> str:
    if name in names.own:
        return "name"
    if name in names.libraries:
        return names.libraries[name]
    return name if name in _BUILTINS else "name"


def _of_attribute(node: ast.Attribute, names: _Names) -> tuple[str, list[ast.AST]]:
    """`np.linalg.norm` is one word, whatever numpy was imported as; `self.mine` has no name."""
    path, inner = [node.attr], node.value
    while isinstance(inner, ast.Attribute):
        path.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name) and inner.id in names.libraries and inner.id not in names.own:
        return ".".join([names.libraries[inner.id], *reversed(path)]), []
    word = "attribute" if node.attr in names.own else f".{node.attr}"
    return word, [node.value]


def _hashes(words: Sequence[int]) -> list[int]:
    """A hash for each stretch, each made from the one before it (Karp and Rabin)."""
    if len(words) < LENGTH:
        return []
    leaving = pow(_BASE, LENGTH - 1, _PRIME)
    value = 0
    for word in words[:LENGTH]:
        value = (value * _BASE + word) % _PRIME
    hashes = [value]
    for old, new in zip(words, words[LENGTH:], strict=False):
        value = ((value - old * leaving) * _BASE + new) % _PRIME
        hashes.append(value)
    return hashes


def _winnow(hashes: Sequence[int]) -> Iterator[int]:
    """The smallest hash of each window; of a shorter line, its smallest."""
    if len(hashes) <= WINDOW:
        yield from [min(hashes)] if hashes else []
        return
    for start in range(len(hashes) - WINDOW + 1):
        yield min(hashes[start : start + WINDOW])
