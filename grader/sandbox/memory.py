"""What was asked of the student's code, kept so that it can be played again.

An exchange is kept as the messages that it was, which nobody can change any more; its arguments are
made anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from grader.exchange import Arguments, Exchange, Inside, OwnFunction
from grader.outcomes import Finding

from . import values, wire
from .functions import unpack_function

StandIn = Callable[[wire.Value, Mapping[int, Any], Callable[[str], Any]], Any]
"""What a special value stands for, given objects by number and functions by name."""
Own = tuple[Sequence[values.Array], Sequence[values.Array]]
"""Arrays of the check's that its functions may read, and what they held before the call."""


class History(Sequence[Exchange]):
    """Exchanges in order. Each is made when the first is looked at: of most checks none ever is."""

    def __init__(self) -> None:
        self._makers: list[Callable[[], Exchange]] = []
        self._made: list[Exchange] = []

    def add(self, make: Callable[[], Exchange]) -> None:
        """Remember one more; it is made of messages, which nobody can change meanwhile."""
        self._makers.append(make)

    def __len__(self) -> int:
        """Number of exchanges."""
        return len(self._makers)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...

    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        """An exchange by its number, or some of them."""
        self._made += [make() for make in self._makers[len(self._made) :]]
        return self._made[index]


def of_call(
    call: wire.Call,
    value: wire.Value,
    stand_in: StandIn,
    own: Own,
    raised: Finding | None = None,
) -> Exchange:
    """A call of a function or method, and its answer."""
    return Exchange(
        kind="method" if call.object >= 0 else "call",
        name=call.name,
        arguments=_arguments(call.args, call.kwargs, stand_in, own),
        restore=lambda: restore(*own),
        object=call.object,
        value=_answer(value),
        raised="" if raised is None else raised.exception or raised.kind,
        said="" if raised is None else raised.lead,
    )


def of_request(
    request: wire.Hold | wire.Attribute | wire.Read, value: wire.Value, stand_in: StandIn
) -> Exchange:
    """What else is worth remembering: arrays that are held, and what is read of objects."""
    nothing: Own = ([], [])
    if isinstance(request, wire.Hold):
        arguments = _arguments([request.value], {}, stand_in, nothing)
        return Exchange("hold", "", arguments, _do_nothing, value=_answer(value))
    arguments = _arguments([], {}, stand_in, nothing)
    if isinstance(request, wire.Attribute):
        read = (request.name, arguments, _do_nothing, request.object, _answer(value))
        return Exchange("attribute", *read)
    return Exchange("read", "", arguments, _do_nothing, request.object, _answer(value))


def of_single(
    request: wire.Single, value: wire.Value, stand_in: StandIn, raised: Finding | None = None
) -> Exchange:
    """Any request of a script that is remembered, and its answer."""
    if isinstance(request, wire.Call):
        return of_call(request, value, stand_in, ([], []), raised)
    assert not isinstance(request, wire.CallEach)  # noqa: S101 - for the type checker
    return of_request(request, value, stand_in)


def restore(arrays: Sequence[values.Array], before: Sequence[values.Array]) -> None:
    """Give arrays the content back that they had before a call."""
    for array, content in zip(arrays, before, strict=True):
        if array.flags.writeable:
            np.copyto(array, content)


def _arguments(
    args: Sequence[wire.Value], kwargs: Mapping[str, wire.Value], stand_in: StandIn, own: Own
) -> Callable[[Mapping[int, Any], Callable[[str], Any]], Arguments]:
    def make(objects: Mapping[int, Any], functions: Callable[[str], Any]) -> Arguments:
        restore(*own)

        def give(special: wire.Value) -> Any:
            if isinstance(special, wire.FunctionParts):  # it was the check's own
                return unpack_function(special, unpacker.unpack)
            return stand_in(special, objects, functions)

        unpacker = values.Unpacker(give, own[0])
        positional = tuple(unpacker.unpack(arg) for arg in args)
        return positional, {key: unpacker.unpack(arg) for key, arg in kwargs.items()}

    return make


def _answer(value: wire.Value) -> Any:
    return values.Unpacker(_inside).unpack(value)


def _inside(special: wire.Value) -> Any:
    if isinstance(special, wire.ObjectData):
        return Inside(special.id)
    if isinstance(special, wire.FunctionData):
        return OwnFunction(special.name)
    raise wire.Malformed("a value of unknown kind")


def _do_nothing() -> None:
    """There is nothing to restore."""
