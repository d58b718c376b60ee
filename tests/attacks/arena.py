"""One attack, handed in and graded by the real command in a private folder, and what it left.

Everything is the run's own: the assignment with fresh secrets, the submission, a home with a file
that is nobody's business. Only processes that the run started are ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, field, structs

from .book import FILE, HERE, Attack, Recipe

ROOT = HERE.parents[1]
User = Literal["root", "user", "container"]
_CONSONANTS = "bcdfghjkmnpqrtvwxz"  # no word of ours is made of these alone
_SHARED_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - looked at
_SANDBOX_USERS = range(20_000, 65_000)
_GIVE_UP_S = 90.0
# What the stock container leaves to its root.
_CONTAINER = (
    "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,"
    "sys_chroot,mknod,audit_write,setfcap"
)


class Peak(Struct):
    """The most that was seen while the grade ran."""

    memory: int = 0
    """Resident memory of the trusted process alone. [bytes]"""
    tree: int = 0
    """Memory of all processes together, what a fork shares with its parent counted twice. [bytes]"""
    tasks: int = 0
    scratch: int = 0
    """Bytes in the scratch folders, and 64 KiB for each entry."""
    standing: set[tuple[str, ...]] = field(default_factory=set)
    """Scheduling policy and niceness of the trusted process."""


class Run(Struct, frozen=True):
    """What a grade left."""

    attack: Attack
    status: int
    seconds: float
    terminal: str
    out: dict[str, str]
    secrets: dict[str, str]
    peak: Peak
    processes: tuple[str, ...]
    files: tuple[str, ...]


def execute(attack: Attack, user: User = "root", without: tuple[str, ...] = ()) -> Run:
    """Grade an attack as this user, with these layers left out."""
    place = Path(tempfile.mkdtemp(prefix="redteam-"))
    try:
        return _execute(attack, user, without, place)
    finally:
        _remove(place)


def _execute(attack: Attack, user: User, without: tuple[str, ...], place: Path) -> Run:
    words = {name: _word() for name in ("REFERENCE", "SUITE", "INPUT", "KEPT", "TOKEN", "HOME")}
    words["NUMBER"] = str(1_000_000 + secrets.randbelow(9_000_000))
    words["SEED"] = secrets.token_hex(8)
    paths = {
        "ASSIGNMENT": str(place / "assignment"),
        "OUT": str(place / "out"),
        "HOMEFOLDER": str(place / "home"),
        "RUN": place.name,
    }
    _copy(HERE / "assignment", place / "assignment", words)
    for name in ("home", "tmp", "out"):
        (place / name).mkdir()
    (place / "home" / "private.txt").write_text(words["HOME"])
    (place / "metadata.json").write_text(f'{{"other student": "{words["HOME"]}"}}')
    handed_in = _hand_in(attack, place, paths)
    out = handed_in / "grade" if attack.out_inside else place / "out"
    number = None
    if user == "user" and os.geteuid() == 0:
        number = 61_000 + os.getpid() % 4_000
        _give(place, number)
    # As in the stock container: the folders are open, so each layer must hold by itself.
    place.chmod(0o755)
    before, shared = _listing(place), _shared_entries()
    command = _command(user, without, number)
    arguments = ["grade", str(handed_in), "--assignment", str(place / "assignment")]
    arguments += ["--out", str(out), "--metadata", str(place / "metadata.json")]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "REDTEAM_TOKEN": words["TOKEN"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), *_libraries()]),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with _heir_of_orphans() as orphans, (place / "terminal").open("wb") as terminal:
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=place / "home",
            start_new_session=True,
            user=number,
            group=number,
            extra_groups=[] if number is not None else None,
        )
        peak = _watch(process, place / "tmp", attack.interrupt_s)
        seconds = time.monotonic() - began
        processes = orphans()
    printed = (place / "terminal").read_text("utf-8", "surrogateescape")
    (place / "terminal").unlink()
    results = {
        name: (out / name).read_text("utf-8", "surrogateescape")
        for name in ("results.json", "report.html")
        if (out / name).is_file() and not (out / name).is_symlink()
    }
    expected = {str((out / n).relative_to(place)) for n in (*results, "staff.html")}
    files = (
        *_differences(before, _listing(place), expected | {str(out.relative_to(place))}),
        *sorted(f"new: {path}" for path in _shared_entries() - shared),
        *_segments(place.name),
    )
    if attack.interrupt_s:  # nobody was left to remove it
        files = tuple(file for file in files if not file.startswith("new: tmp/scratch-"))
    for entry in _shared_entries() - shared:
        _remove(Path(entry))
    return Run(attack, process.returncode, seconds, printed, results, words, peak, processes, files)


def _word() -> str:
    return "".join(secrets.choice(_CONSONANTS) for _ in range(12))


def _copy(source: Path, target: Path, words: dict[str, str]) -> None:
    """Copy a tree, with the words between @ replaced."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.name != FILE:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(_filled(path.read_text("utf-8"), words), "utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text


def _hand_in(attack: Attack, place: Path, paths: dict[str, str]) -> Path:
    """Make the submission: the attack's files, the module that is right, and the recipes."""
    folder = place / "handed in" / _filled(attack.submission, paths)
    folder.mkdir(parents=True)
    if attack.name.endswith("/control"):
        _copy(HERE / "control", folder, {})
    else:
        _copy(attack.folder, folder, paths)
    if attack.honest:
        shutil.copy(HERE / "control" / "honest.py", folder)
    if attack.form == "zip":
        return _zipped(attack, folder, paths)
    for recipe in _each_copy(attack.files, paths):
        _cook(recipe, folder, paths)
    if attack.form == "file":
        return next(path for path in folder.iterdir() if path.name != "honest.py")
    return folder


