"""assignment.toml -> typed settings, or a message that says which key is wrong."""

from __future__ import annotations

import difflib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

FILE_NAME = "assignment.toml"

_Seconds = Annotated[float, Meta(gt=0)]
_Count = Annotated[int, Meta(ge=1)]
_YEAR_MINUTES = 366 * 24 * 60
_Share = Annotated[float, Meta(ge=0, le=1)]


class AssignmentError(Exception):
    """The assignment cannot be used; the message names the file, the key and what is wrong."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What student code may take."""

    call_s: _Seconds = 5.0
    """One call. [s]"""
    check_s: _Seconds = 20.0
    """All calls of one check. [s]"""
    submission_s: _Seconds = 420.0
    """The whole submission; Gradescope's own limit is 600 by default. [s]"""
    memory_mb: _Count = 1024
    """Memory of the student's process beyond what numpy takes. [MiB]"""
    output_kb: _Count = 16
    """Printed text that is kept of one call. [KiB]"""
    callbacks: _Count = 2000
    """Calls of functions that a check hands in, for one check."""


class Late(Struct, frozen=True, forbid_unknown_fields=True):
    """What handing in late costs in the gradebook of a class; without it, nothing.

    A day is 24 hours, and one that has begun counts.
    """

    due: Annotated[datetime, Meta(tz=True)]
    """With its offset from UTC: 2026-10-01T23:59:00-07:00."""
    penalty_per_day: _Share
    """Share that each day costs: 0.1 for a tenth."""
    of: Literal["total", "score"] = "total"
    """Share of the assignment's points, or of what the submission earned."""
    grace_minutes: Annotated[float, Meta(ge=0, le=_YEAR_MINUTES)] = 0.0
    """Lateness is counted from so long after the due date. [min]"""
    free_days: Annotated[int, Meta(ge=0)] = 0
    """Days of this assignment that cost nothing."""
    max_penalty: _Share = 1.0
    """Share that all days together cost at most."""
    max_days: _Count | None = None
    """Who is more days late than this, free ones included, keeps nothing."""


class PartSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the assignment: one suite, and the points that it gives out."""

    number: _Count
    name: str
    suite: str
    points: Annotated[float, Meta(ge=0)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of assignment.toml."""

    title: str
    total_points: Annotated[float, Meta(ge=0)]
    secret: Annotated[str, Meta(min_length=8)]
    """Every check's random data follow from this and the check's name."""
    modules: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Modules that students hand in, as reference/ has them."""
    parts: Annotated[tuple[PartSettings, ...], Meta(min_length=1)]
    reference: str = "reference"
    template: str = "student_template"
    allowed_imports: tuple[str, ...] = ("numpy",)
    stand_ins: tuple[str, ...] = ("matplotlib", "mpl_toolkits")
    """Libraries that are answered by something harmless: plots are not graded."""
    legacy_python: bool = False
    """Whether names of Python 2 (xrange, the package past) are supplied, as old work needs them."""
    allow_processes: bool = False
    """Whether student code may start processes, which end with the check."""
    float32_credit: _Share = 1.0
    """Share of the points for an answer that is right, but in single precision."""
    conventions: dict[str, _Share] = {}
    """Share of the points for an accepted convention, by its name; 0 where it is not accepted."""
    limits: Limits = Limits()
    per_student: bool = False
    """Whether every student has random data of their own, which follow from the e-mail address."""
    late: Late | None = None
    surfaces: dict[str, str] = {}
    """Contours for charts, by name: files drawn at development time."""


class Assignment(Struct, frozen=True):
    """An assignment's folder and its settings."""

    folder: Path
    settings: Settings

    @property
    def suites(self) -> tuple[Path, ...]:
        """Suite files, in the order of the parts."""
        return tuple(self.folder / part.suite for part in self.settings.parts)

    @property
    def reference(self) -> Path:
        """Folder of the reference package."""
        return self.folder / self.settings.reference

    @property
    def conftests(self) -> tuple[Path, ...]:
        """What pytest reads for the suites: it looks from the assignment's folder down."""
        above = {place for suite in self.suites for place in suite.parents}
        found = (place / "conftest.py" for place in above if place.is_relative_to(self.folder))
        return tuple(sorted(path for path in found if path.is_file()))

    @property
    def importable(self) -> tuple[str, ...]:
        """Packages that students may import; `past` stands for names of Python 2."""
        names = self.settings.allowed_imports
        return (*names, "past") if self.settings.legacy_python else names

    def seed_of(self, emails: Iterable[str]) -> int | None:
        """The seed of whoever has these addresses; None where all have the same data.

        It is the same wherever they hand in, and of a group in any order.
        """
        known = sorted({email.strip().casefold() for email in emails} - {""})
        if not self.settings.per_student or not known:
            return None
        message = " ".join(known).encode()
        digest = hmac.new(self.settings.secret.encode(), message, "sha256").digest()
        return int.from_bytes(digest[:6], "big")

    def given_out(self, name: str) -> str | None:
        """The text of a module as students got it; None for a file that they did not get."""
        from grader.stubs import stub_text

        source = self.reference / name
        return stub_text(source.read_text("utf-8"), name) if source.is_file() else None


