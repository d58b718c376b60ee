"""What became of variants that were tried on a check, and which explain the student's code."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct

from grader.feedback.agree import agree
from grader.feedback.replay import Played
from grader.feedback.variants import Variant

_MOST_PAIRS = 40
_RTOL = 1e-7
"""Of a sum of two effects along a random direction; what fits is tried in earnest afterwards."""


class Trial(Struct, frozen=True):
    """A variant beside the student's answers."""

    variant: Variant
    fits: bool
    """It agrees with every answer, in a value at least once where the reference is wrong."""
    raises: bool
    """It agrees with every answer, but only in that it raises the same."""
    fails_alike: bool
    """Whatever it raises is about the same as what the student's code raises."""
    outputs: frozenset[int]
    """Elements of a returned tuple, wrong in the reference's, that agree in every answer."""
    wrong: tuple[int, ...]
    changes: frozenset[int]
    """Elements of a returned tuple in which it differs from the reference."""
    alike: bool
    """Whether its first wrong answer has the form of the student's: its lengths and shapes."""
    effect: float | None
    """How far it leads from the reference where that is first wrong, along a fixed direction."""


class Right(Struct, frozen=True):
    """The reference's own answers to what was asked, beside the student's."""

    played: Sequence[Played]
    agrees: tuple[bool, ...]
    first: int
    """Index of the first answer that is not the student's; the number of all if there is none."""
    outputs: tuple[int, ...]
    """Elements of a returned tuple that are wrong; none where that cannot be told apart."""

    @property
    def is_wrong(self) -> bool:
        """Whether the student answered anything otherwise."""
        return self.first < len(self.played)


def right_of(played: Sequence[Played]) -> Right:
    """What these answers of the reference's say of the student's."""
    agrees = tuple(one.agrees for one in played)
    first = agrees.index(False) if False in agrees else len(agrees)
    return Right(played, agrees, first, _wrong_outputs(played))


def try_variant(variant: Variant, played: Iterator[Played], right: Right) -> Trial:
    """Compare answer by answer; given up where nothing agrees any more."""
    whole, by_value, fails_alike, left = True, False, True, set(right.outputs)
    changes: set[int] = set()
    alike, effect = False, None
    for index, reference in enumerate(right.played):
        one = next(played, None)
        if one is None:  # an object could not even be made
            whole, left = False, set()
            break
        agrees = one.agrees
        whole = whole and agrees
        fails_alike = fails_alike and one.fails_alike
        by_value = by_value or (agrees and not one.raised and not right.agrees[index])
        left = {i for i in left if one.output_agrees(i)}
        if left:
            changes |= _changed_outputs(one, reference)
        if index == right.first:
            alike = form_of(one.raised, one.value) == form_of(
                one.exchange.raised, one.exchange.value
            )
            effect = _difference(one.value, reference.value)
        if not whole and not left and index >= right.first:
            break
    return Trial(
        variant,
        fits=whole and by_value,
        raises=whole and not by_value,
        fails_alike=fails_alike,
        outputs=frozenset(left),
        wrong=right.outputs,
        changes=frozenset(changes),
        alike=alike,
        effect=effect,
    )


def which_fit(trials: Sequence[Trial]) -> list[Variant]:
    """The variants that agree in everything, one of those that say the same."""
    fitting: dict[str, Variant] = {}
    for trial in trials:
        if trial.fits:
            fitting.setdefault(trial.variant.says, trial.variant)
    return list(fitting.values())


def one_for_each_output(trials: Sequence[Trial], right: Right) -> tuple[Variant, ...]:
    """A variant for each element of a tuple that is wrong, two at most; nothing if one has none.

    One that changes another element otherwise than the student did would say too much. What comes
    without finite numbers hides whatever else is done there: then a convention may be meant.
    """
    hidden = _hidden_outputs(right.played)
    chosen: list[Variant] = []
    for index in trials[0].wrong if trials else ():
        fitting = [
            t.variant for t in trials if index in t.outputs and t.changes <= t.outputs | hidden
        ]
        fitting.sort(key=lambda variant: variant.kind != "convention" or index in hidden)
        if not fitting:
            return ()
        if not any(variant in chosen for variant in fitting):
            chosen.append(fitting[0])
    return tuple(chosen) if len(chosen) <= 2 else ()


def which_raises(trials: Sequence[Trial]) -> tuple[Variant, ...]:
    """The variant that raises what the student's code raises, if only one kind of mistake does."""
    raising = [trial.variant for trial in trials if trial.raises and trial.fails_alike]
    return (raising[0],) if len({variant.says for variant in raising}) == 1 else ()


