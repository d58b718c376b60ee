"""What was found in a class, in the groups in which the page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from grader import text
from grader.batch.page import statistics
from grader.batch.page.statistics import Found
from grader.batch.page.view import Findings, FoundView, Link
from grader.batch.records import Record
from grader.points import count

__all__ = ["view_findings"]

_EXAMPLES = 3
_ROWS = 400
"""Rows of known mistakes: a page of a huge class must stay light, and nobody reads on."""
_OTHER_ROWS = 60
"""Rows of findings that are no known mistake: the rest is counted."""
_KINDS = {
    "assertion": "another result than expected",
    "callback": "calls the given function wrongly",
    "callbacks": "calls the given function too often",
    "calls": "calls what it should not",
    "crash": "crashes Python",
    "exit": "ends Python",
    "float32": "single precision",
    "gradient": "value and gradient disagree",
    "impure": "answers differently the second time",
    "import": "does not import",
    "loops": "loops where it should be vectorized",
    "memory": "takes too much memory",
    "missing": "function is missing",
    "missing_file": "file is missing",
    "mutated": "changes its arguments",
    "no_loops": "has no loop where one is asked for",
    "nonfinite": "nan or infinite",
    "not_allowed": "imports what is not allowed",
    "not_raised": "raises no error where one is asked for",
    "not_run": "not run",
    "raised": "raises an error",
    "rough": "gradient is rough",
    "shape": "wrong shape",
    "stale": "remembers an earlier call",
    "syntax": "syntax error",
    "tampering": "changes the library",
    "timeout": "takes too long",
    "type": "wrong type",
    "unreadable": "answer cannot be read",
    "unwritten": "not written yet",
    "value": "wrong values",
}
_NAMED = ("mistake", "convention", "cascade")
_NOT_ITS_OWN = frozenset({"convention", "cascade", "not_run"})
"""What is no fault of the function in which it shows."""


def view_findings(records: Sequence[Record], links: Mapping[str, Link]) -> Findings:
    """Group what was found in graded submissions."""
    found = statistics.misconceptions(records)
    mistakes, conventions, cascades = (
        [f for f in found if f.misconception.kind == kind] for kind in _NAMED
    )
    others = _merged(f for f in found if f.misconception.kind not in _NAMED)
    own = [f for f in found if f.misconception.kind not in _NOT_ITS_OWN]
    functions = _merged(own, by_kind=False)
    groups = (
        functions[:_ROWS],
        mistakes[:_ROWS],
        conventions[:_ROWS],
        cascades[:_ROWS],
        others[:_OTHER_ROWS],
    )
    shown = [f for group in groups for f in group]
    numbers = {check.name: check.number for record in records for check in record.checks}
    views = iter([_view_found(f, key, links, len(records), numbers) for key, f in enumerate(shown)])
    in_groups = [tuple(islice(views, len(group))) for group in groups]
    return Findings(
        functions=in_groups[0],
        mistakes=in_groups[1],
        conventions=in_groups[2],
        cascades=in_groups[3],
        others=in_groups[4],
        more_mistakes=_rest(mistakes[_ROWS:]),
        rest=_rest(others[_OTHER_ROWS:]),
        keys=_keys(shown),
    )


def _keys(shown: Iterable[Found]) -> dict[str, str]:
    keys: dict[str, list[str]] = {}
    for key, found in enumerate(shown):
        for name in found.submissions:
            keys.setdefault(name, []).append(str(key))
    return {name: " ".join(own) for name, own in keys.items()}


def _merged(found: Iterable[Found], *, by_kind: bool = True) -> list[Found]:
    """Findings by function, and by kind: the words often name a line of a student's own.

    The words that are kept are those of the most frequent known mistake, or else finding.
    """
    groups: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        m = one.misconception
        groups.setdefault((m.kind if by_kind else "", m.function), []).append(one)
    merged = [
        Found(
            next((f for f in own if f.misconception.kind == "mistake"), own[0]).misconception,
            tuple(dict.fromkeys(name for one in own for name in one.submissions)),
            tuple(dict.fromkeys(name for one in own for name in one.checks)),
        )
        for (_, function), own in groups.items()
        if by_kind or function
    ]
    return sorted(merged, key=lambda one: -len(one.submissions))


def _rest(left_out: Sequence[Found]) -> str:
    if not left_out:
        return ""
    most = max(len(one.submissions) for one in left_out)
    return (
        f"{count(len(left_out), 'more finding')} of this kind, "
        f"each in {count(most, 'submission')} at most, {'is' if len(left_out) == 1 else 'are'} "
        "on the submissions' own pages."
    )


def _view_found(
    found: Found, key: int, links: Mapping[str, Link], of: int, numbers: Mapping[str, str]
) -> FoundView:
    m = found.misconception
    function = m.function.rpartition(".")[2]
    lead = m.lead.removeprefix(f"{function}: ") if function else m.lead
    own = frozenset(found.checks)
    checks = dict.fromkeys(number or name for name, number in numbers.items() if name in own)
    return FoundView(
        key=key,
        function=text.one_line(function, limit=80),
        kind=_KINDS.get(m.kind, text.one_line(m.kind, limit=40).replace("_", " ")),
        says=text.prose(lead, limit=300),
        count=len(found.submissions),
        share=f"{len(found.submissions) / of:.0%}",
        examples=tuple(links[name] for name in found.submissions[:_EXAMPLES]),
        checks=text.one_line(", ".join(checks), limit=60),
    )
