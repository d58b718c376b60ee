"""The small changes that are made to a function: signs, comparisons, constants, axes, and so on."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Union

from msgspec import Struct

Node = Union[ast.expr, ast.stmt]


class Change(Struct, frozen=True):
    """A node of the tree, what is written in its place, and the kind of the change."""

    node: Node
    after: str
    what: str


_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_CALLS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "sum": "mean",
    "mean": "sum",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "ones": "zeros",
    "log": "log2",
    "exp": "expm1",
    "hstack": "vstack",
    "column_stack": "vstack",
    "sqrt": "square",
    "float64": "float32",
}
"""Functions by name and what may be taken for them."""
_FIRST_ARGUMENT = frozenset(
    {
        *("abs", "array", "asarray", "copy", "exp", "float", "int", "bool", "list", "log", "norm"),
        *("ravel", "sign", "sqrt", "sum", "mean", "max", "min", "maximum", "minimum", "tuple"),
    }
)
"""Functions that may be forgotten: their first argument stands where they stood."""
_OWN_COPY = frozenset({"copy", "astype", "ravel", "reshape"})
"""Methods that may be forgotten: their object stands where they stood."""
_COMPOUND = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda)


def changes_of(function: ast.FunctionDef) -> Iterator[Change]:
    """Every change of a function's defaults and body; its words and annotations stay."""
    settings = [d for d in (*function.args.defaults, *function.args.kw_defaults) if d is not None]
    names = _alike(function)
    for default in settings:
        yield from _of_expressions(default, names)
    body = function.body
    for statement in body[1:] if ast.get_docstring(function) is not None else body:
        yield from _of_statement(statement, names)


def _of_statement(statement: ast.stmt, names: dict[str, str]) -> Iterator[Change]:
    if isinstance(statement, ast.Raise):
        yield Change(statement, "pass", "statement left out")
    elif isinstance(statement, ast.FunctionDef):
        yield from changes_of(statement)
    else:
        yield from _of_whole(statement)
        for part in _parts(statement):
            if isinstance(part, ast.stmt):
                yield from _of_statement(part, names)
            else:
                yield from _of_expressions(part, names)


def _of_whole(statement: ast.stmt) -> Iterator[Change]:
    yield from _left_out(statement)
    if isinstance(statement, ast.AugAssign):
        yield from _of_in_place(statement)
    elif isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple):
        yield _rewritten(statement.value, _reversed(statement.value), "results swapped")
    elif isinstance(statement, (ast.If, ast.While)):
        for value in (True, False):
            yield Change(statement.test, str(value), "condition fixed")


def _parts(statement: ast.stmt) -> Iterator[Node]:
    """Expressions and statements of a statement, but no annotations."""
    annotation = getattr(statement, "annotation", None)
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.withitem):
            yield child.context_expr
        elif isinstance(child, ast.ExceptHandler):
            yield from child.body
        elif isinstance(child, (ast.expr, ast.stmt)) and child is not annotation:
            yield child


def _left_out(statement: ast.stmt) -> Iterator[Change]:
    """A statement that has an effect on something which was there before."""
    gone = isinstance(statement, (ast.AugAssign, ast.Expr, ast.Continue, ast.Break))
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        used = [node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)]
        gone = not isinstance(target, ast.Name) or target.id in used
    if gone:
        yield Change(statement, "pass", "statement left out")


def _of_in_place(statement: ast.AugAssign) -> Iterator[Change]:
    target, value = ast.unparse(statement.target), ast.unparse(statement.value)
    for other in _OPERATORS.get(type(statement.op), ()):
        changed = copy.deepcopy(statement)
        changed.op = other()
        yield Change(statement, ast.unparse(changed), "operator")
    yield Change(statement, f"{target} = {value}", "assigned, not added")
    if isinstance(statement.target, ast.Name):
        whole = ast.BinOp(statement.target, statement.op, statement.value)
        yield Change(statement, f"{target} = {ast.unparse(whole)}", "not in place")


def _of_expressions(expression: ast.expr, names: dict[str, str]) -> Iterator[Change]:
    for node in _expressions(expression):
        for change in _CHANGES.get(type(node), ()):
            yield from change(node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield Change(node, names[node.id], "names swapped")


def _expressions(expression: ast.expr) -> Iterator[ast.expr]:
    """All expressions in one, but those in words and those that have no place of their own."""
    yield expression
    if isinstance(expression, ast.JoinedStr):
        return
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr):
            yield from _expressions(child)
        elif isinstance(child, ast.keyword):
            yield from _expressions(child.value)
        elif isinstance(child, ast.comprehension):
            for part in (child.iter, *child.ifs):
                yield from _expressions(part)


def _binary(node: ast.BinOp) -> Iterator[Change]:
    for other in _OPERATORS.get(type(node.op), ()):
        yield _rewritten(node, ast.BinOp(node.left, other(), node.right), "operator")
    if isinstance(node.op, ast.MatMult):
        yield _rewritten(node, ast.BinOp(node.right, node.op, node.left), "factors swapped")
        return
    yield _rewritten(node, node.left, "term dropped")
    if isinstance(node.op, (ast.Add, ast.Mult, ast.Sub)):
        yield _rewritten(node, node.right, "term dropped")


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    yield _rewritten(node, node.operand, "sign dropped")


