"""The layers round student code, in their order.

A process server forks the workers in which checks run (worker.py). Layers that children inherit are
put on once, in the server, in an order in which each still can: limits first, and namespaces where
root may have them; then the user, which a later layer could no longer change to; then the
parent-death signal, which a change of user clears; no-new-privileges, which the filters need;
landlock, which hides the files; seccomp last. A worker adds what is its own: not to fork, not to
exec, not to signal anybody else.

Nothing here is believed: what the layers are worth is what self_test.py sees refused.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from . import landlock, seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_NEW_NETWORK, _NEW_IPC = 0x40000000, 0x08000000
_SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_OPEN_FILES = 64
_FILE_BYTES = 4 * 2**20
_PROCESSES = 64
_libc = ctypes.CDLL(None, use_errno=True)


FIRST_FREE_USER = 20_000
"""Users from here on are lent to student code: all that they run is ended with it."""


class Plan(Struct, frozen=True):
    """What the server is to be shut into."""

    scratch: str
    """The only folder that student code may write to; it is the current folder."""
    user: int | None = None
    """User and group id to change to, when started as root."""


class WorkerLimits(Struct, frozen=True):
    """What one worker may take."""

    memory_mb: int = 1024
    """Memory beyond what numpy takes. [MiB]"""
    cpu_s: int = 60
    """Processor time. [s]"""
    output: int = 16_384
    """Printed text that is kept of one call. [characters]"""
    processes: bool = False
    """Whether it may start processes. They may take no more memory than it may, all together."""


def shut_in(plan: Plan, parent: int) -> list[str]:
    """Apply the layers that the server's children inherit; return what could not be applied."""
    missing: list[str] = []
    _limit_resources(plan, missing)
    with contextlib.suppress(OSError, AttributeError):
        # Beyond what the filters refuse, and refused itself in most containers: never missed.
        enter_namespaces()
    readable = _readable_folders()
    writable = [os.open(plan.scratch, os.O_RDONLY)]
    devices = [os.open(path, os.O_RDONLY) for path in _DEVICES if Path(path).exists()]
    os.chdir(plan.scratch)
    if plan.user is not None:
        with _layer("a user of its own", missing):
            _become(plan.user)
    needed = _keep_importable(readable)
    with _layer("parent-death signal", missing):
        die_with_parent(parent)
    with _layer("no-new-privileges", missing):
        set_process_flag(_PR_SET_NO_NEW_PRIVS, 1)
    with _layer("landlock", missing):
        landlock.restrict((*readable.values(), *devices), (*writable, *devices))
    with _layer("seccomp", missing):
        seccomp.refuse_always()
        seccomp.prepare()
    for fd in {*writable, *devices, *readable.values()} - needed:
        os.close(fd)
    return missing


def shut_worker(server: int, *, processes: bool = False) -> None:
    """Apply what is a worker's own: it dies with its server, and signals nothing.

    It starts nothing either, unless it may start `processes`.
    """
    with contextlib.suppress(OSError, AttributeError):
        die_with_parent(server)
        set_process_flag(_PR_SET_DUMPABLE, 0)
        seccomp.refuse_once_loaded(os.getpid(), processes=processes)


class SharedDescriptor(Struct, frozen=True):
    """A descriptor whose offset and flags a process shares with those that it forks."""

    number: int
    path: str
    flags: int


def shared_descriptors() -> list[SharedDescriptor]:
    """What a server's children share with it and one another, for `own_descriptors`."""
    shared = []
    for fd in range(_OPEN_FILES):
        with contextlib.suppress(OSError):
            mode = os.fstat(fd).st_mode
            if stat.S_ISDIR(mode):
                shared.append(SharedDescriptor(fd, f"/proc/self/fd/{fd}", os.O_RDONLY))
            elif stat.S_ISCHR(mode):
                shared.append(SharedDescriptor(fd, os.devnull, os.O_RDWR))
    return shared


def own_descriptors(shared: Sequence[SharedDescriptor]) -> None:
    """Open anew what a worker shares with its server: offsets and flags would be remembered."""
    for descriptor in shared:
        with contextlib.suppress(OSError):
            new = os.open(descriptor.path, descriptor.flags)
            os.dup2(new, descriptor.number, inheritable=False)
            os.close(new)


def forget_how_it_was_started() -> None:
    """Overwrite this process's first arguments and environment, which lie open on its stack."""
    for value in os.environb.values():
        # What is freed is not overwritten. Python shares the objects of a single byte.
        if len(value) > 1:
            ctypes.memset(id(value) + bytes.__basicsize__ - 1, 0, len(value))
    os.environ.clear()
    for arguments in (sys.argv, sys.orig_argv):
        arguments[:] = ["worker"]
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        for start, end in ((45, 46), (47, 48)):
            ctypes.memset(int(fields[start]), 0, int(fields[end]) - int(fields[start]))


