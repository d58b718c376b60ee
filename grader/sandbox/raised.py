"""What the student's code raised, and what it warned of, in the student's language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from msgspec import structs

from grader.outcomes import CodeLine, Finding

from . import wire
from .messages import WITHHELD
from .sources import Sources, clean
from .words import shown

_PYTHON_2 = {
    "print": "Python 3 prints with parentheses: print(...).",
    "xrange": "Python 3 has no xrange: its range does the same.",
    "past": "The package 'past' serves Python 2; Python 3's own range and print need no help.",
    "raw_input": "Python 3 calls it input.",
    "unicode": "In Python 3 every str is unicode.",
    "basestring": "In Python 3 every str is unicode.",
}
_QUESTIONS = {
    "IndexError": "Which indices does that array have? Print its shape just before the line.",
    "KeyError": "Which keys does the dictionary have at that moment?",
    "ZeroDivisionError": "When can the divisor be zero?",
    "AttributeError": "What is the type of the object just before the dot?",
    "NameError": "Where should that name have been given a value?",
    "UnboundLocalError": "Is the name given a value on every path to that line?",
    "RecursionError": "Which call ends the recursion, and is it ever reached?",
    "ValueError": "Print the shapes of what meets on that line: do they fit together?",
    "TypeError": "Print the types of what meets on that line: is one of them a surprise?",
    "EOFError": "Nobody is at the keyboard while this is graded: which argument holds the value?",
}
_QUESTION_OF_AN_INDEX = "Which dtype does the index have? Print it just before the line."
_INDEX_TYPES = ("must be of integer", "only integers, slices", "only integer scalar arrays")
"""What numpy says of an index that is no integer."""
_PLACE = re.compile(r"(?P<file>.+?), line (?P<line>\d{1,9}): (?P<why>.*)")
"""Why a part of a file could not be used: 'hw.ipynb, cell 3, line 2: NameError: …'."""
_UNKNOWN_NAME = re.compile(r"name '(\w+)' is not defined")
_OWN_RAISE = re.compile(r"(raise|assert)\b")


def of_raised(
    name: str,
    said: wire.Raised,
    sources: Sources,
    allowed: Sequence[str],
    plausible: frozenset[int] = frozenset(),
) -> Finding:
    """What the worker says a call came to, when it came to no value.

    `plausible` are numbers that a message may show: lengths of the call's arrays.
    """
    answer = sources.vocabulary.tell(said, sources.lengths, plausible)
    say = {
        "missing": _missing,
        "syntax": _syntax,
        "import": _import,
        "not_allowed": _not_allowed,
        "refused": _refused,
        "exit": _exit,
        "callback": _callback,
    }.get(answer.kind, _exception)
    finding = say(name, answer, sources)
    if finding.kind == "not_allowed":
        listed = " and ".join(sorted(allowed))
        finding = _with(finding, evidence=(f"Allowed are {listed} and the standard library.",))
    return _with(
        finding,
        code=sources.quote(answer.frames) or finding.code,
        function=name,
        exception=clean(answer.type_name, 80) if finding.kind == "raised" else "",
        # Where the author lets the student see numbers.
        details=(f"In full: {clean(said.message)}",)
        if "…" in answer.message or answer.message == WITHHELD
        else (),
    )


def _missing(name: str, answer: wire.Raised, sources: Sources) -> Finding:
    module, _, function = name.partition(".")
    if answer.type_name == module:
        return _missing_module(module, sources)
    owner = function.rpartition(".")[0]
    file = sources.modules.get(module) or sources.notebook or f"{module}.py"
    where = _owner(owner) if owner else file
    near = difflib.get_close_matches(shown(function), [clean(n, 80) for n in answer.names], 1, 0.6)
    evidence = [f"It does have {near[0]!r}: is that the one?"] if near else []
    unusable = _unusable(answer.message)
    own = [each for each in unusable if sources.defines(each[0].file, shown(function))]
    if unusable:
        parts = [f"{frame.file}, line {frame.line}: {why}" for frame, why in own or unusable]
        evidence.append(f"Part of the file could not be used: {clean('; '.join(parts))}")
        evidence += [said for _, why in own for said in _left_out(why, sources)][:1]
    elif answer.message:
        evidence.append(f"The name is there, but it is no function: {clean(answer.message, 80)}.")
    return Finding(
        kind="missing",
        lead=f"{where} has no {shown(function)}.",
        evidence=tuple(evidence),
        code=sources.quote([frame for frame, _ in own])[:1],
        question="What becomes of it once the line that is shown is mended?"
        if own
        else "Names must be spelled just as in the template.",
    )


def _unusable(message: str) -> list[tuple[wire.Frame, str]]:
    """Lines of a notebook that could not be used, and why."""
    matches = filter(None, map(_PLACE.fullmatch, message.split("; ")))
    return [(wire.Frame(match["file"], int(match["line"]), ""), match["why"]) for match in matches]


def _owner(name: str) -> str:
    """An object by the class that it is of, or by the function that it came of."""
    is_class = shown(name)[:1].isupper()
    return f"The object of {name}" if is_class else f"What {name} returned"


def _missing_module(module: str, sources: Sources) -> Finding:
    names = list(sources.modules.values())
    same = [n for n in names if n.lower() == f"{module}.py"]
    others = [n for n in names if n.removesuffix(".py") not in sources.expected]
    near = same or difflib.get_close_matches(f"{module}.py", others, 1, 0.6)
    if same:
        found = f"Found {same[0]!r}: file names are case-sensitive."
    elif near:
        found = f"Found {near[0]!r}: is that the one?"
    else:
        found = f"Handed in: {', '.join(sorted(names)[:8]) or 'no Python file at all'}."
    return Finding(
        kind="missing_file",
        lead=f"{module}.py is missing.",
        evidence=(found,),
        question="Files must be named just as in the template.",
    )


def _syntax(_name: str, answer: wire.Raised, _sources: Sources) -> Finding:
    frame = answer.frames[-1] if answer.frames else wire.Frame("the file", 0, "")
    return Finding(
        kind="syntax",
        lead=f"{frame.file} cannot be read by Python: line {frame.line}: {clean(answer.message)}.",
        evidence=_python_2(answer.message),
        question="Look at that line and the one before it: is a bracket, colon or quote missing?",
    )


def _import(_name: str, answer: wire.Raised, _sources: Sources) -> Finding:
    frame = answer.frames[-1] if answer.frames else wire.Frame("the file", 0, "")
    kind, message = clean(answer.type_name, 80), clean(answer.message)
    return Finding(
        kind="import",
        lead=f"{frame.file} could not be imported: line {frame.line} raised {kind}: {message}",
        evidence=_python_2(message),
        question="Does the file run on its own, with only this assignment's files beside it?",
    )


def _not_allowed(_name: str, answer: wire.Raised, sources: Sources) -> Finding:
    frame = answer.frames[-1] if answer.frames else wire.Frame("the file", 0, "")
    module = clean(answer.names[0] if answer.names else "", 80)
    if module in sources.expected:
        missing = _missing_module(module, sources)
        return _with(missing, evidence=(f"{frame.file} imports it, in line {frame.line}.",))
    return Finding(
        kind="not_allowed",
        lead=f"{frame.file} imports {module!r} (line {frame.line}), which is not available here.",
        evidence=_python_2(module),
        question="Can the line go, or can numpy do it?",
    )


def _refused(name: str, answer: wire.Raised, _sources: Sources) -> Finding:
    return Finding(
        kind="type",
        lead=f"{shown(name)} returned what is no plain data: {clean(answer.message, 120)}.",
        evidence=("Numbers, strings, numpy arrays, and lists, tuples and dicts of these are.",),
        question="What does the docstring say that it returns?",
    )


def _exit(name: str, _answer: wire.Raised, _sources: Sources) -> Finding:
    return Finding(
        kind="exit",
        lead=f"{shown(name)} asked Python to exit (SystemExit) and returned nothing.",
        question="Is there a sys.exit, exit or quit left from trying things out?",
    )


def _callback(name: str, answer: wire.Raised, _sources: Sources) -> Finding:
    kind, message = clean(answer.type_name, 80), clean(answer.message)
    return Finding(
        kind="callback",
        lead=f"{shown(name)} called the function that it was given in a way that it cannot take.",
        evidence=(f"The given function raised {kind}: {message}",),
        question="What does the docstring say about the arguments of that function?",
    )


def _exception(name: str, answer: wire.Raised, sources: Sources) -> Finding:
    kind, message = clean(answer.type_name, 80), clean(answer.message)
    if kind == "NotImplementedError":
        return _unwritten(name, answer)
    if kind in {"MemoryError", "numpy._core._exceptions._ArrayMemoryError"}:
        return Finding(
            kind="memory",
            lead=f"{shown(name)} asked for more memory than it may have.",
            evidence=(message,) if message else (),
            question="Which array is so large? Does it need all of its axes at once?",
        )
    return Finding(
        kind="raised",
        lead=f"{shown(name)} raised {kind}{': ' if message else ''}{message}",
        evidence=(*_python_2(message), *_left_out(message, sources)),
        question=_question(kind, message, sources.quote(answer.frames)),
    )


def _unwritten(name: str, answer: wire.Raised) -> Finding:
    """What is said of a stub, or of what uses one."""
    called = {frame.function for frame in answer.frames[:-1]}
    stub = answer.frames[-1].function if answer.frames else ""
    uses = shown(name) in called and stub != shown(name) and stub.isidentifier()
    what = f"{shown(name)} uses {clean(stub, 60)}, which" if uses else shown(name)
    return Finding(
        kind="unwritten", lead=f"{what} is not written yet: it raises NotImplementedError."
    )


def _question(kind: str, message: str, code: Sequence[CodeLine]) -> str:
    """Where to look, by what was raised and on which line."""
    if kind == "TypeError" and "argument" in message and not code:
        return "Does the function take the arguments that the template's does, no more, no less?"
    if code and _OWN_RAISE.match(code[-1].text.strip()):
        return "Your own line raises it: under which condition, and does the docstring name that?"
    if kind == "IndexError" and any(words in message for words in _INDEX_TYPES):
        return _QUESTION_OF_AN_INDEX
    return _QUESTIONS.get(kind, "What did you expect on the line that is shown?")


def _python_2(message: str) -> tuple[str, ...]:
    """What Python 2 code should say instead, where a message betrays it."""
    words = set(re.findall(r"\w+", message))
    return tuple(advice for word, advice in _PYTHON_2.items() if word in words)


def _left_out(message: str, sources: Sources) -> tuple[str, ...]:
    """Why a name that a notebook gives a value has none."""
    unknown = _UNKNOWN_NAME.search(message)
    place = sources.left_out(unknown[1]) if unknown else None
    if unknown is None or place is None:
        return ()
    where = f"{place[0]}, line {place[1]}"
    why = "which was not run: of code outside functions only imports and constants are"
    return (f"{unknown[1]} gets its value in {where}, {why}.",)


def _with(finding: Finding, **changes: object) -> Finding:
    if "evidence" in changes:
        changes["evidence"] = (*finding.evidence, *changes["evidence"])  # type: ignore[misc]
    return structs.replace(finding, **changes)


def warnings_text(
    warned: Sequence[wire.Warned], sources: Sources, plausible: frozenset[int] = frozenset()
) -> tuple[str, ...]:
    """Warnings of one call as sentences."""
    vocabulary, lengths = sources.vocabulary, sources.lengths
    return tuple(
        f"{vocabulary.name(w.category, 60)}: {vocabulary.message(clean(w.message), plausible)}"
        + (f" ({w.file}, line {w.line})" if 0 < w.line <= lengths.get(w.file, 0) else "")
        for w in warned[:5]
    )
