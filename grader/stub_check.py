"""Whether a module as students get it can be read, and runs as far as its first call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignment import AssignmentError

__all__ = ["TemplateError", "require_runnable"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class TemplateError(AssignmentError):
    """The template cannot be made from the reference; the message says where and why."""


def require_runnable(text: str, source: str, name: str) -> None:
    """Raise TemplateError where what is left of a source does not parse, or needs what is gone."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise TemplateError(
            f"{name}: expected a module that Python can read once bodies are cut. Line "
            f"{error.lineno} of what is left does not parse: {(error.text or '').strip()!r}. "
            "Mark what is to stay with `# template: keep`."
        ) from None
    gone = _top_level(ast.parse(source)) - _top_level(tree)
    for statement in tree.body:
        for node in _run_at_once(statement):
            if isinstance(node, ast.Name) and node.id in gone:
                where = getattr(statement, "name", "") or ast.unparse(statement).splitlines()[0]
                raise TemplateError(
                    f"{name}: {where} needs {node.id} when the module is imported, and students do "
                    f"not get that. Mark {node.id} with `# template: keep`, or write what it is in "
                    "its place."
                )


def _top_level(tree: ast.Module) -> set[str]:
    """Names that a module gives to something."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, _Definition):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).partition(".")[0] for a in node.names}
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            found |= {n.id for n in stored if isinstance(n.ctx, ast.Store)}
    return found


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module does: all but bodies of functions, and annotations.

    Whether annotations are looked at depends on the version of Python.
    """
    yield node
    if isinstance(node, _Scope):
        first = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        below = [*first, *getattr(node, "decorator_list", [])]
    else:
        below = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            below.remove(node.annotation)
    for child in below:
        yield from _run_at_once(child)
