"""The student's code as a suite sees it: proxies that look like plain Python.

Every call goes through the wall and comes back as data or as a `CheckFailed` that says, in the
student's language, why it did not. Arguments are the trusted side's own and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from msgspec import Struct, structs

from grader.exchange import Exchange
from grader.group import Group
from grader.outcomes import CheckFailed, CodeLine, Finding, GraderFailed
from grader.portable import Portable

from . import memory, messages, raised, values, wire, words
from .callbacks import Callbacks, take_apart
from .changes import argument_names
from .conversation import Conversation
from .handed import Handed, Limits
from .proxies import FunctionProxy, ModuleProxy, ObjectProxy
from .script import Answers, One, Script, Step, Way, Ways, script_of
from .sources import clean

_NO_ARRAYS: memory.Own = ([], [])


class Answer(Struct, frozen=True):
    """What a call came to."""

    value: Any
    mutated: tuple[str, ...] = ()
    lines: int | None = None
    entered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    code: tuple[CodeLine, ...] = ()


class _Sent(Struct, frozen=True):
    """A call on its way: the message, and what its answer will be read by."""

    call: wire.Call
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    arrays: list[values.Array]
    before: list[values.Array]
    own: memory.Own


class Student:
    """The student's modules, for one check: its worker is started by the first call.

    `seed` is the check's, from 0 to 2^64 - 1. By its `group` it may share a worker with others, one
    after another: those before it show as much as it does, or more. Without one it has its own.
    """

    def __init__(
        self, handed: Handed, limits: Limits, seed: int, group: Group | None = None
    ) -> None:
        self._handed = handed
        self._callbacks = Callbacks(limits.callbacks, self._special)
        self._talk = Conversation(handed, limits, seed, group, self._callbacks)
        self._lengths: set[int] = set()
        """Lengths of the arrays that were handed in: a message that names them tells nothing."""
        self.history = memory.History()
        """What was asked so far and what came of it; an exchange is data until it is replayed."""
        self.asked: dict[str, None] = {}
        """Names of the functions that were called, in order."""
        self.methods: dict[str, set[str]] = {}
        """By class of the student's, what was found to be a method."""
        self._last = Answer(None)
        self.was_looked_at = False
        """Whether anybody has asked for the last answer."""

    def __getattr__(self, name: str) -> ModuleProxy:
        """A module of the student's."""
        if name.startswith("_"):
            raise AttributeError(name)
        return ModuleProxy(self, name)

    def call(self, name: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a function or class by its dotted name; `CheckFailed` when it comes to no value."""
        return self.call_object(-1, name, args, kwargs, name, trace_lines=trace_lines)

    def call_each(
        self,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        which: int | str,
        points: Sequence[Any],
        element: int = 0,
    ) -> list[Any]:
        """One element of what a function returns for each of these values of one argument.

        All of it is one message and one answer, of which the history knows nothing.
        """
        self._talk.require_time(name)
        packer = self._packer()
        try:
            packed = [packer.pack(None if i == which else arg) for i, arg in enumerate(args)]
            named = {k: packer.pack(None if k == which else arg) for k, arg in kwargs.items()}
            places = [self._packer().pack(point) for point in points]
        except values.Refused as error:
            raise GraderFailed(f"{name}: an argument cannot cross the wall: {error}") from None
        request = wire.CallEach(wire.Call(name, packed, named), which, places, element)
        found = self._unpack(self._converse(request, name, [], len(points)).value, name)
        if not isinstance(found, list) or len(found) != len(points):
            raise CheckFailed(words.of_unreadable(name, "another number of answers"))
        return found

    def array(self, value: Any) -> ObjectProxy:
        """An array that lives inside, can be an argument of several calls, and be read again."""
        packer = self._packer()
        return self.ask(wire.Hold(packer.pack(np.asarray(value))), "array")  # type: ignore[no-any-return]

    def call_object(
        self,
        number: int,
        method: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        *,
        trace_lines: bool = False,
    ) -> Answer:
        """Call a function (number -1) or a method of an object inside."""
        self._talk.require_time(name)
        sent = self._prepare(number, method, args, kwargs, name, trace_lines=trace_lines)
        try:
            answer = self._converse(sent.call, name, sent.arrays)
        except CheckFailed as error:
            self._remember_failure(sent, error.finding)
            raise
        finally:
            if sent.before:
                memory.restore(sent.arrays, sent.before)
        return self._settle(sent, answer)

    def call_in_turn(
        self, number: int, calls: Sequence[tuple[str, tuple[Any, ...]]], name: str
    ) -> list[Answer]:
        """Call methods of an object inside, one after another, in one message and one answer."""
        self._talk.require_time(name)
        made = len(self._callbacks)
        sent = [self._prepare(number, m, args, {}, f"{name}.{m}") for m, args in calls]
        if len(self._callbacks) > made:
            raise GraderFailed(f"{name}: functions that are called in turn take portable ones only")
        request = wire.Batch([each.call for each in sent])
        try:
            batch = self._talk.exchange(request, name, [], max(1, len(sent)))
        except CheckFailed as error:
            self._remember_failure(sent[0], error.finding)
            raise
        if not isinstance(batch, wire.Batched) or len(batch.answers) > len(sent):
            raise CheckFailed(self._talk.unreadable(name, type(batch).__name__))
        found = []
        for each, answer in zip(
            sent, batch.answers, strict=False
        ):  # those after a failure are left out
            try:
                found.append(self._settle(each, self._require_returned(each.name, answer)))
            except CheckFailed as error:
                self._remember_failure(each, error.finding)
                raise
        if len(found) < len(sent):
            raise CheckFailed(self._talk.unreadable(name, "another number of answers"))
        return found

    def _prepare(
        self,
        number: int,
        method: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        *,
        trace_lines: bool = False,
    ) -> _Sent:
        """Pack a call."""
        packer = self._packer()
        callbacks = len(self._callbacks)
        try:
            packed = [packer.pack(arg) for arg in args]
            named = {key: packer.pack(arg) for key, arg in kwargs.items()}
        except values.Refused as error:
            raise GraderFailed(f"{name}: an argument cannot cross the wall: {error}") from None
        if number < 0:
            self.asked[method] = None
        arrays = packer.arrays
        for array in arrays:
            self._lengths.update(array.shape)
        # Only for a function of the check's are they brought to what they have become inside.
        before = [array.copy() for array in arrays] if self._callbacks else []
        # Such functions may read the very arrays that they were handed in with.
        own = (arrays, before) if len(self._callbacks) > callbacks else _NO_ARRAYS
        call = wire.Call(method, packed, named, number, trace_lines)
        return _Sent(call, name, args, kwargs, arrays, before, own)

    def _settle(self, sent: _Sent, answer: wire.Returned) -> Answer:
        """What a call came to, and remember it."""
        call, name = sent.call, sent.name
        value = self._unpack(answer.value, name)
        self.history.add(lambda: memory.of_call(call, answer.value, self._stand_in, sent.own))
        if call.trace_lines and answer.lines < 0:
            raise CheckFailed(words.of_tampering(name))
        sources = self._handed.sources
        self._last = Answer(
            value,
            argument_names(sources.vocabulary, answer, sent.arrays, sent.args, sent.kwargs)
            if answer.changed
            else (),
            answer.lines if call.trace_lines else None,
            tuple([clean(entered, 120) for entered in answer.entered]),
            self._warnings(answer.warned) if answer.warned else (),
            answer.printed,
            sources.quote_one(answer.where) if answer.where else (),
        )
        return self._last

    def _remember_failure(self, sent: _Sent, finding: Finding) -> None:
        self.history.add(lambda: memory.of_call(sent.call, None, self._stand_in, sent.own, finding))

    def ask(self, request: wire.Hold | wire.Read | wire.Attribute | wire.Next, name: str) -> Any:
        """Put any other request to the worker and return the value."""
        answer = self._converse(request, name, [])
        is_method = isinstance(request, wire.Attribute) and isinstance(
            answer.value, wire.FunctionData
        )
        value = answer.value if is_method else self._unpack(answer.value, name)
        if not isinstance(request, wire.Next):
            self.history.add(lambda: memory.of_request(request, answer.value, self._stand_in))
        return value

    @property
    def last(self) -> Answer:
        """The answer of the last call."""
        self.was_looked_at = True
        return self._last

    @property
    def is_alone(self) -> bool:
        """Whether no other check has run in this one's worker: else its failures do not count."""
        return self._talk.is_alone

    def share_time(self, other: Student) -> None:
        """Take no longer than what is left to another, for whose check this one is as well."""
        self._talk.share_time(other._talk)

    def close(self, *, passed: bool | None = None) -> None:
        """End the worker, if there is one and no other check of the group may have it.

        What was called in a check that did not pass, alone, has workers of its own from then on.
        """
        if passed is False and self.is_alone:
            self._handed.suspects.update(self.asked)
        self._talk.close()

    def abandon(self) -> None:
        """Leave all of the wall's processes: a check was ended while it may have talked to them."""
        self._talk.abandon()

    def script(self) -> Script | None:
        """What was asked in this check and answered, for others; None where it may differ."""
        exchanged = self._talk.exchanged
        if exchanged is None:
            return None
        return script_of(exchanged, asks_back=len(self._callbacks) > 0)

    def put(self, ways: Sequence[Way], *, alone: bool) -> tuple[int, Answers] | None:
        """Ask as a check did that was passed: by which of these ways all is right, if by any.

        If so, `remember` what was answered: then all is as if the check had asked. If not, nothing
        is known yet. With `alone`, each answer may be right that is not bit for bit the same.
        """
        handed = self._handed
        # What hangs, fails or calculates otherwise is not to be asked everything twice.
        known = {*handed.suspects, *handed.timeouts, *(() if alone else handed.unlike)}
        functions = frozenset[str]().union(*(way.script.functions for way in ways))
        passed = None
        if functions.isdisjoint(known):
            name = min(functions)
            passed = self._talk.repeat(name, Ways(ways), lambda value: self._unpack(value, name))
        if passed is None and not alone:
            handed.unlike.update(functions)
        return passed

    def remember(self, script: Script, answers: Answers) -> None:
        """Have the history, and the functions that were asked for, as if the check had asked."""
        for step, found in zip(script.steps, answers, strict=True):
            if step.is_remembered:
                for i in range(len(step.answers)):
                    self.history.add(partial(self._exchange, step, found, i))
        self.asked.update(dict.fromkeys(sorted(script.functions)))

    def _exchange(self, step: Step, found: list[One] | None, i: int) -> Exchange:
        """Request `i` of a step, and its answer, as the history has it."""
        request, answer = step.requests[i], (step.right if found is None else found)[i]
        if isinstance(answer, wire.Returned):
            return memory.of_single(request, answer.value, self._stand_in)
        assert isinstance(answer, wire.Raised)  # noqa: S101 - else it asks back, and is not told
        raised = self._finding(step.functions[i], answer)
        return memory.of_single(request, None, self._stand_in, raised)

    @property
    def is_broken(self) -> bool:
        """Whether a script came to no answer."""
        return self._talk.is_broken

    @property
    def generation(self) -> int:
        """Number of workers so far: objects of an earlier one are gone."""
        return self._talk.generation

    def _converse(
        self, request: wire.Request, name: str, arrays: list[values.Array], calls: int = 1
    ) -> wire.Returned:
        """Put a request of so many calls, answer the callbacks of it, and take its answer."""
        return self._require_returned(name, self._talk.exchange(request, name, arrays, calls))

    def _require_returned(self, name: str, answer: wire.Answer) -> wire.Returned:
        if isinstance(answer, wire.Raised):
            raise CheckFailed(self._finding(name, answer))
        if not isinstance(answer, wire.Returned):
            raise CheckFailed(self._talk.unreadable(name, type(answer).__name__))
        return answer

    def _finding(self, name: str, answer: wire.Raised) -> Finding:
        handed = self._handed
        numbers = messages.plausible_numbers(self._lengths)
        finding = raised.of_raised(name, answer, handed.sources, handed.allowed, numbers)
        return structs.replace(
            finding, warnings=self._warnings(answer.warned), printed=answer.printed
        )

    def _warnings(self, warned: list[wire.Warned]) -> tuple[str, ...]:
        numbers = messages.plausible_numbers(self._lengths)
        return raised.warnings_text(warned, self._handed.sources, numbers)

    def _unpack(self, value: wire.Value, name: str) -> Any:
        def give(special: wire.Value) -> Any:
            if isinstance(special, wire.ObjectData):
                return ObjectProxy(self, special.id, clean(special.type_name, 80), name)
            raise wire.Malformed("a value of unknown kind")

        try:
            return values.Unpacker(give).unpack(value)
        except (wire.Malformed, RecursionError, MemoryError) as error:
            raise CheckFailed(words.of_unreadable(name, str(error))) from None

    def _stand_in(
        self, special: wire.Value, objects: Mapping[int, Any], functions: Callable[[str], Any]
    ) -> Any:
        if isinstance(special, wire.ObjectData):
            return objects[special.id]
        if isinstance(special, wire.FunctionData):
            return functions(special.name)
        if isinstance(special, wire.CallbackData):
            return self._callbacks[special.id]
        if isinstance(special, wire.RandomData):
            return values.unpack_random(special.state)
        raise wire.Malformed("a value of unknown kind")

    def _packer(self) -> values.Packer:
        packer = values.Packer(lambda value: self._special(value, packer.pack))
        return packer

    def _special(self, value: Any, pack: Callable[[Any], wire.Value] | None = None) -> wire.Value:
        """Name what has no data: proxies by their number, callables as callbacks.

        Portable functions are taken apart where there is something to pack their parts with.
        """
        if isinstance(value, ObjectProxy):
            return wire.ObjectData(value.number, "")
        if isinstance(value, FunctionProxy):
            return wire.FunctionData(value.name)
        if isinstance(value, Portable) and pack is not None:
            return take_apart(value, pack)
        if callable(value):
            return self._callbacks.add(value)
        return None
