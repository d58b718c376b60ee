"""Play the exchanges of a check again on another version of one function."""

from __future__ import annotations

import re
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Exchange, Inside, OwnFunction
from grader.feedback.agree import agree
from grader.outcomes import CheckFailed

_ABOUT = {
    "product": re.compile("core dimension|not aligned"),
    "broadcast": re.compile("broadcast"),
    "index": re.compile("out of bounds|out of range|boolean index"),
    "reshape": re.compile("cannot reshape"),
}
"""What numpy says in several ways, by what it is about."""


_SIZES = re.compile(
    r"(\d+) \(dim \d+\) != (\d+) \(dim|size (\d+) is different from (\d+)"
    r"|index (-?\d+) is out of bounds for axis \d+ with size (\d+)"
)
"""The two numbers that do not go together, in a product or an index."""


class Played(Struct, frozen=True):
    """What an exchange came to with another version: a value, or an exception's type and text."""

    exchange: Exchange
    value: Any = None
    raised: str = ""
    said: str = ""

    @property
    def fails_alike(self) -> bool:
        """Whether the exception speaks of what the student's does: shapes of a product, say.

        Anything may raise a ValueError; messages that are not of numpy's about arrays say nothing.
        """
        about = _about(self.said)
        theirs = self.exchange.said
        return not about or (about == _about(theirs) and _sizes(self.said) == _sizes(theirs))

    @property
    def agrees(self) -> bool:
        """Whether the student's code did the same."""
        if self.raised or self.exchange.raised:
            return self.raised == self.exchange.raised
        return isinstance(self.exchange.value, Inside) or agree(self.exchange.value, self.value)

    def output_agrees(self, index: int) -> bool:
        """Whether one element of the tuple that both returned is the same."""
        mine, theirs = self.value, self.exchange.value
        if not isinstance(mine, tuple) or not isinstance(theirs, (tuple, list)):
            return self.agrees
        return index < len(theirs) and index < len(mine) and agree(mine[index], theirs[index])


def play(
    history: Sequence[Exchange],
    name: str,
    version: Callable[..., Any],
    reference: types.ModuleType,
) -> Iterator[Played]:
    """Exchanges that go through the function `name`, with `version` in its place, one by one.

    Objects that it made are used in its place too: their methods, and what other functions of the
    reference do with them. Objects that are handed to it are the reference's.
    """
    objects: dict[int, Any] = {}
    held: set[int] = set()
    handed = _handed_to(history, name, reference)
    for exchange in history:
        if exchange.kind == "hold":
            (content,), _ = exchange.arguments(objects, function_of(reference))
            objects[exchange.value.number] = content
            held.add(exchange.value.number)
            continue
        made_for_it = isinstance(exchange.value, Inside) and exchange.value.number in handed
        if made_for_it:
            act = _act(
                exchange, exchange.name, function_of(reference)(exchange.name), reference, objects
            )
        else:
            act = _act(exchange, name, version, reference, objects)
        if act is None:
            continue
        one = _attempt(exchange, act)
        if isinstance(exchange.value, Inside) and not one.raised:
            objects[exchange.value.number] = one.value
        if made_for_it or exchange.object in handed:
            continue
        if exchange.kind != "read" or objects.keys() - held:
            yield one


def _act(
    exchange: Exchange,
    name: str,
    version: Callable[..., Any],
    reference: types.ModuleType,
    objects: dict[int, Any],
) -> Callable[[], Any] | None:
    """What to do for an exchange; None if it has nothing to do with the function."""
    if exchange.kind != "call":
        owner = objects.get(exchange.object)
        return None if owner is None else _act_on(owner, exchange, reference, objects)
    if exchange.name == name:
        return lambda: _call(version, exchange, objects, reference)
    used = _Used(objects)
    try:
        exchange.arguments(used, function_of(reference))
    except KeyError:
        return None
    if not used.taken:
        return None
    return lambda: _call(function_of(reference)(exchange.name), exchange, objects, reference)


def _act_on(
    owner: Any, exchange: Exchange, reference: types.ModuleType, objects: dict[int, Any]
) -> Callable[[], Any]:
    """What to do with an object that the version made, or an array that is held."""
    if exchange.kind == "read":
        return lambda: _copied(owner)
    if exchange.kind == "attribute":
        return lambda: _of_attribute(owner, exchange.name)

    def method() -> Any:
        function = getattr(owner, exchange.name) if exchange.name else owner
        return _call(function, exchange, objects, reference)

    return method


def _of_attribute(owner: Any, name: str) -> Any:
    """An attribute's value; methods have none that could be compared."""
    value = getattr(owner, name)
    return OwnFunction(name) if callable(value) else _copied(value)


def _handed_to(history: Sequence[Exchange], name: str, reference: types.ModuleType) -> set[int]:
    """Numbers of the objects that were made by other functions and handed to the function."""
    makers = {
        e.value.number
        for e in history
        if e.kind == "call" and isinstance(e.value, Inside) and e.name != name
    }
    if not makers:
        return set()
    asked = _Asked()
    for exchange in history:
        if exchange.kind == "call" and exchange.name == name:
            exchange.arguments(asked, function_of(reference))
            exchange.restore()
    return makers & asked.numbers


class _Asked(dict[int, Any]):
    """Stands for objects by number, noting which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: set[int] = set()

    def __missing__(self, number: int) -> None:
        self.numbers.add(number)


class _Used(dict[int, Any]):
    """Objects by number, noting whether any was asked for."""

    taken = False

    def __getitem__(self, number: int) -> Any:
        self.taken = True
        return super().__getitem__(number)


def _call(
    function: Callable[..., Any],
    exchange: Exchange,
    objects: dict[int, Any],
    reference: types.ModuleType,
) -> Any:
    args, kwargs = exchange.arguments(objects, function_of(reference))
    try:
        return _copied(function(*args, **kwargs))
    finally:
        exchange.restore()


def _attempt(exchange: Exchange, act: Callable[[], Any]) -> Played:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return Played(exchange, act())
        except CheckFailed as error:  # a function of the student's own, in the place of ours
            finding = error.finding
            return Played(exchange, None, finding.exception or finding.kind, finding.lead)
        except Exception as error:  # noqa: BLE001 - a mistake may raise anything
            return Played(exchange, None, type(error).__name__, str(error))


def _sizes(said: str) -> frozenset[str]:
    """The numbers that do not go together, as far as a message names them."""
    found = _SIZES.search(said)
    return frozenset(filter(None, found.groups())) if found else frozenset()


def _about(message: str) -> str:
    """What a message about arrays complains of; nothing for other messages."""
    return next((name for name, words in _ABOUT.items() if words.search(message)), "")


def _copied(value: Any) -> Any:
    """A value that later calls cannot change: what crosses the wall is a copy as well."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in {list, tuple}:
        return type(value)(_copied(item) for item in value)
    return value


def function_of(reference: types.ModuleType) -> Callable[[str], Any]:
    """Find functions of the reference by their dotted names; AttributeError for what is none."""

    def find(name: str) -> Any:
        found: Any = reference
        for part in name.split("."):
            found = getattr(found, part)
        return found

    return find
