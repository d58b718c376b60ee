"""The grader's command with some layers of the wall left out: for the red team's matrix alone.

    python switched.py "landlock; own user" grade SUBMISSION ...

The product has no such switch. Functions of the sandbox are replaced in this process before it
grades, so that an attack can show what a layer is worth.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

if "limits of a message" in "".join(sys.argv[1:2]):
    _WITH_LIMITS = msgspec.Meta
    msgspec.Meta = lambda **_limits: _WITH_LIMITS()  # type: ignore[misc,assignment]

from grader import cli, grade, outcomes, rules, submission, text, unpack, vetting
from grader.group import Group
from grader.report import frame
from grader.sandbox import (
    callbacks,
    channel,
    conversation,
    functions,
    handed,
    isolation,
    landlock,
    memory,
    messages,
    modules,
    nursery,
    proxies,
    scratch,
    seccomp,
    student,
    sweep,
    wall,
    wire,
)
from grader.sandbox import kept as kept_module
from grader.sandbox import script as script_module
from grader.sandbox import values as wire_values
from tests.attacks import naive
from tests.attacks.arena import MISSING


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands in for a layer that is left out."""


def _without_flag(left_out: int) -> Callable[[], None]:
    def switch() -> None:
        real = isolation.set_process_flag

        def flag(option: int, value: int) -> None:
            if option != left_out:
                real(option, value)

        _set(isolation, "set_process_flag", flag)()

    return switch


def _set(owner: Any, name: str, value: Any) -> Callable[[], None]:
    def switch() -> None:
        if not hasattr(owner, name):
            raise SystemExit(f"{MISSING}: {owner.__name__} has no {name} any more")
        setattr(owner, name, value)

    return switch


def _keep_all_that_was_inherited() -> None:
    def keep(descriptor: int) -> socket.socket:
        os.setsid()
        return socket.socket(fileno=descriptor)

    _set(nursery, "_keep_only", keep)()
    _set(nursery, "_drop_what_was_inherited", lambda sock: keep(sock.detach()))()


def _no_limit_of_memory() -> None:
    real = isolation.limit_worker
    _set(isolation, "limit_worker", lambda limits, _already, tasks=0: real(limits, 0, tasks))()


def _endless_call() -> None:
    talk = conversation.Conversation
    _set(talk, "_deadline_of_call", lambda self, _calls: self._deadline + 1e3)()


def _callbacks_without_end() -> None:
    real = callbacks.Callbacks.answer

    def answer(self: Any, *args: Any) -> Any:
        self._left = 10**9
        return real(self, *args)

    _set(callbacks.Callbacks, "answer", answer)()
    callbacks._CALLBACK_BYTES = callbacks._LARGEST_ARGUMENT = 10**12


def _compile_without_limit() -> None:
    _set(isolation, "memory_within", lambda *_limits: contextlib.nullcontext())()


def _objects_in_callbacks() -> None:
    real = callbacks.Callbacks.answer

    def answer(self: Any, callback: Any, name: str, arrays: Any) -> Any:
        def give(special: Any) -> Any:
            return proxies.ObjectProxy(self._special.__self__, special.id, special.type_name, name)

        _set(callbacks, "_no_object", give)()
        return real(self, callback, name, arrays)

    _set(callbacks.Callbacks, "answer", answer)()


def _any_words() -> None:
    _set(messages.Vocabulary, "message", lambda _self, text, _known: text)()
    _set(messages.Vocabulary, "name", lambda _self, text, *_limit: text)()


def _read_the_answers_first() -> None:
    """Let the process that workers are forked from know what the grader will know."""
    real = nursery.Nursery.__init__

    def begin(self: nursery.Nursery) -> None:
        from grader.assignment import load_assignment
        from grader.suite.run import import_reference

        assignment = load_assignment(Path(sys.argv[sys.argv.index("--assignment") + 1]))
        import_reference(assignment.folder, assignment.settings.reference)
        real(self)

    _set(nursery.Nursery, "__init__", begin)()


def _import_anything() -> None:
    real = modules.Gate.find_spec

    def find_spec(self: modules.Gate, *names: Any) -> Any:
        try:
            return real(self, *names)
        except modules.NotAllowed:
            return None

    _set(modules.Gate, "find_spec", find_spec)()


def _one_worker_for_all() -> None:
    real, kept = wall.Wall.open_worker, []

    def open_worker(self: wall.Wall, seed: int, _group: object = None) -> kept_module.OpenWorker:
        kept[:] = kept or [real(self, seed)]
        return kept[0]

    _set(wall.Wall, "open_worker", open_worker)()
    _set(wall.Wall, "dismiss_worker", _nothing)()
    _set(wall.Wall, "keep_worker", _nothing)()  # which would stop it


