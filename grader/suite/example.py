"""The smallest failing input beside the findings of a check whose author lets values be shown."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import structs

from grader.exchange import Exchange
from grader.feedback.failure import expected_of
from grader.feedback.smallest import find_smallest
from grader.feedback.snippet import snippet_of
from grader.outcomes import CheckFailed, Finding

from .arguments import parameter_names

_BY_VALUE = frozenset({"value", "shape", "type", "nonfinite", "gradient", "raised"})
"""Kinds of findings that hang on the arguments of a call."""


class Examples:
    """Searches on the student's own code, which costs no check anything."""

    def __init__(self, reference: types.ModuleType, make_student: Callable[[int], Any]) -> None:
        self._reference = reference
        self._make_student = make_student
        self._left_alone: set[str] = set()
        """Functions that came to no end in a search: another time-out might cost them a check."""

    def add(
        self,
        findings: tuple[Finding, ...],
        history: Sequence[Exchange],
        seed: int,
        *,
        expected: bool = False,
    ) -> tuple[Finding, ...]:
        """The findings, the first that can have one with an example: what is `expected`, too."""
        if any(finding.kind == "cascade" for finding in findings):
            return findings
        for place, finding in enumerate(findings):
            if finding.kind in _BY_VALUE and finding.function not in self._left_alone:
                snippet = self._snippet(finding, history, seed, expected=expected)
                if snippet:
                    shown = structs.replace(finding, snippet=snippet)
                    return *findings[:place], shown, *findings[place + 1 :]
                break
        return findings

    def _snippet(
        self, finding: Finding, history: Sequence[Exchange], seed: int, *, expected: bool
    ) -> str:
        name = finding.function
        found = self._with_student(
            seed, lambda call: find_smallest(history, name, self._reference, call)
        )
        if found is None:
            return ""
        # Once more in a process of its own, as the student will: it must not hang on other calls.
        if not self._with_student(seed, lambda call: found.fails(self._reference, call)):
            return ""
        module, _, target = name.partition(".")
        parameters = parameter_names(getattr(getattr(self._reference, module), target))
        importable = all(line.file.endswith(".py") for line in finding.code)
        right = expected_of(name, found.arguments, self._reference) if expected else None
        return snippet_of(found, parameters, importable=importable, right=right)

    def _with_student(self, seed: int, act: Callable[[Callable[..., Any]], Any]) -> Any:
        student = self._make_student(seed)

        def call(name: str, /, *args: Any, **kwargs: Any) -> Any:
            try:
                return student.call(name, *args, **kwargs).value
            except CheckFailed as error:
                if not error.finding.exception:
                    self._left_alone.add(name)
                raise

        try:
            return act(call)
        finally:
            student.close()
