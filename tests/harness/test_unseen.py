"""Mistakes are named when they are written in other words than those of the registry."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

UNSEEN = Path(__file__).parents[1] / "unseen"
FILES = sorted(UNSEEN.glob("*.toml"))
_LIMIT_S = 300.0  # a tenth of it on a machine with nothing else to do


class Mistake(Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong function, and the variants that it may be called: one of each group, no other."""

    name: str
    function: str
    text: str
    named: tuple[str, ...] = ()
    """Groups of names, such as "norm or squared_norm"; none for what is like nothing known."""

    def misses(self, names: set[str]) -> bool:
        """Whether a group has none of the names, or the mistake no name at all."""
        return not all(any(_alternatives(group, name) for name in names) for group in self.named)

    def is_taken_for(self, names: set[str]) -> set[str]:
        """The names that belong to no group."""
        groups = self.named
        return {name for name in names if not any(_alternatives(g, name) for g in groups)}


def _alternatives(group: str, name: str) -> set[str]:
    """What two lists such as "norm or squared_norm" have in common."""
    return set(group.split(" or ")) & set(name.split(" or "))


class Unseen(Struct, frozen=True, forbid_unknown_fields=True):
    mistakes: tuple[Mistake, ...]
    nameless: tuple[Mistake, ...]


def unseen(path: Path) -> Unseen:
    return msgspec.toml.decode(path.read_bytes(), type=Unseen)


def graded(mistakes: Sequence[Mistake], *, first: bool = False) -> list[dict[str, Any]]:
    """The checks that each mistake fails, or the first of them, as the real pipeline grades it."""
    jobs = [{"function": m.function, "text": m.text, "first": first} for m in mistakes]
    done = subprocess.run(
        [sys.executable, str(UNSEEN / "grade.py")],
        input=msgspec.json.encode(jobs),
        capture_output=True,
        timeout=_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answers: list[dict[str, Any]] = msgspec.json.decode(done.stdout)
    return answers


def names_of(answer: dict[str, Any]) -> set[str]:
    return {name for failure in answer["failures"] for name in failure["names"]}


def table(rows: Sequence[tuple[Mistake, set[str]]]) -> str:
    return "\n" + "\n".join(
        f"{m.function}: {m.name}: expected {m.named or 'no name'}, got {sorted(names) or 'none'}"
        for m, names in rows
    )


def test_there_are_enough() -> None:
    files = [unseen(path) for path in FILES]
    mistakes = [mistake for file in files for mistake in file.mistakes]

    assert len(mistakes) >= 60
    assert sum(len(mistake.named) == 2 for mistake in mistakes) >= 12
    assert sum(len(file.nameless) for file in files) >= 15


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mistakes_in_other_words_are_named(path: Path) -> None:
    """Of each file four in five at least, and nothing is taken for what it is not."""
    file = unseen(path)

    answers = graded([*file.mistakes, *file.nameless])

    assert [answer["troubles"] for answer in answers] == [[] for _ in answers]
    assert all(answer["failures"] for answer in answers)
    rows = list(zip([*file.mistakes, *file.nameless], map(names_of, answers), strict=True))
    wrong = [(m, names) for m, names in rows if m.is_taken_for(names)]
    missed = [(m, names) for m, names in rows if m.misses(names)]
    assert not wrong, table(wrong)
    assert len(missed) <= 0.2 * len(file.mistakes), table(missed)
