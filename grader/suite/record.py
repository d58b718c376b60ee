"""What happens while one check runs: the only state that checks change, and its score.

How a check is scored:

- Without declared parts it earns all of its points, or none if anything failed.
- With declared parts, each part that was reached and did not fail earns its points. A part that
  was never reached earns nothing: the check ended before it.
- A failure outside of any part costs the whole check, whatever its parts did.
- A note with a credit below 1 leaves that share of the points of its part, or of the whole check
  if it was made outside of any part. Of several notes the least generous counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from grader.outcomes import Chart, Finding, LeaderboardEntry, Note, PartScore
from grader.rules import MakeRule
from grader.suite.marks import CheckSettings

WHOLE = ""  # no declared part can have this name


@dataclass
class CheckRecord:
    """The state of one running check.

    `parts` are the names of the declared parts; `part` is the one that is being judged, "" for
    none; `failures` and `credits` are kept by part.
    """

    parts: tuple[str, ...] = ()
    part: str = WHOLE
    reached: set[str] = field(default_factory=set)
    failures: dict[str, list[Finding]] = field(default_factory=dict)
    credits: dict[str, Fraction] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    leaderboard: list[LeaderboardEntry] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    asked: list[MakeRule | None] = field(default_factory=list)
    """What each answer that was asked for is judged by, where it is judged by itself."""
    sees: bool = False
    """Whether the check's own code was shown an answer, and may have gone on by it."""

    def called(self, function: str) -> None:
        """Remember that the check called this function of the student's."""
        if function not in self.functions:
            self.functions.append(function)

    def judged_by(self, rule: MakeRule, number: int = -1) -> None:
        """Remember by what the answer of that number is judged, the last one's if not told."""
        self.asked[number] = rule

    def shown(self) -> None:
        """Remember that the check's own code was shown an answer."""
        self.sees = True

    @contextmanager
    def judging(self, part: str) -> Iterator[None]:
        """Let what happens inside count for a declared part. Raises ValueError if unknown."""
        if part not in self.parts:
            known = ", ".join(repr(name) for name in self.parts) or "none"
            raise ValueError(
                f"part {part!r}: expected one of the declared parts ({known}). "
                f"Write @points({part}=...) above the check."
            )
        outer, self.part = self.part, part
        self.reached.add(part)
        try:
            yield
        finally:
            self.part = outer

    def fail(self, finding: Finding) -> None:
        """Record a failure of the part that is being judged; the same twice is said once."""
        found = self.failures.setdefault(self.part, [])
        if all((f.kind, f.lead) != (finding.kind, finding.lead) for f in found):
            found.append(finding)

    def note(self, finding: Finding, credit: float = 1.0) -> None:
        """Record something worth saying, and the share of the points that it leaves."""
        if not 0 <= credit <= 1:
            raise ValueError(f"note: expected a credit from 0 to 1, got {credit!r}.")
        share = Fraction(str(credit))
        self.credits[self.part] = min(share, self.credits.get(self.part, share))
        if all(n.finding.lead != finding.lead for n in self.notes):
            self.notes.append(Note(finding, credit))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All failures, those of the whole check first, then by part as declared."""
        keys = (WHOLE, *self.parts)
        return tuple(finding for key in keys for finding in self.failures.get(key, ()))

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to say."""
        return not self.notes and not any(self.failures.values())

    def score(self, settings: CheckSettings) -> tuple[Fraction, tuple[PartScore, ...]]:
        """The points earned, and by which declared parts."""
        credit = self.credits.get(WHOLE, Fraction(1))
        failed = bool(self.failures.get(WHOLE))
        if not settings.parts:
            return (Fraction() if failed else settings.points * credit), ()
        scores = []
        for name, worth in settings.parts.items():
            earns = name in self.reached and not failed and not self.failures.get(name)
            share = min(credit, self.credits.get(name, credit))
            scores.append(
                PartScore(name, worth, worth * share if earns else Fraction(), name in self.reached)
            )
        return sum((score.earned for score in scores), Fraction()), tuple(scores)
