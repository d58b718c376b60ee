"""What a simulated class has around its homework: people, groups, metadata, a zip."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import NamedTuple

DUE = datetime(2026, 10, 2, 6, 59, tzinfo=timezone.utc)
FIRST = (
    *("Ada", "Bo", "Chidi", "Dilnoza", "Émile", "Fatima", "Gösta", "Hana", "Itō", "João"),
    *("Kwame", "Łucja", "Mei", "Ngozi", "Oisín", "Priya", "Qadir", "Rosa", "Søren", "Thị"),
)
LAST = (
    *("Abara", "Brandt", "Castillo", "D'Angelo", "Eze", "Fischer", "García", "Håkansson"),
    *("Ivanova", "Johnson-Lee", "Kim", "Lindqvist", "Müller", "Null", "Okafor", "Park"),
    *("Quispe", "Rossi", "Şahin", "Tanaka", "Ueda", "Văn", "Wójcik", "Yıldız", "张"),
)
# Names that mean harm to a spreadsheet or a page.
HOSTILE = (
    '=HYPERLINK("http://example.org","Ada")',
    "@SUM(1+1)",
    "<b>Bold</b>",
    "- Dash",
    "a\u202eb",
)
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -")


class Person(NamedTuple):
    """One student; `sid` is as the file writes it."""

    name: str
    sid: str | None
    email: str


def people(rng: random.Random, count: int) -> list[Person]:
    """Make students up: most with a sid in quotes, some with a bare number, an empty one, none."""
    made = []
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        if rng.random() < 0.01:
            name = rng.choice(HOSTILE)
        digits = f"{rng.randrange(10**9):09}"
        lot = rng.random()
        sid: str | None = f"'{digits}'"
        if lot < 0.2:
            sid = digits.lstrip("0") or "7"
        elif lot < 0.3:
            sid = None
        elif lot < 0.4:
            sid = "''"
        made.append(Person(name, sid, f"student{number}@example.edu"))
    return made


def metadata(rng: random.Random, names: Sequence[str], students: Sequence[Person]) -> str:
    """The text of submission_metadata.yml, as Ruby writes it; one in ten is a group's."""
    waiting = iter(students)
    lines = ["---"]
    for number, name in enumerate(names):
        size = rng.choice((2, 2, 3)) if rng.random() < 0.1 else 1
        lines += [f"{name}:", "  :submitters:"]
        for person in islice(waiting, size):
            lines.append(f"  - :name: {quoted(person.name)}")
            lines += [] if person.sid is None else [f"    :sid: {person.sid}"]
            lines.append(f"    :email: {person.email}")
        late = rng.random() < 0.2
        hours = rng.uniform(0, 72) if late else -rng.uniform(0, 120)
        moment = DUE + timedelta(hours=hours)
        lines.append(f"  :created_at: {written(moment, number % 3)}")
        lines += ["  :score: 87.0", "  :status: processed", *results("  "), "  :history:"]
        lines += [f"  - :id: {number}", f"    :created_at: {written(moment, 0)}", *results("    ")]
    return "\n".join(lines) + "\n"


def quoted(name: str) -> str:
    """A name in YAML, in quotes where it needs them."""
    if set(name) <= PLAIN and not name.startswith("-"):
        return name
    return "'" + name.replace("'", "''") + "'" if name.isprintable() else '"a\\u202eb"'


def written(moment: datetime, form: int) -> str:
    """A moment as a datetime of Ruby's, a text with an offset, or a text in UTC."""
    if form == 0:
        return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond:06}000 Z"
    local = moment.astimezone(timezone(timedelta(hours=-7)))
    return f"'{local.isoformat()}'" if form == 1 else f'"{moment:%Y-%m-%dT%H:%M:%S}Z"'


def results(indent: str) -> list[str]:
    """Results of an earlier run, with plain keys and words that look like keys."""
    lines = [f"{indent}:results:", f"{indent}  score: 87.0", f"{indent}  tests:"]
    for number in range(20):
        lines += [
            f"{indent}  - name: '1.{number} A check'",
            f"{indent}    score: 1.5",
            f"{indent}    max_score: 2.0",
            f"{indent}    output: |",
            f"{indent}      submission_1:",
            f"{indent}        :submitters: nobody's",
        ]
    return lines


def zip_export(top: Path) -> Path:
    """Zip the export with what a Mac adds; the folder gives way to the zip."""
    path = top.with_suffix(".zip")
    path.unlink(missing_ok=True)
    litter = top.parent / "__MACOSX"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for folder in (top, litter):
            for item in sorted(folder.rglob("*")):
                name = str(item.relative_to(top.parent))
                if item.is_symlink():
                    info = zipfile.ZipInfo(name)
                    info.external_attr = 0o120777 << 16
                    archive.writestr(info, "/nowhere")
                else:
                    archive.write(item, name)
    shutil.rmtree(top)
    shutil.rmtree(litter)
    return path
