"""Which known mistake explains what the student's code did in a check that failed.

The exchanges of the check are played again on the variants of the function that is wrong. What
agrees with every answer of the student's, where the reference does not, is an explanation, unless
an earlier check, or the same calls with other numbers, show that the student's code does not do
that. Where none agrees in everything, the elements of a returned tuple are explained one by one;
then two variants are tried together: those whose effects add up to the student's, what was found
before with one more, and others while there is time. What stays is an honest 'none of the known
mistakes'.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from grader.exchange import Exchange
from grader.feedback.budget import Budget
from grader.feedback.questions import tell_apart
from grader.feedback.replay import play
from grader.feedback.trials import (
    Right,
    Trial,
    one_for_each_output,
    other_pairs,
    pairs_that_add_up,
    right_of,
    try_variant,
    which_fit,
    which_raises,
)
from grader.feedback.variants import Variant, build
from grader.feedback.versions import Versions

_BUDGET_S = 1.5
"""Longest for one check, in this process; a twentieth of it is the rule. [s]"""
_GUARD_S = 6.0
"""Longest for one check by the clock on the wall, whatever else the machine has to do. [s]"""
_MOST_ALIKE = 3
"""Mistakes that cannot be told apart; where there are more, too little is known to name one."""
_PAIRS = 1500
"""Pairs of no special promise that are tried for one submission, at half a millisecond each."""
_PAIRS_AT_ONCE = 750


class Explanation(Struct, frozen=True):
    """The variants, one or two, that together do what the student's function did."""

    function: str
    variants: tuple[Variant, ...]
    others: tuple[Variant, ...] = ()
    """What else would explain it, each alone, as far as could be told."""

    @property
    def is_convention(self) -> bool:
        """Whether nothing but an accepted convention was found."""
        return all(variant.kind == "convention" for variant in self.variants)


class Cascade(Struct, frozen=True):
    """A function that is wrong because others are, which it uses."""

    function: str
    causes: tuple[str, ...]
    is_all: bool
    """Whether it would be right with right ones: what raises shows nothing of what comes after."""


class _Seen(Struct, frozen=True):
    """What a check, and those before it, have shown of a function that is wrong."""

    history: Sequence[Exchange]
    earlier: Sequence[Sequence[Exchange]]
    """Histories of the checks before it that called the function, passed or not."""
    function: str
    right: Right
    call: Callable[..., Any] | None


