"""What a worker cannot do: tried in one, before any student code is loaded.

The level follows from what was refused, whatever refused it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
from pathlib import Path
from typing import Literal

from msgspec import Struct

Level = Literal["L1", "L2", "L3", "L4"]
LEVELS: tuple[Level, ...] = ("L1", "L2", "L3", "L4")


class Targets(Struct, frozen=True):
    """What the self-test tries to reach."""

    secret_files: tuple[bytes, ...] = ()
    secret_folders: tuple[bytes, ...] = ()
    supervisor: int = 0


def run(targets: Targets) -> list[str]:
    """Try what must fail; return what was refused: read, write, signal, trace, network, see."""
    refused = []
    if not any(map(_can_read, (*targets.secret_files, *targets.secret_folders))):
        refused.append("read")
    if not any(map(_can_write_in, (*targets.secret_folders, b"/tmp", b"/var/tmp", b"/dev/shm"))):
        refused.append("write")
    if not _can_signal(targets.supervisor) and not _can_signal(os.getppid()):
        refused.append("signal")
    if not _can_trace(targets.supervisor) and not _can_trace(os.getppid()):
        refused.append("trace")
    if not _can_reach_network():
        refused.append("network")
    if not Path(f"/proc/{targets.supervisor}").exists() and sys.platform == "linux":
        refused.append("see")
    return refused


def level_of(refused: list[str]) -> Level:
    """Name the isolation level that follows from what the self-test saw refused."""
    seen = set(refused)
    if not {"read", "write"} <= seen:
        return "L1"
    if not {"signal", "trace", "network"} <= seen:
        return "L2"
    return "L4" if "see" in seen else "L3"


def _can_read(path: bytes) -> bool:
    try:
        if os.path.isdir(path):  # noqa: PTH112 - a Path takes no bytes
            os.listdir(path)  # noqa: PTH208 - the same
        else:
            os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _can_write_in(folder: bytes) -> bool:
    path = Path(os.fsdecode(folder)) / f".isolation-{os.getpid()}"
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return False
    path.unlink(missing_ok=True)
    return True


def _can_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _can_trace(pid: int) -> bool:
    if sys.platform != "linux":
        return True
    libc, attach, detach = ctypes.CDLL(None, use_errno=True), 16, 17
    if libc.ptrace(attach, pid, 0, 0) == 0:
        os.waitpid(pid, 0)
        libc.ptrace(detach, pid, 0, 0)
        return True
    return any(_can_read(os.fsencode(f"/proc/{pid}/{name}")) for name in ("mem", "environ"))


def _can_reach_network() -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.settimeout(0.2)
                probe.connect(("127.0.0.1", 9))
        except OSError as error:
            if error.errno in {errno.ECONNREFUSED, errno.EINPROGRESS} or "timed out" in str(error):
                return True
        else:
            return True
    return False