def address_space() -> int:
    """Address space of this process in bytes, or 0 where that cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


def tasks_of_this_user() -> int:
    """Number of processes and threads of an ordinary user; 0 for root, or where nobody can tell."""
    user = os.getuid()
    total = 0
    if user == 0:
        return 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == user:
                total += sum(1 for _ in (process / "task").iterdir())
    return total


def limit_worker(limits: WorkerLimits, already: int, tasks: int = 0) -> None:
    """Give a worker a session of its own and its share of time, memory and threads.

    `already` is the address space of the server that it was forked from. [bytes]
    `tasks` is what else its user has running: a limit counts all of a user.
    """
    os.setsid()
    if tasks:
        most = tasks + _PROCESSES
        hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s))
    if already:
        most = already + limits.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextlib.contextmanager
def memory_within(limits: WorkerLimits, already: int) -> Iterator[None]:
    """Give the server itself no more memory than a worker, for what is as hostile."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if already:
        most = already + limits.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; end now if it already has."""
    set_process_flag(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def run_on(cores: set[int]) -> None:
    """Let this process run on these cores only; wherever it could where none is named."""
    if sys.platform == "linux" and cores:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, cores)


def own_cores() -> set[int]:
    """Where this process may run; empty where the system does not say."""
    return os.sched_getaffinity(0) if sys.platform == "linux" else set()


def hide_from_siblings() -> None:
    """Make this process unreadable to others of the same user (/proc, ptrace)."""
    with contextlib.suppress(OSError, AttributeError):
        set_process_flag(_PR_SET_DUMPABLE, 0)


def set_process_flag(option: int, value: int) -> None:
    """Set one of the flags of prctl(2); OSError where the kernel refuses."""
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def enter_namespaces() -> None:
    """Leave the machine's network, shared memory and queues; OSError without the right to."""
    if _libc.unshare(_NEW_NETWORK | _NEW_IPC) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def free_user(wanted: int) -> int:
    """Return a user id near `wanted` that has no name on this machine."""
    import pwd

    candidate = FIRST_FREE_USER + wanted % 40_000
    while True:
        try:
            pwd.getpwuid(candidate)
        except KeyError:
            return candidate
        candidate += 1


def _limit_resources(plan: Plan, missing: list[str]) -> None:
    with _layer("limits", missing):
        # For programs, where they are allowed: a worker itself is not dumpable, and leaves no core.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
        if plan.user is not None:
            # Counted over all processes of a user, so only for a user who has no others.
            resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
    # It acts when the whole machine has no memory left, which no attack may bring about: no row
    # of the matrix shows what it earns. tests/attacks/small.py is where it is needed.
    with _layer("first to go when memory is short", missing):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _become(user: int) -> None:
    if user < FIRST_FREE_USER:
        raise ValueError(f"user {user} may have processes of its own")
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _readable_folders() -> dict[str, int]:
    """Open what Python and its libraries need, while this process may still walk there."""
    libraries = str(Path(np.__file__).parent.parent)
    folders = {sys.prefix, sys.base_prefix, libraries, *_SYSTEM_FOLDERS}
    tops: dict[str, int] = {}
    for folder in sorted(f for f in folders if Path(f).exists()):
        if not any(Path(folder).is_relative_to(top) for top in tops):
            with contextlib.suppress(OSError):
                tops[folder] = os.open(folder, os.O_RDONLY)
    # An editable install or a current folder would put more on the path than libraries.
    sys.path[:] = [p for p in sys.path if any(Path(p).is_relative_to(top) for top in tops)]
    return tops


def _keep_importable(tops: dict[str, int]) -> set[int]:
    """Let imports find Python's own files through open descriptors where their path is closed.

    An interpreter under a closed home folder (/root/.pyenv, conda) cannot be walked to once the
    user has changed, but what lies beneath a directory that is already open can be read. Returns
    the descriptors that must stay open.
    """
    needed = set()
    for top, fd in tops.items():
        if not Path(f"/proc/self/fd/{fd}").is_dir() or os.access(top, os.R_OK | os.X_OK):
            continue

        def through(path: str, top: str = top, fd: int = fd) -> str:
            inside = path == top or path.startswith(top + os.sep)
            return f"/proc/self/fd/{fd}{path[len(top) :]}" if inside else path

        needed.add(fd)
        sys.path[:] = [through(path) for path in sys.path]
        for module in list(sys.modules.values()):
            if isinstance(getattr(module, "__path__", None), list):
                module.__path__ = [through(path) for path in module.__path__]
    sys.path_importer_cache.clear()
    return needed


@contextlib.contextmanager
def _layer(name: str, missing: list[str]) -> Iterator[None]:
    """Go on without a layer that this machine does not have, and say which."""
    try:
        yield
    except (OSError, ValueError, AttributeError) as error:
        missing.append(f"{name}: {error}")
