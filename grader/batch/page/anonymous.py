"""A class without names: what may be shown to those who are in it.

A page that is made from these values cannot name anybody, because they do not: whatever a student
wrote, or what could be told apart by it, is taken out here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from grader.batch.records import Checked, Entry, Misconception, Record

__all__ = ["Nameless", "without_names"]

_OUR_WORDS = frozenset({"mistake", "convention", "cascade"})
"""Kinds of findings whose lead is written by the assignment; others may quote a student."""


class Nameless(Struct, frozen=True):
    """A class under neutral labels, in an order that says nothing."""

    entries: tuple[Entry, ...]
    records: tuple[Record, ...]
    final: Mapping[str, int] | None


def without_names(
    entries: Sequence[Entry], records: Sequence[Record], final: Mapping[str, int] | None
) -> Nameless:
    """Give every submission a label such as 'Submission 17', the same one each time."""
    names = list(dict.fromkeys([*(e.name for e in entries), *(r.name for r in records)]))
    labels = _labels(names, records)
    by_label = sorted(labels, key=lambda name: _number(labels[name]))
    place = {name: position for position, name in enumerate(by_label)}
    return Nameless(
        entries=tuple(
            Entry(labels[entry.name], "")
            for entry in sorted(entries, key=lambda entry: place[entry.name])
        ),
        records=tuple(
            _nameless(record, labels[record.name])
            for record in sorted(records, key=lambda record: place[record.name])
        ),
        final=None if final is None else {labels[n]: final[n] for n in final if n in labels},
    )


def _labels(names: Sequence[str], records: Sequence[Record]) -> dict[str, str]:
    """Numbers in an order that nobody can compute who knows the names alone.

    The keys of the records hash what a student does not have: other submissions, hidden suites.
    """
    salt = hashlib.sha256("\n".join(sorted(record.key for record in records)).encode()).digest()
    shuffled = sorted(
        names, key=lambda name: hashlib.sha256(salt + name.encode("utf-8", "replace")).digest()
    )
    return {name: f"Submission {number}" for number, name in enumerate(shuffled, 1)}


def _number(label: str) -> int:
    return int(label.rpartition(" ")[2])


def _nameless(record: Record, label: str) -> Record:
    return Record(
        name=label,
        key="",
        status=record.status,
        score=record.score,
        maximum=record.maximum,
        ungraded=record.ungraded,
        checks=tuple(_shown(check) for check in record.checks),
        isolation=record.isolation,
    )


def _shown(check: Checked) -> Checked:
    """A check as far as a class may see it: no more than each student of their own."""
    if check.visibility == "hidden":
        return structs.replace(check, title="", found=(), seconds=0.0)
    told = check.feedback != "result"
    found = tuple(
        f if f.kind in _OUR_WORDS else Misconception(f.kind, f.function, "")
        for f in check.found
        if told
    )
    return structs.replace(check, found=found, seconds=0.0)
