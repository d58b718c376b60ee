"""Inside the wall: one process, the student's code, one check after another.

A worker is forked from a server that has imported numpy and never held a secret. It takes one
request at a time from its channel, runs the student's code on plain data, and answers with plain
data or with what went wrong. It decides nothing: what it says is only ever an answer.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import socket
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import numpy as np
from msgspec import structs

from . import channel, evidence, functions, isolation, modules, values, wire
from .channel import Channel, Closed
from .evidence import Evidence, Missing, text_of
from .functions import call_quietly, unpack_function
from .tracing import LineCount

_OWN = (sys.modules[__name__], channel, evidence, functions, wire, values, modules)
_MAX_MESSAGE = 500
_MAX_NAME = 120
_MAX_NAMES = 50
_EVERY_WARNING = [("always", None, Warning, None, 0)]
_NOTHING = object()

_Content = tuple[tuple[int, ...], np.dtype[Any], bytes]


class CallbackFailed(Exception):
    """A function of the grader's did not accept what the student's code gave it."""


_PASSED_ON: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (ArithmeticError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError)
}
"""What a callback may raise and the student's code may expect to catch."""


class CappedText(io.TextIOBase):
    """Standard output that keeps the first characters and counts the rest away."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._limit = limit
        self._kept: list[str] = []

    def write(self, text: str) -> int:
        """Keep what still fits."""
        if self._left > 0:
            # Half a character can be printed, but no message can hold it.
            self._kept.append(text[: self._left].encode("utf-8", "replace").decode())
            self._left -= len(text)
        return len(text)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def take(self) -> str:
        """Return what was written since the last time."""
        text = "".join(self._kept)
        if self._left < 0:
            text += "\n… (more was printed)"
        self._kept, self._left = [], self._limit
        return text


class Staged:
    """What all workers of one submission start from: made once, before they are forked."""

    def __init__(
        self,
        compiled: Sequence[modules.Compiled],
        gate: modules.Gate,
        limits: isolation.WorkerLimits,
    ) -> None:
        self.compiled = {c.source.module: c for c in compiled}
        self.notebook = next((c.source.module for c in compiled if c.source.cells), None)
        self.files = modules.files_of(compiled)
        self.gate = gate
        self.limits = limits
        self.output = CappedText(limits.output)
        self.input = io.StringIO()


def run(sock: socket.socket, staged: Staged, server: int) -> None:
    """Shut this process in, say that it is ready, and serve requests until the channel closes."""
    isolation.shut_worker(server, processes=staged.limits.processes)
    sys.stdin = staged.input
    sys.stdout = sys.stderr = staged.output
    sys.__stdout__ = sys.__stderr__ = staged.output  # type: ignore[assignment,misc]
    sys.meta_path.insert(0, staged.gate)
    channel = Channel(sock, patience_s=0)
    worker = Worker(channel, staged)
    channel.send(wire.Ready())
    worker.serve()


def _draw_alike(seed: int) -> None:
    """Let what draws without a seed do the same in two grades of one submission."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the legacy generator is the one to seed
    # Where a new generator of numpy's has its seed from, if it is given none.
    np.random.bit_generator.randbits = random.Random(seed).getrandbits  # type: ignore[attr-defined]  # noqa: S311 - it is to be foreseen


