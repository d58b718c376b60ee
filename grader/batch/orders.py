"""What passes between a batch and its lanes.

Paths are bytes, as the system has them: a name on a disk need be no text.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Union

import msgspec
from msgspec import Struct

from grader.sandbox import self_test


class Setup(Struct, tag="setup", frozen=True):
    """What the lane is for: sent once, first."""

    assignment: bytes
    require_isolation: self_test.Level | None = None
    staff_pages: bool = False
    core: int = -1
    """The core to keep to; -1 for any."""


class Order(Struct, tag="order", frozen=True):
    """Grade this submission into that folder."""

    name: str
    path: bytes
    out: bytes
    key: str
    seed: int | None = None

    @property
    def submission(self) -> Path:
        """What was handed in."""
        return Path(os.fsdecode(self.path))

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return Path(os.fsdecode(self.out))


class Ready(Struct, tag="ready", frozen=True):
    """The assignment is read and its suites are collected."""


class Broken(Struct, tag="broken", frozen=True):
    """Nothing can be graded; the message says why, for the staff."""

    message: str


class Done(Struct, tag="done", frozen=True):
    """The record of this submission is written, or it could not even be written."""

    name: str
    trouble: str = ""
    is_fatal: bool = False
    """Whether it would be so for every submission."""


order_decoder = msgspec.msgpack.Decoder(Order)
setup_decoder = msgspec.msgpack.Decoder(Setup)
answer_decoder = msgspec.msgpack.Decoder(Union[Ready, Broken, Done])
