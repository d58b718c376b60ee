"""The arguments of a call as numbers in places: which sizes belong together, and smaller ones.

Nothing is known of the function but that it takes numbers and arrays. Axes of the same length
belong together, unless the reference also works where one of them has grown; a whole number below
the length of an axis counts its entries, if the reference fails where it is as large as that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from grader.exchange import Arguments, rebuilt

Place = tuple[int | str, ...]
"""Where a number or an array stands: the argument, then the place in a list or a dict."""
Leaves = dict[Place, Any]
Axis = tuple[Place, int]
Valid = Callable[[Leaves], bool]
"""Whether the reference takes these arguments."""

_MOST_AXES = 6
"""More axes of one length are taken as tied: there are too many ways to part them."""


class Layout(Struct, frozen=True):
    """Axes that have one length, in groups, and the group whose entries a whole number counts."""

    groups: tuple[tuple[Axis, ...], ...] = ()
    labels: Mapping[Place, int] = {}

    def length(self, leaves: Leaves, group: int) -> int:
        """The length that the axes of a group have."""
        return _length(leaves, self.groups[group])

    def least(self, leaves: Leaves, group: int) -> int:
        """The smallest length worth trying: to choose one class of one says nothing."""
        return min(2 if group in self.labels.values() else 1, self.length(leaves, group))

    def take(self, leaves: Leaves, group: int, kept: Sequence[int]) -> Leaves:
        """Arguments with these entries of a group alone; labels follow, those of others are 0."""
        taken = _taken(leaves, self.groups[group], kept)
        for place, counted in self.labels.items():
            if counted == group:
                moved = np.zeros(self.length(leaves, group), dtype=np.int64)
                moved[list(kept)] = np.arange(len(kept))
                old = taken[place]
                new = moved[old]
                taken[place] = new.astype(old.dtype) if isinstance(old, np.ndarray) else int(new)
        return taken


def flatten(arguments: Arguments) -> Leaves | None:
    """Numbers, arrays and words by place; None if there is anything else among the arguments."""
    args, kwargs = arguments
    leaves: Leaves = {}
    named: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for key, value in named:
        leaves.update(_leaves(value, (key,)))
    return leaves if all(map(_is_data, leaves.values())) else None


def rebuild(arguments: Arguments, leaves: Leaves) -> Arguments:
    """Arguments of the same structure with these leaves; nothing is shared with them."""
    args, kwargs = arguments
    return (
        tuple(_rebuilt(value, (i,), leaves) for i, value in enumerate(args)),
        {key: _rebuilt(value, (key,), leaves) for key, value in kwargs.items()},
    )


def entries(leaves: Leaves) -> int:
    """How many entries all arrays have."""
    return sum(leaf.size for leaf in leaves.values() if isinstance(leaf, np.ndarray))


def layout_of(leaves: Leaves, calls: Sequence[Leaves], valid: Valid) -> Layout:
    """Which axes are tied in these arguments, by other calls of the function and the reference."""
    axes = list(_axes(leaves))
    alike = [lengths for lengths in map(_axes, calls) if lengths.keys() == set(axes)]
    by_length: dict[tuple[int, ...], list[Axis]] = {}
    for axis in axes:
        lengths = tuple(own[axis] for own in (_axes(leaves), *alike))
        if lengths[0] > 1:
            by_length.setdefault(lengths, []).append(axis)
    groups = tuple(
        part for group in by_length.values() for part in _parted(tuple(group), leaves, valid)
    )
    order = sorted(range(len(groups)), key=lambda group: _length(leaves, groups[group]))
    labels = {}
    for place, leaf in leaves.items():
        for group in order if is_whole(leaf) else ():
            if _counts(leaf, groups[group], place, leaves, valid):
                labels[place] = group
                break
    return Layout(groups, labels)


def is_whole(leaf: Any) -> bool:
    """Whether it is a whole number, or an array of them."""
    if isinstance(leaf, np.ndarray):
        return leaf.dtype.kind in "iu"
    return isinstance(leaf, (int, np.integer)) and not isinstance(leaf, bool)


def is_real(leaf: Any) -> bool:
    """Whether it is a number with a point, or an array of them."""
    return (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f") or isinstance(
        leaf, (float, np.floating)
    )


def magnitude(leaves: Leaves) -> float:
    """The largest size of a finite entry of all numbers with a point; 0 if there is none."""
    sizes = [np.abs(np.asarray(leaf, float)) for leaf in leaves.values() if is_real(leaf)]
    return float(max((np.max(s[np.isfinite(s)], initial=0.0) for s in sizes), default=0.0))


def moved_a_little(leaves: Leaves, sign: int = 1) -> Leaves:
    """All numbers with a point moved by about a thousandth, so that none is where it was."""
    # The same way each time, and back with the other sign.
    rng = np.random.default_rng(0)
    step = sign * 1e-3 * (magnitude(leaves) or 1.0)
    moved = dict(leaves)
    for place, leaf in leaves.items():
        if isinstance(leaf, np.ndarray) and is_real(leaf):
            moved[place] = (leaf + step * rng.uniform(0.5, 1.0, leaf.shape)).astype(leaf.dtype)
        elif is_real(leaf):
            moved[place] = type(leaf)(leaf + step * rng.uniform(0.5, 1.0))
    return moved


def simpler(value: float, *, whole: bool, least: int = 0) -> Iterator[float]:
    """Numbers that are easier to reckon with in the place of one, the easiest first."""
    if not np.isfinite(value):
        return
    if whole:
        tried = [float(t) for t in (0, 1, 2, 3, value // 2) if least <= t < value]
    else:
        tried = [0.0, 1.0, float(np.sign(value)), float(f"{value:.1g}"), float(f"{value:.2g}")]
    for number in dict.fromkeys(tried):
        if number == value:
            return
        yield number


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _leaves(item, (*place, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*place, key))
    else:
        yield place, value


def _rebuilt(value: Any, place: Place, leaves: Leaves) -> Any:
    if isinstance(value, (list, tuple)):
        items = [_rebuilt(item, (*place, i), leaves) for i, item in enumerate(value)]
        return rebuilt(value, items)
    if isinstance(value, dict):
        return {key: _rebuilt(item, (*place, key), leaves) for key, item in value.items()}
    leaf = leaves[place]
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def _is_data(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray):
        return leaf.dtype.kind in "biuf"
    return leaf is None or isinstance(leaf, (bool, int, float, str, np.integer, np.floating))


def _axes(leaves: Leaves) -> dict[Axis, int]:
    return {
        (place, axis): length
        for place, leaf in leaves.items()
        if isinstance(leaf, np.ndarray)
        for axis, length in enumerate(leaf.shape)
    }


def _taken(leaves: Leaves, axes: Sequence[Axis], kept: Sequence[int]) -> Leaves:
    taken = dict(leaves)
    for place, axis in axes:
        taken[place] = np.take(taken[place], kept, axis)
    return taken


def _parted(group: tuple[Axis, ...], leaves: Leaves, valid: Valid) -> Iterator[tuple[Axis, ...]]:
    """The finest parts of a group of which each can grow while the others stay."""
    count = len(group)
    if not 1 < count <= _MOST_AXES:
        yield group
        return
    # Growing, not shrinking: what is shorter by one could be stretched, if it has one entry.
    longer = [*range(_length(leaves, group)), 0]
    ways = []
    for mask in range(1, 2 ** (count - 1)):
        sides = [[a for i, a in enumerate(group) if (mask >> i) % 2 == side] for side in (0, 1)]
        # Both: a loop over the rows of one array does not mind if another has more of them.
        if all(valid(_taken(leaves, side, longer)) for side in sides):
            ways.append(mask)
    parts: dict[tuple[int, ...], list[Axis]] = {}
    for i, member in enumerate(group):
        parts.setdefault(tuple((mask >> i) % 2 for mask in ways), []).append(member)
    yield from map(tuple, parts.values())


def _counts(leaf: Any, group: Sequence[Axis], place: Place, leaves: Leaves, valid: Valid) -> bool:
    """Whether a whole number, or all in an array, are indices of the entries of a group."""
    length = _length(leaves, group)
    values = np.asarray(leaf)
    if not values.size or values.min() < 0 or values.max() >= length:
        return False
    beyond = values.copy()
    beyond.flat[int(np.argmax(values))] = length
    changed = {**leaves, place: beyond if values.ndim else int(beyond)}
    return not valid(changed) and valid(_taken(changed, group, [*range(length), 0]))


def _length(leaves: Leaves, group: Sequence[Axis]) -> int:
    place, axis = group[0]
    return int(leaves[place].shape[axis])
