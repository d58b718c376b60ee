"""Classes for the soak test: the simulated one, and a small one of the small assignment."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import NamedTuple

from other_assignment import TRAPEZOIDS, changed, write_trapezoids

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.bad_submissions import FILES  # noqa: E402 - found only now when run as a script
from benchmarks.simulated_class import simulate  # noqa: E402 - likewise

RIGHT = TRAPEZOIDS["right/areas.py"]
HONEST = {
    "right": RIGHT,
    "rectangles": TRAPEZOIDS["rectangles/areas.py"],
    "unfinished": "def total(x):\n    return x.sum()\n",
    "raises": RIGHT.replace("return x.sum()", "return x.summ()"),
}
BAD = {
    "exits": "import os\n\n\ndef total(x):\n    os._exit(0)\n",
    "endless": "def total(x):\n    while True:\n        pass\n",
    "kills_its_parent": (
        "import os, signal\n\n\ndef total(x):\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    ),
    "syntax_error": "def total(x:\n",
}
"""Appended to a right solution; the other kinds are those of the large class."""
UNGRADABLE = ("unreadable", "no_folder")
"""Kinds that have no result at all."""


class School(NamedTuple):
    """An assignment, an export, and what each submission was made to be."""

    assignment: Path
    export: Path
    kinds: dict[str, str]

    @property
    def bad(self) -> list[str]:
        """Names of the bad submissions."""
        return [name for name, kind in self.kinds.items() if kind.startswith("bad: ")]

    @property
    def honest(self) -> list[str]:
        """Names of all others."""
        return [name for name, kind in self.kinds.items() if not kind.startswith("bad: ")]

    @property
    def ungradable(self) -> set[str]:
        """Names of those that have no result at all."""
        return {name for name in self.bad if self.kinds[name].removeprefix("bad: ") in UNGRADABLE}


def real_school(place: Path, count: int, bad: int, seed: int) -> School:
    """The first assignment's simulated class."""
    made = simulate(place, count, bad=bad, seed=seed)
    return School(ROOT, made.path, dict(made.kinds))


def small_school(place: Path, count: int, bad: int, seed: int) -> School:
    """A class of the small assignment, whose calls may take a second."""
    assignment = write_trapezoids(place / "assignment")
    changed(assignment, "assignment.toml", "call_s = 30.0", "call_s = 1.0")
    rng = random.Random(seed)  # noqa: S311 - the same class for the same seed
    export = place / "export"
    export.mkdir()
    kinds: dict[str, str] = {}
    of_bad = [*BAD, "damaged_zip", "unreadable"]
    spoilt = rng.sample(range(count), bad)
    for number in range(count):
        folder = export / f"student-{number:03}"
        if number in spoilt:
            kind = of_bad[spoilt.index(number) % len(of_bad)]
            kinds[folder.name] = f"bad: {kind}"
        else:
            kinds[folder.name] = kind = rng.choice(list(HONEST))
        if kind in FILES:
            FILES[kind](folder)
            continue
        text = f"{RIGHT}\n\n{BAD[kind]}" if kind in BAD else HONEST[kind]
        folder.mkdir()
        (folder / "areas.py").write_text(f"{text}\n\nNUMBER = {number}\n", "utf-8")
    return School(assignment, export, kinds)