class Diagnosis:
    """Tries versions of the reference, and knows what was found before of a submission."""

    def __init__(self, versions: Versions) -> None:
        self._reference = versions.reference
        self._versions = versions
        self._found: dict[str, Explanation] = {}
        self._pairs_left = _PAIRS
        self._judged_history: Sequence[Exchange] = ()
        self._judged: dict[str, Right] = {}

    def explain(
        self,
        history: Sequence[Exchange],
        earlier: Callable[[str], Sequence[Sequence[Exchange]]] = lambda _: (),
        call: Callable[..., Any] | None = None,
    ) -> Explanation | None:
        """The explanation of the first function of a check that is wrong, if there is one.

        `earlier` gives the histories of the checks before it that called a function, passed or
        not; `call` calls the student's own functions by name.
        """
        budget = Budget(_BUDGET_S, _GUARD_S)
        for function, right in self._wrong_functions(history):
            seen = _Seen(history, earlier(function), function, right, call)
            explanation = self._explain(seen, budget)
            if explanation is not None:
                self._found[function] = explanation
                return explanation
        return None

    def wrong_functions(self, history: Sequence[Exchange]) -> tuple[str, ...]:
        """Functions whose answers differ from the reference's."""
        return tuple(function for function, _ in self._wrong_functions(history))

    def cascade(
        self,
        history: Sequence[Exchange],
        wrong: Sequence[str],
        call: Callable[..., Any],
        enters: Callable[[str, str], bool] = lambda _function, _other: True,
    ) -> Cascade | None:
        """A function that is wrong because others are, and the fewest of those that suffice.

        `wrong` are functions that failed in earlier checks; `call` calls the student's own by name,
        and `enters` says whether one of them runs another.
        """
        for function, _ in self._wrong_functions(history):
            used = [other for other in wrong if other != function and self._uses(function, other)]
            if not used or not self._follows(history, function, used, call):
                continue
            for other in tuple(used):
                left = [one for one in used if one != other]
                if left and self._follows(history, function, left, call):
                    used = left
            if all(enters(function, other) for other in used):
                raised = any(e.raised for e in history if e.name == function)
                return Cascade(function, tuple(used), is_all=not raised)
        return None

    def _follows(
        self,
        history: Sequence[Exchange],
        function: str,
        used: Sequence[str],
        call: Callable[..., Any],
    ) -> bool:
        """Whether the reference's function, with the student's own of these, does the same."""
        namespace = {other.partition(".")[2]: functools.partial(call, other) for other in used}
        version = build(self._reference, function, self._versions.source(function), namespace)
        return all(one.agrees for one in play(history, function, version, self._reference))

    def _uses(self, function: str, other: str) -> bool:
        """Whether the reference's own code of a function names another."""
        return other.partition(".")[2] in self._versions.names(function)

    def _wrong_functions(self, history: Sequence[Exchange]) -> Iterator[tuple[str, Right]]:
        """Functions of a check in order, as far as they are wrong; played once for each check."""
        if history is not self._judged_history:
            self._judged_history, self._judged = history, {}
        names = dict.fromkeys(e.name for e in history if e.kind == "call")
        for name in names:
            module, _, target = name.partition(".")
            right = getattr(getattr(self._reference, module, None), target, None)
            if right is None:
                continue
            if name not in self._judged:
                played = list(play(history, name, right, self._reference))
                self._judged[name] = right_of(played)
            if self._judged[name].is_wrong:
                yield name, self._judged[name]

    def _explain(self, seen: _Seen, budget: Budget) -> Explanation | None:
        function = seen.function
        known = self._found.get(function)
        if known is not None:
            # The same function was wrong before; is this what it was then?
            several = [known.variants, *((other,) for other in known.others)]
            again = [variants for variants in several if self._agrees(seen, variants)]
            if again:
                return _one_of(function, again)
        trials = []
        for variant in self._versions.variants_of(function):
            version = self._versions.of(function, (variant,))
            if version is not None and not budget.is_spent:
                played = play(seen.history, function, version, self._reference)
                trials.append(try_variant(variant, played, seen.right))
        fitting = which_fit(trials)
        alone: list[tuple[Variant, ...]] = [(variant,) for variant in fitting]
        left = [one for one in alone if not self._is_told_apart(seen, one)]
        left = self._confirmed(seen, left)
        if left:
            return _one_of(function, left) if len(left) <= _MOST_ALIKE else None
        chosen = one_for_each_output([trial for trial in trials if not trial.fits], seen.right)
        if chosen and not any(self._is_told_apart(seen, (variant,)) for variant in chosen):
            return Explanation(function, chosen)
        for pair in self._pairs([t for t in trials if not t.fits and not t.raises], seen, known):
            if budget.is_spent:
                break
            fits = self._agrees(seen, pair) and not self._is_told_apart(seen, pair)
            if fits and self._confirmed(seen, [pair]):
                return Explanation(function, pair)
        chosen = which_raises(trials)
        return Explanation(function, chosen) if chosen else None

    def _confirmed(
        self, seen: _Seen, several: Sequence[tuple[Variant, ...]]
    ) -> list[tuple[Variant, ...]]:
        """Those that do what the student's code does with other numbers, too."""
        right = self._versions.of(seen.function, ())
        if seen.call is None or right is None:
            return list(several)
        versions = {i: self._versions.of(seen.function, one) for i, one in enumerate(several)}
        candidates = {i: version for i, version in versions.items() if version is not None}
        asked = seen.history, seen.function, self._reference, seen.call
        return [several[i] for i in tell_apart(candidates, right, *asked)]

    def _pairs(
        self, trials: Sequence[Trial], seen: _Seen, known: Explanation | None
    ) -> Iterator[tuple[Variant, ...]]:
        """Variants that may together do what the student's code does, most promising first."""
        yield from pairs_that_add_up(trials, seen.right)
        if known is not None and len(known.variants) == 1:
            yield from ((*known.variants, trial.variant) for trial in trials)
        for pair in itertools.islice(other_pairs(trials, seen.right), _PAIRS_AT_ONCE):
            if not self._pairs_left:
                return
            self._pairs_left -= 1
            yield pair

    def _agrees(self, seen: _Seen, variants: tuple[Variant, ...]) -> bool:
        version = self._versions.of(seen.function, variants)
        if version is None:
            return False
        return all(
            one.agrees for one in play(seen.history, seen.function, version, self._reference)
        )

    def _is_told_apart(self, seen: _Seen, variants: tuple[Variant, ...]) -> bool:
        """Whether the student's code was right in an earlier check where these are wrong."""
        version = self._versions.of(seen.function, variants)
        right = self._versions.of(seen.function, ())
        if version is None or right is None:
            return True
        for history in seen.earlier:
            both = zip(
                play(history, seen.function, right, self._reference),
                play(history, seen.function, version, self._reference),
                strict=False,
            )
            if any(one.agrees and not other.agrees for one, other in both):
                return True
        return False


def _one_of(function: str, several: Sequence[tuple[Variant, ...]]) -> Explanation:
    """The first, and the others beside it: the more specific ones come first."""
    first, *others = several
    return Explanation(function, first, tuple(variant for (variant,) in others))
