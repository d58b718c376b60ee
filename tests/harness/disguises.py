"""What is done to a copy so that it does not look like one, from cheap to laborious."""

from __future__ import annotations

import ast
import random


def disguise(text: str, seed: int) -> str:
    """Rename what is the author's own, reorder functions, and change every number and comment."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    tree = ast.parse(text)
    _Renamer().visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            node.value = dice.randrange(100)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = f"Note {dice.randrange(100)}."
    movable = [place for place, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef)]
    shuffled = dice.sample(movable, len(movable))
    before = list(tree.body)
    for to, source in zip(movable, shuffled, strict=True):
        tree.body[to] = before[source]
    return f"# By nobody.\n{ast.unparse(ast.fix_missing_locations(tree))}\n"


def work_over(text: str) -> str:
    """Begin each function with a check of one's own, and name every result before it returns."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.parse("assert True, 'mine'").body[0], *node.body]
    return ast.unparse(ast.fix_missing_locations(_ResultNamer().visit(tree)))


class _Renamer(ast.NodeTransformer):
    """Gives every local name and parameter another; what is handed in keeps its function names."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        own = {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
        own |= {
            n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        new = {name: f"v{place}_{len(name)}" for place, name in enumerate(sorted(own))}
        for inner in ast.walk(node):
            if isinstance(inner, ast.arg):
                inner.arg = new[inner.arg]
            elif isinstance(inner, ast.Name) and inner.id in new:
                inner.id = new[inner.id]
        return node


class _ResultNamer(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        if node.value is None or isinstance(node.value, ast.Name):
            return node
        named = ast.Assign([ast.Name("outcome_", ast.Store())], node.value)
        return [named, ast.Return(ast.Name("outcome_", ast.Load()))]