def _each_copy(recipes: list[Recipe], words: dict[str, str]) -> Iterator[Recipe]:
    for recipe in recipes:
        for number in range(recipe.copies):
            name = _filled(recipe.name, {**words, "COPY": str(number)})
            yield structs.replace(recipe, name=name)


def _cook(recipe: Recipe, folder: Path, paths: dict[str, str]) -> None:
    path = folder / (os.fsdecode(bytes.fromhex(recipe.name_hex)) or recipe.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if recipe.link:
        path.symlink_to(_filled(recipe.link, paths))
    elif recipe.hard_link:
        path.hardlink_to(_filled(recipe.hard_link, paths))
    elif recipe.fifo:
        os.mkfifo(path)
    elif recipe.sparse_mb:
        with path.open("wb") as file:
            file.truncate(recipe.sparse_mb * 2**20)
    else:
        path.write_text(_filled(recipe.text, paths) * recipe.times, "utf-8")


def _zipped(attack: Attack, folder: Path, paths: dict[str, str]) -> Path:
    """The same as a zip: names as the recipes have them, however they climb."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
        for recipe in _each_copy(attack.files, paths):
            info = zipfile.ZipInfo(recipe.name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if recipe.link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            data = recipe.link or recipe.text * recipe.times
            content = _filled(data, paths).encode() or bytes(recipe.sparse_mb * 2**20)
            archive.writestr(info, content)
    shutil.rmtree(folder)
    return target


def _command(user: User, without: tuple[str, ...], number: int | None) -> list[str]:
    python = [sys.executable] if number is None else [python_for(number)]
    if user == "container":
        python = ["/usr/bin/setpriv", f"--bounding-set=-all,{_plus(_CONTAINER)}", *python]
    return [*python, str(HERE / "switched.py"), "; ".join(without)]


def _plus(names: str) -> str:
    return ",".join(f"+{name}" for name in names.split(","))


def python_for(number: int) -> str:
    """An interpreter of this version that this user can execute: not one under a closed home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            done = subprocess.run(
                [candidate, "-c", "import sys; print(sys.version_info[:2])"],
                user=number,
                group=number,
                extra_groups=[],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
            )
            if done.stdout.strip() == str(sys.version_info[:2]):
                return candidate
    raise SystemExit(f"no {version} that an ordinary user can execute: cannot play that user")


def _libraries() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def _give(place: Path, number: int) -> None:
    for path in (place, *place.rglob("*")):
        os.chown(path, number, number, follow_symlinks=False)


def _listing(place: Path) -> dict[str, str]:
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


def _differences(before: dict[str, str], after: dict[str, str], expected: set[str]) -> list[str]:
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


def _shared_entries() -> set[str]:
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


def _segments(name: str) -> list[str]:
    """System V segments that this attack left; they are removed."""
    key = 0x5EED0000 | zlib.crc32(name.encode()) & 0xFFFF
    table = Path("/proc/sysvipc/shm")
    rows = [row.split() for row in table.read_text().splitlines()[1:]] if table.exists() else []
    found = [int(row[1]) for row in rows if int(row[0]) & 0xFFFFFFFF == key]
    for number in found:
        ctypes.CDLL(None).shmctl(number, 0, None)  # IPC_RMID
    return [f"new: shared memory segment {number}" for number in found]


def _watch(process: subprocess.Popen[bytes], scratch: Path, interrupt_s: float) -> Peak:
    """Look at the grade every few milliseconds until it ends; end it if it never does."""
    peak = Peak()
    began = time.monotonic()
    while process.poll() is None:
        _look(process.pid, scratch, peak)
        passed = time.monotonic() - began
        if passed > _GIVE_UP_S or (interrupt_s and passed > interrupt_s):
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
    processes = set(_processes_below(pid))
    own = sum(_kilobytes(p, "RssAnon") + _kilobytes(p, "RssShmem") for p in processes)
    peak.tree = max(peak.tree, own * 1024)
    peak.tasks = max(peak.tasks, sum(len(_tasks(p)) for p in processes))
    used = 0
    for entry in _entries(scratch):
        with contextlib.suppress(OSError):
            used += 65_536 + entry.stat(follow_symlinks=False).st_blocks * 512
    peak.scratch = max(peak.scratch, used)


def _kilobytes(pid: int, field: str) -> int:
    """A line of a process's status, in KiB; 0 for one that has ended."""
    with contextlib.suppress(OSError, StopIteration, IndexError):
        status = Path(f"/proc/{pid}/status").read_text()
        line = next(row for row in status.splitlines() if row.startswith(field + ":"))
        return int(line.split()[1])
    return 0


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def _processes_below(pid: int) -> Iterator[int]:
    yield pid
    for task in _tasks(pid):
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                yield from _processes_below(int(child))


@contextlib.contextmanager
def _heir_of_orphans() -> Iterator[object]:
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
            for one in (*_processes_below(pid),):
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


def _remove(path: Path) -> None:
    """Remove a tree, however deep it is and whatever its modes are."""
    subprocess.run(["/bin/chmod", "-R", "u+rwx", str(path)], check=False, capture_output=True)
    subprocess.run(["/bin/rm", "-rf", "--", str(path)], check=False, capture_output=True)
