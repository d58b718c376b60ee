"""Writing one variant for several functions, whose texts differ."""

from __future__ import annotations

from collections.abc import Mapping

from grader.feedback.variants import Variants

Changes = Mapping[str, Mapping[str, str]]
"""What is replaced by what in the text of each function."""


def add_mistake(variants: Variants, name: str, says: str, hint: str, changes: Changes) -> None:
    """Add one mistake to each of these functions."""
    for function, source in changes.items():
        variants.mistake(function, name, says=says, hint=hint, source=source)


def add_convention(variants: Variants, name: str, says: str, changes: Changes) -> None:
    """Add one convention to each of these functions."""
    for function, source in changes.items():
        variants.convention(function, name, says=says, source=source)
