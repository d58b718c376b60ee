"""What passed between a check and the student's code, so that it can be played again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


class Inside(Struct, frozen=True):
    """An object that lives in the student's process, by its number."""

    number: int


class OwnFunction(Struct, frozen=True):
    """A function of the student's that was an argument, by its name."""

    name: str


class Exchange(Struct, frozen=True):
    """One thing that was asked of the student's code, and what came of it.

    `arguments` makes them anew; it is given what stands for the objects inside, by number, and for
    functions of the student's own, by name. Where functions of the check's are among them, arrays
    are the check's own, as those functions may read them: `restore` is to be called afterwards.
    `raised` is the type of the exception that a call came to, or the kind of what else went wrong,
    and `said` what the student reads of it.
    """

    kind: Literal["call", "method", "attribute", "hold", "read"]
    name: str
    arguments: Callable[[Mapping[int, Any], Callable[[str], Any]], Arguments]
    restore: Callable[[], None]
    object: int = -1
    value: Any = None
    raised: str = ""
    said: str = ""


def rebuilt(sequence: Any, items: list[Any]) -> Any:
    """A list or tuple of the same type with other items; a named tuple takes them one by one."""
    kind = type(sequence)
    return kind(*items) if hasattr(kind, "_fields") else kind(items)