def _one_group() -> None:
    """Let any two checks share a worker."""
    opened, kept = wall.Wall.open_worker, wall.Wall.keep_worker

    everybody = Group(0, frozenset())

    def open_worker(
        self: wall.Wall, seed: int, group: Group | None = None
    ) -> kept_module.OpenWorker:
        return opened(self, seed, group and everybody)

    def keep_worker(self: wall.Wall, worker: kept_module.OpenWorker, _group: Group) -> None:
        kept(self, worker, everybody)

    _set(wall.Wall, "open_worker", open_worker)()
    _set(wall.Wall, "keep_worker", keep_worker)()


def _no_share() -> None:
    handed.Handed.share = handed.Handed.spare = lambda _self: 1e9  # type: ignore[method-assign]


def _endless_submission() -> None:
    real = conversation.Conversation._open

    def open_worker(self: conversation.Conversation, name: str) -> kept_module.OpenWorker:
        end, self._handed.deadline = self._handed.deadline, 1e12
        try:
            return real(self, name)
        finally:
            self._handed.deadline = end

    _set(conversation.Conversation, "_open", open_worker)()


def _any_number_of_files() -> None:
    unpack._MAX_ENTRIES = submission._MAX_FILES = 10**9


def _any_number_of_descriptors() -> None:
    isolation.resource = types.SimpleNamespace(  # type: ignore[attr-defined]
        **vars(resource) | {"setrlimit": _limits_but(resource.RLIMIT_NOFILE)}
    )


def _processor_without_end() -> None:
    isolation.resource = types.SimpleNamespace(  # type: ignore[attr-defined]
        **vars(resource) | {"setrlimit": _limits_but(resource.RLIMIT_CPU)}
    )


def _limits_but(left_out: int) -> Callable[[int, tuple[int, int]], None]:
    def limit(which: int, values: tuple[int, int]) -> None:
        if which != left_out:
            resource.setrlimit(which, values)

    return limit


def _functions_from_inside() -> None:
    def unpack_answer(self: student.Student, value: wire.Value, name: str) -> Any:
        def give(special: wire.Value) -> Any:
            if isinstance(special, wire.FunctionParts):
                return functions.unpack_function(special, unpacker.unpack)
            assert isinstance(special, wire.ObjectData)
            return proxies.ObjectProxy(self, special.id, special.type_name, name)

        unpacker = wire_values.Unpacker(give)
        return unpacker.unpack(value)

    _set(student.Student, "_unpack", unpack_answer)()


def _changed_for_good() -> None:
    """Let a call change the arguments of the check's next, on either side of the suite's calls."""
    from grader.suite import calls

    _set(memory, "restore", _nothing)()
    _set(calls, "kept", lambda *_values: contextlib.nullcontext())()


def _all_at_once() -> None:
    real = student.script_of

    def script_of(exchanged: Any, *, asks_back: bool) -> Any:
        script = real(exchanged, asks_back=asks_back)
        if script is None or asks_back:
            return None
        batch = wire.Batch([one for step in script.steps for one in step.requests])
        whole = script_module.Step(
            msgspec.Raw(msgspec.msgpack.encode(batch)),
            True,
            True,
            tuple(name for step in script.steps for name in step.functions),
            tuple(answer for step in script.steps for answer in step.answers),
        )
        return msgspec.structs.replace(script, steps=(whole,))

    _set(student, "script_of", script_of)()
    # Each answer must be the same then: what they are judged by is told step by step.
    _set(rules, "rules_of", lambda _makers, steps, **_how: (None,) * steps)()


def _never_stopped() -> None:
    """Let workers that are kept run on: who looks at them sees one thread and little memory."""
    real = kept_module.os.kill  # type: ignore[attr-defined]

    def kill(pid: int, number: int) -> None:
        if number != signal.SIGSTOP:
            real(pid, number)

    _set(kept_module, "os", types.SimpleNamespace(**vars(os) | {"kill": kill}))()


def _left_to_live() -> None:
    """Let what a check started live on, and count as nobody's memory."""
    _set(wall.Wall, "_end_what_it_started", _nothing)()


def _pages_as_they_come() -> None:
    real = frame._environment

    def environment(folder: Path) -> Any:
        found = real(folder).overlay(autoescape=False)
        found.bytecode_cache = None  # compiled templates escape, and these are not to be kept
        return found

    _set(frame, "_environment", environment)()


def _endless_check() -> None:
    real = conversation.Conversation.__init__

    def begin(self: conversation.Conversation, *args: Any) -> None:
        real(self, *args)
        self._deadline = time.monotonic() + 1e3

    _set(conversation.Conversation, "__init__", begin)()


def _sources_of_any_size() -> None:
    submission._MAX_SOURCE_BYTES = submission._MAX_TOTAL_BYTES = 400 * 2**20


class _Forgetful(set[str]):
    """Knows of nothing that it holds."""

    def __contains__(self, _item: object) -> bool:
        return False


