"""The attacks as they stand in their folders: <kind>/<name>/attack.toml, and what is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

HERE = Path(__file__).parent
FILE = "attack.toml"

Canary = Literal[
    "score",  # more points for an attacked check than the honest wrong answer earns
    "secret",  # a secret, in any common encoding, in what a student or a terminal gets to see
    "denied",  # the grader failed, an honest check lost points, or results.json is not whole
    "left",  # a process or a file that outlives the grade
    "changed",  # a file of somebody else's, or the grader's own standing, is not what it was
    "time",  # the grade took longer than the attack's `seconds`
    "memory",  # the trusted side took more memory than a grade needs, or all together than allowed
    "disk",  # the scratch folder, or files without a name, held more than a homework needs
    "active",  # something that acts in a browser, a terminal, a spreadsheet or markdown
]


REASONS = {
    "a crash ends one worker": "the next check has another",
    "a notebook is read as text": "by a reader of ours, which runs and guesses nothing",
    "a worker is ended from outside": "with SIGKILL, whatever it does",
    "answers are compared outside": "with what no worker ever holds",
    "folders are emptied however they are made": "without recursion, by descriptors",
    "messages are typed": "what is none of ours is refused, and sizes must fit",
    "nothing: it is a fact from inside": "a documented limit",
    "only plain data crosses": "by exact type, copied; objects stay where they are",
    "only what was handed in is quoted": "a place must be one of the sources'",
    "sources are imported from memory": "no folder of the student's is on any path",
    "text is capped": "on both sides",
    "the clock is outside": "and what keeps the time",
    "the compiler runs behind the wall": "in a process that may crash",
    "two calls of one shape": "with other data, in one process",
    "values are told by kind and likely size": "what is wrong is said without its content",
    "what a callback does is the caller's doing": "it fails as a call of the student's",
    "what comes out can go back in": "a suite may hand in what it got",
    "what is raised is text": "no exception is made of it",
}
"""What stops an attack and cannot be left out: the way in which the grader is built."""


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the submission that is made when it is handed in, because it should not lie here.

    Its name may be hostile, or such that Python or pytest would run it where it lies.
    """

    name: str = ""
    name_hex: str = ""
    """Its bytes, for a name in a folder that is no text."""
    text: str = ""
    times: int = 1
    """How often `text` stands in the file."""
    head: str = ""
    tail: str = ""
    """What stands once, before and after it."""
    copies: int = 1
    """How many such files there are; @COPY@ in the name is the number of each."""
    link: str = ""
    hard_link: str = ""
    fifo: bool = False
    sparse_mb: int = 0
    """Size of a file of zeros; in a zip it packs to nearly nothing."""


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """What is not promised: a canary that may show, and where docs/threat-model.md says so."""

    canary: Canary
    heading: str


class Attack(Struct, frozen=True, forbid_unknown_fields=True):
    """What an attack tries, how its success would show, and what is to stop it."""

    tries: str
    success: str
    canaries: list[Canary]
    stopped_by: list[str]
    """Layers that can be left out (switched.py), or some of `REASONS`."""
    seconds: float = 12.0
    """Longest that the grade may take, the grader's own second included. [s]"""
    fast: bool = True
    """Whether it runs in `make test`."""
    form: Literal["folder", "zip", "file"] = "folder"
    submission: str = "submission"
    """Name under which it is handed in."""
    honest: bool = True
    """Whether the runner adds the module that is right."""
    costs_honest: bool = False
    """Whether losing the honest points is fair: the submission as a whole cannot be read."""
    out_inside: bool = False
    """Whether the careless grader puts the results into the submission."""
    refused: bool = False
    """Whether the grader should refuse to begin, as bad usage."""
    classmates: int = 0
    """How many honest submissions are graded before it, as one class, if it is not alone."""
    allow_processes: bool = False
    """Whether the assignment allows student code to start processes."""
    interrupt_s: float = 0.0
    """How long after the attack has left a file `begun` the grader is killed, if it is. [s]"""
    limit: Limit | None = None
    holds: Literal["L1", "L2", "L3"] = "L3"
    """The lowest isolation level at which it is stopped."""
    files: list[Recipe] = []
    folder: Path = Path()

    @property
    def kind(self) -> str:
        """The kind, as THREATS has it."""
        return self.folder.parent.name

    @property
    def name(self) -> str:
        """Kind and name: 'leak/exception_in_letters'."""
        return f"{self.kind}/{self.folder.name}"


def load_attacks(wanted: str = "") -> list[Attack]:
    """All attacks, or those whose name holds `wanted`, in the order of their names."""
    found = []
    for path in sorted(HERE.glob(f"*/*/{FILE}")):
        attack = msgspec.toml.decode(path.read_bytes(), type=Attack)
        found.append(msgspec.structs.replace(attack, folder=path.parent))
    return [attack for attack in found if wanted in attack.name]


def control() -> Attack:
    """The honest submission whose points no attack may exceed."""
    return Attack("nothing", "never", [], [], folder=HERE / "nothing" / "control")
