"""The red team: every attack against the real grader, and what each layer of the wall is worth.

    python -m tests.attacks.run [--only NAME] [--users root,user] [--jobs 2] [--fast]
                                [--no-table] [--no-levels] [--no-matrix]

Ends with status 1 if an attack succeeds, or if one does not where a layer is left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from .arena import Run, User, execute
from .book import HERE, Attack, Canary, control, load_attacks
from .canaries import successes

_CAP_SYS_ADMIN = 21
_TRIES = 3
_LEVELS: dict[str, tuple[str, ...]] = {
    "L2": ("seccomp, always", "seccomp, once loaded"),
    "L1": ("seccomp, always", "seccomp, once loaded", "landlock"),
}
"""Layers that are left out to play a lower level, as an ordinary user: root's would do harm."""


class Row(Struct, frozen=True):
    """A line of the matrix: the layers that are left out, and the attacks that then win."""

    without: list[str]
    wins: list[str]
    users: tuple[User, ...] = ("root", "user")
    fast: bool = False
    """Whether its first attack is tried in `make test`."""


class Verdict(Struct, frozen=True):
    """What came of one attack."""

    name: str
    user: User
    without: tuple[str, ...]
    seconds: float
    won: tuple[tuple[Canary, str], ...]
    """Signs of success that are no documented limit."""
    limits: tuple[tuple[Canary, str], ...]

    @property
    def text(self) -> str:
        """The verdict in a word, with the canaries that showed."""
        if self.won:
            return "WON: " + "; ".join(f"{canary} ({what})" for canary, what in self.won)
        return f"limit: {self.limits[0][1]}" if self.limits else "stopped"


def is_rehearsed(user: User) -> bool:
    """Whether this user grades by a rehearsal: as in Gradescope's container, but not as root."""
    return user != "root"


@cache
def honest(user: User) -> Run:
    """The honest submission's grade, made once in each process."""
    run = execute(control(), user, rehearsed=is_rehearsed(user))
    signs = successes(run)
    if signs:
        raise SystemExit(f"the honest submission is not graded as it should be: {signs}")
    return run


@cache
def require_whole(user: User, without: tuple[str, ...]) -> None:
    """Honest work is graded where these layers are left out: else that is what has won."""
    denied = [
        what for canary, what in successes(execute(control(), user, without)) if canary == "denied"
    ]
    if denied:
        raise RuntimeError(f"without {', '.join(without)} the honest submission fails: {denied}")


def attempt(
    attack: Attack, user: User, without: tuple[str, ...] = (), *, rehearsed: bool = False
) -> Verdict:
    """Hand an attack in and look for signs of success."""
    reference = honest(user)
    run = execute(attack, user, without, rehearsed=rehearsed)
    signs = successes(run, reference)
    limit = attack.limit.canary if attack.limit else None
    return Verdict(
        attack.name,
        user,
        without,
        run.seconds,
        tuple(sign for sign in signs if sign[0] != limit),
        tuple(sign for sign in signs if sign[0] == limit),
    )


def judge(
    attack: Attack, user: User, without: tuple[str, ...] = (), *, rehearsed: bool | None = None
) -> Verdict:
    """An attack has won that can be won again: a machine that stalls once is no hole."""
    if rehearsed is None:
        rehearsed = is_rehearsed(user) and not without
    verdict = attempt(attack, user, without, rehearsed=rehearsed)
    return attempt(attack, user, without, rehearsed=rehearsed) if verdict.won else verdict


def attempt_to_win(attack: Attack, user: User, without: tuple[str, ...]) -> Verdict:
    """An attack that wins once can win: some need more time than a busy machine leaves them."""
    require_whole(user, without)
    for _ in range(_TRIES - 1):
        verdict = attempt(attack, user, without)
        if verdict.won or verdict.limits:
            return verdict
    return attempt(attack, user, without)


def load_matrix() -> list[Row]:
    """The lines of the matrix."""

    class Matrix(Struct, frozen=True):
        rows: list[Row] = []

    return msgspec.toml.decode((HERE / "matrix.toml").read_bytes(), type=Matrix).rows


def playable_users() -> tuple[User, ...]:
    """Who can be played here: only root can be anybody else, and make a container."""
    if os.geteuid() != 0:
        return ("user",)
    return ("root", "user", "container") if _may_mount() else ("root", "user")


