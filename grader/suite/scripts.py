"""Checks that need not be run: what others were asked who passed is put to this submission."""

from __future__ import annotations

from grader import rules
from grader.outcomes import Outcome
from grader.scripted import Rehearsal, Scripted

from .grading import CheckGrader, Running


class Scripts:
    """The scripts that are known, and those that are made of what this submission passes."""

    def __init__(self, rehearsal: Rehearsal, grader: CheckGrader) -> None:
        self._rehearsal = rehearsal
        self._grader = grader
        self.made: dict[str, Scripted] = {}
        """What the checks that passed asked and were answered, by their names."""

    def wait(self) -> None:
        """Have put to this submission what is put ahead, if anything is."""
        if self._rehearsal.seen is not None:
            self._rehearsal.seen()

    def known(self, check: str) -> Scripted | None:
        """What the reference was asked and answered, if that is known."""
        return self._rehearsal.scripts.get(check)

    def outcome(self, running: Running) -> Outcome | None:
        """The outcome of a check, if all that it asks is answered as by somebody who passed it."""
        known = self.known(running.name)
        # Where it asks back, what failures are told apart by must be known of each check.
        if known is None or known.script.asks_back or self._rehearsal.seen is None:
            return None
        put = self._rehearsal.seen().get(running.name)
        if put is None:
            return None
        way = [known, *self._rehearsal.others.get(running.name, ())][put.way]
        self._grader.begin(running)
        running.began -= put.seconds
        running.student.remember(way.script, put.answers)
        return self._grader.alike(running, way.outcome)

    def keep(self, running: Running, outcome: Outcome) -> None:
        """Make a script of a check that was passed, if others can be put the same."""
        record, student = running.record, running.student
        script = student.script() if not record.leaderboard else None
        if script is None:
            return
        makers = [] if student.was_looked_at else record.asked
        sees = record.sees or len(makers) != len(script.steps)
        known = rules.rules_of(makers, len(script.steps), is_traced=script.is_traced, sees=sees)
        if known is not None:
            self.made[running.name] = Scripted(script, outcome, known, sees)
