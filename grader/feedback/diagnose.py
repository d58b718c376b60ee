"""Which known mistake explains what the student's code did in a check that failed.

The exchanges of the check are played again on the variants of the function that is wrong. What
agrees with every answer of the student's, where the reference does not, is an explanation. Where
none agrees in everything, the elements of a returned tuple are explained one by one; then two
variants are tried together whose effects add up to the student's. What stays is an honest 'none of
the known mistakes'.
"""

from __future__ import annotations

import ast
import functools
import time
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from grader.exchange import Exchange
from grader.feedback.replay import Played, play
from grader.feedback.trials import (
    one_for_each_output,
    pairs_that_add_up,
    try_variant,
    which_fits,
    which_raises,
)
from grader.feedback.variants import Variant, VariantError, build, source_of

_BUDGET_S = 1.5
"""Longest for one check on a busy machine; a twentieth of it is the rule."""


class Explanation(Struct, frozen=True):
    """The variants, one or two, that together do what the student's function did."""

    function: str
    variants: tuple[Variant, ...]

    @property
    def is_convention(self) -> bool:
        """Whether nothing but an accepted convention was found."""
        return all(variant.kind == "convention" for variant in self.variants)


class Diagnosis:
    """Knows the variants of a reference, and what was found in earlier checks of a submission."""

    def __init__(self, reference: types.ModuleType, variants: Sequence[Variant]) -> None:
        self._reference = reference
        self._by_function: dict[str, list[Variant]] = {}
        for variant in variants:
            self._by_function.setdefault(variant.function, []).append(variant)
        self._built: dict[tuple[str, ...], Callable[..., Any] | None] = {}
        self._found: dict[str, Explanation] = {}

    def explain(self, history: Sequence[Exchange]) -> Explanation | None:
        """The explanation of the first function of a check that is wrong, if there is one."""
        deadline = time.monotonic() + _BUDGET_S
        for function, right in self._wrong_functions(history):
            explanation = self._explain(history, function, right, deadline)
            if explanation is not None:
                self._found.setdefault(function, explanation)
                return explanation
        return None

    def wrong_functions(self, history: Sequence[Exchange]) -> tuple[str, ...]:
        """Functions whose answers differ from the reference's."""
        return tuple(function for function, _ in self._wrong_functions(history))

    def cascade(
        self, history: Sequence[Exchange], wrong: Sequence[str], call: Callable[..., Any]
    ) -> tuple[str, str] | None:
        """A function that is wrong only because another is, and that other.

        `wrong` are functions that failed in earlier checks; `call` calls the student's own by name.
        """
        for function, _ in self._wrong_functions(history):
            used = [other for other in wrong if other != function and self._uses(function, other)]
            if not used:
                continue
            namespace = {other.partition(".")[2]: functools.partial(call, other) for other in used}
            text = source_of(self._reference, function)
            version = build(self._reference, function, text, namespace)
            if all(one.agrees for one in play(history, function, version, self._reference)):
                return function, used[0]
        return None

    def _uses(self, function: str, other: str) -> bool:
        """Whether the reference's own code of a function names another."""
        names = ast.walk(ast.parse(source_of(self._reference, function)))
        target = other.partition(".")[2]
        return any(isinstance(node, ast.Name) and node.id == target for node in names)

    def _wrong_functions(self, history: Sequence[Exchange]) -> Iterator[tuple[str, list[Played]]]:
        names = dict.fromkeys(e.name for e in history if e.kind == "call")
        for name in names:
            module, _, target = name.partition(".")
            right = getattr(getattr(self._reference, module, None), target, None)
            if right is None:
                continue
            played = list(play(history, name, right, self._reference))
            if any(not one.agrees for one in played):
                yield name, played

    def _explain(
        self, history: Sequence[Exchange], function: str, right: list[Played], deadline: float
    ) -> Explanation | None:
        known = self._found.get(function)
        if known is not None and self._agrees(history, function, known.variants):
            # The same function was wrong before, and this is what it was then.
            return known
        trials = []
        for variant in self._by_function.get(function, []):
            version = self._version(function, (variant,))
            if version is not None and time.monotonic() < deadline:
                played = play(history, function, version, self._reference)
                trials.append(try_variant(variant, played, right))
        for chosen in (which_fits(trials), one_for_each_output(trials)):
            if chosen:
                return Explanation(function, chosen)
        for pair in pairs_that_add_up(trials, right):
            if time.monotonic() < deadline and self._agrees(history, function, pair):
                return Explanation(function, pair)
        chosen = which_raises(trials)
        return Explanation(function, chosen) if chosen else None

    def _agrees(
        self, history: Sequence[Exchange], function: str, variants: tuple[Variant, ...]
    ) -> bool:
        version = self._version(function, variants)
        if version is None:
            return False
        return all(one.agrees for one in play(history, function, version, self._reference))

    def _version(self, function: str, variants: tuple[Variant, ...]) -> Callable[..., Any] | None:
        """The function with these variants in it; None where they do not go together."""
        key = (function, *(variant.name for variant in variants))
        if key not in self._built:
            try:
                text = source_of(self._reference, function)
                for variant in variants:
                    text = variant.override(text)
                self._built[key] = build(self._reference, function, text)
            except (VariantError, SyntaxError):
                self._built[key] = None
        return self._built[key]
