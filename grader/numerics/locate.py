"""Where a gradient is wrong, from values of its function alone.

First: is the right gradient a sum of the claimed one, of W and of sign W (`structure`)? If not:
which entries are wrong? A block of entries is tested by one random direction that moves nothing
else, so that halving finds one wrong entry of n in log2 n tests; then the rest is tested, without
that entry, without its row, without its column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from grader.numerics.differentiate import Probe, probe, random_direction
from grader.numerics.slope import LADDER, RATIO, STEPS, Surroundings, look_around
from grader.numerics.structure import Structure, fit_structure, name_structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from grader.numerics.slope import Along, Array, Batch, Function

    Block = NDArray[np.bool_]

Kind = Literal["nothing", "structure", "entries", "rows", "columns", "everywhere", "could not tell"]

_PLACES: tuple[Literal["entries", "rows", "columns"], ...] = ("entries", "rows", "columns")
_FIT_DIRECTIONS = 5  # three factors, and two slopes left to contradict them
_ROUNDS = 3  # wrong places that are looked for one by one
_SAMPLES = 3  # blocks of a sixteenth: if all are wrong, so is most of the gradient
_MOST_COLUMNS = 16  # classes are tested one by one, features are not


@dataclass(frozen=True)
class Location:
    """Where a gradient is wrong.

    Attributes
    ----------
    kind : str
        "structure": see `structure`. "entries", "rows", "columns": all that is wrong is in the
        places that `entries`, or `lines`, name. "everywhere": in more than these.
    structure : Structure or None
        How the right gradient follows from the claimed one.
    entries : tuple of index
        Entries that are certainly wrong.
    lines : tuple of int
        Rows or columns, by `kind`, that hold all wrong entries.
    evaluations : int
        Values of the function that were needed.
    sentence, question : str
        The same in words, and something to think about.
    """

    kind: Kind
    structure: Structure | None = None
    entries: tuple[tuple[int, ...], ...] = ()
    lines: tuple[int, ...] = ()
    evaluations: int = 0
    sentence: str = ""
    question: str = ""


def locate_errors(
    f: Function | None,
    gradient: ArrayLike | Function,
    x: ArrayLike,
    *,
    rng: np.random.Generator | int | None = None,
    reg: float | None = None,
    samples: int | None = None,
    scale: float | None = None,
    batch: Batch | None = None,
    along: Along | None = None,
    places: bool = True,
) -> Location:
    """Find out where a gradient is wrong, from values of its function.

    Parameters
    ----------
    f : callable or None
        The function of one array; its value is a real number. Not used with `batch` or `along`.
    gradient : array_like, shape of x, or callable
        The gradient at x, or a function of x that gives it. Its entries are finite.
    x : array_like
        The point: W.
    rng : Generator or int, optional
        Where directions come from. The same ones each time if it is left out.
    reg, samples : optional
        Strength of the penalty and number of samples, to give a mistake its name.
    scale, batch, along : optional
        As for `check_gradient`.
    places : bool, optional
        Whether to look for wrong entries, rows and columns where there is no structure.

    Returns
    -------
    Location

    Raises
    ------
    ValueError
        If the gradient has another shape than x, or holds nan or inf.

    Notes
    -----
    A structure takes 43 values of the function, one wrong entry of 30,730 some 163, a row or a
    column of as many some 170, a gradient that is wrong throughout up to 600. Where steps run
    into kinks it takes more. A place is named only if nothing wrong is seen outside of it.

    Examples
    --------
    >>> x = np.linspace(-1.0, 2.0, 12).reshape(4, 3)
    >>> wrong = np.cos(x)
    >>> wrong[2, 1] += 0.1
    >>> locate_errors(lambda x: np.sum(np.sin(x)), wrong, x).sentence
    'Only the entry at [2, 1] is wrong.'
    >>> locate_errors(lambda x: np.sum(x**3), -3 * x**2, x).sentence
    'The gradient has the wrong sign.'
    """
    point = np.array(x, dtype=float)
    G = np.asarray(gradient(point.copy()) if callable(gradient) else gradient, dtype=float)
    if G.shape != point.shape:
        raise ValueError(f"gradient: expected shape {point.shape}, got {G.shape}")
    if not np.isfinite(G).all():
        raise ValueError("gradient: expected finite entries, got nan or inf")
    search = _Search(
        look_around(f, point, scale=scale, batch=batch, along=along),
        G,
        np.random.default_rng(0 if rng is None else rng),
    )
    return search.run(reg, samples, places=places)


@dataclass
class _Search:
    """The state of one search: what it has cost, and which steps have proved good."""

    seen_from: Surroundings
    G: Array
    rng: np.random.Generator
    evaluations: int = 1
    exponents: range = LADDER
    whole: list[tuple[Array, Probe]] = field(default_factory=list)
    """Slopes along directions that move everything."""

    def run(self, reg: float | None, samples: int | None, *, places: bool) -> Location:
        """Structure first, then places."""
        everything = np.ones(self.G.shape, dtype=np.bool_)
        for _ in range(_FIT_DIRECTIONS):
            v, found = self.look(everything)
            self.whole.append((v, found))
            if found.resolved and len(self.exponents) > 3:
                self.settle(found)
        directions, probes = zip(*self.whole, strict=True)
        if not any(p.wrong for p in probes):
            known = any(p.resolved for p in probes)
            return self.report("nothing" if known else "could not tell")
        structure = fit_structure(self.G, self.seen_from.x, directions, probes)
        if structure is not None:
            sentence, question = name_structure(structure, reg, samples)
            return self.report("structure", structure, sentence=sentence, question=question)
        if _parallel(self.G, self.seen_from.x) or _parallel(self.G, np.sign(self.seen_from.x)):
            sentence = "The data term's gradient is missing: there is only the penalty's."
            question = "Does every term of the loss have its derivative?"
            return self.report("everywhere", sentence=sentence, question=question)
        return self.places(everything) if places else self.report("could not tell")

    def look(self, block: Block, exponents: range | None = None) -> tuple[Array, Probe]:
        """A slope along a random direction within a block."""
        v = np.zeros(self.G.shape)
        v[block] = random_direction(self.rng, (int(block.sum()),))
        found = probe(self.seen_from, self.G, v, exponents=exponents or self.exponents)
        self.evaluations += found.slope.evaluations
        if not (found.wrong or found.resolved) and found.slope.evaluations < 2 * STEPS:
            # A kink among these few steps: the whole ladder may see past it.
            found = probe(self.seen_from, self.G, v)
            self.evaluations += found.slope.evaluations
        return v, found

    def settle(self, found: Probe) -> None:
        """From now on, the step that was best for a full ladder, and two smaller ones."""
        best = round(np.log(self.seen_from.scale / found.slope.step) / np.log(RATIO))
        self.exponents = range(best, best + 3)

    def wrong(self, block: Block) -> bool:
        """Whether a block of entries is certainly wrong."""
        return bool(block.any()) and self.look(block)[1].wrong

    def seems_right(self, block: Block) -> bool:
        """Whether nothing wrong is seen in a block, by a few steps and then by all of them."""
        return not self.wrong(block) and not self.look(block, LADDER)[1].wrong

    def places(self, everything: Block) -> Location:
        """The entries, rows or columns that hold all that is wrong."""
        entries: list[tuple[int, ...]] = []
        errors = np.zeros(self.G.shape)
        rest = everything
        for turn in range(_ROUNDS):
            entry, error = self.halve(rest)
            if not error:
                break
            entries.append(entry)
            errors[entry] = error
            for kind in _PLACES:
                if kind == "entries" and not self.explained_by(errors):
                    continue
                outside = _without(everything, entries, kind)
                if outside is not None and self.seems_right(outside):
                    return self.report(kind, entries=entries)
            if turn == 0 and self.dense(everything):
                return self.columns(entries)
            rest = self.elsewhere(everything, entries)
        return self.report("everywhere" if entries else "could not tell", entries=entries)

    def report(
        self,
        kind: Kind,
        structure: Structure | None = None,
        *,
        entries: Sequence[tuple[int, ...]] = (),
        lines: Sequence[int] = (),
        sentence: str = "",
        question: str = "",
    ) -> Location:
        """The result, in words too."""
        if kind in ("rows", "columns") and not lines:
            lines = sorted({entry[0 if kind == "rows" else -1] for entry in entries})
        if not sentence:
            sentence, question = _words(kind, entries, lines, self.G.shape)
        return Location(
            kind, structure, tuple(entries), tuple(lines), self.evaluations, sentence, question
        )

    def elsewhere(self, everything: Block, entries: list[tuple[int, ...]]) -> Block:
        """Where to look next: far from what was found, as the next entry may be beside it."""
        rows, columns = (_without(everything, entries, kind) for kind in ("rows", "columns"))
        if rows is not None and columns is not None:
            return rows & columns if self.wrong(rows & columns) else rows
        rest = _without(everything, entries, "entries")
        return everything if rest is None else rest

    def halve(self, block: Block) -> tuple[tuple[int, ...], float]:
        """One wrong entry of a block that is wrong, and its error: 0 if it turns out right."""
        inside = np.flatnonzero(block)
        while len(inside) > 1:
            left, right = np.array_split(inside, 2)
            inside = left if self.wrong(self.block(left)) else right
        v, found = self.look(self.block(inside))
        entry = tuple(int(i) for i in np.unravel_index(int(inside[0]), self.G.shape))
        return entry, float(v[entry] * (found.slope.value - found.claimed)) * found.wrong

    def explained_by(self, errors: Array) -> bool:
        """Whether these errors explain every gap that was seen along the first directions."""
        return all(
            abs(p.slope.value - p.claimed - float(np.vdot(errors, v))) <= 2 * p.allowed
            for v, p in self.whole
        )

    def block(self, inside: NDArray[np.intp]) -> Block:
        """A block from the flat indices of its entries."""
        block = np.zeros(self.G.shape, dtype=np.bool_)
        block.flat[inside] = True
        return block

    def dense(self, everything: Block) -> bool:
        """Whether most of the gradient is wrong, as far as a few blocks of it tell."""
        size = max(1, everything.size // 16)
        return all(
            self.wrong(self.block(self.rng.choice(everything.size, size, replace=False)))
            for _ in range(_SAMPLES)
        )

    def columns(self, entries: list[tuple[int, ...]]) -> Location:
        """The columns that are wrong, if some are right."""
        if self.G.ndim == 2 and 1 < self.G.shape[1] <= _MOST_COLUMNS:
            of = np.broadcast_to(np.arange(self.G.shape[1]), self.G.shape)
            wrong = [c for c in range(self.G.shape[1]) if self.wrong(of == c)]
            outside = ~np.isin(of, wrong)
            if outside.any() and self.seems_right(outside):
                return self.report("columns", entries=entries, lines=wrong)
        return self.report("everywhere", entries=entries)


def _parallel(one: Array, other: Array) -> bool:
    product = float(np.linalg.norm(one) * np.linalg.norm(other))
    return one.size > 1 and product > 0 and abs(np.vdot(one, other)) >= product * (1 - 1e-12)


def _without(everything: Block, entries: list[tuple[int, ...]], kind: str) -> Block | None:
    """Everything but some entries, or but their rows or columns; None if nothing is left."""
    rest = everything.copy()
    if kind != "entries" and rest.ndim < 2:
        return None
    for entry in entries:
        if kind == "entries":
            rest[entry] = False
        elif kind == "rows":
            rest[entry[0]] = False
        else:
            rest[..., entry[-1]] = False
    return rest if rest.any() else None


def _words(
    kind: Kind,
    entries: Sequence[tuple[int, ...]],
    lines: Sequence[int],
    shape: tuple[int, ...],
) -> tuple[str, str]:
    """A sentence and a question."""
    if kind == "entries":
        names = ", ".join(str(list(entry)) for entry in sorted(entries))
        are = "entry at {} is" if len(entries) == 1 else "entries at {} are"
        return f"Only the {are.format(names)} wrong.", "What is special about this place?"
    if kind in ("rows", "columns"):
        return _words_for_lines(kind[:-1], lines, last=shape[0 if kind == "rows" else -1] - 1)
    if kind == "everywhere":
        question = "Can you work it out by hand for a single sample?"
        return "The gradient is wrong in many places.", question
    if kind == "nothing":
        return "The gradient and the function agree.", ""
    return "The values of the function do not tell where the gradient is wrong.", ""


def _words_for_lines(line: str, lines: Sequence[int], last: int) -> tuple[str, str]:
    numbers = ", ".join(map(str, lines))
    if list(lines) == [last]:
        sentence = f"All that is wrong is in the last {line}, {line} {numbers}."
        bias = " (a bias?)" if line == "row" else ""
        return sentence, f"Is the last {line}{bias} to be treated like the others?"
    if len(lines) == 1:
        return f"All that is wrong is in {line} {numbers}.", f"What is special about this {line}?"
    return f"All that is wrong is in the {line}s {numbers}.", "What do these have in common?"
