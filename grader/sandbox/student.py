"""The student's code as a suite sees it: proxies that look like plain Python.

Every call goes through the wall and comes back as data or as a `CheckFailed` that says, in the
student's language, why it did not. Arguments are the trusted side's own and stay as they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from grader.outcomes import CheckFailed, CodeLine, Finding, GraderFailed

from . import wire, words
from .wall import OpenWorker, Wall, WallFailed

_MAX_TIMEOUTS = 2


class Limits(Struct, frozen=True):
    """What one check may take."""

    call_s: float = 5.0
    check_s: float = 20.0
    memory_mb: int = 1024
    callbacks: int = 2000


class Answer(Struct, frozen=True):
    """What a call came to."""

    value: Any
    mutated: tuple[str, ...] = ()
    lines: int | None = None
    entered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    printed: str = ""
    code: tuple[CodeLine, ...] = ()


class Handed:
    """What all checks of one submission share: its sources, its deadline, its time-outs."""

    def __init__(
        self, wall: Wall, sources: words.Sources, allowed: tuple[str, ...], deadline: float
    ) -> None:
        self.wall = wall
        self.sources = sources
        self.allowed = allowed
        self.deadline = deadline
        """When the whole submission must be graded. [s, monotonic clock]"""
        self.timeouts: Counter[str] = Counter()


class Student:
    """The student's modules, for one check: its worker is started by the first call."""

    def __init__(self, handed: Handed, limits: Limits, seed: int) -> None:
        self._handed = handed
        self._limits = limits
        self._seed = seed
        self._worker: OpenWorker | None = None
        self._generation = 0
        self._deadline = time.monotonic() + limits.check_s
        self._callbacks: list[Callable[..., Any]] = []
        self._callbacks_left = limits.callbacks
        self.last = Answer(None)

    def __getattr__(self, name: str) -> ModuleProxy:
        """A module of the student's."""
        if name.startswith("_"):
            raise AttributeError(name)
        return ModuleProxy(self, name)

    def call(self, name: str, /, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a function or class by its dotted name; `CheckFailed` when it comes to no value."""
        return self.call_object(-1, name, args, kwargs, name, trace_lines=trace_lines)

    def array(self, value: Any) -> ObjectProxy:
        """An array that lives inside, can be an argument of several calls, and be read again."""
        packer = wire.Packer(self._name)
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
        if self._handed.timeouts[name] >= _MAX_TIMEOUTS:
            raise CheckFailed(words.of_repeated_timeouts(name))
        packer = wire.Packer(self._name)
        try:
            packed = [packer.pack(arg) for arg in args]
            named = {key: packer.pack(arg) for key, arg in kwargs.items()}
        except wire.Refused as error:
            raise GraderFailed(f"{name}: an argument cannot cross the wall: {error}") from None
        call = wire.Call(method, packed, named, number, trace_lines)
        before = [array.copy() for array in packer.arrays]
        try:
            answer = self._converse(call, name, packer.arrays)
        finally:
            _restore(packer.arrays, before)
        value = self._unpack(answer.value, name)
        if trace_lines and answer.lines < 0:
            raise CheckFailed(_tampered(name))
        where = self._handed.sources.quote([answer.where] if answer.where else [])
        self.last = Answer(
            value,
            _argument_names(answer, packer, args, kwargs),
            answer.lines if trace_lines else None,
            tuple(words.clean(entered, 120) for entered in answer.entered),
            self._warnings(answer.warned),
            answer.printed,
            where,
        )
        return self.last

    def ask(self, request: wire.Request, name: str) -> Any:
        """Put any other request to the worker and return the value."""
        return self._unpack(self._converse(request, name, []).value, name)

    def close(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            self._handed.wall.close_worker(worker)

    @property
    def generation(self) -> int:
        """Number of workers so far: objects of an earlier one are gone."""
        return self._generation

    def _converse(
        self, request: wire.Request, name: str, arrays: list[wire.Array]
    ) -> wire.Returned:
        worker = self._open(name)
        deadline = min(time.monotonic() + self._limits.call_s, self._deadline)
        try:
            worker.channel.send(request, max(0.001, deadline - time.monotonic()))
            while True:
                answer = worker.channel.receive(wire.answer_decoder, deadline)
                if not isinstance(answer, wire.Callback):
                    break
                worker.channel.send(self._answer_callback(answer, name, arrays))
        except wire.TimedOut:
            self.close()
            self._handed.timeouts[name] += 1
            raise CheckFailed(words.of_timeout(name, self._limits.call_s)) from None
        except wire.Closed:
            raise CheckFailed(self._ended(name)) from None
        except wire.Malformed as error:
            self.close()
            raise CheckFailed(words.of_unreadable(name, str(error))) from None
        if isinstance(answer, wire.Raised):
            raise CheckFailed(self._finding(name, answer))
        if not isinstance(answer, wire.Returned):
            self.close()
            raise CheckFailed(words.of_unreadable(name, type(answer).__name__))
        return answer

    def _open(self, name: str) -> OpenWorker:
        now = time.monotonic()
        if now > self._handed.deadline:
            raise CheckFailed(_out_of_time(name, "the whole submission"))
        if now > self._deadline:
            raise CheckFailed(_out_of_time(name, "this check"))
        if self._worker is None:
            try:
                self._worker = self._handed.wall.open_worker(self._seed)
            except WallFailed as error:
                raise GraderFailed(str(error)) from None
            self._generation += 1
        return self._worker

    def _ended(self, name: str) -> Finding:
        worker, self._worker = self._worker, None
        status = 0 if worker is None else self._handed.wall.close_worker(worker)
        return words.of_end(name, status, self._limits.memory_mb, self._limits.check_s)

    def _finding(self, name: str, answer: wire.Raised) -> Finding:
        from msgspec import structs

        finding = words.of_raised(name, answer, self._handed.sources, self._handed.allowed)
        return structs.replace(
            finding, warnings=self._warnings(answer.warned), printed=answer.printed
        )

    def _warnings(self, warned: list[wire.Warned]) -> tuple[str, ...]:
        return words.warnings_text(warned, self._handed.sources.files)

    def _answer_callback(
        self, callback: wire.Callback, name: str, arrays: list[wire.Array]
    ) -> wire.Reply:
        self._callbacks_left -= 1
        if self._callbacks_left < 0:
            raise CheckFailed(_too_many_callbacks(name, self._limits.callbacks))
        if not 0 <= callback.id < len(self._callbacks):
            raise wire.Malformed("a callback that was not given")
        for data in callback.state:
            _copy_into(arrays, data)
        args = [self._unpack(arg, name) for arg in callback.args]
        kwargs = {key: self._unpack(arg, name) for key, arg in callback.kwargs.items()}
        try:
            value = self._callbacks[callback.id](*args, **kwargs)
        except (CheckFailed, GraderFailed):
            raise
        except Exception as error:  # noqa: BLE001 - the student's arguments may be anything
            return wire.Reply(exception=type(error).__name__, message=str(error)[:300])
        try:
            return wire.Reply(wire.Packer(self._name).pack(value))
        except wire.Refused as error:
            raise GraderFailed(f"a callback of {name} returned {error}") from None

    def _unpack(self, value: wire.Value, name: str) -> Any:
        def give(special: wire.Value) -> Any:
            if isinstance(special, wire.ObjectData):
                return ObjectProxy(self, special.id, words.clean(special.type_name, 80), name)
            if isinstance(special, wire.FunctionData):
                return special
            raise wire.Malformed("a value of unknown kind")

        try:
            return wire.Unpacker(give).unpack(value)
        except (wire.Malformed, RecursionError, MemoryError) as error:
            raise CheckFailed(words.of_unreadable(name, str(error))) from None

    def _name(self, value: Any) -> wire.Value:
        """Name what has no data: proxies by their number, callables as callbacks."""
        if isinstance(value, ObjectProxy):
            return wire.ObjectData(value.number, "")
        if isinstance(value, FunctionProxy):
            return wire.FunctionData(value.name)
        if callable(value):
            self._callbacks.append(value)
            return wire.CallbackData(len(self._callbacks) - 1)
        return None


class ModuleProxy:
    """A module of the student's: its attributes are functions to call."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self._name = name

    def __getattr__(self, name: str) -> FunctionProxy:
        """A function or class of the module; whether it is there shows when it is called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return FunctionProxy(self._student, f"{self._name}.{name}")


class FunctionProxy:
    """A function or class of the student's."""

    def __init__(self, student: Student, name: str) -> None:
        self._student = student
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with data, get data."""
        return self._student.call_object(-1, self.name, args, kwargs, self.name).value


class ObjectProxy:
    """An object that lives inside: attributes are read, methods called, iterators iterated."""

    def __init__(self, student: Student, number: int, type_name: str, name: str) -> None:
        self._student = student
        self._generation = student.generation
        self._name = name
        self._type_name = type_name
        self.number = number

    def __getattr__(self, name: str) -> Any:
        """A method to call, or the value of an attribute."""
        if name.startswith("_"):
            raise AttributeError(name)
        self._check_alive()
        value = self._student.ask(wire.Attribute(self.number, name), f"{self._name}.{name}")
        if isinstance(value, wire.FunctionData):
            return MethodProxy(self, name)
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return self.call("", *args, **kwargs).value

    def __iter__(self) -> Iterator[Any]:
        """Iterate over what the object yields, one message each."""
        while True:
            self._check_alive()
            try:
                yield self._student.ask(wire.Next(self.number), self._name)
            except CheckFailed as error:
                if error.finding.kind == "raised" and "StopIteration" in error.finding.lead:
                    return
                raise

    def call(self, method: str, *args: Any, trace_lines: bool = False, **kwargs: Any) -> Answer:
        """Call a method and return the whole answer."""
        self._check_alive()
        name = f"{self._name}.{method}" if method else self._name
        return self._student.call_object(
            self.number, method, args, kwargs, name, trace_lines=trace_lines
        )

    def read(self) -> Any:
        """The present content, of an array that lives inside."""
        self._check_alive()
        return self._student.ask(wire.Read(self.number), self._name)

    def _check_alive(self) -> None:
        if self._student.generation != self._generation:
            raise CheckFailed(
                Finding(
                    kind="crash",
                    lead=f"The object of {words.shown(self._name)} is gone with its process.",
                    evidence=("An earlier call ended the process, or did not end in time.",),
                    function=self._name,
                )
            )


class MethodProxy:
    """A method of an object that lives inside."""

    def __init__(self, owner: ObjectProxy, name: str) -> None:
        self._owner = owner
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with data, get data."""
        return self._owner.call(self._name, *args, **kwargs).value


def _argument_names(
    answer: wire.Returned, packer: wire.Packer, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[str, ...]:
    """Names of the array arguments whose content changed, as the student's signature has them."""
    changed = [packer.arrays[ref] for ref in answer.changed if 0 <= ref < len(packer.arrays)]
    names: dict[str, None] = {}
    for array in changed:
        for position, arg in enumerate(args):
            if _holds(arg, array):
                known = position < len(answer.parameters)
                text = words.clean(answer.parameters[position], 40) if known else ""
                names[text or f"argument {position + 1}"] = None
        for key, arg in kwargs.items():
            if _holds(arg, array):
                names[key] = None
    return tuple(names)


def _holds(value: Any, array: wire.Array) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds(item, array) for item in value)
    if isinstance(value, dict):
        return any(_holds(item, array) for item in value.values())
    return value is array


def _copy_into(arrays: list[wire.Array], data: wire.ArrayData) -> None:
    """Bring an original up to date for the callback that reads it."""
    new = wire.unpack_array(data)
    if not 0 <= data.ref < len(arrays):
        raise wire.Malformed("an array that was not given")
    original = arrays[data.ref]
    if original.shape == new.shape and original.dtype == new.dtype and original.flags.writeable:
        np.copyto(original, new)


def _restore(arrays: list[wire.Array], before: list[wire.Array]) -> None:
    for array, content in zip(arrays, before, strict=True):
        if array.flags.writeable:
            np.copyto(array, content)


def _out_of_time(name: str, what: str) -> Finding:
    return Finding(
        kind="not_run",
        lead=f"{words.shown(name)} was not run: the time for {what} was used up before.",
        question="Which functions take long? Mend those first.",
        function=name,
    )


def _too_many_callbacks(name: str, limit: int) -> Finding:
    return Finding(
        kind="callbacks",
        lead=f"{words.shown(name)} called the function that it was given more than {limit} times.",
        question="How many evaluations does the method need? Is there a loop that never ends?",
        function=name,
    )


def _tampered(name: str) -> Finding:
    return Finding(
        kind="tampering",
        lead=f"While {words.shown(name)} ran, the counting of its lines was switched off.",
        evidence=("Loops are counted by executed lines; code may not call sys.settrace.",),
        function=name,
    )
