"""Two gradings of a class -> whose score changed, and which checks changed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from grader.batch.records import BATCH, RECORD, Checked, Entry, Record
from grader.text import one_line

__all__ = [
    "AgainstError",
    "Changes",
    "CheckChange",
    "SubmissionChange",
    "compare",
    "read_records",
]


class AgainstError(Exception):
    """There is no earlier grading to compare with; the message says what was expected where."""


class CheckChange(Struct, frozen=True):
    """One check of one submission, before and after; None where it was not there, or not graded.

    Points are in hundredths.
    """

    name: str
    number: str
    title: str
    old: int | None
    new: int | None
    old_points: int | None
    new_points: int | None
    says: str = ""
    """What the check now says, or said before if it says nothing now."""

    @property
    def called(self) -> str:
        """The check as a list names it: its sentence may end with a period, a list's lines not."""
        return f"{self.number} {self.title.rstrip('.')}".strip()


class SubmissionChange(Struct, frozen=True):
    """One submission whose score, status or checks changed."""

    name: str
    who: str
    kind: Literal["score", "checks", "failed", "graded again"]
    old: int | None
    new: int | None
    checks: tuple[CheckChange, ...]

    @property
    def difference(self) -> int | None:
        """Hundredths that it gained."""
        return None if self.old is None or self.new is None else self.new - self.old


class Changes(Struct, frozen=True):
    """What is different between two gradings."""

    changed: tuple[SubmissionChange, ...]
    same: int
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    old_maximum: int = 0
    new_maximum: int = 0

    @property
    def scores(self) -> tuple[SubmissionChange, ...]:
        """Those whose score changed, or of whom there was or is none."""
        return tuple(each for each in self.changed if each.kind != "checks")

    @property
    def by_check(self) -> tuple[tuple[str, int, int], ...]:
        """Each check that changed: its name, how many gained by it, how many lost."""
        ups: Counter[str] = Counter()
        downs: Counter[str] = Counter()
        titles: dict[str, str] = {}
        for each in self.changed:
            for check in each.checks:
                titles[check.name] = check.called
                if (check.new or 0) > (check.old or 0):
                    ups[check.name] += 1
                elif (check.new or 0) < (check.old or 0):
                    downs[check.name] += 1
        names = sorted(titles, key=lambda name: (-ups[name] - downs[name], titles[name]))
        return tuple((titles[name], ups[name], downs[name]) for name in names)


def read_records(out: Path) -> tuple[dict[str, Record], tuple[str, ...]]:
    """The records of an earlier grading, by submission, and those that cannot be read.

    Its folder may hold more: what was graded before it, and was handed in no more. Raises
    AgainstError where there is none.
    """
    records: dict[str, Record] = {}
    troubles: list[str] = []
    graded = _graded_in(out)
    for path in sorted(out.glob(f"*/{RECORD}")):
        if graded is not None and path.parent.name not in graded:
            continue
        try:
            record = msgspec.json.decode(path.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError) as error:
            what = one_line(str(error), limit=200)
            troubles.append(f"{path}: expected what an earlier grading left, but {what}.")
        else:
            records[path.parent.name] = record
    if not records:
        raise AgainstError(
            f"{out}: expected the folder of an earlier grading, with <submission>/{RECORD}. "
            f"Found {'none that can be read' if troubles else 'none'}."
        )
    return records, tuple(troubles)


class _Named(Struct):
    name: str


class _Summary(Struct):
    """What is read of an earlier batch.json."""

    records: tuple[_Named, ...]


def _graded_in(out: Path) -> set[str] | None:
    """The submissions of the grading that ended last there; None where none has ended."""
    try:
        summary = msgspec.json.decode((out / BATCH).read_bytes(), type=_Summary)
    except (OSError, msgspec.MsgspecError):
        return None
    return {record.name for record in summary.records}


def compare(
    old: Mapping[str, Record], new: Mapping[str, Record], entries: Sequence[Entry] = ()
) -> Changes:
    """What changed for whom; the largest losses come first, then the largest gains."""
    people = {e.name: ", ".join(s.name or s.email or s.sid for s in e.submitters) for e in entries}
    both = [name for name in new if name in old]
    changed = [
        change
        for name in both
        if (change := _change(name, people.get(name, ""), old[name], new[name])) is not None
    ]
    return Changes(
        tuple(sorted(changed, key=_weight)),
        len(both) - len(changed),
        tuple(name for name in old if name not in new),
        tuple(name for name in new if name not in old),
        max((record.maximum for record in old.values()), default=0),
        max((record.maximum for record in new.values()), default=0),
    )


def _weight(change: SubmissionChange) -> tuple[bool, int, str]:
    """Whom no score is known of comes first, then losses, gains, and those that stay."""
    difference = change.difference
    if difference is None:
        return False, -(10**9), change.name
    return not difference, difference if difference < 0 else 10**8 - difference, change.name


def _change(name: str, who: str, old: Record, new: Record) -> SubmissionChange | None:
    before = old.score if old.status == "graded" else None
    after = new.score if new.status == "graded" else None
    if before is None and after is None:
        return None
    checks = tuple(_checks(old.checks, new.checks)) if None not in {before, after} else ()
    if before == after and not checks:
        return None
    kind: Literal["score", "checks", "failed", "graded again"]
    if after is None:
        kind = "failed"
    elif before is None:
        kind = "graded again"
    else:
        kind = "score" if before != after else "checks"
    return SubmissionChange(name, who, kind, before, after, checks)


def _checks(old: Sequence[Checked], new: Sequence[Checked]) -> Iterator[CheckChange]:
    """The checks whose points or status changed, in the new order; those that are gone last."""
    before, after = ({check.name: check for check in checks} for checks in (old, new))
    for name in (*after, *(name for name in before if name not in after)):
        was, now = before.get(name), after.get(name)
        if (
            was
            and now
            and (was.earned, was.points, was.status)
            == (
                now.earned,
                now.points,
                now.status,
            )
        ):
            continue
        named = now or was
        if named is not None:
            leads = [f.lead for check in (now, was) if check for f in check.found]
            yield CheckChange(
                name,
                named.number,
                named.title,
                _earned(was),
                _earned(now),
                was.points if was else None,
                now.points if now else None,
                one_line(leads[0], limit=200) if leads else "",
            )


def _earned(check: Checked | None) -> int | None:
    return None if check is None or check.status == "grader_failed" else check.earned