def load_assignment(folder: Path) -> Assignment:
    """Read the assignment in `folder`. Raises AssignmentError."""
    path = folder / FILE_NAME
    try:
        text = path.read_bytes()
    except OSError as error:
        raise AssignmentError(
            f"{path}: {error.strerror}. Start grader in the assignment's folder, "
            "or name it with --assignment."
        ) from None
    try:
        settings = msgspec.toml.decode(text, type=Settings)
    except msgspec.ValidationError as error:
        raise AssignmentError(_explain(path, text, str(error))) from None
    except msgspec.DecodeError as error:
        raise AssignmentError(f"{path}: expected TOML, but {error}.") from None
    _check(path, settings)
    return Assignment(folder.resolve(), settings)


def _explain(path: Path, text: bytes, message: str) -> str:
    """Turn 'Expected `float`, got `str` - at `$.limits.call_s`' into where, expected and found."""
    what, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".")
    if named := re.fullmatch(r"Object (missing required|contains unknown) field `(.*)`", what):
        return f"{path}: {_odd_key(key, named[2], is_missing=named[1] == 'missing required')}"
    value: Any = msgspec.toml.decode(text)
    for step in re.findall(r"[^.\[\]]+", key):
        try:
            value = value[int(step) if step.isdigit() else step]
        except (KeyError, IndexError, TypeError):
            value = None
    found = f" Found {value!r}." if value is not None and key and "unknown" not in what else ""
    what = what[0].lower() + what[1:].replace("`", "'")
    return f"{path}: {f'key {key}: ' if key else ''}{what}.{found}"


def _odd_key(table: str, name: str, *, is_missing: bool) -> str:
    """Say of a key that it is missing or unknown, and which ones there are."""
    key = f"{table}.{name}" if table else name
    if is_missing:
        return f"key {key}: expected a value. Found none."
    known = _keys(table)
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Is {near[0]!r} meant?" if near else ""
    return f"key {key}: expected one of {', '.join(known)}. Found {name!r}.{hint}"


def _keys(table: str) -> tuple[str, ...]:
    """Names of the keys that a table of assignment.toml may have."""
    kind = {"": Settings, "limits": Limits, "late": Late}.get(table, PartSettings)
    return kind.__struct_fields__


def _check_modules(path: Path, settings: Settings) -> None:
    for i, name in enumerate(settings.modules):
        where = f"{path}: key modules[{i}]"
        if not name.isidentifier():
            raise AssignmentError(f"{where}: expected a module's name. Found {name!r}.")
        if name in settings.modules[:i]:
            raise AssignmentError(f"{where}: expected names that differ. Found {name!r} again.")
        if not (path.parent / settings.reference / f"{name}.py").is_file():
            file = f"{settings.reference}/{name}.py"
            raise AssignmentError(
                f"{where}: expected a module of the reference. {file!r} is not there."
            )


def _check(path: Path, settings: Settings) -> None:
    total = sum(part.points for part in settings.parts)
    if abs(total - settings.total_points) > 1e-9:
        raise AssignmentError(
            f"{path}: key parts: expected points that add up to total_points = "
            f"{settings.total_points:g}. Found {total:g}."
        )
    numbers = [part.number for part in settings.parts]
    if len(set(numbers)) < len(numbers):
        raise AssignmentError(f"{path}: key parts: expected numbers that differ. Found {numbers}.")
    stems = [Path(part.suite).stem for part in settings.parts]
    if len(set(stems)) < len(stems):
        raise AssignmentError(
            f"{path}: key parts: expected suites whose files have names that differ. Found {stems}."
        )
    for i, part in enumerate(settings.parts):
        if not part.name.strip():
            raise AssignmentError(f"{path}: key parts[{i}].name: expected a name. Found none.")
    files = {f"parts[{i}].suite": part.suite for i, part in enumerate(settings.parts)}
    files |= {f"surfaces.{name}": file for name, file in settings.surfaces.items()}
    files["reference"] = f"{settings.reference}/__init__.py"
    for key, file in files.items():
        if not (path.parent / file).is_file():
            raise AssignmentError(
                f"{path}: key {key}: expected a file of the assignment. {file!r} is not there."
            )
    _check_modules(path, settings)
