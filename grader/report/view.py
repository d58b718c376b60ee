"""Grade -> what its reader may see of it, in words: the values that the page shows."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from grader import text
from grader.points import Scored, count, of, words
from grader.report.charts import draw_chart
from grader.report.page import Bar, CheckView, FindingView, Listing, Page, PartView, StepView
from grader.summary import Step, Summary, readable_checks, summarize, why_not_graded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.outcomes import CodeLine, Finding, Grade, Outcome, Visibility

__all__ = ["build_page"]

_VISIBILITY: dict[Visibility, str] = {
    "visible": "",
    "hidden": "hidden from the student",
    "after_due_date": "shown after the due date",
    "after_published": "shown once grades are published",
}
_SLOWEST = 5


def build_page(grade: Grade, *, staff: bool) -> Page:
    """Choose what this reader may see of a grade, and say it."""
    summary = summarize(grade, staff=staff)
    checks = readable_checks(grade, staff=staff)
    anchors = _anchors(checks)
    views = [
        _view_check(check, anchor, grade, staff=staff)
        for check, anchor in zip(checks, anchors, strict=True)
    ]
    by_name = {c.outcome.name: anchor for c, anchor in zip(checks, anchors, strict=True)}
    surfaces = dict.fromkeys(
        chart.path.contours for view in views for chart in view.charts if chart.path
    )
    return Page(
        staff=staff,
        title=text.one_line(grade.title),
        submission=text.one_line(grade.submission),
        score=words(summary.score),
        total=f"of {_points(summary.maximum)}{' graded' if summary.ungraded else ''}",
        bar=_bar(summary.score, summary.maximum, summary.ungraded),
        works=_what_works(grade, summary),
        steps=tuple(_view_step(step, by_name[step.outcomes[0].name]) for step in summary.steps),
        remarks=_remarks(grade, summary),
        notices=tuple(text.prose(notice) for notice in grade.notices),
        parts=_view_parts(summary, checks, views),
        surfaces=tuple(path for path in surfaces if path),
        troubles=tuple(text.visible(trouble) for trouble in grade.troubles) if staff else (),
        facts=_run_facts(grade) if staff else (),
        slowest=_slowest(checks, views) if staff else (),
    )


def _anchors(checks: Sequence[Scored]) -> list[str]:
    """A fragment for each check: its number where that is plain and unique, else its position."""
    numbers = [check.outcome.number.replace(".", "-") for check in checks]
    return [
        f"check-{number}"
        if number.replace("-", "").isalnum() and numbers.count(number) == 1
        else f"check-at-{position}"
        for position, number in enumerate(numbers, 1)
    ]


def _bar(score: int, maximum: int, ungraded: int) -> Bar:
    whole = (maximum + ungraded) or 1
    return Bar(f"{100 * score / whole:.2f}", f"{100 * ungraded / whole:.2f}")


def _what_works(grade: Grade, summary: Summary) -> tuple[str, ...]:
    """The first thing on the page: what is right already."""
    if not summary.checks:
        return (
            "Nothing could be graded." if summary.ungraded else "There is nothing to show yet.",
        )
    if not summary.passed:
        return ("No check passes yet. The list below says where to begin.",)
    if summary.passed == summary.checks and not summary.ungraded and grade.complete:
        return (f"Everything that was checked works: {count(summary.checks, 'check')} passed.",)
    sentences = [f"{summary.passed} of {count(summary.checks, 'check')} passed."]
    whole = [text.one_line(part.name) for part in summary.whole]
    if whole:
        *others, last = whole
        names = f"{', '.join(others)} and {last}" if others else last
        verb = "are" if others else "is"
        sentences.append(f"{names} {verb} complete.")
    return tuple(sentences)


def _view_step(step: Step, anchor: str) -> StepView:
    first = step.outcomes[0]
    others = [text.one_line(outcome.number) for outcome in step.outcomes[1:]]
    more = f" and {len(others) - 4} more" if len(others) > 4 else ""
    return StepView(
        anchor=anchor,
        number=text.one_line(first.number),
        title=text.one_line(first.title),
        also=f"The same in {', '.join(others[:4])}{more}." if others else "",
        lost=_points(step.lost),
        lead=text.prose(step.lead),
        question=text.prose(step.question),
    )


def _remarks(grade: Grade, summary: Summary) -> tuple[str, ...]:
    """What the total leaves out, and why."""
    remarks = []
    if summary.ungraded:
        remarks.append(
            f"{_points(summary.ungraded)} could not be graded: the grader failed there, not the "
            "submission. The course staff will grade them."
        )
    if not grade.complete:
        remarks.append("Grading did not finish. What is here was graded before it stopped.")
    if summary.unseen:
        remarks.append(summary.unseen)
    if summary.not_asked:
        remarks.append(text.one_line(summary.not_asked))
    return tuple(remarks)


def _view_parts(
    summary: Summary, checks: Sequence[Scored], views: Sequence[CheckView]
) -> tuple[PartView, ...]:
    members: dict[str, list[CheckView]] = {}
    for check, view in zip(checks, views, strict=True):
        members.setdefault(check.outcome.part, []).append(view)
    return tuple(
        PartView(
            anchor=f"part-{position}",
            name=text.one_line(part.name),
            points=of(part.score, part.maximum) if part.checks else "not graded",
            passed=f"{part.passed} of {part.checks}" if part.checks else "–",
            bar=_bar(part.score, part.maximum, part.ungraded),
            checks=tuple(members[part.name]),
        )
        for position, part in enumerate(summary.parts, 1)
    )


def _view_check(check: Scored, anchor: str, grade: Grade, *, staff: bool) -> CheckView:
    outcome = check.outcome
    state, status = _state(check)
    graded = outcome.status != "grader_failed"
    # A student's copy under "result" says of a passing note that it did not pass: leave it out.
    talkative = staff or outcome.feedback != "result"
    return CheckView(
        anchor=anchor,
        number=text.one_line(outcome.number),
        title=text.one_line(outcome.title),
        state=state,
        status=status,
        points=of(check.score, check.maximum) if graded else f"{_points(check.maximum)} open",
        unfolded=state != "passed",
        visibility=_VISIBILITY[outcome.visibility] if staff else "",
        findings=_view_findings(outcome, staff=staff),
        notes=tuple(_view_finding(n.finding, n.credit) for n in outcome.notes if talkative),
        parts=tuple(
            (
                text.one_line(part.name),
                of(round(part.earned * 100), round(part.points * 100))
                + ("" if part.reached else ", not reached"),
            )
            for part in outcome.parts
            if len(outcome.parts) > 1
        ),
        charts=tuple(draw_chart(chart) for chart in outcome.charts if talkative),
        facts=_check_facts(outcome) if staff and outcome.name else (),
        command=_command(outcome, grade) if staff and outcome.name else "",
    )


def _state(check: Scored) -> tuple[str, str]:
    """The colours and the word for what came of a check."""
    if check.outcome.status == "grader_failed":
        return "ungraded", "Not graded"
    if check.outcome.status == "passed":
        return "passed", "Passed"
    return ("partly", "Partly") if check.score else ("failed", "Failed")


def _view_findings(outcome: Outcome, *, staff: bool) -> tuple[FindingView, ...]:
    if outcome.status == "grader_failed" and not (staff and outcome.findings):
        lead = text.prose(why_not_graded(outcome))
        return (FindingView(lead, (), (), (), (), (), "", "", ""),)
    return tuple(_view_finding(finding) for finding in outcome.findings)


def _view_finding(finding: Finding, credit: float = 1.0) -> FindingView:
    return FindingView(
        lead=text.prose(finding.lead),
        evidence=tuple(text.prose(line) for line in finding.evidence),
        details=tuple(text.prose(line) for line in finding.details),
        question=text.prose(finding.question),
        listings=_listings(finding.code),
        warnings=tuple(text.one_line(warning) for warning in finding.warnings[:10]),
        printed=text.visible(finding.printed, limit=2000, lines=20),
        snippet=text.visible(finding.snippet),
        staff=text.visible(finding.staff, limit=8000, lines=120),
        credit=f"It earns {credit:.0%} of the points." if credit < 1 else "",
    )


def _listings(code: Iterable[CodeLine]) -> tuple[Listing, ...]:
    """Lines of one function together, each place named once."""
    groups: dict[tuple[str, str], list[CodeLine]] = {}
    for line in code:
        groups.setdefault((line.file, line.function), []).append(line)
    return tuple(
        Listing(
            place=text.one_line(f"{file}, in {function}" if function else file, limit=120),
            rows=tuple(
                (line.line, row)
                for line, row in zip(
                    lines, text.source_rows([line.text for line in lines]), strict=True
                )
            ),
        )
        for (file, function), lines in groups.items()
    )


def _check_facts(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Check", outcome.name),
        ("Functions", ", ".join(outcome.functions)),
        ("Feedback", outcome.feedback),
        ("Kinds", ", ".join(dict.fromkeys(finding.kind for finding in outcome.findings))),
        ("Tags", ", ".join(outcome.tags)),
        ("Time", _seconds(outcome.seconds)),
    ]
    return tuple((name, text.one_line(value)) for name, value in facts if value)


def _command(outcome: Outcome, grade: Grade) -> str:
    """The command that runs this check again on the same data."""
    # Of the run: a check's own follows from it, and given instead it would give other data.
    seed = "" if grade.seed is None else f" --seed {grade.seed}"
    return text.one_line(
        f"grader grade {shlex.quote(grade.submission)} --check {shlex.quote(outcome.name)}{seed}"
    )


def _run_facts(grade: Grade) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Isolation level", grade.isolation),
        *(("Isolation", note) for note in grade.isolation_notes),
        ("Seed of the run", "" if grade.seed is None else str(grade.seed)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in grade.versions)),
        ("Time", _seconds(grade.seconds)),
        ("Points of the assignment", words(round(grade.expected * 100))),
        ("Complete", "yes" if grade.complete else "no"),
    ]
    return tuple((name, text.one_line(value)) for name, value in facts if value)


def _slowest(
    checks: Sequence[Scored], views: Sequence[CheckView]
) -> tuple[tuple[str, str, str], ...]:
    pairs = sorted(zip(checks, views, strict=True), key=lambda pair: -pair[0].outcome.seconds)
    return tuple(
        (view.anchor, f"{view.number} {view.title}", _seconds(check.outcome.seconds))
        for check, view in pairs[:_SLOWEST]
        if check.outcome.seconds > 0
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _points(amount: int) -> str:
    return f"{words(amount)} {'point' if amount == 100 else 'points'}"
