"""What came of the checks: frozen values, from a student's line of code to a whole grade.

Everything that knows a result knows only these. Nothing here imports anything of ours.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from msgspec import Struct, structs

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
FeedbackLevel = Literal["full", "hint", "result"]
Status = Literal["passed", "failed", "grader_failed", "not_asked"]


class CodeLine(Struct, frozen=True):
    """One line of the student's own code, where something happened."""

    file: str
    line: int
    text: str = ""
    function: str = ""


class Finding(Struct, frozen=True):
    """One thing that was found, in the student's language.

    `lead` and `evidence` hold no number of a hidden check: they may be shown under
    `feedback("hint")`. `details` (sizes of differences, inputs) need `feedback("full")`.
    """

    kind: str
    lead: str
    evidence: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    question: str = ""
    code: tuple[CodeLine, ...] = ()
    function: str = ""
    warnings: tuple[str, ...] = ()
    printed: str = ""
    staff: str = ""
    """For the staff alone: a traceback, an expected value, what a message was made from."""
    exception: str = ""
    """Type of the exception that the student's code raised."""
    snippet: str = ""
    """Lines of Python that show it on the smallest input found; they need `feedback("full")`."""


class CheckFailed(Exception):
    """A check failed, or a part of it, because of what the student's code did."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.lead)
        self.finding = finding


class GraderFailed(Exception):
    """A check could not be graded, and the student is not to blame."""


class Note(Struct, frozen=True):
    """Something worth saying about a check that passed, and the share of its points it leaves."""

    finding: Finding
    credit: float = 1.0


class PartScore(Struct, frozen=True):
    """The declared part of a check, for example its gradient, and what it earned."""

    name: str
    points: Fraction
    earned: Fraction
    reached: bool = True


class Surface(Struct, frozen=True):
    """Contours of a function of two variables, drawn once at development time.

    `contours` are polylines in the coordinates of the function, lowest level first.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    contours: tuple[tuple[tuple[float, float], ...], ...]
    minimum: tuple[float, float] | None = None


class Chart(Struct, frozen=True):
    """The path of an optimizer over a surface, and its loss, beside the reference's."""

    title: str
    student: tuple[tuple[float, float], ...]
    reference: tuple[tuple[float, float], ...]
    surface: Surface | None = None
    student_loss: tuple[float, ...] = ()
    reference_loss: tuple[float, ...] = ()


class Outcome(Struct, frozen=True):
    """What came of one check.

    `status` is "grader_failed" when the check could not be graded: it then earns nothing and
    costs nothing, and `findings` say so. "not_asked" is that of the one outcome which stands for
    all that a run of a single check left out.
    """

    name: str
    number: str
    title: str
    part: str
    points: Fraction
    earned: Fraction
    status: Status
    visibility: Visibility = "visible"
    feedback: FeedbackLevel = "hint"
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    parts: tuple[PartScore, ...] = ()
    charts: tuple[Chart, ...] = ()
    tags: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seed: int = 0
    seconds: float = 0.0


class LeaderboardEntry(Struct, frozen=True):
    """A number that an author shows on Gradescope's leaderboard."""

    name: str
    value: float | str
    order: Literal["asc", "desc"] = "desc"


class Grade(Struct, frozen=True):
    """All outcomes of one submission, and what is to be said about the whole of it.

    `notices` tell the student what was done with the files (ignored, refused, a notebook
    beside modules); `troubles` tell the staff what failed in the grader itself; `expected` is
    the number of points that the assignment gives out; `complete` is false while checks are
    still to come, as in a results.json that a killed run leaves; `only` is the check that alone
    was asked for, if one was.
    """

    submission: str
    title: str
    outcomes: tuple[Outcome, ...]
    expected: Fraction
    notices: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    leaderboard: tuple[LeaderboardEntry, ...] = ()
    seed: int | None = None
    isolation: str = "L1"
    isolation_notes: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    complete: bool = True
    only: str = ""

    @property
    def earned(self) -> Fraction:
        """Points earned."""
        return sum((outcome.earned for outcome in self.outcomes), Fraction())

    @property
    def graded(self) -> Fraction:
        """Points of the checks that could be graded."""
        return sum(
            (o.points for o in self.outcomes if o.status != "grader_failed"),
            Fraction(),
        )

    @property
    def ungraded(self) -> Fraction:
        """Points of the checks that the grader failed to grade: for the staff to give."""
        return sum(
            (o.points for o in self.outcomes if o.status == "grader_failed"),
            Fraction(),
        )

    @property
    def grader_failed(self) -> bool:
        """Whether anything is left for the staff to grade."""
        return bool(self.troubles) or any(o.status == "grader_failed" for o in self.outcomes)


WITHHELD = (
    "Your print output is withheld: it could show the hidden data of this check. "
    "Run the public tests to see it."
)


def student_finding(finding: Finding, level: FeedbackLevel) -> Finding:
    """The finding as far as the author of the check lets the student read it."""
    if level == "result":
        return Finding(kind=finding.kind, lead="This check did not pass.")
    shown = structs.replace(finding, staff="")
    if level == "full":
        return shown
    # A chain of calls could spell an input by its lines: where it begins and ends is enough.
    code = (*finding.code[:1], *finding.code[1:][-1:])
    return structs.replace(shown, details=(), printed="", snippet="", code=code)


def student_outcome(outcome: Outcome) -> Outcome:
    """The outcome as far as its feedback level lets the student read it."""
    if not outcome.findings and not outcome.notes:
        return outcome
    level = outcome.feedback
    findings = [student_finding(f, level) for f in outcome.findings]
    printed = [number for number, f in enumerate(outcome.findings) if f.printed]
    if level == "hint" and printed:
        # Said once: a check that fails in five ways would say it five times.
        said = findings[printed[0]]
        findings[printed[0]] = structs.replace(said, evidence=(*said.evidence, WITHHELD))
    notes = () if level == "result" else outcome.notes
    return structs.replace(
        outcome,
        findings=tuple(findings),
        notes=tuple(Note(student_finding(n.finding, level), n.credit) for n in notes),
    )
