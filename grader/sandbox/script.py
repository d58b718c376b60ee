"""What a check asked of a right submission, and was answered: to be asked of others all at once.

Whoever answers bit for bit the same is as right, so nothing need be judged again. Whoever does not
is graded as ever.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from . import wire

_MOST = 400
"""Requests of one script."""
_encoder = msgspec.msgpack.Encoder()


class Script(Struct, frozen=True):
    """The requests of one check in their order, and what a right submission returned."""

    requests: tuple[wire.Single, ...]
    answers: tuple[bytes, ...]
    values: tuple[wire.Value, ...]
    functions: frozenset[str]
    """The functions that are called, by their dotted names."""

    @property
    def batch(self) -> wire.Batch:
        """The message that asks for all of it."""
        return wire.Batch(list(self.requests))

    def is_answered_by(self, answer: wire.Answer) -> bool:
        """Whether every answer is bit for bit that of the right submission."""
        if not isinstance(answer, wire.Batched) or len(answer.answers) != len(self.answers):
            return False
        return all(
            isinstance(one, wire.Returned) and _bits(one) == right
            for one, right in zip(answer.answers, self.answers, strict=True)
        )


def script_of(exchanged: Sequence[tuple[wire.Request, wire.Answer]]) -> Script | None:
    """The script of what passed in one check; None where a script would not be the same."""
    requests: list[wire.Single] = []
    answers: list[wire.Answer] = []
    for request, answer in exchanged:
        if isinstance(request, wire.Batch):
            if not isinstance(answer, wire.Batched):
                return None
            requests += request.requests
            answers += answer.answers
        elif isinstance(request, (wire.Call, wire.CallEach, wire.Attribute, wire.Hold, wire.Read)):
            requests.append(request)
            answers.append(answer)
        else:
            return None
    returned = [answer for answer in answers if isinstance(answer, wire.Returned)]
    functions = frozenset(name for request in requests if (name := _function_of(request)))
    # How many lines ran is each submission's own.
    traced = any(isinstance(request, wire.Call) and request.trace_lines for request in requests)
    whole = len(requests) == len(returned) <= _MOST
    if traced or not whole or not functions:
        return None
    return Script(
        tuple(requests),
        tuple(map(_bits, returned)),
        tuple(one.value for one in returned),
        functions,
    )


def _function_of(request: wire.Single) -> str:
    call = request.call if isinstance(request, wire.CallEach) else request
    return call.name if isinstance(call, wire.Call) and call.object < 0 else ""


def _bits(answer: wire.Returned) -> bytes:
    """The value, and which arguments were changed; not where the function stands."""
    return _encoder.encode((answer.value, answer.changed))
