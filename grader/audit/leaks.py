"""Nothing hidden in what students read: no expected value on a page, no answer in the template.

What is read is what Gradescope shows of a check and what the student's page shows, from lead to
snippet and to the words beside a chart; the lines of a chart are drawings, to a tenth of a pixel.
A number is taken for an expected value when it has four significant digits or more and is what one
of the values that the reference gave in that check rounds to. Numbers that stand in the template
are public.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

import numpy as np
from msgspec import structs

from grader.assignment import Assignment
from grader.exchange import Exchange
from grader.feedback.snippet import RIGHT
from grader.outcomes import Grade, Outcome
from grader.report import render_report
from grader.results import results_document

_DIGITS = 4
_NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?![\w.]\d)")
_ALLOWED = re.compile(rf"^{re.escape(RIGHT)}.*", re.MULTILINE)
"""What the author of a check lets students read."""
_SHORT_LINE = 24
"""Shorter lines of code, such as `return x`, stand anywhere."""


def expected_numbers(
    histories: Mapping[str, Sequence[Exchange]],
) -> dict[str, frozenset[float]]:
    """The numbers that the reference gave in each check."""
    return {
        name: frozenset(abs(number) for exchange in history for number in _numbers(exchange.value))
        for name, history in histories.items()
    }


def public_numbers(assignment: Assignment) -> frozenset[str]:
    """The numbers that students are given."""
    folder = assignment.folder / assignment.settings.template
    texts = [path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    return frozenset(number for text in texts for number in _NUMBER.findall(text))


def leaked(outcome: Outcome, expected: frozenset[float], public: frozenset[str]) -> Iterator[str]:
    """Numbers that the student reads and that are expected values of the check."""
    hidden = (_ALLOWED.sub("", text) for text in read_of(outcome))
    for token in sorted({token for text in hidden for token in _NUMBER.findall(text)}):
        digits = len(token.partition("e")[0].replace(".", "").lstrip("0"))
        if digits < _DIGITS or token in public or token in outcome.title:
            continue
        wanted = f"{float(token):.{digits - 1}e}"
        if any(f"{number:.{digits - 1}e}" == wanted for number in expected):
            yield token


def read_of(outcome: Outcome) -> tuple[str, ...]:
    """All that a student reads of a check, on Gradescope and on the page, now or once published."""
    shown = structs.replace(outcome, visibility="visible")
    grade = Grade("submission", "assignment", (shown,), shown.points)
    document = results_document(grade)
    page = _PageText()
    page.feed(render_report(grade, staff=False))
    return (document.output, *(test.output for test in document.tests), *page.texts)


class _PageText(HTMLParser):
    """Collects the text of a page, without its style."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the style begins."""
        del attrs
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        """Note where the style ends."""
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not self._in_style:
            self.texts.append(data)


def template_leaks(assignment: Assignment) -> Iterator[str]:
    """Lines of the reference, or the secret, that stand in what students are given."""
    folder = assignment.folder / assignment.settings.template
    given = {p: p.read_text("utf-8", "replace") for p in folder.rglob("*") if p.is_file()}
    for path, text in given.items():
        if assignment.settings.secret in text:
            yield f"{path.name}: the secret of assignment.toml"
    for module in assignment.settings.modules:
        source = (assignment.reference / f"{module}.py").read_text("utf-8")
        allowed = assignment.given_out(f"{module}.py") or ""
        for line in sorted(_code_lines(source)):
            if line in allowed:
                continue
            for path, text in given.items():
                if line in text:
                    yield f"{path.name}: a line of the reference's {module}.py: {line}"


def _code_lines(source: str) -> set[str]:
    """The lines of the bodies of functions, without their words."""
    lines = source.splitlines()
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            for statement in body:
                found |= {
                    line.strip() for line in lines[statement.lineno - 1 : statement.end_lineno]
                }
    return {line for line in found if len(line) >= _SHORT_LINE and not line.startswith("#")}


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, dict):
        yield from _numbers(list(value.values()))
    elif isinstance(value, (float, np.floating)):
        yield float(value)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield from value.ravel().tolist()