def _may_mount() -> bool:
    status = Path("/proc/self/status").read_text()
    capabilities = next(row for row in status.splitlines() if row.startswith("CapEff"))
    return bool(int(capabilities.split()[1], 16) >> _CAP_SYS_ADMIN & 1)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the attacks, then the matrix, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="attacks whose name holds this")
    parser.add_argument("--users", default=",".join(playable_users()))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fast", action="store_true", help="only those of `make test`")
    parser.add_argument("--no-table", action="store_true", help="not with all layers")
    parser.add_argument("--no-matrix", action="store_true", help="not with a layer left out")
    parser.add_argument("--no-levels", action="store_true", help="only the level that is here")
    asked = parser.parse_args(argv)
    users: list[User] = [u for u in playable_users() if u in asked.users.split(",")]
    attacks = [a for a in load_attacks(asked.only) if a.fast or not asked.fast]
    with ProcessPoolExecutor(asked.jobs) as pool:
        lost = 0 if asked.no_table else _table(pool, attacks, users)
        if not asked.no_levels and "user" in users:
            lost += _levels(pool, attacks)
        if not asked.no_matrix:
            lost += _matrix(pool, users, asked.only)
    return 1 if lost else 0


def _table(pool: ProcessPoolExecutor, attacks: list[Attack], users: list[User]) -> int:
    for user in users:
        honest(user)
    jobs = {(a.name, user): pool.submit(judge, a, user) for a in attacks for user in users}
    won: Counter[str] = Counter()
    print(f"{'attack':<44}{''.join(f'{user:<12}' for user in users)}")
    for attack in attacks:
        verdicts = [jobs[attack.name, user].result() for user in users]
        words = [v.text.partition(":")[0] for v in verdicts]
        print(f"{attack.name:<44}{''.join(f'{word:<12}' for word in words)}", flush=True)
        for verdict in verdicts:
            won[verdict.user] += bool(verdict.won)
            if verdict.won or verdict.limits:
                print(f"    {verdict.user}, {verdict.seconds:.1f} s: {verdict.text}", flush=True)
    kinds = Counter(attack.kind for attack in attacks)
    print("\n" + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    for user in users:
        print(f"{won[user]} of {len(attacks)} attacks succeed as {user}")
    return sum(won.values())


def _levels(pool: ProcessPoolExecutor, attacks: list[Attack]) -> int:
    """Play the lower levels: what is promised there holds there as well."""
    print(f"\n{'attack, as an ordinary user':<44}{''.join(f'{level:<12}' for level in _LEVELS)}")
    jobs = {
        (attack.name, level): pool.submit(judge, attack, "user", without)
        for attack in attacks
        for level, without in _LEVELS.items()
    }
    stopped: Counter[str] = Counter()
    lost = 0
    for attack in attacks:
        verdicts = {level: jobs[attack.name, level].result() for level in _LEVELS}
        words = []
        for level, verdict in verdicts.items():
            broken = bool(verdict.won) and attack.holds <= level
            lost += broken
            stopped[level] += not verdict.won
            words.append("BROKEN" if broken else "won" if verdict.won else "stopped")
        print(f"{attack.name:<44}{''.join(f'{word:<12}' for word in words)}", flush=True)
    for level in _LEVELS:
        promised = sum(attack.holds <= level for attack in attacks)
        print(f"{level}: {stopped[level]} of {len(attacks)} are stopped, {promised} promised")
    return lost


def _matrix(pool: ProcessPoolExecutor, users: list[User], only: str) -> int:
    rows = load_matrix()
    attacks = {attack.name: attack for attack in load_attacks()}
    jobs = {
        (i, user, name): pool.submit(attempt_to_win, attacks[name], user, tuple(row.without))
        for i, row in enumerate(rows)
        for user in row.users
        if user in users
        for name in row.wins
        if not only or only in ("matrix", name)
    }
    failed = 0
    print(f"\n{'left out':<60}wins")
    for (i, user, name), job in jobs.items():
        try:
            verdict = job.result()
        except RuntimeError as error:  # the others are worth knowing all the same
            failed += 1
            print(f"{', '.join(rows[i].without):<60}{name} as {user}: NOT TRIED: {error}")
            continue
        signs = verdict.won or verdict.limits
        failed += not signs
        what = f"{signs[0][0]}: {signs[0][1]}" if signs else "STOPPED ALL THE SAME"
        print(f"{', '.join(rows[i].without):<60}{name} as {user}: {what}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
