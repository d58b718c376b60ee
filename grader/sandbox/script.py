"""What a check asked of a right submission, and was answered: to be asked of others alike.

Whoever answers bit for bit the same is as right, so nothing need be judged again; where an answer
can be judged by itself, one that differs may be right as well. Whoever is neither is graded as
ever. A message goes out when all before it are answered right, never sooner: what it hands in may
be what an earlier one asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol, Union

import msgspec
from msgspec import Struct

from . import wire

_MOST = 1_000
"""Requests of one script."""
_encoder = msgspec.msgpack.Encoder()
_bits_decoder = msgspec.msgpack.Decoder(tuple[wire.Value, list[int]])
_decoder = msgspec.msgpack.Decoder(Union[wire.Single, wire.Batch])

_ANSWERS = (wire.Returned, wire.Raised, wire.Callback)
_SINGLE = (wire.Call, wire.CallEach, wire.Attribute, wire.Hold, wire.Read)

One = Union[wire.Returned, wire.Raised, wire.Callback]
"""What a single request comes to, or what the student's code asks of the check on the way."""


class Step(Struct, frozen=True, array_like=True):
    """A message, and how a right submission answered each request in it, bit for bit."""

    message: msgspec.Raw
    """A single request or a batch, or the reply to what student code asked, as it is sent."""
    is_batch: bool
    is_remembered: bool
    """Whether the history of a check knows of it."""
    functions: tuple[str, ...]
    """The functions that each request calls, by their dotted names; "" for none."""
    answers: tuple[bytes, ...]

    @property
    def requests(self) -> Sequence[wire.Single]:
        """The requests in the message, if it is no reply."""
        message = _decoder.decode(self.message)
        return message.requests if isinstance(message, wire.Batch) else [message]

    @property
    def right(self) -> list[One]:
        """What a right submission answered."""
        return [_answer_of(bits) for bits in self.answers]

    @property
    def modules(self) -> frozenset[str]:
        """The modules that it needs, by what it calls."""
        return _modules_of(self.functions)


class Script(Struct, frozen=True, array_like=True):
    """The messages of one check in their order."""

    steps: tuple[Step, ...]
    functions: frozenset[str]
    """The functions that are called."""
    is_traced: bool
    """Whether lines are counted."""
    asks_back: bool
    """Whether student code is given functions to ask the check by: those are no data, so the
    history of such a check cannot be had of its script."""

    def step(self, number: int) -> Step | None:
        """The message of that number; None where there is none any more."""
        return self.steps[number] if number < len(self.steps) else None


class Told(Struct, frozen=True):
    """How a step was answered."""

    answers: Sequence[One]
    is_same: bool
    """Whether every bit is as in the script: values, changed arguments, what was raised."""
    unpack: Callable[[wire.Value], Any]

    @property
    def beside_the_script(self) -> list[One] | None:
        """The answers, as far as the script does not know them."""
        known = self.is_same and all(isinstance(a, wire.Returned) for a in self.answers)
        return None if known else list(self.answers)

    @property
    def is_plain(self) -> bool:
        """Whether its only request came to a value, and changed no argument."""
        return isinstance(self._returned, wire.Returned) and not self._returned.changed

    @property
    def value(self) -> Any:
        """What its only request returned. Raises CheckFailed where that cannot be read."""
        return None if self._returned is None else self.unpack(self._returned.value)

    @property
    def lines(self) -> int:
        """How many lines its only request ran; below 0 where nobody knows."""
        return -1 if self._returned is None else self._returned.lines

    @property
    def entered(self) -> Sequence[str]:
        """The functions that it entered, where lines were counted."""
        return () if self._returned is None else self._returned.entered

    @property
    def raised(self) -> str:
        """The exception that student code raised, by its name."""
        answer = self.answers[0] if len(self.answers) == 1 else None
        if isinstance(answer, wire.Raised) and answer.kind == "raised":
            return answer.type_name
        return ""

    @property
    def _returned(self) -> wire.Returned | None:
        answer = self.answers[0] if len(self.answers) == 1 else None
        return answer if isinstance(answer, wire.Returned) else None


Answers = list[Union[list[One], None]]
"""What was answered to each step of a script; None where it is as in the script."""


