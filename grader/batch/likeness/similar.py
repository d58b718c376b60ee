"""Fingerprints -> pairs of submissions to look at: a list, never a verdict.

What the template holds says nothing, and what many have says little: a formula of the lecture has
few right spellings. So both are left out, and a pair is listed for what it shares beyond them.

Measured on 24 public solutions of a like homework (two losses, with loops and without, a small net;
276 pairs): half of the pairs shared 1% or less, all but four at most 16%, the most 43%. Copies with
other names, numbers, order and formatting shared 98% and more with what they were copied from;
copies that were worked over in every function besides, 70% and more (test_similar.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

__all__ = ["Pair", "similar_pairs"]

COMMON_SHARE = 0.05
"""What a larger share of the class has is common, and left out."""
COMMON_FEW = 4
"""In a small class, so many may have it all the same: a group of friends is no majority."""
COMMON_MANY = 25
"""Even in a large class, what more than so many have is left out: it has a source elsewhere."""
LEAST_SHARE = 0.3
"""Twice what all but a few independent pairs share, half of what worked-over copies do."""
LEAST_SHARED = 20
"""Fewer fingerprints than this may come from one function, and so from one common mistake."""
_MOST_PAIRS = 500
"""Nobody reads more, and a page must stay light."""


class Pair(Struct, frozen=True):
    """Two submissions, by name, that share more than few others do."""

    first: str
    second: str
    share: float
    """Of the fingerprints of the one that has fewer: the other has them too."""
    shared: int
    """Fingerprints in common."""


def similar_pairs(
    prints: Mapping[str, Sequence[int]],
    template: Collection[int] = (),
    *,
    least_share: float = LEAST_SHARE,
    least_shared: int = LEAST_SHARED,
) -> tuple[Pair, ...]:
    """The pairs that share most, the most alike first.

    Parameters
    ----------
    prints
        Each submission's fingerprints, each once, by its name.
    template
        Fingerprints of what students were given.
    """
    names = list(prints)
    rare = _without_common([set(prints[name]) - set(template) for name in names])
    owners: dict[int, list[int]] = {}
    for place, own in enumerate(rare):
        for mark in own:
            owners.setdefault(mark, []).append(place)
    # Only pairs that share anything are ever looked at.
    shared: Counter[tuple[int, int]] = Counter()
    for places in owners.values():
        if len(places) > 1:
            shared.update(combinations(places, 2))
    pairs = [
        Pair(names[one], names[other], number / min(len(rare[one]), len(rare[other])), number)
        for (one, other), number in shared.items()
        if number >= least_shared and number >= least_share * min(len(rare[one]), len(rare[other]))
    ]
    return tuple(
        sorted(pairs, key=lambda p: (-p.share, -p.shared, p.first, p.second))[:_MOST_PAIRS]
    )


def _without_common(sets: Sequence[set[int]]) -> list[set[int]]:
    """Leave out what many have."""
    limit = max(COMMON_FEW, min(COMMON_MANY, int(COMMON_SHARE * len(sets))))
    held = Counter(mark for own in sets for mark in own)
    common = {mark for mark, number in held.items() if number > limit}
    return [own - common for own in sets]
