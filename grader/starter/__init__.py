"""A small complete assignment to start from: `grader new`."""

from __future__ import annotations

import secrets
from pathlib import Path

__all__ = ["NotEmpty", "write_starter"]

_ASSIGNMENT = Path(__file__).parent / "assignment"


class NotEmpty(Exception):
    """The folder holds something already."""


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the assignment into a new or empty folder, with a secret of its own. NotEmpty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder}: expected a new or empty folder. There is something in it.")
    written = []
    for source in sorted(_ASSIGNMENT.rglob("*")):
        if source.is_dir() or "__pycache__" in source.parts:
            continue
        target = folder / source.relative_to(_ASSIGNMENT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8")
        if source.name == "assignment.toml":
            text = text.replace("SECRET", secrets.token_urlsafe(18))
        target.write_text(text, "utf-8")
        written.append(target)
    return tuple(written)
