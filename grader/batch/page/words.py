"""A class's results -> the words and numbers of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader import text
from grader.batch.page import statistics
from grader.batch.page.charts import draw_histogram, draw_scatter, draw_spark, points, signed
from grader.batch.page.findings import view_findings
from grader.batch.page.statistics import CheckStatistics, PartStatistics
from grader.batch.page.view import CheckView, ClassView, Link, PairView, PartView, Row, Trouble
from grader.points import count, words

if TYPE_CHECKING:
    from grader.batch.likeness.similar import Pair
    from grader.batch.records import Entry, Record, Submitter

__all__ = ["build_class_view"]

_ODD_CORRELATION = 0.2
"""Below it a check is called poor (Ebel and Frisbie, Essentials of Educational Measurement)."""
_ALL_BUT = 0.95
"""A check that so many pass can tell few apart, and need not."""


def build_class_view(
    title: str,
    entries: Sequence[Entry],
    records: Sequence[Record],
    pairs: Sequence[Pair],
    *,
    anonymous: bool,
    final: Mapping[str, int] | None,
    uncompared: Mapping[str, str],
    troubles: Sequence[str],
) -> ClassView:
    """Put a class into words. Values without names come in without names."""
    links = _links(entries, records, anonymous=anonymous)
    known = statistics.graded(records)
    maximum = max((record.maximum for record in known), default=0)
    scores = statistics.distribution([float(record.score) for record in known], float(maximum))
    findings = view_findings(known, links)
    checks = [
        (c, _remark(c))
        for c in statistics.check_statistics(known)
        if not (anonymous and c.check.visibility == "hidden")
    ]
    return ClassView(
        title=text.one_line(title),
        anonymous=anonymous,
        count=count(len(links), "submission"),
        mean=points(scores.mean) if scores else "–",
        total=f"of {words(maximum)} points on average" if scores else "none is graded",
        facts=_facts(records, entries, scores, final),
        histogram=draw_histogram(scores) if scores and maximum else None,
        troubles=() if anonymous else tuple(_grouped(_troubles(records, links))),
        unread=tuple(text.prose(trouble) for trouble in troubles),
        findings=findings,
        parts=tuple(_view_part(part) for part in statistics.part_statistics(known)),
        scatter=draw_scatter([(c, "odd" if remark else "") for c, remark in checks]),
        checks=tuple(_view_check(c, remark) for c, remark in checks),
        pairs=tuple(
            PairView(
                links[p.first],
                links[p.second],
                text.one_line(f"{p.first} · {p.second}", limit=160),
                f"{p.share:.0%}",
                p.shared,
            )
            for p in _of_others(pairs, entries)
            if p.first in links and p.second in links
        ),
        uncompared=tuple(
            _grouped(
                (text.one_line(why), links[name])
                for name, why in uncompared.items()
                if name in links
            )
        ),
        slowest=tuple(
            (links[record.name], _seconds(record.seconds)) for record in statistics.slowest(known)
        ),
        levels=tuple(
            (text.one_line(level, limit=20), number)
            for level, number in statistics.isolation_levels(known).items()
        ),
        rows=_rows(entries, records, links, final, findings.keys),
        with_final=final is not None,
        with_identities=any(entry.submitters for entry in entries),
    )


def _links(
    entries: Sequence[Entry], records: Sequence[Record], *, anonymous: bool
) -> dict[str, Link]:
    """The label and the page of every submission that is known, by its name."""
    people = {entry.name: " and ".join(_called(s) for s in entry.submitters) for entry in entries}
    names = dict.fromkeys([*people, *(record.name for record in records)])
    pages = set() if anonymous else {r.name for r in records if r.status == "graded"}
    return {
        name: Link(
            people.get(name) or text.one_line(name, limit=80),
            f"{quote(name, safe='', errors='replace')}/report.html" if name in pages else "",
        )
        for name in names
    }


def _of_others(pairs: Iterable[Pair], entries: Sequence[Entry]) -> Iterable[Pair]:
    """The pairs without a common submitter: everybody may hand in the same again."""
    people = {entry.name: {(s.name, s.sid, s.email) for s in entry.submitters} for entry in entries}
    return (p for p in pairs if not people.get(p.first, set()) & people.get(p.second, set()))


def _called(submitter: Submitter) -> str:
    return text.one_line(submitter.name or submitter.sid or submitter.email, limit=80)


def _facts(
    records: Sequence[Record],
    entries: Sequence[Entry],
    scores: statistics.Distribution | None,
    final: Mapping[str, int] | None,
) -> tuple[tuple[str, str], ...]:
    """The class in numbers, each with what it is called."""
    failed = sum(record.status == "failed" for record in records)
    students = sum(max(1, len(entry.submitters)) for entry in entries)
    waiting = len({e.name for e in entries} - {r.name for r in records})
    facts = [
        ("Graded", str(len(records) - failed)),
        ("Not graded", str(failed + waiting) if failed + waiting else ""),
        ("Students", str(students) if students > len(entries) else ""),
    ]
    if scores:
        reliability = statistics.alpha(records)
        facts += [
            ("Mean", points(scores.mean)),
            ("Median", points(scores.median)),
            ("Quartiles", f"{points(scores.lower)} and {points(scores.upper)}"),
            ("Standard deviation", points(scores.deviation)),
            ("Lowest and highest", f"{points(scores.lowest)} and {points(scores.highest)}"),
            ("Cronbach’s α", "" if reliability is None else signed(reliability)),
        ]
    if final:
        mean = sum(final.values()) / len(final)
        facts.append(("Mean of the final scores", points(mean)))
    return tuple((name, value) for name, value in facts if value)


def _troubles(records: Sequence[Record], links: Mapping[str, Link]) -> Iterator[tuple[str, Link]]:
    """What the staff must look at."""
    for record in records:
        says = [record.trouble or "It failed."] if record.status == "failed" else []
        if record.ungraded:
            says.append(f"{words(record.ungraded)} points are left for the staff to give.")
        says += record.troubles
        if says:
            lines = [text.one_line(line, limit=300) for line in says[:4]]
            yield " ".join(lines), links[record.name]


def _grouped(said: Iterable[tuple[str, Link]]) -> list[Trouble]:
    """What happened to many is said once, the most frequent first."""
    groups: dict[str, list[Link]] = {}
    for why, link in said:
        groups.setdefault(why, []).append(link)
    found = [Trouble(text.prose(why), tuple(links)) for why, links in groups.items()]
    return sorted(found, key=lambda trouble: -len(trouble.links))


def _view_part(part: PartStatistics) -> PartView:
    shares = part.shares
    return PartView(
        name=text.one_line(part.name),
        points=words(part.points),
        mean=f"{shares.mean:.0%}",
        median=f"{shares.median:.0%}",
        full=f"{part.full / shares.count:.0%}",
        spark=draw_spark(shares),
        says=f"Half of the submissions earned {shares.lower:.0%} to {shares.upper:.0%}.",
    )


def _view_check(known: CheckStatistics, remark: str) -> CheckView:
    told = known.correlation is not None and known.upper_lower is not None
    return CheckView(
        number=text.one_line(known.check.number, limit=20),
        title=text.prose(known.check.title, limit=200),
        part=text.one_line(known.check.part),
        points=words(known.check.points),
        mean=f"{known.difficulty:.0%}" if known.graded else "–",
        passed=f"{known.pass_rate:.0%}" if known.graded else "–",
        correlation=signed(known.correlation or 0.0) if told else "–",
        upper_lower=signed(known.upper_lower or 0.0) if told else "–",
        remark=remark or known.untold,
        state="odd" if remark else "",
    )


def _remark(known: CheckStatistics) -> str:
    """Why somebody should look at a check; empty if nobody need."""
    if known.ungraded:
        return f"could not be graded in {count(known.ungraded, 'submission')}"
    if known.graded >= statistics.FEWEST and known.difficulty == 0:
        return "nobody earns anything: is the check right?"
    if known.correlation is not None and known.difficulty < _ALL_BUT:
        if known.correlation < 0:
            return "strong submissions fail it more often than weak ones"
        if known.correlation < _ODD_CORRELATION:
            return "hardly tells strong from weak"
    return ""


def _rows(
    entries: Sequence[Entry],
    records: Sequence[Record],
    links: Mapping[str, Link],
    final: Mapping[str, int] | None,
    found: Mapping[str, str],
) -> tuple[Row, ...]:
    by_name = {record.name: record for record in records}
    sids = {entry.name: [s.sid for s in entry.submitters if s.sid] for entry in entries}
    return tuple(
        _row(
            link,
            text.one_line(" · ".join([*sids.get(name, ()), name]), limit=120),
            by_name.get(name),
            words(final[name]) if final and name in final else "–",
            found.get(name, ""),
        )
        for name, link in links.items()
    )


def _row(link: Link, identity: str, record: Record | None, final: str, found: str) -> Row:
    if record is None or record.status == "failed":
        failed = record is not None
        status, state = ("failed", "failed") if failed else ("not graded yet", "ungraded")
        return Row(link, identity, state, status, "–", final, "–", "–", "–", "–", "")
    lost = sum(check.status == "failed" for check in record.checks)
    open_points = record.ungraded > 0 or bool(record.troubles)
    return Row(
        link=link,
        identity=identity,
        state="ungraded" if open_points else "",
        status="to look at" if open_points else "graded",
        score=words(record.score),
        final=final,
        lost=str(lost),
        ungraded=words(record.ungraded) if record.ungraded else "–",
        seconds=f"{record.seconds:.1f}",
        isolation=text.one_line(record.isolation, limit=20) or "–",
        found=found,
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
