"""What the findings of a failed check have in common: a known mistake, or an earlier function."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from msgspec import Struct

from grader.exchange import Exchange
from grader.feedback import Diagnosis, Explanation, form_of_gradient, load_variants
from grader.feedback.replay import function_of
from grader.feedback.variants import Variant, patched, source_of
from grader.feedback.versions import Versions
from grader.numerics import compare
from grader.outcomes import CheckFailed, Finding, Note

from .verdict import ABSENT

_PLAIN = ABSENT | {"timeout", "not_run", "exit", "crash", "memory", "unreadable", "tampering"}
"""Kinds of findings that already say it all."""
_MOST_CALLS = 12
"""Of one function, of which it is asked what they run."""


class Accepted(Struct, frozen=True):
    """Something that is accepted: the reference that has it too, what is said, and the credit."""

    finding: Finding
    credit: float
    function: str
    text: str = ""
    names: Mapping[str, Any] = {}


class Explainer:
    """The diagnosis of one submission: it remembers which functions were wrong, and in what."""

    def __init__(
        self,
        reference: types.ModuleType,
        conventions: Mapping[str, float] | None = None,
        versions: Versions | None = None,
    ) -> None:
        self._reference = reference
        self._versions = versions
        self._conventions = conventions or {}
        self._diagnosis: Diagnosis | None = None
        self._wrong: dict[str, str] = {}
        self._caused: dict[str, str] = {}
        """Functions that go wrong only because another does, and which."""
        self._single: dict[str, float] = {}
        """Functions that are right in single precision, and the credit that this leaves."""
        self._earlier: list[tuple[frozenset[str], Sequence[Exchange]]] = []

    def saw(
        self, functions: Iterable[str], history: Sequence[Exchange], notes: Sequence[Note] = ()
    ) -> None:
        """Remember what a check asked of these functions: it tells later explanations apart."""
        self._earlier.append((frozenset(functions), history))
        for note in notes:
            if note.finding.kind == "float32":
                self._single.setdefault(note.finding.function, note.credit)

    def explain(
        self,
        number: str,
        findings: Sequence[Finding],
        history: Sequence[Exchange],
        call: Callable[..., Any],
        enters: Callable[..., Sequence[str]] | None = None,
    ) -> Finding | Accepted | None:
        """A finding that explains those of check `number`, or what is to be accepted.

        `call` calls the student's own functions by name; `enters` does, too, and names those that
        it runs.
        """
        if not history or says_it_all(findings):
            return None
        diagnosis = self._loaded()
        known = (*self._wrong, *self._caused)
        runs = partial(_runs, history, findings, self._reference, enters)
        cascade = diagnosis.cascade(history, known, call, runs)
        if cascade is not None:
            causes = tuple(dict.fromkeys(self._caused.get(c, c) for c in cascade.causes))
            self._caused.setdefault(cascade.function, causes[0])
            numbers = [self._wrong[cause] for cause in causes]
            return _of_cascade(cascade.function, causes, numbers, is_all=cascade.is_all)
        single = self._single_precision(diagnosis, history, call)
        if single is not None:
            return single
        explanation = diagnosis.explain(history, self._asking, call)
        if explanation is not None and explanation.is_convention:
            accepted = self._of_convention(explanation)
            if accepted.credit:
                # What is built on it is no cascade: there the same convention is to be accepted.
                return accepted
        wrong = diagnosis.wrong_functions(history)
        # Of another type, say, an answer is wrong though its numbers are right.
        for function in (*wrong, *(f.function for f in findings if f.function)):
            self._wrong.setdefault(function, number)
        if explanation is None:
            return _of_form(wrong, history, self._reference, call)
        return of_mistake(explanation, self._credit)

    @contextmanager
    def accepted(self, found: Accepted) -> Iterator[types.ModuleType]:
        """The reference as it would be with what is accepted."""
        with patched(self._reference, found.function, found.text, found.names) as reference:
            yield reference

    def _of_convention(self, explanation: Explanation) -> Accepted:
        text = source_of(self._reference, explanation.function)
        for variant in explanation.variants:
            text = variant.override(text)
        credit = min(map(self._credit, explanation.variants))
        return Accepted(of_convention(explanation), credit, explanation.function, text)

    def _asking(self, function: str) -> list[Sequence[Exchange]]:
        """Histories of earlier checks that called a function."""
        return [history for functions, history in self._earlier if function in functions]

    def _credit(self, variant: Variant) -> float:
        return self._conventions.get(variant.name, variant.credit)

    def _single_precision(
        self, diagnosis: Diagnosis, history: Sequence[Exchange], call: Callable[..., Any]
    ) -> Accepted | None:
        """What is built on functions that were accepted in single precision, and right itself."""
        single = [name for name in self._single if name not in self._wrong]
        cascade = diagnosis.cascade(history, single, call) if single else None
        if cascade is None:
            return None
        function, causes = cascade.function, cascade.causes
        module = causes[0].partition(".")[0]
        if any(cause.partition(".")[0] != module for cause in causes):
            return None
        right = vars(getattr(self._reference, module))
        targets = {cause: cause.partition(".")[2] for cause in causes}
        names = {
            target: functools.partial(_nearly, right[target], functools.partial(call, cause))
            for cause, target in targets.items()
        }
        finding = Finding(
            kind="float32",
            lead=f"{_shown(function)}: right, but only in single precision (float32).",
            evidence=(f"It is as precise as {' and '.join(targets.values())}.",),
            question="Where does a float32 array, or a conversion to one, come in?",
            function=function,
        )
        credit = min(self._single[cause] for cause in causes)
        return Accepted(finding, credit, causes[0], names=names)

    def _loaded(self) -> Diagnosis:
        """Import the variants only when something has failed: a right submission needs none."""
        if self._diagnosis is None:
            self._diagnosis = Diagnosis(self._versions or versions_of(self._reference))
        return self._diagnosis


def versions_of(reference: types.ModuleType) -> Versions:
    """The versions of a reference, by the variants that lie beside it."""
    name = f"{reference.__name__}.variants"
    there = importlib.util.find_spec(name) is not None
    return Versions(reference, load_variants(importlib.import_module(name)) if there else ())


def says_it_all(findings: Sequence[Finding]) -> bool:
    """Whether nothing is left to be explained."""
    return all(finding.kind in _PLAIN for finding in findings)


def of_mistake(explanation: Explanation, credit: Callable[[Variant], float]) -> Finding:
    """What a student is told of a known mistake: what was done, and a question.

    `credit` is what a variant would earn if it were alone.
    """
    first, *others = explanation.variants
    return Finding(
        kind="mistake",
        lead=f"{_shown(explanation.function)}: {first.says}",
        evidence=(
            *(
                f"And{', which is accepted' * bool(credit(other))}: {other.says}"
                for other in others
            ),
            *(f"Or this, which looks the same here: {other.says}" for other in explanation.others),
        ),
        question=first.hint or "What does the text say, word for word?",
        function=explanation.function,
        staff=_known_as(explanation),
    )


def _accepted(credit: float) -> str:
    return ", which is accepted" if credit else ""


def of_convention(explanation: Explanation) -> Finding:
    """What a student is told of a convention that is accepted."""
    says = " ".join(variant.says for variant in explanation.variants)
    return Finding(
        kind="convention",
        lead=f"{_shown(explanation.function)}: {says}",
        evidence=("The text has it otherwise; both are consistent, and it is accepted.",),
        function=explanation.function,
        staff=_known_as(explanation),
    )


def _nearly(right: Callable[..., Any], own: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The student's own answer where it is right in single precision, else the right one."""
    expected, got = right(*args, **kwargs), own(*args, **kwargs)
    if isinstance(expected, tuple) and not (isinstance(got, tuple) and len(got) == len(expected)):
        return expected
    both = zip(got, expected, strict=True) if isinstance(expected, tuple) else ((got, expected),)
    near = all(compare(one, other).kind in {"same", "float32"} for one, other in both)
    return got if near else expected


