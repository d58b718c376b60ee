"""The red team's fast attacks, each against the real grader: none may win."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks import run, switched
from tests.attacks.book import REASONS, Attack, load_attacks

ATTACKS = load_attacks()
FAST = [attack for attack in ATTACKS if attack.fast]
ROOT = Path(__file__).resolve().parents[2]
KINDS = {"reach", "patch", "lie", "forge", "leak", "deny", "escape", "files", "inject"}


@pytest.mark.parametrize("attack", FAST, ids=lambda attack: attack.name)
def test_attack_is_stopped(attack: Attack) -> None:
    # One by a rehearsal, the next without: both ways lead to a grade.
    by_rehearsal = FAST.index(attack) % 2 == 0
    verdict = run.judge(attack, run.playable_users()[0], rehearsed=by_rehearsal)

    assert not verdict.won, verdict.text


@pytest.mark.parametrize(
    "row",
    [row for row in run.load_matrix() if row.fast],
    ids=lambda row: " and ".join(row.without),
)
def test_attack_wins_where_its_layer_is_left_out(row: run.Row) -> None:
    """Else the attack would prove nothing: neither of the layer nor of the canaries."""
    user = run.playable_users()[0]
    attack = next(a for a in ATTACKS if a.name == row.wins[0])
    if user not in row.users:
        pytest.skip(f"for {' and '.join(row.users)}")

    verdict = run.attempt_to_win(attack, user, tuple(row.without))

    assert verdict.won or verdict.limits


def test_every_layer_is_still_where_it_is_left_out() -> None:
    """The long runs would end with an error on the way; here all are left out at once."""
    names = sorted({name for row in run.load_matrix() for name in row.without})
    start = [sys.executable, str(ROOT / "tests" / "attacks" / "switched.py"), "; ".join(names)]
    done = subprocess.run(
        [*start, "grade", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_every_kind_of_attack_is_there_and_says_what_stops_it() -> None:
    assert {attack.kind for attack in ATTACKS} == KINDS
    assert len(ATTACKS) >= 80
    for attack in ATTACKS:
        said = (attack.tries, attack.success, attack.canaries, attack.stopped_by)
        assert all(said), attack.name


def test_what_stops_an_attack_is_a_layer_or_a_reason_that_is_known() -> None:
    named = {name for attack in ATTACKS for name in attack.stopped_by}

    assert named - set(switched.LAYERS) - set(REASONS) == set()
    assert set(REASONS) <= named
    assert not set(REASONS) & set(switched.LAYERS)


def test_every_documented_limit_stands_in_the_threat_model() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    headings = set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))

    limits = {attack.name: attack.limit.heading for attack in ATTACKS if attack.limit}

    assert limits
    assert {name: heading for name, heading in limits.items() if heading not in headings} == {}


def test_the_matrix_names_attacks_and_layers_that_exist() -> None:
    names = {attack.name for attack in ATTACKS}
    for row in run.load_matrix():
        assert set(row.wins) <= names
        assert set(row.without) <= set(switched.LAYERS)


def test_every_layer_earns_its_place_in_the_matrix() -> None:
    """A layer that can be left out, and that no attack then passes, is not known to do anything."""
    left_out = {layer for row in run.load_matrix() for layer in row.without}

    assert set(switched.LAYERS) - left_out == set()
