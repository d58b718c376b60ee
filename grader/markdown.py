"""What results.json says in words: the markdown under each test, and above them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader import text
from grader.outcomes import student_outcome
from grader.points import Scored, count, of, words
from grader.summary import PartSummary, Summary, why_not_graded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.outcomes import CodeLine, Finding, Grade, Outcome

# A check that fails in ten ways is one misunderstanding; more would bury it.
_FINDINGS = 5


def of_check(check: Scored) -> str:
    """What the student reads under one test, in markdown."""
    outcome = student_outcome(check.outcome)
    if outcome.status == "grader_failed":
        return _paragraphs(
            [
                f"**Not graded.** {text.markdown(why_not_graded(outcome))}",
                f"Points for the course staff to give: {words(check.maximum)}.",
            ]
        )
    if outcome.status == "not_asked":
        return _paragraphs(text.markdown(finding.lead) for finding in outcome.findings)
    blocks: list[str] = []
    for finding in outcome.findings[:_FINDINGS]:
        blocks += _finding_blocks(finding)
    if len(outcome.findings) > _FINDINGS:
        blocks.append(f"And {len(outcome.findings) - _FINDINGS} more like these.")
    if len(outcome.parts) > 1:
        blocks.append("\n".join(_part_lines(check)))
    # Under "result" a note would say that a passed check did not pass.
    if outcome.feedback != "result":
        for note in outcome.notes:
            blocks += ["**Worth knowing**", *_finding_blocks(note.finding)]
    return _paragraphs(blocks or [_nothing_to_say(check)])


def _nothing_to_say(check: Scored) -> str:
    if check.outcome.status == "passed":
        return "Right." if check.score == check.maximum else "Right, for a part of the points."
    return "This check did not pass."


def _part_lines(check: Scored) -> Iterable[str]:
    for part in check.outcome.parts:
        reached = "" if part.reached else " (not reached)"
        earned = of(round(part.earned * 100), round(part.points * 100))
        yield f"- {text.markdown(part.name)}: {earned}{reached}"


def _finding_blocks(finding: Finding) -> Iterable[str]:
    yield f"**{text.markdown(finding.lead)}**"
    if finding.evidence:
        yield _bullets(finding.evidence)
    if finding.code:
        yield f"Your code:\n\n{text.fenced(_code_listing(finding.code))}"
    if finding.details:
        yield _bullets(finding.details)
    if finding.snippet:
        yield "The smallest input found on which it fails, to paste and run:\n\n" + text.fenced(
            finding.snippet
        )
    if finding.question:
        yield f"> *{text.markdown(finding.question)}*"
    if finding.warnings:
        yield "Python warned:\n\n" + text.fenced("\n".join(finding.warnings), lines=10)
    if finding.printed:
        yield "Your code printed:\n\n" + text.fenced(finding.printed, limit=2000, lines=20)


def _code_listing(code: Iterable[CodeLine]) -> str:
    """The student's own lines, each behind its place."""
    lines = tuple(code)
    places = [f"{text.one_line(line.file, limit=80)}:{line.line}" for line in lines]
    rows = text.source_rows([line.text for line in lines])
    width = max(len(place) for place in places)
    return "\n".join(f"{place:<{width}} | {row}" for place, row in zip(places, rows, strict=True))


def of_grade(grade: Grade, summary: Summary) -> str:
    """The words above the tests: totals, parts, and where to go on; no more than is visible."""
    blocks = [_totals(summary)]
    if summary.ungraded:
        blocks.append(
            f"{_points(summary.ungraded).capitalize()} to be graded by the course staff: the "
            "grader failed there, not your code."
        )
    if not grade.complete:
        blocks.append("**Grading did not finish.** What is here was graded before it stopped.")
    if summary.unseen:
        blocks.append(summary.unseen)
    if summary.not_asked:
        blocks.append(text.markdown(summary.not_asked))
    if grade.notices:
        blocks.append(_bullets(grade.notices))
    if len(summary.parts) > 1:
        blocks.append("\n".join(f"- {_part(part)}" for part in summary.parts))
    if summary.steps:
        steps = [
            f"{number}. {text.markdown(step.outcomes[0].title)} ({_places(step.outcomes)}, "
            f"{_points(step.lost)}): {text.markdown(step.lead, limit=300)}"
            for number, step in enumerate(summary.steps, 1)
        ]
        blocks.append("**What to look at next**\n\n" + "\n".join(steps))
    elif summary.checks and summary.score == summary.maximum and grade.complete:
        blocks.append("Everything that was checked here works.")
    return _paragraphs(blocks)


def _totals(summary: Summary) -> str:
    if not summary.checks:
        return "**Nothing could be graded.**" if summary.ungraded else "**Nothing to show yet.**"
    graded = " graded" if summary.ungraded else ""
    total = f"{of(summary.score, summary.maximum)}{graded}"
    return f"**{total}**; {summary.passed} of {count(summary.checks, 'check')} passed."


def _part(part: PartSummary) -> str:
    graded = of(part.score, part.maximum) if part.checks else ""
    ungraded = f"{_points(part.ungraded)} not graded" if part.ungraded else ""
    return f"{text.markdown(part.name)}: {', '.join(filter(None, (graded, ungraded)))}"


def _places(outcomes: Iterable[Outcome]) -> str:
    numbers = [text.one_line(outcome.number) for outcome in outcomes]
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return ", ".join(numbers[:3]) + more


def _points(amount: int) -> str:
    return f"{words(amount)} {'point' if amount == 100 else 'points'}"


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {text.markdown(item)}" for item in items)


def _paragraphs(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"
