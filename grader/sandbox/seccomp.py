"""Two seccomp filters through ctypes: what no student code needs, and what it may not once loaded.

A filter is a small program of the kernel's packet-filter machine (seccomp(2)); a refused call
returns EPERM to the caller. Filters are inherited by every child and can only be added to.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from functools import cache

_ARCHITECTURES = {
    # machine: (audit architecture, index of its numbers below)
    "x86_64": (0xC000003E, 0),
    "aarch64": (0xC00000B7, 1),
}

# Names with their numbers on x86-64 and arm64; None where the machine lacks the call.
_ALWAYS_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # Memory that no limit of a process counts: each descriptor may hold a whole file's worth.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "personality": (135, 92),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "quotactl_fd": (443, 443),
    "process_mrelease": (448, 448),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "fanotify_init": (300, 262),
    "syslog": (103, 116),
}
_REFUSED_ONCE_LOADED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "prlimit64": (302, 261),
    # Modes, owners, times and attributes ask for no right to write, so landlock lets them pass.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    # A file that loses its name, but not its last user, is in no folder that could be looked at.
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "openat2": (437, 437),  # its flags are out of a filter's reach
    # A lock on a library's file is seen by whoever else may read it.
    "flock": (73, 32),
}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_KILL = (62, 129)
_TGKILL = (234, 131)
_CLONE_THREAD = 0x10000
_CLONE_OUT = 0x7E020000 | 0x8000
"""Into new namespaces, or as a child of one's parent."""
_STARTS = frozenset({"fork", "vfork", "execve", "execveat"})
_SCHED_SETAFFINITY = (203, 122)
_SCHED_GETAFFINITY = (204, 123)
_ARGUMENTS_REFUSED: dict[str, tuple[tuple[int, int], int, tuple[int, ...]]] = {
    # name: (its numbers, the position of the argument, its values)
    # A descriptor that belongs to another process has the kernel send it a signal of any kind.
    # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE; and locks: F_SETLK and F_SETLKW, F_OFD_ the same
    "fcntl": ((72, 25), 1, (8, 10, 15, 1024, 6, 7, 37, 38)),
    "ioctl": ((16, 29), 1, (0x8901, 0x8902, 0x5412)),  # FIOSETOWN, SIOCSPGRP, TIOCSTI
    # To die with its parent, and not to be traced, is not the student's to choose.
    "prctl": ((157, 167), 0, (1, 4, 0x59616D61)),  # PDEATHSIG, DUMPABLE, PTRACER
}
_BITS_REFUSED: dict[str, tuple[tuple[int, int | None], int, int]] = {
    # name: (its numbers, the position of the argument, the bits)
    "open": ((2, None), 1, 0o20000000),  # O_TMPFILE: a file without a name
    "openat": ((257, 56), 2, 0o20000000),
}
_X32 = 0x40000000

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_REFUSE = 0x00050000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENT = 0, 4, 16

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_libc = ctypes.CDLL(None, use_errno=True)
_OWN_PID = b"\xff\xff\xff\x7f"
"""Stands in a filter for the number of the worker: larger than any."""


class _Program(ctypes.Structure):
    """What the kernel is handed: the number of instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def refuse_always() -> None:
    """Refuse sockets, tracing, shared memory, namespaces and the kernel's riskier doors."""
    machine = _machine()
    _load(_whole(machine, _refusals(_ALWAYS_REFUSED, machine)))


def refuse_once_loaded(pid: int, *, processes: bool = False) -> None:
    """Refuse new `processes` and programs, and to act on any but `pid`; threads may start."""
    _load(_once_loaded(_machine(), processes=processes).replace(_OWN_PID, struct.pack("I", pid)))


def prepare() -> None:
    """Assemble what is the same in all workers, for the process that they are forked from."""
    _once_loaded(_machine(), processes=False)