def pairs_that_add_up(trials: Sequence[Trial], right: Right) -> Iterator[tuple[Variant, Variant]]:
    """Pairs whose effects sum to the student's, as those on the data and on the penalty do."""
    if not right.is_wrong:
        return
    beside = right.played[right.first]
    target = _difference(beside.exchange.value, beside.value)
    known = sorted(
        ((t.effect, i) for i, t in enumerate(trials) if t.effect), key=lambda pair: pair[0]
    )
    if target is None or not known:
        return
    effects = [effect for effect, _ in known]
    found = 0
    for place, (effect, i) in enumerate(known):
        room = _RTOL * (abs(target) + abs(effect))
        at = bisect_left(effects, target - effect - room, place + 1)
        while at < len(effects) and effects[at] <= target - effect + room and found < _MOST_PAIRS:
            one, other = sorted((i, known[at][1]))
            yield trials[one].variant, trials[other].variant
            found, at = found + 1, at + 1


def other_pairs(trials: Sequence[Trial], right: Right) -> Iterator[tuple[Variant, Variant]]:
    """Pairs that may together give an answer of the student's form, the commonest first."""
    if not right.is_wrong:
        return
    one = right.played[right.first]
    formed = form_of(one.raised, one.value) == form_of(one.exchange.raised, one.exchange.value)
    for total in range(1, 2 * len(trials) - 2):
        for i in range(max(0, total - len(trials) + 1), (total + 1) // 2):
            a, b = trials[i], trials[total - i]
            # Where the reference has the form, both must keep it; else one of them gives it.
            if (a.alike and b.alike) if formed else (a.alike or b.alike):
                yield a.variant, b.variant


def form_of(raised: str, value: Any) -> Any:
    """What an answer looks like, whatever its numbers are."""
    if raised:
        return raised
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, (list, tuple)):
        forms = [form_of("", item) for item in value]
        stacked = forms and isinstance(forms[0], tuple) and all(f == forms[0] for f in forms)
        return (len(forms), *forms[0]) if stacked else forms
    return () if isinstance(value, (bool, int, float, np.generic)) else type(value).__name__


def _changed_outputs(one: Played, reference: Played) -> set[int]:
    """Which elements of the tuple differ from the reference's."""
    mine, theirs = one.value, reference.value
    if not isinstance(mine, tuple) or not isinstance(theirs, tuple) or len(mine) != len(theirs):
        return set(range(len(theirs))) if isinstance(theirs, tuple) else set()
    return {i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if not agree(a, b)}


def _wrong_outputs(right: Sequence[Played]) -> tuple[int, ...]:
    """Which elements of a returned tuple are wrong; none where that cannot be told apart."""
    widths = {len(one.value) for one in right if isinstance(one.value, tuple)}
    if len(widths) != 1 or any(one.exchange.raised or one.raised for one in right):
        return ()
    return tuple(
        index for index in range(widths.pop()) if not all(one.output_agrees(index) for one in right)
    )


def _hidden_outputs(right: Sequence[Played]) -> frozenset[int]:
    """Which elements of the student's tuples hold nothing finite, wherever they are wrong."""
    finite: dict[int, bool] = {}
    for one in right:
        got = one.exchange.value
        for index, item in enumerate(got if isinstance(got, tuple) else ()):
            if not one.output_agrees(index):
                numbers = _flat(item)
                any_finite = numbers is None or bool(np.isfinite(numbers).any())
                finite[index] = finite.get(index, False) or any_finite
    return frozenset(index for index, there in finite.items() if not there)


def _difference(a: Any, b: Any) -> float | None:
    """The difference of two answers along a fixed random direction; None if they have none."""
    flat_a, flat_b = _flat(a), _flat(b)
    if flat_a is None or flat_b is None or flat_a.shape != flat_b.shape:
        return None
    with np.errstate(all="ignore"):
        along = float(_direction(flat_a.size) @ (flat_a - flat_b))
    return along if np.isfinite(along) else None


@lru_cache(maxsize=64)
def _direction(size: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(size).standard_normal(size)


def _flat(value: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """All numbers of an answer in a row."""
    items = value if isinstance(value, (list, tuple)) else [value]
    try:
        parts = [np.asarray(item, dtype=np.float64).ravel() for item in items]
    except (TypeError, ValueError):
        return None
    return np.concatenate(parts) if parts else None
