"""Landlock through ctypes: an allow-list of files, and no TCP, foreign signals or abstract sockets.

The kernel's own documentation (userspace-api/landlock) is the source of every number here. What an
older kernel does not know is left out of the request, so the layer is as strong as the kernel.
"""

from __future__ import annotations

import ctypes
import os
import struct

# System calls have the same numbers on x86-64 and arm64.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Highest right that each ABI knows; 4 added the network and 6 the scopes instead."""
_TCP = 3
_SCOPES = 3
_ON_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | (1 << 14) | (1 << 15)
"""Rights that mean something for a file; the kernel refuses the others there."""

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """Version of landlock that the running kernel offers; 0 for none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def restrict(readable: tuple[int, ...], writable: tuple[int, ...]) -> None:
    """Leave this process, for good, only what lies beneath these open directories and files.

    Raises OSError where the kernel has no landlock or refuses. no-new-privileges must be set.
    """
    version = abi()
    if version == 0:
        raise OSError(ctypes.get_errno(), "the kernel has no landlock")
    rights = max(value for since, value in _FILE_RIGHTS.items() if since <= version)
    attributes = struct.pack(
        "QQQ", rights, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _check(_libc.syscall(_CREATE_RULESET, attributes, size, 0))
    try:
        for fd in readable:
            _allow(ruleset, fd, _EXECUTE | _READ_FILE | _READ_DIR)
        for fd in writable:
            _allow(ruleset, fd, rights & ~_EXECUTE)
        _check(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, fd: int, rights: int) -> None:
    if not os.path.isdir(f"/proc/self/fd/{fd}"):  # noqa: PTH112 - a descriptor, not a path
        rights &= _ON_A_FILE
    rule = struct.pack("=Qi", rights, fd)
    _check(_libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))


def _check(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