@cache
def _once_loaded(machine: int, *, processes: bool) -> bytes:
    """The filter of a worker, but for its own number."""
    refused = _REFUSED_ONCE_LOADED
    if processes:
        refused = {name: numbers for name, numbers in refused.items() if name not in _STARTS}
    program = _refusals(refused, machine)
    # The C library falls back to clone, whose flags a filter can read, when clone3 is missing.
    program += _when(_CLONE3[machine], [_ret(_REFUSE | errno.ENOSYS)])
    program += _when(
        _CLONE[machine],
        _has_none_of(0, _CLONE_OUT) if processes else _has_one_of(0, _CLONE_THREAD),
    )
    (own_pid,) = struct.unpack("I", _OWN_PID)
    # Of whom: 0 stands for the caller itself.
    for one, allowed in (
        (_KILL, (own_pid,)),
        (_TGKILL, (own_pid,)),
        (_SCHED_SETAFFINITY, (0,)),
        (_SCHED_GETAFFINITY, (0, own_pid)),
    ):
        program += _when(one[machine], _argument_is(0, allowed))
    for numbers, position, forbidden in _ARGUMENTS_REFUSED.values():
        block = [_op(_LOAD, _AT_ARGUMENT + 8 * position)]
        for value in forbidden:
            block += [_op(_JUMP_EQUAL, value, 0, 1), _ret(_REFUSE | errno.EPERM)]
        program += _when(numbers[machine], [*block, _ret(_ALLOW)])
    for both, place, bits in _BITS_REFUSED.values():
        if (known := both[machine]) is not None:
            program += _when(known, _has_none_of(place, bits))
    return _whole(machine, program)


def _machine() -> int:
    name = platform.machine()
    if name not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no seccomp filter is written for {name}")
    return _ARCHITECTURES[name][1]


def _refusals(calls: dict[str, tuple[int | None, int | None]], machine: int) -> list[bytes]:
    numbers = [numbers[machine] for numbers in calls.values()]
    program: list[bytes] = []
    for number in numbers:
        if number is not None:
            program += _when(number, [_ret(_REFUSE | errno.EPERM)])
    return program


def _when(number: int, block: list[bytes]) -> list[bytes]:
    """Run `block`, which ends the filter, for the system call of that number."""
    return [_op(_JUMP_EQUAL, number, 0, len(block)), *block]


def _argument_is(position: int, allowed: tuple[int, ...]) -> list[bytes]:
    """Allow a call with one of these values only."""
    tests = [_op(_JUMP_EQUAL, value, len(allowed) - i, 0) for i, value in enumerate(allowed)]
    load = _op(_LOAD, _AT_ARGUMENT + 8 * position)
    return [load, *tests, _ret(_REFUSE | errno.EPERM), _ret(_ALLOW)]


def _has_none_of(position: int, bits: int) -> list[bytes]:
    """Allow a call where these bits are not set."""
    load = _op(_LOAD, _AT_ARGUMENT + 8 * position)
    return [load, _op(_JUMP_BITS, bits, 0, 1), _ret(_REFUSE | errno.EPERM), _ret(_ALLOW)]


def _has_one_of(position: int, bits: int) -> list[bytes]:
    """Allow a call where one of these bits is set."""
    load = _op(_LOAD, _AT_ARGUMENT + 8 * position)
    return [load, _op(_JUMP_BITS, bits, 0, 1), _ret(_ALLOW), _ret(_REFUSE | errno.EPERM)]


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _ret(value: int) -> bytes:
    return _op(_RETURN, value)


def _whole(machine: int, program: list[bytes]) -> bytes:
    """A filter that allows what `program` does not decide."""
    architecture = next(a for a, index in _ARCHITECTURES.values() if index == machine)
    head = [
        _op(_LOAD, _AT_ARCHITECTURE),
        _op(_JUMP_EQUAL, architecture, 1, 0),
        _ret(_KILL_PROCESS),
        _op(_LOAD, _AT_NUMBER),
    ]
    if machine == 0:
        head += [_op(_JUMP_AT_LEAST, _X32, 0, 1), _ret(_REFUSE | errno.EPERM)]
    return b"".join([*head, *program, _ret(_ALLOW)])


def _load(code: bytes) -> None:
    program = _Program(len(code) // 8, code)
    if _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
