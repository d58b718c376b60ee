"""What checks are called: numbers, titles, names, and the seeds that follow from these."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from .grading import Running, SuiteSettings


def numbered(
    items: Sequence[pytest.Item], suites: Mapping[Path, SuiteSettings]
) -> Iterator[tuple[pytest.Item, SuiteSettings, str, int]]:
    """Each check with its suite, its number, and how many cases its function has."""
    cases = Counter(_function_id(item) for item in items)
    functions: Counter[int] = Counter()
    seen: dict[str, tuple[str, int]] = {}
    for item in items:
        suite = suites[item.path.resolve()]
        function = _function_id(item)
        if function not in seen:
            functions[suite.number] += 1
            seen[function] = (f"{suite.number}.{functions[suite.number]}", 0)
        number, case = seen[function]
        seen[function] = (number, case + 1)
        letters = _letters(case) if cases[function] > 1 else ""
        yield item, suite, number + letters, cases[function]


def name_of(item: pytest.Item) -> str:
    """The name of a check, which no other one of the assignment has."""
    return "::".join([item.path.stem, *_classes(item), item.name])


def is_called(item: pytest.Item, running: Running, name: str) -> bool:
    """Whether a check is meant by a name: its own, its function's, its number, its suite's."""
    names = {running.name, running.number, item.name, _function_name(item)}
    names |= {running.number.rstrip("abcdefghijklmnopqrstuvwxyz"), running.suite.path.stem}
    return name in names


def title_of(item: pytest.Item) -> str:
    """The line that the student reads: the docstring's first, and the case in brackets."""
    function = getattr(item, "function", None)
    lines = (getattr(function, "__doc__", None) or "").strip().splitlines()
    name = _function_name(item)
    title = lines[0].rstrip() if lines else name.removeprefix("test_").replace("_", " ")
    case = item.name.removeprefix(name).strip("[]")
    return f"{title.rstrip('.')} ({case})" if case else title


def seed_of(secret: str, seed: int | None, name: str) -> int:
    """The seed of a check: a changed comment or another order of the suite leaves it alone."""
    message = name if seed is None else f"{seed}:{name}"
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:6], "big")


def _function_name(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name


def _function_id(item: pytest.Item) -> str:
    return "::".join([str(item.path), *_classes(item), _function_name(item)])


def _classes(item: pytest.Item) -> list[str]:
    """The classes that a check stands in, from the outermost."""
    return [node.name for node in item.listchain() if isinstance(node, pytest.Class)]


def _letters(case: int) -> str:
    """a, b, …, z, za, zb, …: cases of one check, in an order that sorts."""
    return "z" * (case // 25) + "abcdefghijklmnopqrstuvwxy"[case % 25]