class Worker:
    """The objects, the arrays and the call under way."""

    def __init__(self, channel: Channel, staged: Staged) -> None:
        self._channel = channel
        self._compiled = staged.compiled
        self._notebook = staged.notebook
        self._files = staged.files
        self._evidence = Evidence(staged.files)
        self._gate = staged.gate
        self._output = staged.output
        self._objects: list[Any] = []
        self._from_callbacks: list[BaseException] = []
        self._counter: LineCount | None = None
        self._sent: dict[int, _Content] = {}
        self._arguments: dict[int, values.Array] = {}
        self._caught: list[warnings.WarningMessage] = []
        self._watch_warnings()

    def serve(self) -> None:
        """Answer requests until there are no more."""
        with contextlib.suppress(Closed):
            while True:
                self.answer_next()

    def answer_next(self) -> None:
        """Wait for a request, and answer it."""
        request = self._channel.receive(wire.request_decoder, largest=wire.MAX_REQUEST)
        if isinstance(request, wire.Begin):
            self._begin(request)
        elif isinstance(request, wire.Batch):
            self._channel.send(self._answer_in_turn(request))
        else:
            self._channel.send(self._answer(request))

    def _begin(self, begin: wire.Begin) -> None:
        """Start a check with nothing of the one before but what the student's code keeps."""
        isolation.run_on(begin.cores)
        _draw_alike(begin.seed)
        self._objects.clear()
        self._from_callbacks.clear()

    def _answer(self, request: wire.Request) -> wire.Returned | wire.Raised:
        outer, self._caught = self._caught, []
        answer = self._attempt(request)
        caught, self._caught = self._caught, outer
        # What the student's code has set holds for one call, as with `catch_warnings`, which
        # takes as long as many a call.
        if warnings.filters != _EVERY_WARNING or warnings.showwarning != self._warn:
            self._watch_warnings()
        printed = self._output.take()
        if not caught and not printed:
            return answer
        return structs.replace(answer, warned=self._evidence.warned(caught), printed=printed)

    def _answer_in_turn(self, batch: wire.Batch) -> wire.Batched:
        answers: list[wire.Returned | wire.Raised] = []
        for request in batch.requests:
            answers.append(self._answer(request))
            if isinstance(answers[-1], wire.Raised):
                break
        return wire.Batched(answers)

    def _watch_warnings(self) -> None:
        """Let every warning be seen, however often it is given."""
        warnings.resetwarnings()
        warnings.simplefilter("always")
        warnings.showwarning = self._warn

    def _warn(  # the signature is Python's
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        warning = warnings.WarningMessage(message, category, filename, lineno, file, line)
        self._caught.append(warning)

    def _attempt(self, request: wire.Request) -> wire.Returned | wire.Raised:
        try:
            return self._do(request)
        except values.Refused as error:
            return wire.Raised("refused", message=str(error)[:_MAX_MESSAGE])
        except Missing as error:
            return error.raised
        except BaseException as error:  # noqa: BLE001 - whatever student code raises is an answer
            return self._evidence.raised(error, self._from_callbacks)

    def _do(  # noqa: PLR0911 - one line per request
        self, request: wire.Request
    ) -> wire.Returned | wire.Raised:
        if isinstance(request, wire.Call):
            return self._call(request)
        if isinstance(request, wire.CallEach):
            return self._call_each(request)
        if isinstance(request, wire.Hold):
            self._objects.append(self._unpacker().unpack(request.value))
            return wire.Returned(wire.ObjectData(len(self._objects) - 1, "numpy.ndarray"))
        if isinstance(request, wire.Read):
            return wire.Returned(self._packer().pack(self._objects[request.object]))
        if isinstance(request, wire.Attribute):
            value = self._member(self._objects[request.object], request.name)
            if isinstance(value, (types.MethodType, types.FunctionType, types.BuiltinFunctionType)):
                return wire.Returned(wire.FunctionData(request.name))
            return wire.Returned(self._packer().pack(value))
        if isinstance(request, wire.Next):
            return wire.Returned(self._packer().pack(next(self._objects[request.object])))
        return wire.Raised("raised", "ProtocolError", "a reply without a question")

    def _call(self, request: wire.Call) -> wire.Returned | wire.Raised:
        if request.trace_lines and self._counter is None:
            self._counter = LineCount(self._files, _OWN)
        if request.object >= 0:
            target = self._objects[request.object]
            function = self._member(target, request.name) if request.name else target
        else:
            function = self._find(request.name)
        unpacker = self._unpacker()
        args = [unpacker.unpack(arg) for arg in request.args]
        kwargs = {name: unpacker.unpack(arg) for name, arg in request.kwargs.items()}
        before = {ref: _content(array) for ref, array in unpacker.arrays.items()}
        outer = self._arguments, self._sent
        self._arguments, self._sent = unpacker.arrays, dict(before)
        lines, entered = -1, []
        try:
            if request.trace_lines and self._counter is not None:
                with self._counter:
                    value = function(*args, **kwargs)
                lines = self._counter.lines if self._counter.intact else -2
                entered = [name[:_MAX_NAME] for name in self._counter.entered]
            else:
                value = function(*args, **kwargs)
        finally:
            self._arguments, self._sent = outer
        parameters, where = self._evidence.describe(function)
        return wire.Returned(
            self._packer().pack(value),
            changed=[r for r, a in unpacker.arrays.items() if _content(a) != before[r]],
            lines=lines,
            entered=entered,
            parameters=parameters,
            where=where,
        )

    def _call_each(self, request: wire.CallEach) -> wire.Returned:
        function = self._find(request.call.name)
        found: list[Any] = []
        for point in request.points:
            unpacker = self._unpacker()
            args = [unpacker.unpack(arg) for arg in request.call.args]
            kwargs = {name: unpacker.unpack(arg) for name, arg in request.call.kwargs.items()}
            value = self._unpacker().unpack(point)
            if isinstance(request.which, str):
                kwargs[request.which] = value
            else:
                args[request.which] = value
            result = function(*args, **kwargs)
            is_row = isinstance(result, (list, tuple)) and len(result) > request.element
            found.append(result[request.element] if is_row else result)
        return wire.Returned(self._packer().pack(found))

    def _find(self, name: str) -> Callable[..., Any]:
        module_name, *path = name.split(".")
        if module_name not in self._compiled:
            if self._notebook is None:
                raise Missing("missing", module_name, sorted(self._compiled)[:_MAX_NAMES])
            module_name = self._notebook
        found: Any = sys.modules.get(module_name)
        if found is None:
            # A module that failed before is imported again, and fails again.
            found = importlib.import_module(module_name)
            self._channel.send(wire.Imported())
        for part in path:
            owner, found = found, getattr(found, part, _NOTHING)
            if found is _NOTHING:
                raise self._missing_name(module_name, part, owner)
        if isinstance(found, (np.ndarray, int, float, str)) or not callable(found):
            raise Missing("missing", ".".join(path), [], values.type_name(found))
        return found  # type: ignore[no-any-return]

    def _member(self, owner: Any, name: str) -> Any:
        """An attribute or method of an object inside."""
        try:
            return getattr(owner, name)
        except AttributeError as error:
            if self._evidence.frames(error):
                raise  # it is there, and code of the student's own that makes it failed
            public = [n for n in dir(owner) if isinstance(n, str) and not n.startswith("_")]
            raise Missing(
                "missing", name, sorted(n[:_MAX_NAME] for n in public)[:_MAX_NAMES]
            ) from None

    def _missing_name(self, module_name: str, name: str, module: Any) -> Missing:
        public = [n for n, v in vars(module).items() if not n.startswith("_") and callable(v)]
        broken = [
            f"{b.file}, line {b.line}: {b.message}" for b in self._compiled[module_name].broken
        ]
        failed = [
            f"{frames[-1].file}, line {frames[-1].line}: {type(e).__name__}: {text_of(e)}"
            for e in self._gate.failed.get(module_name, [])
            if (frames := self._evidence.frames(e))
        ]
        near = sorted(n[:_MAX_NAME] for n in public)[:_MAX_NAMES]
        return Missing("missing", name, near, "; ".join([*broken, *failed])[:1000])

    def _packer(self) -> values.Packer:
        return values.Packer(self._name_object)

    def _unpacker(self) -> values.Unpacker:
        def give(value: wire.Value) -> Any:
            if isinstance(value, wire.FunctionParts):
                return self._portable(unpack_function(value, unpacker.unpack))
            return self._give(value)

        unpacker = values.Unpacker(give)
        return unpacker

    def _name_object(self, value: Any) -> wire.Value:
        """Name what stays inside: objects of the student's own classes, functions, iterators."""
        if isinstance(value, (np.ndarray, np.generic, int, float, complex, str, list, tuple, dict)):
            return None  # a subclass of a data type may lie about itself
        own = getattr(type(value), "__module__", "") in self._compiled
        iterator = isinstance(value, (types.GeneratorType, enumerate, zip, range, type(iter([]))))
        function = isinstance(value, types.FunctionType) and value.__module__ in self._compiled
        if not (own or iterator or function):
            return None
        for number, known in enumerate(self._objects):
            if known is value:
                return wire.ObjectData(number, values.type_name(value))
        self._objects.append(iter(value) if isinstance(value, range) else value)
        return wire.ObjectData(len(self._objects) - 1, values.type_name(value))

    def _give(self, value: wire.Value) -> Any:
        """Give what a name or number of the trusted side's stands for in here."""
        if isinstance(value, wire.ObjectData):
            return self._objects[value.id]
        if isinstance(value, wire.FunctionData):
            return self._find(value.name)
        if isinstance(value, wire.RandomData):
            return values.unpack_random(value.state)
        if isinstance(value, wire.CallbackData):
            return self._callback(value.id)
        raise wire.Malformed("a value of unknown kind")

    def _callback(self, number: int) -> Callable[..., Any]:
        def callback(*args: Any, **kwargs: Any) -> Any:
            state = []
            for ref, array in self._arguments.items():
                content = _content(array)
                if content != self._sent[ref]:
                    self._sent[ref] = content
                    state.append(wire.ArrayData(array.dtype.str, array.shape, content[2], ref))
            packer = self._packer()
            packed = [packer.pack(arg) for arg in args]
            named = {name: packer.pack(arg) for name, arg in kwargs.items()}
            self._channel.send(wire.Callback(number, packed, named, state))
            return self._await_reply()

        return callback

    def _portable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the check's that lies in here: what it raises is not the student's code."""

        def portable(*args: Any, **kwargs: Any) -> Any:
            try:
                found = call_quietly(function, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the student's arguments may be anything
                raise self._passed_on(type(error).__name__, text_of(error)[:300]) from None
            return found.copy() if type(found) is np.ndarray else found

        return portable

    def _passed_on(self, kind: str, message: str) -> Exception:
        """What a function of the check's raises in here, remembered as such."""
        error = _PASSED_ON.get(kind, CallbackFailed)(message)
        self._from_callbacks.append(error)
        return error

    def _await_reply(self) -> Any:
        while True:
            request = self._channel.receive(wire.request_decoder, largest=wire.MAX_REQUEST)
            if not isinstance(request, wire.Reply):
                self._channel.send(self._answer(request))
                continue
            if request.exception:
                raise self._passed_on(request.exception, request.message)
            return self._unpacker().unpack(request.value)


def _content(array: values.Array) -> _Content:
    """All that can be changed of an array in place."""
    return array.shape, array.dtype, array.tobytes()