def _imported_each_time_anew() -> None:
    real = conversation.Conversation._open

    def open_worker(self: conversation.Conversation, name: str) -> kept_module.OpenWorker:
        worker = real(self, name)
        worker.imported = _Forgetful(worker.imported)
        return worker

    _set(conversation.Conversation, "_open", open_worker)()


def _any_architecture() -> None:
    def whole(_machine: int, program: list[bytes]) -> bytes:
        first = seccomp._op(seccomp._LOAD, seccomp._AT_NUMBER)
        return b"".join([first, *program, seccomp._ret(seccomp._ALLOW)])

    _set(seccomp, "_whole", whole)()


def _write_anywhere(place: Any, _submission: Any) -> None:
    place.folder.mkdir(parents=True, exist_ok=True)


def _show_all(finding: outcomes.Finding, _level: str) -> outcomes.Finding:
    return finding


LAYERS: dict[str, Callable[[], None]] = {
    "names that may be imported": _set(vetting, "_is_vetted", lambda *_args: True),
    "links are not followed": _set(submission, "list_folder", naive.list_folder),
    "zips are read in memory": _set(submission, "list_zip", naive.list_zip),
    "sizes while reading": _sources_of_any_size,
    "sizes while unpacking": _set(unpack, "_zip_reader", naive.zip_reader),
    "secrets come after the fork": _read_the_answers_first,
    "import gate": _import_anything,
    "fresh process for each check": _one_worker_for_all,
    "groups of checks": _one_group,
    "kept workers are stopped": _never_stopped,
    "memory of kept workers": _set(kept_module, "_MOST_KEPT_KB", 2**40),
    "processes end with their check": _left_to_live,
    "memory of all processes": _set(wall.Wall, "require_memory", _nothing),
    "failures count alone": _set(student.Student, "is_alone", True),
    "place of the results": _set(grade, "prepare", _write_anywhere),
    "own user": _set(isolation, "free_user", lambda _wanted: None),
    "parent-death signal": _without_flag(1),
    "not dumpable": _without_flag(4),
    "no-new-privileges": _without_flag(38),
    "namespaces": _set(isolation, "enter_namespaces", _nothing),
    "landlock": _set(landlock, "restrict", _nothing),
    "seccomp, always": _set(seccomp, "refuse_always", _nothing),
    "seccomp, once loaded": _set(seccomp, "refuse_once_loaded", _nothing),
    "other architectures": _any_architecture,
    "limit of memory": _no_limit_of_memory,
    "limit of a file's size": _set(isolation, "_FILE_BYTES", 2**32),
    "descriptors of its own": _set(isolation, "own_descriptors", _nothing),
    "limit of processes": _set(isolation, "_PROCESSES", 4096),
    "drop what was inherited": _keep_all_that_was_inherited,
    "sweep": _set(sweep, "sweep", _nothing),
    "clear the scratch folder": _set(wall.Wall, "_clear_scratch", _nothing),
    "limit of the scratch folder": _set(scratch, "is_overfull", lambda _folder: False),
    "deadline of a call": _endless_call,
    "deadline of a check": _endless_check,
    "one import in a check": _imported_each_time_anew,
    "share of each check": _no_share,
    "deadline of the submission": _endless_submission,
    "limit of processor time": _processor_without_end,
    "limit of descriptors": _any_number_of_descriptors,
    "number of files": _any_number_of_files,
    "arguments are restored": _changed_for_good,
    "one request after another": _all_at_once,
    "functions go in only": _functions_from_inside,
    "only data in callbacks": _objects_in_callbacks,
    "limits of the compiler": _compile_without_limit,
    "few encodings": _set(unpack, "_is_common", lambda _encoding: True),
    "limit of callbacks": _callbacks_without_end,
    "limits of a message": _nothing,  # above, before the messages are defined
    "limit of a message": _set(channel.Channel.receive, "__defaults__", (None, 2**40)),
    "limit of pieces": _set(channel, "_MOST_PIECES", 10**9),
    "limit of values": _set(wire_values, "MAX_ITEMS", 10**9),
    "known words only": _any_words,
    "feedback level": _set(outcomes, "student_finding", _show_all),
    "visible text": _set(text, "visible", lambda text, **_: text),
    "escaped HTML": _pages_as_they_come,
    "escaped markdown": _set(text, "markdown", lambda text, **_: text),
}


_LANE = "--lane"


def _left_out_in_lanes_too(names: str) -> None:
    """Have the programs that grade a class start like this one."""
    from grader.batch import crew

    start = [sys.executable, __file__, names, _LANE]
    _set(crew, "command", lambda _module, *arguments: [*start, *arguments])()


def main() -> None:
    """Leave the layers out and grade."""
    names = sys.argv.pop(1)
    for name in filter(None, names.split("; ")):
        LAYERS[name]()
    if sys.argv[1] == _LANE:
        from grader.batch import lane

        del sys.argv[1]
        lane.main()
        return
    if sys.argv[1] == "batch":
        _left_out_in_lanes_too(names)
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
