"""Half a processor and 768 MB, as on Gradescope: a grade ends in time, and what is healthy counts.

`make redteam` does the same under the limits of the shipped assignment, which takes minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from grading_fixtures import ROOT, copy_assignment

from tests.attacks import small

LIMITS = {"submission_s": 8, "call_s": 1, "check_s": 4}
SABOTAGED, HEALTHY = ("3", "4"), "7"
SPARED = ("polynomials", "functions")


@pytest.mark.parametrize("how", ["slow", "endless", "hungry"])
def test_what_is_healthy_keeps_its_points_whatever_the_rest_does(how: str, tmp_path: Path) -> None:
    """Checks that come late must have their turn, however much time the first ones want."""
    parts = (*map(int, SABOTAGED), int(HEALTHY))
    assignment = copy_assignment(tmp_path / "assignment", parts=parts, limits=LIMITS)

    submission = small.hand_in(tmp_path / how, how, SPARED, slow_s=0.8)
    ran, results = small.grade(tmp_path, submission, assignment)

    earned = small.points_by_part(results)
    assert ran.status == 0
    # The checks' own time, and the start, the last check's explanation and the pages.
    assert ran.seconds < LIMITS["submission_s"] + LIMITS["check_s"] + 6
    assert ran.memory < small.MEMORY
    assert earned[HEALTHY] == (3, 3)
    assert all(earned[part][0] < earned[part][1] for part in SABOTAGED)


BURN = "import time\nwhile time.process_time() < 0.5: pass"


@pytest.mark.parametrize("groups", [small._GROUPS, Path("/none")], ids=["as here", "signals"])
def test_a_command_has_half_a_processor(
    groups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where control groups may not be made, signals stop it every other moment."""
    monkeypatch.setattr(small, "_GROUPS", groups)

    ran = small.run_small([sys.executable, "-c", BURN], tmp_path, 30)

    assert ran.status == 0
    assert ran.seconds > 0.8
    assert groups != Path("/none") or ran.played_by == "signals"


def test_the_reference_earns_everything_there(tmp_path: Path) -> None:
    ran, results = small.grade(tmp_path, small.hand_in(tmp_path / "right", ""), ROOT)

    assert ran.status == 0
    assert ran.memory < small.MEMORY
    assert all(earned == maximum for earned, maximum in small.points_by_part(results).values())
