"""The grader's command with some layers of the wall left out: for the red team's matrix alone.

    python switched.py "landlock; own user" grade SUBMISSION ...

The product has no such switch. Functions of the sandbox are replaced in this process before it
grades, so that an attack can show what a layer is worth.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import msgspec

if "limits of a message" in "".join(sys.argv[1:2]):
    _WITH_LIMITS = msgspec.Meta
    msgspec.Meta = lambda **_limits: _WITH_LIMITS()  # type: ignore[misc,assignment]

from grader import cli, grade, outcomes, results, text
from grader.sandbox import (
    isolation,
    landlock,
    messages,
    scratch,
    seccomp,
    server,
    student,
    sweep,
    wall,
    wire,
)
from grader.sandbox import values as wire_values


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands in for a layer that is left out."""


def _without_flag(left_out: int) -> Callable[[], None]:
    def switch() -> None:
        real = isolation.set_process_flag

        def flag(option: int, value: int) -> None:
            if option != left_out:
                real(option, value)

        isolation.set_process_flag = flag

    return switch


def _set(owner: Any, name: str, value: Any) -> Callable[[], None]:
    def switch() -> None:
        if not hasattr(owner, name):
            raise SystemExit(f"switched.py: {owner.__name__} has no {name} any more")
        setattr(owner, name, value)

    return switch


def _keep_all_that_was_inherited(sock: socket.socket, *_more: Any) -> socket.socket:
    os.setsid()
    return sock


def _no_limit_of_memory() -> None:
    real = isolation.limit_worker
    isolation.limit_worker = lambda limits, _already, tasks=0: real(limits, 0, tasks)


def _endless_call() -> None:
    student.Student._deadline_of_call = lambda self: self._deadline + 1e3  # type: ignore[method-assign]


def _callbacks_without_end() -> None:
    real = student.Student._answer_callback

    def answer(self: Any, *args: Any) -> Any:
        self._callbacks_left = 10**9
        return real(self, *args)

    student.Student._answer_callback = answer  # type: ignore[method-assign]
    student._CALLBACK_BYTES = student._LARGEST_ARGUMENT = 10**12


def _any_words() -> None:
    messages.Vocabulary.message = lambda _self, text, _known: text  # type: ignore[method-assign]
    messages.Vocabulary.name = lambda _self, text, *_limit: text  # type: ignore[method-assign]


def _write_anywhere(place: Any, _submission: Any) -> None:
    place.folder.mkdir(parents=True, exist_ok=True)


def _show_all(finding: outcomes.Finding, _level: str) -> outcomes.Finding:
    return finding


LAYERS: dict[str, Callable[[], None]] = {
    "place of the results": _set(grade, "prepare", _write_anywhere),
    "own user": _set(isolation, "free_user", lambda _wanted: None),
    "parent-death signal": _without_flag(1),
    "not dumpable": _without_flag(4),
    "no-new-privileges": _without_flag(38),
    "landlock": _set(landlock, "restrict", _nothing),
    "seccomp, always": _set(seccomp, "refuse_always", _nothing),
    "seccomp, once loaded": _set(seccomp, "refuse_once_loaded", _nothing),
    "limit of memory": _no_limit_of_memory,
    "limit of a file's size": _set(isolation, "_FILE_BYTES", 2**32),
    "descriptors of its own": _set(isolation, "own_descriptors", _nothing),
    "limit of processes": _set(isolation, "_PROCESSES", 4096),
    "drop what was inherited": _set(
        server, "_drop_what_was_inherited", _keep_all_that_was_inherited
    ),
    "sweep": _set(sweep, "sweep", _nothing),
    "clear the scratch folder": _set(wall.Wall, "_clear_scratch", _nothing),
    "limit of the scratch folder": _set(scratch, "is_overfull", lambda _folder: False),
    "deadline of a call": _endless_call,
    "limit of callbacks": _callbacks_without_end,
    "limits of a message": _nothing,  # above, before the messages are defined
    "limit of a message": _set(wire.Channel.receive, "__defaults__", (None, 2**40)),
    "limit of pieces": _set(wire, "_MOST_PIECES", 10**9),
    "limit of values": _set(wire_values, "MAX_ITEMS", 10**9),
    "known words only": _any_words,
    "feedback level": _set(outcomes, "student_finding", _show_all),
    "visible text": _set(text, "visible", lambda text, **_: text),
    "escaped markdown": _set(text, "markdown", lambda text, **_: text),
    "JSON that is safe": _set(results, "_safe", lambda value: value),
}


def main() -> None:
    """Leave the layers out and grade."""
    for name in filter(None, sys.argv.pop(1).split("; ")):
        LAYERS[name]()
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
