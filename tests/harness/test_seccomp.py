"""The filters' numbers are those of the kernel: a wrong one refuses nothing, or the wrong thing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from grader.sandbox import seccomp
from tests.attacks import container

HEADERS = {
    # index in the tables: where Debian and others keep the header, and its machine
    0: ("x86_64-linux-gnu/asm/unistd_64.h", "asm/unistd_64.h"),
    1: ("asm-generic/unistd.h",),
}
_TABLES = {**seccomp._ALWAYS_REFUSED, **seccomp._REFUSED_ONCE_LOADED}
TABLES: dict[str, tuple[int | None, int | None]] = {
    **_TABLES,
    "clone": seccomp._CLONE,
    "clone3": seccomp._CLONE3,
    "kill": seccomp._KILL,
    "tgkill": seccomp._TGKILL,
    "sched_setaffinity": seccomp._SCHED_SETAFFINITY,
    "sched_getaffinity": seccomp._SCHED_GETAFFINITY,
    **{name: numbers for name, (numbers, _, _) in seccomp._ARGUMENTS_REFUSED.items()},
    **{name: numbers for name, (numbers, _, _) in seccomp._BITS_REFUSED.items()},
}


def numbers_of(machine: int) -> dict[str, int]:
    """System calls by name, as the kernel's header for that machine has them."""
    folders = (Path("/usr/include", name) for name in HEADERS[machine])
    header = next((path for path in folders if path.exists()), None)
    if header is None:
        message = "the kernel's headers are not here: apt-get install linux-libc-dev"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    pairs = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text(), re.MULTILINE)
    return {name: int(number) for name, number in pairs}


@pytest.mark.parametrize("machine", [0, 1], ids=["x86-64", "arm64"])
def test_every_call_has_the_number_that_the_kernel_gives_it(machine: int) -> None:
    known = numbers_of(machine)

    wrong = {
        name: (numbers[machine], known.get(name))
        for name, numbers in TABLES.items()
        # Headers may be older than the newest calls.
        if numbers[machine] != known.get(name)
        and not (name not in known and (numbers[machine] or 0) > max(known.values()))
    }

    assert wrong == {}


def test_the_container_refuses_the_same_calls_on_both_machines() -> None:
    """A pair in its table is one call."""
    x86, arm = ({number: name for name, number in numbers_of(m).items()} for m in (0, 1))

    different = [
        pair
        for pair in container._REFUSED
        if pair[0] not in x86 or (pair[1] is not None and x86[pair[0]] != arm.get(pair[1]))
    ]

    assert different == []
