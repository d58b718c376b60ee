"""The reference's functions with known variants in them, each built once."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Sequence
from typing import Any

from grader.feedback.variants import Variant, VariantError, build, source_of


class Versions:
    """Of a reference and its variants. One may serve many submissions."""

    def __init__(self, reference: types.ModuleType, variants: Sequence[Variant]) -> None:
        self.reference = reference
        self._variants: dict[str, list[Variant]] = {}
        for variant in variants:
            self._variants.setdefault(variant.function, []).append(variant)
        self._built: dict[tuple[str, ...], Callable[..., Any] | None] = {}
        self._sources: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}

    def variants_of(self, function: str) -> Sequence[Variant]:
        """The known variants of a function."""
        return self._variants.get(function, ())

    def of(self, function: str, variants: tuple[Variant, ...]) -> Callable[..., Any] | None:
        """The function with these variants in it; None where they do not go together."""
        # What changes the source comes first: the others wrap it up.
        ordered = sorted(variants, key=lambda variant: variant.source is None)
        key = (function, *(variant.name for variant in ordered))
        if key not in self._built:
            try:
                text = self.source(function)
                for variant in ordered:
                    text = variant.override(text)
                self._built[key] = build(self.reference, function, text)
            except (VariantError, SyntaxError):
                self._built[key] = None
        return self._built[key]

    def source(self, function: str) -> str:
        """The function's source, which takes a while to find."""
        if function not in self._sources:
            self._sources[function] = source_of(self.reference, function)
        return self._sources[function]

    def names(self, function: str) -> frozenset[str]:
        """All names in the function's source: a cascade is asked for many pairs of functions."""
        if function not in self._names:
            nodes = ast.walk(ast.parse(self.source(function)))
            self._names[function] = frozenset(n.id for n in nodes if isinstance(n, ast.Name))
        return self._names[function]

    def build_singles(self) -> None:
        """Build the function with each of its variants, for all that come."""
        for function, variants in self._variants.items():
            self.of(function, ())
            for variant in variants:
                self.of(function, (variant,))
