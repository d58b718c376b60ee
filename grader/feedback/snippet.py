"""A call written down as a few lines of Python which a student can paste and run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.feedback.failure import Expected
from grader.feedback.smallest import Smallest

_WIDTH = 88
_ORDINAL = ("first", "second", "third", "fourth", "fifth")


RIGHT = "# Right:"
"""Begins the line in which an author lets students read what is expected."""


def snippet_of(
    smallest: Smallest,
    parameters: Sequence[str] = (),
    *,
    importable: bool = True,
    right: Expected | None = None,
) -> str:
    """Lines that make the arguments, call the function and print what it returns.

    `parameters` are the names of the function's parameters, in order. In a notebook the function
    is there already, so it is not `importable`. `right` is shown if it is given.
    """
    module, _, function = smallest.name.partition(".")
    args, kwargs = smallest.arguments
    known = (*parameters[: len(args)], *(f"argument_{i + 1}" for i in range(len(args))))
    lines, given = [], []
    for i, value in enumerate(args):
        name = known[i] if i < len(parameters) else f"argument_{i + 1}"
        text, made = _argument(name if name != function else f"{name}_", value)
        lines += made
        given.append(text)
    for name, value in kwargs.items():
        text, made = _argument(name if name != function else f"{name}_", value)
        lines += made
        given.append(f"{name}={text}")
    call = f"{function}({', '.join(given)})"
    imports = ["import numpy as np"] if any("np." in line for line in (*lines, call)) else []
    if importable:
        imports += [*([""] if imports else []), f"from {module} import {function}"]
    head = [*imports, ""] if imports else []
    body = [*lines, ""] if lines else []
    answer = [] if right is None else [f"{RIGHT} {_in_a_line(right.value)}"]
    return "\n".join([*head, *body, f"print({call})", *_remarks(smallest, function), *answer])


def _in_a_line(value: Any) -> str:
    return " ".join(_written(value, 0).split())


def _argument(name: str, value: Any) -> tuple[str, list[str]]:
    """What stands for a value in the call, and the lines before it that are needed for it."""
    if isinstance(value, (np.ndarray, list, tuple, dict)):
        return name, [f"{name} = {_written(value, len(name) + 3)}"]
    return _written(value, 0), []


def _written(value: Any, indent: int) -> str:
    """A value as Python has it; rows of a long array stand below each other."""
    if isinstance(value, np.ndarray):
        plain = value.dtype in (np.dtype(np.float64), np.dtype(np.int64), np.dtype(bool))
        dtype = "" if plain else f", dtype=np.{value.dtype}"
        rows = _rows(value, indent + len("np.array("))
        return f"np.array({rows}{dtype})" if value.size else f"np.zeros({value.shape}{dtype})"
    if isinstance(value, (list, tuple)):
        items = ", ".join(_written(item, indent + 1) for item in value)
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_written(v, indent)}" for k, v in value.items()) + "}"
    number = value.item() if isinstance(value, np.generic) else value
    return _number(number) if isinstance(number, float) else repr(number)


def _rows(array: np.ndarray[Any, Any], indent: int) -> str:
    if array.ndim == 0:
        return _written(array.item(), indent)
    rows = [_rows(row, indent + 1) for row in array]
    line = f"[{', '.join(rows)}]"
    if array.ndim == 1 or len(line) + indent <= _WIDTH:
        return line
    return "[" + (",\n" + " " * (indent + 1)).join(rows) + "]"


def _number(value: float) -> str:
    if np.isfinite(value):
        return repr(value)
    return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"


def _remarks(smallest: Smallest, function: str) -> Iterator[str]:
    """What goes wrong, in a comment: never what would be right."""
    for index, how in sorted(smallest.failure):
        if index < 0 and how not in {"value", "shape", "type", "nonfinite"}:
            yield f"# {function} raises {how}."
        elif index < 0:
            yield f"# {_of(how)}."
        else:
            number = _ORDINAL[index] if index < len(_ORDINAL) else f"{index + 1}th"
            yield f"# {_of(how)}: the {number} of the values that are returned."


def _of(how: str) -> str:
    return {
        "value": "Not right",
        "shape": "Not of the right shape",
        "type": "Not the right kind of value",
        "nonfinite": "Not a finite number",
    }[how]