def _comparison(node: ast.Compare) -> Iterator[Change]:
    for other in _COMPARISONS.get(type(node.ops[0]), ()):
        changed = ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
        yield _rewritten(node, changed, "comparison")


def _boolean(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _rewritten(node, ast.BoolOp(other, node.values), "operator")
    for value in node.values:
        yield _rewritten(node, value, "condition dropped")


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield Change(node, str(not value), "constant")
    elif isinstance(value, int):
        yield Change(node, str(value + 1), "off by one")
        yield Change(node, f"({value - 1})", "off by one")
    elif isinstance(value, float):
        yield Change(node, repr(value * 2.0 if value else 1.0), "constant")
        yield Change(node, repr(0.0 if value else -1.0), "constant")
        if 0.0 < abs(value) < 1e-3:
            yield Change(node, repr(value * 1e2), "constant")


def _call(node: ast.Call) -> Iterator[Change]:
    name = _last_name(node.func)
    if name in _CALLS:
        changed = copy.deepcopy(node)
        _rename(changed.func, _CALLS[name])
        yield _rewritten(node, changed, "function")
    if name in _FIRST_ARGUMENT and node.args and not isinstance(node.args[0], ast.Starred):
        yield _rewritten(node, node.args[0], "call dropped")
    if name in _OWN_COPY and isinstance(node.func, ast.Attribute):
        yield _rewritten(node, node.func.value, "call dropped")
    if name == "range":
        yield from _range(node)
    if len(node.args) >= 2:
        swapped = copy.deepcopy(node)
        swapped.args[:2] = reversed(swapped.args[:2])
        yield _rewritten(node, swapped, "arguments swapped")
    for index, keyword in enumerate(node.keywords):
        yield from _keyword(node, index, keyword)


def _range(node: ast.Call) -> Iterator[Change]:
    for amount in (1, -1):
        changed = copy.deepcopy(node)
        end = min(1, len(changed.args) - 1)
        changed.args[end] = ast.BinOp(changed.args[end], ast.Sub(), ast.Constant(amount))
        yield _rewritten(node, changed, "off by one")
    if len(node.args) == 1:
        changed = copy.deepcopy(node)
        changed.args.insert(0, ast.Constant(1))
        yield _rewritten(node, changed, "off by one")


def _keyword(node: ast.Call, index: int, keyword: ast.keyword) -> Iterator[Change]:
    without = copy.deepcopy(node)
    del without.keywords[index]
    yield _rewritten(node, without, "setting dropped")
    if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
        other = copy.deepcopy(node)
        other.keywords[index].value = ast.Constant(0 if keyword.value.value else 1)
        yield _rewritten(node, other, "axis")


def _attribute(node: ast.Attribute) -> Iterator[Change]:
    if node.attr == "T":
        yield _rewritten(node, node.value, "transpose dropped")
    elif node.attr in _CALLS and node.attr.startswith("float"):
        yield _rewritten(node, ast.Attribute(node.value, _CALLS[node.attr]), "precision")


def _branches(node: ast.IfExp) -> Iterator[Change]:
    yield _rewritten(node, node.body, "condition fixed")
    yield _rewritten(node, node.orelse, "condition fixed")


_CHANGES: dict[type[ast.expr], Sequence[Callable[..., Iterator[Change]]]] = {
    ast.BinOp: (_binary,),
    ast.UnaryOp: (_unary,),
    ast.Compare: (_comparison,),
    ast.BoolOp: (_boolean,),
    ast.Constant: (_constant,),
    ast.Call: (_call,),
    ast.Attribute: (_attribute,),
    ast.IfExp: (_branches,),
}


def _rewritten(node: ast.expr, other: ast.expr, what: str) -> Change:
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(other)))
    # Whatever stands around it must not tear it apart.
    return Change(node, f"({text})" if isinstance(other, _COMPOUND) else text, what)


def _reversed(node: ast.Tuple) -> ast.Tuple:
    return ast.Tuple(list(reversed(node.elts)), ast.Load())


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _rename(function: ast.expr, name: str) -> None:
    if isinstance(function, ast.Attribute):
        function.attr = name
    elif isinstance(function, ast.Name):
        function.id = name


def _alike(function: ast.FunctionDef) -> dict[str, str]:
    """For names of a function one that could be taken for it: of the same type, or made alike."""
    kinds: dict[str, list[str]] = {}
    for argument in (*function.args.args, *function.args.kwonlyargs):
        if argument.annotation is not None:
            kinds.setdefault(ast.unparse(argument.annotation), []).append(argument.arg)
    stored = [n for n in ast.walk(function) if isinstance(n, ast.Name) and not _is_read(n)]
    ordered = sorted(stored, key=lambda node: (node.lineno, node.col_offset))
    kinds["of its own"] = list(dict.fromkeys(node.id for node in ordered))
    return {
        name: names[(place + 1) % len(names)]
        for names in kinds.values()
        for place, name in enumerate(names)
        if len(names) > 1
    }


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)
