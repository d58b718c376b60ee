"""submission_metadata.yml -> who handed in which folder, and when.

Ruby writes it, and it grows to many megabytes: every earlier run's results are in it. All that is
wanted lies beside them, so the text is cut at its top-level keys and the results are blanked before
YAML is read at all. That takes a hundredth of the time, and one broken entry spoils no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from grader.batch.intake.times import iso, read_time
from grader.batch.records import Submitter
from grader.text import one_line

__all__ = ["METADATA", "TOP_FOLDER", "Described", "Metadata", "read_metadata"]

METADATA = "submission_metadata.yml"
TOP_FOLDER = re.compile(r"assignment_\d+_export")
"""Name of the folder that holds it, and the submissions."""

# Far above what a class of 2,000 leaves, far below what would fill the memory.
_MAX_BYTES = 256 * 2**20
_BULKY = r"""(?P<indent>[ ]+)["']?:?(?:results|history)["']?[ ]*:(?:\s|$)"""
_ALIAS = "undefined alias"
# What YAML reads as nothing. A name may well be Null, and stays.
_NOTHING = frozenset({"", "~"})
_NO_IDENTITY = _NOTHING | {"null", "Null", "NULL"}


class Described(Struct, frozen=True):
    """What the file says of one submission."""

    submitters: tuple[Submitter, ...] = ()
    created_at: str = ""


class Metadata(Struct, frozen=True):
    """What the file says of each submission, by its folder's name."""

    submissions: Mapping[str, Described]
    troubles: tuple[str, ...] = ()


class _Chunk(Struct, frozen=True):
    """The lines of one submission, and the number of those before them."""

    text: str
    before: int


def read_metadata(path: Path) -> Metadata:
    """Read the file; whatever is wrong with it is named in the troubles."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        return Metadata({}, (f"{path.name}: expected a readable file, but {error.strerror}.",))
    if len(data) > _MAX_BYTES:
        limit = _MAX_BYTES // 2**20
        return Metadata({}, (f"{path.name}: expected at most {limit} MiB, got more.",))
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    troubles = []
    if "\ufffd" in text and b"\xef\xbf\xbd" not in data:
        troubles.append(f"{path.name}: expected UTF-8; bytes that are none are shown as \ufffd.")
    raw: dict[str, Any] = {}
    for found in _documents(text):
        if isinstance(found, str):
            troubles.append(f"{path.name}, {found}")
            continue
        for key, value in found.items():
            name = key.removeprefix(":")
            if name in raw:
                troubles.append(
                    f"{path.name}: {_quoted(name)} stands there twice; the later counts."
                )
            raw[name] = value
    submissions = {}
    for name, value in raw.items():
        submissions[name], wrong = _describe(value)
        troubles += [f"{path.name}: {_quoted(name)}: {what}" for what in wrong]
    if not submissions and not troubles:
        troubles.append(f"{path.name}: expected an entry for each submission, got none.")
    return Metadata(submissions, tuple(troubles))


def _documents(text: str) -> Iterator[dict[str, Any] | str]:
    """A mapping for each top-level key, or words for what cannot be read of it."""
    found: list[dict[str, Any] | str] = []
    if not re.match(r"\s*(?:---\s*)?[\[{]", text):
        found = [_parse(chunk) for chunk in _chunks(text)]
        # An alias may stand for what was written under another key, or among the results.
        if not any(isinstance(each, str) and _ALIAS in each for each in found):
            yield from found
            return
    whole = _parse(_Chunk(text, 0))
    yield from found if found and isinstance(whole, str) else [whole]


def _chunks(text: str) -> Iterator[_Chunk]:
    """Cut at the keys that stand at the beginning of a line, and blank the results of old runs."""
    lines: list[str] = []
    start, skipping = 0, -1
    for number, line in enumerate(text.split("\n")):
        rest = line.lstrip(" ")
        indent = len(line) - len(rest)
        if not rest or rest.startswith("#") or line.startswith(("---", "...", "%")):
            lines.append("")
            continue
        if indent == 0 and not rest.startswith("- "):
            yield from _made(lines, start)
            lines, start, skipping = [], number, -1
        item = rest == "-" or rest.startswith("- ")
        if skipping >= 0 and (indent > skipping or (indent == skipping and item)):
            lines.append("")
            continue
        bulky = re.match(_BULKY, line)
        skipping = (
            len(bulky["indent"]) if bulky and indent == _indent_of_keys(lines, indent) else -1
        )
        lines.append("" if skipping >= 0 else line)
    yield from _made(lines, start)


def _indent_of_keys(lines: list[str], default: int) -> int:
    """How far the keys of a submission are indented: as far as its first one."""
    for line in lines[1:]:
        if line:
            return len(line) - len(line.lstrip(" "))
    return default


def _made(lines: list[str], start: int) -> Iterator[_Chunk]:
    text = "\n".join(lines)
    if text.strip():
        yield _Chunk(text, start)


def _parse(chunk: _Chunk) -> dict[str, Any] | str:
    """The mapping that a piece of YAML states, every scalar as it is written, or what is wrong.

    A base loader knows no types: a sid keeps its zeros, a tag of Ruby's builds nothing.
    """
    import yaml

    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    try:
        found = yaml.load(chunk.text, Loader=loader)  # noqa: S506 - builds text, lists and dicts only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = chunk.before + (mark.line if mark else 0) + 1
        problem = one_line(getattr(error, "problem", None) or str(error), limit=200)
        return f"line {line} ({_first_of(chunk)}): expected YAML, but {problem}."
    if found is None or found == "":
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        line = chunk.before + 1
        return f"line {line}: expected a submission's name and ':', got {_first_of(chunk)}."
    return found


def _first_of(chunk: _Chunk) -> str:
    return _quoted(chunk.text.lstrip().partition("\n")[0].rstrip(" :"))


def _quoted(text: object) -> str:
    return repr(one_line(str(text), limit=80))


def _describe(value: object) -> tuple[Described, list[str]]:
    """Who and when, and what was expected instead of what came."""
    if not isinstance(value, dict):
        return Described(), [f"expected keys such as :submitters:, got {_quoted(value)}."]
    entry = _plain(value)
    wrong: list[str] = []
    submitters = tuple(_submitters(entry.get("submitters", ""), wrong))
    return Described(submitters, _created_at(entry.get("created_at", ""), wrong)), wrong


def _plain(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with keys that are no symbols of Ruby's."""
    return {key.removeprefix(":"): value for key, value in mapping.items()}


def _submitters(found: object, wrong: list[str]) -> Iterator[Submitter]:
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not found:
        wrong.append(f"expected a list of submitters, got {_quoted(found)}.")
        return
    for each in found:
        if not isinstance(each, dict):
            wrong.append(f"expected a submitter with a name, got {_quoted(each)}.")
            continue
        fields = _plain(each)
        texts = {key: _text(fields, key, wrong) for key in ("name", "sid", "email")}
        if not any(texts.values()):
            wrong.append("expected a submitter with a name, a sid or an e-mail, got none of them.")
            continue
        yield Submitter(**texts)


def _text(fields: Mapping[str, Any], key: str, wrong: list[str]) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str):
        wrong.append(f"expected a text as {key}, got {_quoted(value)}.")
        return ""
    nothing = _NOTHING if key == "name" else _NO_IDENTITY
    return "" if value.strip() in nothing else " ".join(value.split())


def _created_at(found: object, wrong: list[str]) -> str:
    """ISO 8601 in UTC. Rails may write a moment as an object with its UTC, zone and local time."""
    if isinstance(found, dict):
        found = _plain(found).get("utc", found)
    moment = read_time(found) if isinstance(found, str) else None
    if moment is None:
        wrong.append(f"expected the date and time of created_at, got {_quoted(found)}.")
        return ""
    return iso(moment)
