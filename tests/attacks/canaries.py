"""How success shows, whatever an attack says of itself: points, secrets, left-overs, time."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

from .arena import Run
from .book import Canary

_MEMORY = 260 * 2**20
"""A grade takes some 60 MB; a message of 8 MiB may unfold a few times over. [bytes]"""
_TREE = 500 * 2**20
"""256 MiB for a worker beyond numpy, and what grader, server and workers are made of. [bytes]"""
_SCRATCH = 250 * 2**20  # 64, and what is written between two looks
_TASKS = 100
_FILES = 3_000  # others open some as well
_WINDOW = 7
"""A secret has 12 letters; so many of them in a row are no accident."""
_POINTS = 32.0
_BAD_USAGE = 2
_HONEST = ("test_honest", "test_groups")


def successes(run: Run, control: Run | None = None) -> list[tuple[Canary, str]]:
    """Every sign that an attack has won."""
    return [
        *_scored(run, control),
        *_leaked(run),
        *_denied(run),
        *(("left", what) for what in run.processes),
        *(("left", what) for what in run.files if what.startswith("new: ")),
        *(("changed", what) for what in run.files if not what.startswith("new: ")),
        *_standing(run),
        *_took(run),
        *_active(run),
    ]


def document(run: Run) -> dict[str, Any]:
    """results.json, or nothing where that is not whole."""
    try:
        found = json.loads(run.out.get("results.json", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _scores(run: Run) -> dict[str, float]:
    return {t["extra_data"]["check"]: t["score"] for t in document(run).get("tests", [])}


def _scored(run: Run, control: Run | None) -> Iterator[tuple[Canary, str]]:
    honest = _scores(control) if control else {}
    for check, score in _scores(run).items():
        expected = honest.get(check, 2.0 if check.startswith(_HONEST) else 0.0)
        if score > expected:
            yield "score", f"{check} earned {score:g}"


def _leaked(run: Run) -> Iterator[tuple[Canary, str]]:
    places = {**run.out, "the terminal": run.terminal}
    for place, content in places.items():
        plain = _undone(content)
        for name, secret in run.secrets.items():
            if name == "NUMBER":
                if secret in content.replace(",", ""):
                    yield "secret", f"{name} in {place}"
            elif _is_in(secret, content, plain):
                yield "secret", f"{name} in {place}"


def _undone(content: str) -> str:
    """Text without what only dresses it: escapes, blanks and marks."""
    return re.sub(r"[^0-9A-Za-z]", "", re.sub(r"&#?\w+;|\\u[0-9a-f]{4}", "", content))


def _is_in(secret: str, content: str, plain: str) -> bool:
    windows = [secret[i : i + _WINDOW] for i in range(len(secret) - _WINDOW + 1)]
    for window in windows:
        data = window.encode()
        spelled = [window, window[::-1], window.upper()]
        spelled += [data.hex(), data.hex().upper()]
        spelled.append("".join(chr(97 + (b >> 4)) + chr(97 + (b & 15)) for b in data))
        spelled += ["".join(str(b) for b in data), str(int.from_bytes(data, "big"))]
        if any(s in plain for s in spelled) or window in content:
            return True
    whole = base64.b64encode(secret.encode()).decode().rstrip("=")
    return whole in content or base64.b32encode(secret.encode()).decode().rstrip("=") in content


def _denied(run: Run) -> Iterator[tuple[Canary, str]]:
    if run.attack.refused and run.status != _BAD_USAGE:
        yield "denied", f"not refused: status {run.status}"
    elif not run.attack.refused and not run.attack.interrupt_s:
        yield from _ungraded(run)


def _ungraded(run: Run) -> Iterator[tuple[Canary, str]]:
    if run.status != 0:
        last = (run.terminal.splitlines() or [""])[-1][:200]
        yield "denied", f"the grader ended with status {run.status}: {last}"
    found = document(run)
    if not found or not found["extra_data"]["complete"]:
        yield "denied", "results.json is not whole"
        return
    tests = found["tests"]
    failed = [t["name"] for t in tests if "status" not in t]
    if failed:
        yield "denied", f"not graded: {', '.join(failed)}"
    if abs(sum(t["max_score"] for t in tests) - _POINTS) > 1e-9:
        yield "denied", "the maxima do not add up"
    if not run.attack.costs_honest:
        for name in ("honest::test_double", "honest::test_triple", "honest_again::test_triple"):
            if _scores(run).get(f"test_{name}") != 2.0:
                yield "denied", f"{name} lost its points"
    if run.peak.files > _FILES:
        yield "denied", f"{run.peak.files} files more were open on the machine"
    if run.peak.tasks > _TASKS:
        yield "denied", f"{run.peak.tasks} processes and threads at once"


def _standing(run: Run) -> Iterator[tuple[Canary, str]]:
    if len(run.peak.standing) > 1:
        yield "changed", "the grader's priority or policy"


def _took(run: Run) -> Iterator[tuple[Canary, str]]:
    if run.seconds > run.attack.seconds:
        yield "time", f"{run.seconds:.1f} s"
    if run.peak.memory > _MEMORY:
        yield "memory", f"{run.peak.memory / 2**20:.0f} MB on the trusted side"
    if run.peak.tree > _TREE:
        yield "memory", f"{run.peak.tree / 2**20:.0f} MB in all processes"
    if run.peak.scratch > _SCRATCH:
        yield "disk", f"{run.peak.scratch / 2**20:.0f} MB in the scratch folder"
    if run.peak.nameless > _SCRATCH:
        yield "disk", f"{run.peak.nameless / 2**20:.0f} MB in files without a name"


def _active(run: Run) -> Iterator[tuple[Canary, str]]:
    texts = {"the terminal": run.terminal, "report.html": run.out.get("report.html", "")}
    found = document(run)
    for number, words in enumerate(_strings(found)):
        texts[f"results.json, text {number}"] = words
    for place, words in texts.items():
        bad = {
            c for c in words if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\n\t"
        }
        if bad:
            yield "active", f"{sorted(map(ascii, bad))} in {place}"
    pages = {"report.html": run.out.get("report.html", "")}
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for test in [found, *found.get("tests", [])]:
        if "output" in test:
            pages[f"markdown of {test.get('name', 'the summary')}"] = reader.render(test["output"])
    for place, page in pages.items():
        tags = _Tags()
        tags.feed(page)
        for tag in tags.hostile:
            yield "active", f"{tag} in {place}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


class _Tags(HTMLParser):
    """Finds what would run, load or be followed."""

    def __init__(self) -> None:
        super().__init__()
        self.hostile: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See whether a tag is one that no page of ours has."""
        for name, value in attrs:
            target = (value or "").strip().lower()
            inert = target.startswith(("#", "data:image/"))
            if name.startswith("on") or (name in {"href", "src", "action"} and not inert):
                self.hostile.append(f"<{tag} {name}={target[:30]}>")
        if tag in {"script", "iframe", "object", "embed", "form", "base", "marquee"}:
            self.hostile.append(f"<{tag}>")
