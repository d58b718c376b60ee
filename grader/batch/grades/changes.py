"""Changes -> lines for a terminal, a table, and a page without script or requests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from grader.batch.grades.gradebook import text_cell
from grader.batch.grades.regrade import Changes, CheckChange, SubmissionChange
from grader.points import count, words
from grader.report.frame import render_page
from grader.results import write_whole
from grader.text import one_line

__all__ = [
    "CHANGES_CSV",
    "CHANGES_HTML",
    "remove_changes",
    "render_changes",
    "spoken",
    "write_changes",
]

CHANGES_CSV, CHANGES_HTML = "changes.csv", "changes.html"

_TEMPLATES = Path(__file__).parent / "templates"
_TITLE = ": what changed"
_COLUMNS = (
    *("submission", "name", "change", "old_score", "new_score"),
    *("check", "title", "old_points", "new_points", "says"),
)
# As far as the title of a page, or the first line of the table, reaches at most.
_BEGIN_BYTES = 4096
# Of a terminal's lines; the table and the page have all.
_MAX_SCORES = 60
_MAX_CHECKS = 12
_MAX_NAMES = 5


def spoken(changes: Changes) -> Iterator[str]:
    """The changes for a terminal: the checks, and a line for each whose score is another."""
    scores = changes.scores
    if not scores:
        same = changes.same + len(changes.changed)
        yield f"No score changes: {count(same, 'submission')} as before."
    else:
        yield f"{count(len(scores), 'score')} changed, {changes.same} as before."
    if changes.old_maximum != changes.new_maximum:
        yield (
            f"The assignment gave out {words(changes.old_maximum)} points before, "
            f"{words(changes.new_maximum)} now."
        )
    for check, higher, lower in changes.by_check[:_MAX_CHECKS]:
        yield f"  {check}: {higher} higher, {lower} lower"
    if len(changes.by_check) > _MAX_CHECKS:
        yield f"  and {count(len(changes.by_check) - _MAX_CHECKS, 'more check')}"
    for each in scores[:_MAX_SCORES]:
        who = f"  {one_line(each.who, limit=60)}" if each.who and each.who != each.name else ""
        checks = ", ".join(check.number for check in each.checks[:_MAX_CHECKS])
        more = ", …" if len(each.checks) > _MAX_CHECKS else ""
        by = f"  by {checks}{more}" if checks else ""
        yield f"  {one_line(each.name, limit=80)}{who}: {score_words(each)}{by}"
    if len(scores) > _MAX_SCORES:
        yield f"  and {count(len(scores) - _MAX_SCORES, 'more score')}, in {CHANGES_HTML}"
    others = len(changes.changed) - len(scores)
    if others:
        yield f"{count(others, 'submission')} with other checks and the same score."
    for names, where in ((changes.only_old, "the earlier"), (changes.only_new, "this")):
        if names:
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            yield f"Only in {where} grading: {', '.join(names[:_MAX_NAMES])}{more}."


def score_words(change: SubmissionChange) -> str:
    """What became of a score.

    >>> score_words(SubmissionChange("a", "", "score", 1000, 850, ()))
    '10 → 8.5 (−1.5)'
    """
    difference = change.difference
    if difference is None:
        was, now = _or(change.old, "not graded"), _or(change.new, "not graded")
        return f"{was} → {now}"
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    return f"{_or(change.old)} → {_or(change.new)} ({sign}{words(abs(difference))})"


def check_words(check: CheckChange) -> str:
    """What became of a check's points."""
    was = "not there" if check.old_points is None else _or(check.old, "not graded")
    now = "not there" if check.new_points is None else _or(check.new, "not graded")
    if check.old_points == check.new_points:
        return f"{was} → {now} of {_or(check.new_points)}"
    of_old = "" if check.old_points is None else f" of {words(check.old_points)}"
    of_new = "" if check.new_points is None else f" of {words(check.new_points)}"
    return f"{was}{of_old} → {now}{of_new}"


def _or(hundredths: int | None, nothing: str = "") -> str:
    return nothing if hundredths is None else words(hundredths)


def write_changes(folder: Path, changes: Changes, title: str) -> None:
    """Write the changes as a table and as a page."""
    write_whole(folder / CHANGES_CSV, _table(changes).encode("utf-8-sig"))
    write_whole(folder / CHANGES_HTML, render_changes(changes, title).encode())


def remove_changes(folder: Path) -> None:
    """Remove what an earlier run has written: of this one it would not be true.

    A file of somebody's own under the same name stays.
    """
    for name, ours in ((CHANGES_CSV, _head()), (CHANGES_HTML, f"{_TITLE}</title>")):
        path = folder / name
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                begin = file.read(_BEGIN_BYTES)
            if ours.encode() in begin:
                path.unlink()


def _head() -> str:
    """The first line of the table."""
    return ",".join(f'"{name}"' for name in _COLUMNS) + "\r\n"


def _table(changes: Changes) -> str:
    """A row for each check that changed, and for each submission without such a one."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for each in changes.changed:
        own = (each.name, each.who, each.kind, _or(each.old), _or(each.new))
        for check in each.checks:
            points = (_or(check.old), _or(check.new))
            cells = (*own, f"{check.number} {check.name}", check.title, *points, check.says)
            writer.writerow(map(text_cell, cells))
        if not each.checks:
            writer.writerow(map(text_cell, (*own, *[""] * 5)))
    for names, kind in ((changes.only_old, "only before"), (changes.only_new, "only now")):
        for name in names:
            writer.writerow(map(text_cell, (name, "", kind, *[""] * 7)))
    return file.getvalue()


def render_changes(changes: Changes, title: str) -> str:
    """Render the page."""
    return render_page(
        "changes.html",
        _TEMPLATES,
        style="changes.css",
        changes=changes,
        assignment=title,
        about=_TITLE,
        gained=sum(1 for each in changes.scores if (each.difference or 0) > 0),
        lost=sum(1 for each in changes.scores if (each.difference or 0) < 0),
        failed=sum(1 for each in changes.scores if each.kind == "failed"),
        score_words=score_words,
        check_words=check_words,
        words=words,
        count=count,
    )
