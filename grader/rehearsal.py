"""The reference's rehearsal, kept beside the suites from one run to the next, as bytecode is.

It is the same work for every submission: what each check asks, and what is right. Whoever may read
it may read the answers, so it lies where these are: in `__pycache__` of the first suite's folder.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct, structs

from grader.assignment import Assignment
from grader.keys import context_of
from grader.outcomes import Outcome
from grader.results import write_whole
from grader.rules import Agrees, Rule, Told
from grader.sandbox import values, wire
from grader.sandbox.script import Script
from grader.scripted import Rehearsal, Scripted

_WORTH_IT = 3
"""Grades by the same assignment after which a rehearsal is made."""
_RULES: Mapping[str, Any] = {kind.__name__: kind for kind in get_args(Rule)}


class _Rule(Struct, frozen=True, array_like=True):
    """A rule, whose values are packed as those that cross the wall until they are needed."""

    kind: str
    fields: wire.Value

    def holds(self, told: Sequence[Told]) -> bool:
        """Whether the last answer is right by it."""
        return (self.kind == Agrees.__name__ and told[-1].is_same) or self.unpacked.holds(told)

    @property
    def unpacked(self) -> Rule:
        """The rule itself."""
        rule: Rule = _RULES[self.kind](**values.Unpacker(_no_special).unpack(self.fields))
        return rule


class _Check(Struct, frozen=True, array_like=True):
    script: Script
    outcome: Outcome
    rules: tuple[_Rule | None, ...]
    sees: bool


class _Kept(Struct, frozen=True, array_like=True):
    key: str
    grades: int
    """How many there have been without a rehearsal."""
    checks: dict[str, _Check] | None = None
    is_whole: bool = False


class Rehearsals:
    """The rehearsal that is kept for an assignment, under the seed that is everybody's."""

    def __init__(self, assignment: Assignment) -> None:
        suite = assignment.suites[0]
        self._path = suite.parent / "__pycache__" / f"rehearsal.{sys.implementation.cache_tag}"
        self._key = context_of(assignment, "rehearsal")
        self._kept = _read(self._path, self._key)

    @property
    def rehearsal(self) -> Rehearsal:
        """What was kept; nothing where something has changed since."""
        if self._kept is None or self._kept.checks is None:
            return Rehearsal()
        return Rehearsal(_scripts(self._kept.checks), is_whole=self._kept.is_whole)

    def is_due(self) -> bool:
        """Whether one should be kept, after one more grade.

        It takes as long as two grades: who changes a suite, and tries it, is never to wait for one.
        """
        if self._kept is not None and self._kept.checks is not None:
            return False
        grades = 1 + (self._kept.grades if self._kept else 0)
        _write(self._path, _Kept(self._key, grades))
        return grades >= _WORTH_IT

    def keep(self, rehearsal: Rehearsal) -> None:
        """Keep a rehearsal, where the folder can be written to."""
        checks = _checks(rehearsal.scripts)
        is_whole = rehearsal.is_whole and len(checks) == len(rehearsal.scripts)
        _write(self._path, _Kept(self._key, 0, checks, is_whole))


def pack(scripts: Mapping[str, Scripted]) -> bytes:
    """Scripts as another process can read them; those whose rules cannot be packed are left out."""
    return _encoder.encode(_checks(scripts))


def unpack(data: bytes) -> dict[str, Scripted]:
    """What was packed. Raises msgspec.MsgspecError where it is something else."""
    return unpack_rules(_scripts(_checks_decoder.decode(data)))


def unpack_rules(scripts: Mapping[str, Scripted]) -> dict[str, Scripted]:
    """The same with all rules unpacked, for whoever goes by them more than once."""
    return {
        name: structs.replace(
            known, rules=[r.unpacked if isinstance(r, _Rule) else r for r in known.rules]
        )
        for name, known in scripts.items()
    }


def _checks(scripts: Mapping[str, Scripted]) -> dict[str, _Check]:
    checks = {}
    for name, scripted in scripts.items():
        with contextlib.suppress(values.Refused):
            checks[name] = _check(scripted)
    return checks


def _scripts(checks: Mapping[str, _Check]) -> dict[str, Scripted]:
    return {
        name: Scripted(check.script, check.outcome, check.rules, check.sees)
        for name, check in checks.items()
    }


def _check(scripted: Scripted) -> _Check:
    packer = values.Packer(lambda _: None)
    rules = tuple(
        _Rule(type(rule).__name__, packer.pack(structs.asdict(rule)))
        if isinstance(rule, Struct)
        else None
        for rule in scripted.rules
    )
    return _Check(scripted.script, scripted.outcome, rules, scripted.sees)


def _read(path: Path, key: str) -> _Kept | None:
    """What lies there, if it is ours and of this key."""
    try:
        with path.open("rb") as file:
            is_ours = os.fstat(file.fileno()).st_uid in {0, os.geteuid()}
            kept: _Kept | None = _decoder.decode(file.read()) if is_ours else None
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return kept if kept is not None and kept.key == key else None


def _write(path: Path, kept: _Kept) -> None:
    """Replace what lies there; as with bytecode, it is no matter if that cannot be."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        write_whole(path, _encoder.encode(kept), mode=0o600)


def _encode(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(type(value).__name__)


def _decode(kind: type, value: Any) -> Any:
    return Fraction(value) if kind is Fraction else value


def _no_special(_value: wire.Value) -> Any:
    raise wire.Malformed("a value of unknown kind")


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode)
_decoder = msgspec.msgpack.Decoder(_Kept, dec_hook=_decode)
_checks_decoder = msgspec.msgpack.Decoder(dict[str, _Check], dec_hook=_decode)
