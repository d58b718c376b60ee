"""Root as a default container has it: a root folder of its own, few capabilities, Docker's filter.

    python container.py EMPTY_FOLDER COMMAND...

Started by real root, it becomes that command. What it plays: another mount namespace and root
folder, the capabilities that Docker leaves, and Docker's default seccomp profile as of kernel 5.17
(every later call is refused), without the calls of io_uring, which later profiles refuse as well.
What it does not: namespaces of processes, of System V IPC and of the network stay those of the
machine, so that the red team can count what is left there; of another architecture's calls it lets
all pass, where Docker filters them too; and /proc is not masked. In all of these student code has
more here than in a container.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import struct
import sys
from pathlib import Path

from grader.sandbox import seccomp

_NEW_MOUNTS = 0x20000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_DROP_CAPABILITY, _SET_FILTER = 24, 22
_LAST_CAPABILITY = 63
_CAPABILITIES = {
    *(0, 1, 3, 4, 5, 6, 7, 8),  # chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap
    *(10, 13, 18),  # net_bind_service, net_raw, sys_chroot
    *(27, 29, 31),  # mknod, audit_write, setfcap
}
_SYSTEM = ("usr", "etc", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt")
_SHARED = ("/proc", "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - an own root folder needs them
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

_REFUSED = (
    # What Docker's profile leaves out, by its number on x86-64 and arm64: mounts and namespaces,
    *((165, 40), (166, 39), (155, 41), (272, 97), (308, 268), (428, 428), (429, 429), (430, 430)),
    *((431, 431), (432, 432), (433, 433), (442, 442)),
    # modules, power, swap, accounts, clocks and names,
    *((175, 105), (313, 273), (176, 106), (246, 104), (320, 294), (169, 142), (167, 224)),
    *((168, 225), (163, 89), (179, 60), (443, 443), (164, 170), (227, 112), (170, 161), (171, 162)),
    # keys, bpf, tracing of events, other processes, memory policies,
    *((248, 217), (249, 218), (250, 219), (321, 280), (298, 241), (212, 18), (323, 282)),
    *((312, 272), (438, 438), (440, 440), (237, 235), (238, 237), (239, 236), (256, 238)),
    *((279, 239), (450, 450), (300, 262), (304, 265), (103, 116), (153, 58), (180, 42)),
    # io_uring, and what only x86-64 has.
    *((425, 425), (426, 426), (427, 427)),
    *((number, None) for number in (134, 136, 139, 156, 172, 173, 174, 177, 178, *range(181, 186))),
    (236, None),
)
_FIRST_UNKNOWN = 451
_CLONE, _CLONE3, _SOCKET, _PERSONALITY = (56, 220), (435, 435), (41, 198), (135, 92)
_NAMESPACES = 0x7E020000
_VSOCK = 40
_PERSONALITIES = (0, 8, 0x20000, 0x20008, 0xFFFFFFFF)

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Shut this process into a container and become the command."""
    root, *command = sys.argv[1:]
    here = Path.cwd()
    _check(_libc.unshare(_NEW_MOUNTS), "a mount namespace")
    _mount("none", "/", _PRIVATE | _RECURSIVE)
    _mount("tmpfs", root, 0, kind="tmpfs")
    _furnish(Path(root))
    os.chroot(root)
    os.chdir(here)
    # Docker puts the filter on while it may still do so without no-new-privileges.
    _filter()
    for number in set(range(_LAST_CAPABILITY + 1)) - _CAPABILITIES:
        _libc.prctl(_DROP_CAPABILITY, number, 0, 0, 0)  # EINVAL for what the kernel has not
    os.execv(command[0], command)  # noqa: S606 - the command is the caller's


def _furnish(root: Path) -> None:
    """Show the system, Python, this repository and the shared folders in the new root."""
    for name in _SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            (root / name).symlink_to(path.readlink())
        elif path.is_dir():
            _show(path, root)
    (root / "dev").mkdir()
    for name in _DEVICES:
        (root / "dev" / name).touch()
        _mount(f"/dev/{name}", str(root / "dev" / name), _BIND)
    repository = Path(__file__).resolve().parents[2]
    folders = {Path(folder) for folder in (*_SHARED, sys.base_prefix, sys.prefix)} | {repository}
    # The outer ones first: an environment lies in the repository, and brings nothing else of it.
    for folder in sorted(folders):
        _show(folder, root)


def _show(folder: Path, root: Path) -> None:
    """Bind a folder into the new root, below folders that are as closed as its own are."""
    target = root / folder.relative_to("/")
    if target.exists():
        return
    for above in reversed(folder.parents[:-1]):
        copy = root / above.relative_to("/")
        if not copy.exists():
            copy.mkdir()
            copy.chmod(stat.S_IMODE(above.stat().st_mode))
    target.mkdir()
    _mount(str(folder), str(target), _BIND | _RECURSIVE)


def _filter() -> None:
    """Install Docker's profile: the calls left out, and four that depend on their arguments."""
    architecture, machine = seccomp._ARCHITECTURES[platform.machine()]
    op, ret, when = seccomp._op, seccomp._ret, seccomp._when
    load, equal, at_least, bits = 0x20, 0x15, 0x35, 0x45
    allow, refuse = ret(0x7FFF0000), ret(0x00050000 | errno.EPERM)
    first = op(load, 16)
    program = [op(load, 4), op(equal, architecture, 1, 0), allow, op(load, 0)]
    program += [op(at_least, 0x40000000, 0, 1), allow, op(at_least, _FIRST_UNKNOWN, 0, 1), refuse]
    for numbers in _REFUSED:
        number = numbers[machine]
        if number is not None:
            program += when(number, [refuse])
    program += when(_CLONE3[machine], [ret(0x00050000 | errno.ENOSYS)])
    program += when(_CLONE[machine], [first, op(bits, _NAMESPACES, 0, 1), refuse, allow])
    program += when(_SOCKET[machine], [first, op(equal, _VSOCK, 0, 1), refuse, allow])
    known = [step for value in _PERSONALITIES for step in (op(equal, value, 0, 1), allow)]
    program += [*when(_PERSONALITY[machine], [first, *known, refuse]), allow]
    code = b"".join(program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _check(_libc.prctl(_SET_FILTER, 2, header, 0, 0), "a seccomp filter")


def _mount(source: str, target: str, flags: int, kind: str | None = None) -> None:
    done = _libc.mount(source.encode(), target.encode(), kind.encode() if kind else None, flags, 0)
    _check(done, f"{source} at {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        reason = os.strerror(ctypes.get_errno())
        raise SystemExit(f"container.py: {what} could not be had: {reason}. It takes real root.")


if __name__ == "__main__":
    main()
