"""What a grade leaves while it runs and when it has ended: processes, files, memory, segments."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import signal
import stat
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct, field

_SHARED_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - looked at
_SANDBOX_USERS = range(20_000, 65_000)
_GIVE_UP_S = 90.0
_LITTLE = 300 * 2**20


class Peak(Struct):
    """The most that was seen while the grade ran."""

    memory: int = 0
    """Resident memory of the trusted process alone. [bytes]"""
    tree: int = 0
    """Memory of all processes together. [bytes]"""
    tasks: int = 0
    files: int = 0
    """How many more files the whole machine had open."""
    scratch: int = 0
    """Bytes in the scratch folders, and 16 KiB for each entry."""
    nameless: int = 0
    """Bytes of files that no folder has and a process keeps. [bytes]"""
    standing: set[tuple[str, ...]] = field(default_factory=set)
    """Scheduling policy and niceness of the trusted process."""


def listing(place: Path) -> dict[str, str]:
    """Every entry below a folder: its kind, its mode and its content."""
    found = {}
    for entry in _entries(place):
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:  # its path is too long
            continue
        content = ""
        if stat.S_ISREG(status.st_mode) and status.st_size < 2**24:
            content = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
        name = os.path.relpath(entry.path, place)
        found[name] = f"{status.st_mode:o} {status.st_uid} {content}"
    return found


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder, as far as paths reach: attacks nest folders very deep."""
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def differences(before: dict[str, str], after: dict[str, str], expected: set[str]) -> list[str]:
    ours = {name for name in after if name in expected or "__pycache__" in name}
    ours.add("terminal")
    new = [f"new: {name}" for name in after if name not in before and name not in ours]
    gone = [f"gone: {name}" for name in before if name not in after]
    other = [
        f"changed: {name}"
        for name, what in before.items()
        if name in after and after[name] != what and name not in ours
    ]
    return [*new, *gone, *other]


def shared_entries() -> set[str]:
    """What users of sandboxes own in the folders that everybody may write to."""
    found = set()
    for folder in _SHARED_FOLDERS:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    # Other grades may run on this machine: their folders are no loot.
                    theirs = entry.name.startswith(("redteam-", "scratch-"))
                    if entry.name.startswith("loot-") or (
                        status.st_uid in _SANDBOX_USERS and not theirs
                    ):
                        found.add(entry.path)
    return found


def segments(name: str) -> list[str]:
    """System V segments that this attack left; they are removed."""
    key = 0x5EED0000 | zlib.crc32(name.encode()) & 0xFFFF
    table = Path("/proc/sysvipc/shm")
    rows = [row.split() for row in table.read_text().splitlines()[1:]] if table.exists() else []
    found = [int(row[1]) for row in rows if int(row[0]) & 0xFFFFFFFF == key]
    for number in found:
        ctypes.CDLL(None).shmctl(number, 0, None)  # IPC_RMID
    return [f"new: shared memory segment {number}" for number in found]


def watch(
    process: subprocess.Popen[bytes], scratch: Path, interrupt_s: float, *, nameless: bool = False
) -> Peak:
    """Look at the grade every few milliseconds until it ends; end it if it never does.

    One that is to be interrupted is killed so long after the attack has left a file `begun`.
    """
    peak = Peak()
    end = time.monotonic() + _GIVE_UP_S
    waits = bool(interrupt_s)
    files = _open_files()
    while process.poll() is None:
        _look(process.pid, scratch, peak)
        if nameless:
            peak.nameless = max(peak.nameless, _nameless(process.pid))
        peak.files = max(peak.files, _open_files() - files)
        if waits and any(entry.name == "begun" for entry in _entries(scratch)):
            waits, end = False, time.monotonic() + interrupt_s
        if time.monotonic() > end:
            with contextlib.suppress(OSError):
                process.kill()
        threading.Event().wait(0.01)
    return peak


def _look(pid: int, scratch: Path, peak: Peak) -> None:
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # Its processors are no sign: it chooses one itself.
        peak.standing.add((fields[16], fields[38]))
    peak.memory = max(peak.memory, _kilobytes(pid, "VmHWM") * 1024)
    processes = set(processes_below(pid))
    peak.tree = max(peak.tree, memory_of_tree(pid, peak.tree))
    peak.tasks = max(peak.tasks, sum(len(_tasks(p)) for p in processes))
    used = 0
    for entry in _entries(scratch):
        with contextlib.suppress(OSError):
            used += 16_384 + entry.stat(follow_symlinks=False).st_blocks * 512
    peak.scratch = max(peak.scratch, used)


def _open_files() -> int:
    """Files that are open on this machine."""
    return int(Path("/proc/sys/fs/file-nr").read_text().split()[0])


def _nameless(pid: int) -> int:
    """Bytes of files that have lost their names, and that a process or one below it keeps."""
    kept: dict[tuple[int, int], int] = {}
    for process in processes_below(pid):
        for kind in ("fd", "map_files"):  # what may not be looked at is not counted
            with contextlib.suppress(OSError), os.scandir(f"/proc/{process}/{kind}") as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        found = entry.stat()
                        if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                            kept[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(kept.values())


def memory_of_tree(pid: int, known: int = 0) -> int:
    """Memory of a process and all below it; no more than `known` is not looked at closely."""
    below = set(processes_below(pid))
    own = 1024 * sum(_kilobytes(p, "RssAnon") + _kilobytes(p, "RssShmem") for p in below)
    # That counts again, in each child, what it shares with its parent since the fork.
    if own <= max(known, _LITTLE):
        return own
    return 1024 * sum(_share(p) for p in below)


def _share(pid: int) -> int:
    """Memory of a process, what it shares with others divided among them, in KiB."""
    fields = ("Pss_Anon", "Pss_Shmem")
    shares = [_kilobytes(pid, field, "smaps_rollup") for field in fields]
    # Of a process that others may not look at, its own part is not known.
    return sum(shares) if any(shares) else _kilobytes(pid, "RssAnon")


def _kilobytes(pid: int, field: str, file: str = "status") -> int:
    """A line of a process's status, in KiB; 0 for one that has ended."""
    with contextlib.suppress(OSError, StopIteration, IndexError):
        status = Path(f"/proc/{pid}/{file}").read_text()
        line = next(row for row in status.splitlines() if row.startswith(field + ":"))
        return int(line.split()[1])
    return 0


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def processes_below(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for task in _tasks(pid):
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                yield from processes_below(int(child))


@contextlib.contextmanager
def heir_of_orphans() -> Iterator[Callable[[], tuple[str, ...]]]:
    """What loses its parent meanwhile becomes a child of this process, is counted and ended."""
    libc = ctypes.CDLL(None)
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    before = _children()

    def orphans() -> tuple[str, ...]:
        alive: list[str] = []
        # A process that was killed just now may need a moment to go, and one that has just lost
        # its parent a moment to be seen.
        for attempt in range(20):
            time.sleep(0.01)
            left = _children() - before
            for pid in left:
                with contextlib.suppress(OSError):
                    os.waitpid(pid, os.WNOHANG)
            if attempt > 5 and not _children() - before:
                return ()
        for pid in _children() - before:
            for one in (*processes_below(pid),):
                with contextlib.suppress(OSError):
                    os.kill(one, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            alive.append(f"process {pid}")
        return tuple(alive)

    try:
        yield orphans
    finally:
        libc.prctl(36, 0, 0, 0, 0)


def _children() -> set[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}