class Way(Protocol):
    """One way in which a check was passed."""

    @property
    def script(self) -> Script:
        """What was asked, and answered."""

    def is_right(self, number: int, told: Sequence[Told], /) -> bool:
        """Whether the last of these answers, to the step of that number, is right."""


class Ways:
    """Ways in which a check was passed, as far as what was answered until now is right by them.

    Of a check that was answered alike all ask the same, so it does not matter which of them asks.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        self._open: list[tuple[int, Way, list[Told]]] = [(i, w, []) for i, w in enumerate(ways)]
        self._number = 0

    @property
    def step(self) -> Step | None:
        """What is to be asked next; None where nothing is, or no way is left."""
        return self._open[0][1].script.step(self._number) if self._open else None

    def take(self, asked: Step, answer: wire.Answer, unpack: Callable[[wire.Value], Any]) -> bool:
        """Leave the ways by which this is no right answer to the step; whether it is any."""
        answers = _answers_to(asked, answer)
        if answers is None:
            self._open = []
            return False
        bits = tuple(map(_bits, answers))
        left = []
        for i, way, told in self._open:
            own = way.script.step(self._number)
            if own is not None and own.message == asked.message:
                told.append(Told(answers, bits == own.answers, unpack))
                if way.is_right(self._number, told):
                    left.append((i, way, told))
        self._open = left
        self._number += 1
        return True

    @property
    def passed(self) -> tuple[int, Answers] | None:
        """By which way all was right, and what was answered; None where something was not."""
        if not self._open or self.step is not None:
            return None
        i, _, told = self._open[0]
        return i, [each.beside_the_script for each in told]


@lru_cache(maxsize=1024)
def _modules_of(functions: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in functions if name)


def _answers_to(step: Step, answer: wire.Answer) -> Sequence[One] | None:
    """The answers to the requests of a step; None where it is no answer."""
    if step.is_batch:
        return answer.answers if isinstance(answer, wire.Batched) else None
    return [answer] if isinstance(answer, _ANSWERS) else None


def script_of(
    exchanged: Sequence[tuple[wire.Request, wire.Answer]], *, asks_back: bool
) -> Script | None:
    """The script of what passed in one check; None where a script would not be the same."""
    steps: list[Step] = []
    is_traced = False
    for message, answer in exchanged:
        requests: Sequence[wire.Single | wire.Reply]
        answers: Sequence[One]
        if isinstance(message, wire.Batch) and isinstance(answer, wire.Batched):
            requests, answers = message.requests, answer.answers
        elif isinstance(message, (*_SINGLE, wire.Reply)) and isinstance(answer, _ANSWERS):
            requests, answers = [message], [answer]
        else:
            return None
        if len(requests) != len(answers):
            return None
        steps.append(
            Step(
                msgspec.Raw(_encoder.encode(message)),
                isinstance(message, wire.Batch),
                not isinstance(message, wire.CallEach),
                tuple(map(_function_of, requests)),
                tuple(map(_bits, answers)),
            )
        )
        is_traced |= any(isinstance(one, wire.Call) and one.trace_lines for one in requests)
    functions = frozenset(name for step in steps for name in step.functions if name)
    count = sum(len(step.answers) for step in steps)
    if not functions or count > _MOST:
        return None
    return Script(tuple(steps), functions, is_traced, asks_back)


def _function_of(request: wire.Single | wire.Reply) -> str:
    call = request.call if isinstance(request, wire.CallEach) else request
    return call.name if isinstance(call, wire.Call) and call.object < 0 else ""


def _answer_of(bits: bytes) -> One:
    """The answer that has these bits, as far as they tell."""
    return wire.Returned(*_bits_decoder.decode(bits))


def _bits(answer: One) -> bytes:
    """What came of a request; not where the function stands, nor how many lines ran."""
    if isinstance(answer, wire.Returned):
        return _encoder.encode((answer.value, answer.changed))
    if isinstance(answer, wire.Callback):
        return _encoder.encode((answer.id, answer.args, answer.kwargs, answer.state))
    return _encoder.encode((answer.kind, answer.type_name, answer.message, bool(answer.frames)))
