"""What a batch leaves beside the submissions' folders: batch.json, and what people open."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct, structs

from grader import __version__
from grader.batch.records import Entry, Record, write_whole
from grader.batch.run import Batch, Options

BATCH, GRADEBOOK, PAGE = "batch.json", "grades.csv", "class.html"


class Written(Struct, frozen=True):
    """Where the files are, and what is to be said about them."""

    gradebook: Path
    page: Path
    changes: tuple[str, ...] = ()
    """Whose score changed against an earlier batch, in lines."""
    troubles: tuple[str, ...] = ()


class _Summary(Struct):
    """The content of batch.json; the checks are in each submission's record."""

    title: str
    grader: str
    entries: tuple[Entry, ...]
    records: tuple[Record, ...]
    troubles: tuple[str, ...]


def write_class(batch: Batch, options: Options) -> Written:
    """Write the files of a class, each in one step."""
    out = options.out
    summary = _Summary(
        batch.title,
        __version__,
        batch.entries,
        tuple(structs.replace(record, checks=()) for record in batch.records),
        batch.troubles,
    )
    document = msgspec.json.format(msgspec.json.encode(summary), indent=2)
    write_whole(out / BATCH, document + b"\n")
    return Written(out / GRADEBOOK, out / PAGE)
