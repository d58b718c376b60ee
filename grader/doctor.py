"""What this machine can shut student code into: each layer, tried, and the level that follows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from msgspec import Struct

from grader.sandbox import isolation, self_test
from grader.sandbox.nursery import Nursery
from grader.sandbox.wall import Wall

_LOST = {
    "limits": "one process could take all memory, write large files, dump core",
    "first to go when memory is short": "the kernel could end the grader before student code",
    "namespaces": "seccomp alone keeps it from the network and shared memory",
    "a user of its own": "only landlock keeps it from your files and processes",
    "parent-death signal": "it could outlive a grader that was killed",
    "no-new-privileges": "it could gain rights by set-user-id programs; no filter would load",
    "landlock": "it could read whatever its user can, and write to /tmp",
    "seccomp": "it could open sockets, start processes, trace, share memory",
}
_WITHOUT = {
    "L1": "Student code can read your files here. Grade on Linux, as root or with landlock, or in "
    "a container.",
    "L2": "Student code can reach other processes or the network here.",
}


class Layer(Struct, frozen=True):
    """A layer, whether it works here, and what is lost without it."""

    name: str
    works: bool
    why_not: str
    lost: str


class Examination(Struct, frozen=True):
    """All layers, what the self-test saw refused, and the level."""

    layers: tuple[Layer, ...]
    refused: tuple[str, ...]
    level: self_test.Level
    advice: str


def examine() -> Examination:
    """Shut a process in as for a grade, and let it try to get out."""
    with tempfile.TemporaryDirectory() as folder, Nursery() as nursery, Wall(nursery) as wall:
        secret = Path(folder) / "expected"
        secret.write_text("nobody should read this", "utf-8")
        targets = self_test.Targets((os.fsencode(secret),), (os.fsencode(folder),), os.getpid())
        refused = wall.self_test(targets)
        missing = dict(text.split(": ", 1) for text in wall.missing_layers)
    if not _may_enter_namespaces():
        missing["namespaces"] = "only root outside of containers may have them"
    if os.geteuid() != 0:
        missing["a user of its own"] = "only root can give it one"
    layers = tuple(
        Layer(name, name not in missing, missing.get(name, ""), lost)
        for name, lost in _LOST.items()
    )
    level = self_test.level_of(refused)
    return Examination(layers, tuple(refused), level, _WITHOUT.get(level, ""))


def _may_enter_namespaces() -> bool:
    """Whether this machine gives them, tried in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            isolation.enter_namespaces()
        except (OSError, AttributeError):
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
