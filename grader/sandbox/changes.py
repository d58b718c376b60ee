"""Which arguments of a call the student's code has changed, by the names that it has for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import messages, values, wire

_MAX_NAME = 40


def argument_names(
    known: messages.Vocabulary,
    answer: wire.Returned,
    arrays: Sequence[values.Array],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[str, ...]:
    """Names of the array arguments whose content changed, as the student's signature has them.

    `arrays` are those that were sent, by their reference.
    """
    changed = [arrays[ref] for ref in answer.changed if 0 <= ref < len(arrays)]
    names: dict[str, None] = {}
    for array in changed:
        for position, arg in enumerate(args):
            if _holds(arg, array):
                has_name = position < len(answer.parameters)
                text = answer.parameters[position] if has_name else ""
                # A parameter can be renamed after what it holds.
                text = text[:_MAX_NAME] if known.knows(text) else ""
                names[text or f"argument {position + 1}"] = None
        for key, arg in kwargs.items():
            if _holds(arg, array):
                names[key] = None
    return tuple(names)


def _holds(value: Any, array: values.Array) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds(item, array) for item in value)
    if isinstance(value, dict):
        return any(_holds(item, array) for item in value.values())
    return value is array
