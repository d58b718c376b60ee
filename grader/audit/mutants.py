"""Small changes of a text, each a slip that nobody has thought of.

A change is made in the syntax tree and written back in its place; all other text stays as it is.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from msgspec import Struct, structs

from grader.audit.changes import Change, changes_of


class Mutant(Struct, frozen=True):
    """A module with one change: what it was, where, and what it is now."""

    module: str
    function: str
    """The top-level function or class in which it is: 'module.name'."""
    line: int
    what: str
    before: str
    after: str
    text: str


def mutants_of(module: str, text: str, names: set[str]) -> Iterator[Mutant]:
    """All mutants of the definitions of these top-level names, none twice."""
    lines = text.splitlines(keepends=True)
    for statement in ast.parse(text).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and statement.name in names:
            first, last = statement.lineno - 1, statement.end_lineno
            before, own, after = lines[:first], "".join(lines[first:last]), lines[last:]
            for mutant in _mutants_of_definition(module, own):
                whole = "".join([*before, mutant.text, *after])
                yield structs.replace(mutant, line=first + mutant.line, text=whole)


def _mutants_of_definition(module: str, text: str) -> Iterator[Mutant]:
    (definition,) = ast.parse(text).body
    assert isinstance(definition, (ast.FunctionDef, ast.ClassDef))  # noqa: S101 - for the type checker
    seen = {ast.dump(definition)}
    for change in itertools.chain.from_iterable(map(changes_of, _functions(definition))):
        changed = written(text, change)
        shape = _shape(changed)
        if shape and shape not in seen:
            seen.add(shape)
            yield Mutant(
                module=module,
                function=f"{module}.{definition.name}",
                line=change.node.lineno,
                what=change.what,
                before=" ".join((ast.get_source_segment(text, change.node) or "").split()),
                after=change.after,
                text=changed,
            )


def written(text: str, change: Change) -> str:
    """The text with a change in its place."""
    old = change.node
    assert old.end_lineno is not None  # noqa: S101 - parsed text has all positions
    assert old.end_col_offset is not None  # noqa: S101 - likewise
    # The tree counts columns in bytes.
    lines = text.encode().splitlines(keepends=True)
    before = b"".join(lines[: old.lineno - 1]) + lines[old.lineno - 1][: old.col_offset]
    after = lines[old.end_lineno - 1][old.end_col_offset :] + b"".join(lines[old.end_lineno :])
    return (before + change.after.encode() + after).decode()


def _functions(statement: ast.FunctionDef | ast.ClassDef) -> list[ast.FunctionDef]:
    """The function itself, or the methods of the class."""
    if isinstance(statement, ast.FunctionDef):
        return [statement]
    return [node for node in statement.body if isinstance(node, ast.FunctionDef)]


def _shape(text: str) -> str:
    """The tree as text, by which equal changes are known; empty where it is no program."""
    try:
        (definition,) = ast.parse(text).body
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError):
        return ""
    return ast.dump(definition)