def _of_form(
    wrong: Sequence[str],
    history: Sequence[Exchange],
    reference: types.ModuleType,
    call: Callable[..., Any],
) -> Finding | None:
    """What the form of a gradient says of the first function that is wrong, if anything."""
    form = form_of_gradient(history, wrong[0], reference, call) if wrong else None
    if form is None:
        return None
    return Finding(
        kind="form",
        lead=f"{_shown(wrong[0])}: {form.sentence}",
        details=form.details,
        question=form.question,
        function=wrong[0],
    )


def _runs(
    history: Sequence[Exchange],
    findings: Sequence[Finding],
    reference: types.ModuleType,
    enters: Callable[..., Sequence[str]] | None,
    function: str,
    other: str,
) -> bool:
    """Whether the student's function runs another one of theirs; True where nobody can tell."""
    calls = [e for e in history if e.kind == "call" and e.name == function]
    if not calls or enters is None:
        return True
    if any(e.raised for e in history if e.name == function):
        lines = {line.function for finding in findings for line in finding.code}
        return not lines or _shown(other) in lines
    for each in calls[:_MOST_CALLS]:
        try:
            args, kwargs = each.arguments({}, function_of(reference))
            if _shown(other) in {_shown(name) for name in enters(function, *args, **kwargs)}:
                return True
        except (KeyError, AttributeError, CheckFailed):
            return True
    return False


def _of_cascade(
    function: str, causes: Sequence[str], numbers: Sequence[str], *, is_all: bool
) -> Finding:
    """What is said of a function that goes wrong with others; of one that raises, no more."""
    named = " and ".join(map(_shown, causes))
    several, those = len(causes) > 1, ", ".join(dict.fromkeys(numbers))
    where = f"see check{'s' * (len(set(numbers)) > 1)} {those}."
    return Finding(
        kind="cascade",
        lead=f"{_shown(function)} goes wrong only because {named} {'do' if several else 'does'}."
        if is_all
        else f"{_shown(function)} uses {named}, which {'go' if several else 'goes'} wrong, too.",
        evidence=(f"With a right {named} it would pass: {where}" if is_all else f"Of it {where}",),
        question=f"Mend {named} first; what does its check say?",
        function=function,
    )


def _known_as(explanation: Explanation) -> str:
    names = ", ".join(variant.name for variant in explanation.variants)
    return " or ".join(["known as " + names, *(variant.name for variant in explanation.others)])


def _shown(name: str) -> str:
    return name.rpartition(".")[2]
