"""What a check asked of a right submission, and was answered: to be asked of others alike.

Whoever answers bit for bit the same is as right, so nothing need be judged again. Whoever does not
is graded as ever. A message goes out when all before it are answered right, never sooner: what it
hands in may be what an earlier one asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from . import wire

_MOST = 400
"""Requests of one script."""
_encoder = msgspec.msgpack.Encoder()


class Script(Struct, frozen=True):
    """The requests of one check in their order, and what a right submission returned."""

    messages: tuple[wire.Single | wire.Batch, ...]
    requests: tuple[wire.Single, ...]
    """Those of all messages."""
    answers: tuple[tuple[bytes, ...], ...]
    """Those to each message."""
    values: tuple[wire.Value, ...]
    functions: frozenset[str]
    """The functions that are called, by their dotted names."""

    def is_answered_by(self, number: int, answer: wire.Answer) -> bool:
        """Whether a message is answered bit for bit as by the right submission."""
        answers = answer.answers if isinstance(answer, wire.Batched) else [answer]
        expected = self.answers[number]
        return (
            isinstance(answer, wire.Batched) == isinstance(self.messages[number], wire.Batch)
            and len(answers) == len(expected)
            and all(
                isinstance(one, wire.Returned) and _bits(one) == right
                for one, right in zip(answers, expected, strict=True)
            )
        )


def script_of(exchanged: Sequence[tuple[wire.Request, wire.Answer]]) -> Script | None:
    """The script of what passed in one check; None where a script would not be the same."""
    messages: list[wire.Single | wire.Batch] = []
    requests: list[wire.Single] = []
    answers: list[wire.Answer] = []
    sizes: list[int] = []
    for request, answer in exchanged:
        if isinstance(request, wire.Batch):
            if not isinstance(answer, wire.Batched):
                return None
            requests += request.requests
            answers += answer.answers
            sizes.append(len(request.requests))
        elif isinstance(request, (wire.Call, wire.CallEach, wire.Attribute, wire.Hold, wire.Read)):
            requests.append(request)
            answers.append(answer)
            sizes.append(1)
        else:
            return None
        messages.append(request)
    returned = [answer for answer in answers if isinstance(answer, wire.Returned)]
    functions = frozenset(name for request in requests if (name := _function_of(request)))
    # How many lines ran is each submission's own.
    traced = any(isinstance(request, wire.Call) and request.trace_lines for request in requests)
    whole = len(requests) == len(returned) <= _MOST
    if traced or not whole or not functions:
        return None
    bits = map(_bits, returned)
    return Script(
        tuple(messages),
        tuple(requests),
        tuple(tuple(islice(bits, size)) for size in sizes),
        tuple(one.value for one in returned),
        functions,
    )


def modules_of(message: wire.Single | wire.Batch) -> set[str]:
    """The modules that a message needs, by what it calls."""
    requests = message.requests if isinstance(message, wire.Batch) else [message]
    return {name.partition(".")[0] for request in requests if (name := _function_of(request))}


def _function_of(request: wire.Single) -> str:
    call = request.call if isinstance(request, wire.CallEach) else request
    return call.name if isinstance(call, wire.Call) and call.object < 0 else ""


def _bits(answer: wire.Returned) -> bytes:
    """The value, and which arguments were changed; not where the function stands."""
    return _encoder.encode((answer.value, answer.changed))
