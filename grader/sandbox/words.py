"""What went wrong behind the wall, in the student's language."""

from __future__ import annotations

import difflib
import re
import signal
from collections.abc import Sequence
from functools import cached_property

from grader.outcomes import CodeLine, Finding

from . import modules, wire
from .messages import WITHHELD, Vocabulary

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
_MAX_MESSAGE = 300
_MAX_QUOTED = 1_000  # different lines that are kept

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
}


class Sources:
    """The student's files as text, to quote lines from."""

    def __init__(self, sources: Sequence[modules.Source], expected: Sequence[str] = ()) -> None:
        self.expected = frozenset(expected)
        """Modules that the assignment asks for."""
        self._lines: dict[str, list[str]] = {}
        self._quoted: dict[wire.Frame, tuple[CodeLine, ...]] = {}
        self.modules = {s.module: s.name for s in sources}
        self.notebook = next((s.name for s in sources if s.cells), None)
        for source in sources:
            self._lines[source.name] = source.text.splitlines()
            for cell in source.cells:
                name = modules.cell_name(source.name, cell.number)
                self._lines[name] = cell.text.splitlines()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words in which something may be said of these files."""
        texts = ["\n".join(lines) for lines in self._lines.values()]
        return Vocabulary([*self.modules, *self.expected], texts)

    @cached_property
    def lengths(self) -> dict[str, int]:
        """Number of lines by file."""
        return {name: len(lines) for name, lines in self._lines.items()}

    @property
    def files(self) -> frozenset[str]:
        """Names under which the student's code shows."""
        return frozenset(self._lines)

    def quote(self, frames: Sequence[wire.Frame]) -> tuple[CodeLine, ...]:
        """The student's lines that these frames name; other frames drop out."""
        return tuple(
            CodeLine(f.file, f.line, self._text(f), clean(f.function, 80))
            for f in self.vocabulary.frames(frames, self.lengths)
        )

    def quote_one(self, frame: wire.Frame) -> tuple[CodeLine, ...]:
        """The student's line that this frame names, if it does; the same is asked for often."""
        if frame not in self._quoted:
            if len(self._quoted) > _MAX_QUOTED:  # of a worker that was taken over
                self._quoted.clear()
            self._quoted[frame] = self.quote([frame])
        return self._quoted[frame]

    def _text(self, frame: wire.Frame) -> str:
        lines = self._lines[frame.file]
        return lines[frame.line - 1].rstrip()[:200] if 0 < frame.line <= len(lines) else ""


def clean(text: str, limit: int = _MAX_MESSAGE) -> str:
    """Text from student code on one line, capped; no addresses, which differ from run to run."""
    return _ADDRESS.sub("0x…", " ".join(text.split()))[:limit]


def shown(name: str) -> str:
    """A function as the student knows it: `softmax`, not `losses.softmax`."""
    return name.rpartition(".")[2]


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
        code=sources.quote(answer.frames),
        function=name,
        exception=clean(answer.type_name, 80) if finding.kind == "raised" else "",
        # Where the author lets the student see numbers.
        details=(f"In full: {clean(said.message)}",)
        if "…" in answer.message or answer.message == WITHHELD
        else (),
    )


def unreadable_files(broken: Sequence[modules.Broken]) -> tuple[str, ...]:
    """What to say of files and cells that Python could not read."""
    return tuple(
        f"{b.file} cannot be read by Python{f': line {b.line}' if b.line else ''}: "
        f"{clean(b.message)}. What it defines is missing."
        for b in broken
    )


def of_timeout(name: str, seconds: float | None) -> Finding:
    """A call that did not end in its time, or in what was left of the check's."""
    return Finding(
        kind="timeout",
        lead=f"{shown(name)} did not finish {_within(seconds)}.",
        evidence=("The reference needs a small fraction of a second.",),
        question="Which loop may never reach its end? Does its condition change inside it?",
        function=name,
        staff=f"limit of the {'call' if seconds else 'check'}",
    )


def _within(seconds: float | None) -> str:
    return f"within {seconds:g} s" if seconds else "in the time that this check had left"


def of_slow_import(name: str, sources: Sources, seconds: float | None) -> Finding:
    """A module that is not loaded in time."""
    module = name.partition(".")[0]
    file = sources.modules.get(module) or sources.notebook or f"{module}.py"
    return Finding(
        kind="timeout",
        lead=f"{file} did not finish importing {_within(seconds)}.",
        evidence=("Code outside of functions runs each time that the file is imported.",),
        question="Is there training or a test at the top level? Can it move into a function?",
        function=name,
    )


def of_repeated_timeouts(name: str, what: str) -> Finding:
    """A function that is no longer called."""
    late = "it" if what == name else f"importing {what}.py"
    return Finding(
        kind="not_run",
        lead=f"{shown(name)} was not run here: {late} did not finish in two checks before.",
        question="Mend the check that shows the time-out first; then this one is run again.",
        function=name,
    )


def of_end(name: str, status: int, memory_mb: int, cpu_s: float) -> Finding:
    """A worker that ended in the middle of a call."""
    if status >= 0:
        return Finding(
            kind="exit",
            lead=f"{shown(name)} ended the whole Python process.",
            evidence=(f"It ended with exit status {status}, before anything was returned.",),
            question="Is there an os._exit, an exit or a quit in what the function calls?",
            function=name,
        )
    killed: dict[int, str] = {
        signal.SIGSEGV: "It crashed Python itself (a segmentation fault).",
        signal.SIGABRT: "Python aborted (a fatal error in compiled code).",
        signal.SIGKILL: f"It was killed, most likely for using more than {memory_mb} MB of memory.",
        signal.SIGXCPU: f"It used more than {cpu_s:g} s of processor time.",
        signal.SIGXFSZ: "It wrote a file that was too large.",
    }
    return Finding(
        kind="crash",
        lead=f"{shown(name)} made the Python process crash.",
        # Not every signal has a name.
        evidence=(killed.get(-status, f"It ended by signal {-status}."),),
        question="Does it recurse without end, raise the recursion limit, or reach into memory?",
        function=name,
    )


def of_unreadable(name: str, why: str) -> Finding:
    """A message that the worker cannot have meant."""
    return Finding(
        kind="unreadable",
        lead=f"The answer of {shown(name)} could not be read.",
        evidence=("Something wrote to the channel between the grader and your code.",),
        function=name,
        staff=why,
    )


def of_no_time_left(name: str, what: str) -> Finding:
    """A call for which no time was left."""
    return Finding(
        kind="not_run",
        lead=f"{shown(name)} was not run: the time for {what} was used up before.",
        question="Which functions take long? Mend those first.",
        function=name,
    )


def of_many_callbacks(name: str, limit: int) -> Finding:
    """A function that calls what it was given without end."""
    return Finding(
        kind="callbacks",
        lead=f"{shown(name)} called the function that it was given more than {limit} times.",
        question="How many evaluations does the method need? Is there a loop that never ends?",
        function=name,
    )


def of_large_callbacks(name: str) -> Finding:
    """A function that hands far too much to what it was given."""
    return Finding(
        kind="callbacks",
        lead=f"{shown(name)} called the function that it was given with far too large arguments.",
        question="Of which shape is the point at which it is to be evaluated?",
        function=name,
    )


def of_tampering(name: str) -> Finding:
    """Code that switched off what counts its lines."""
    return Finding(
        kind="tampering",
        lead=f"While {shown(name)} ran, the counting of its lines was switched off.",
        evidence=("Loops are counted by executed lines; code may not call sys.settrace.",),
        function=name,
    )


def _missing(name: str, answer: wire.Raised, sources: Sources) -> Finding:
    module, _, function = name.partition(".")
    if answer.type_name == module:
        return _missing_module(module, sources)
    where = sources.modules.get(module) or sources.notebook or f"{module}.py"
    near = difflib.get_close_matches(shown(function), [clean(n, 80) for n in answer.names], 1, 0.6)
    evidence = [f"It does have {near[0]!r}: is that the one?"] if near else []
    if answer.message and not answer.names:
        evidence.append(f"The name is there, but it is no function: {clean(answer.message, 80)}.")
    elif answer.message:
        evidence.append(f"Part of the file could not be used: {clean(answer.message)}")
    return Finding(
        kind="missing",
        lead=f"{where} has no {shown(function)}.",
        evidence=tuple(evidence),
        question="Names must be spelled just as in the template.",
    )


def _missing_module(module: str, sources: Sources) -> Finding:
    names = list(sources.modules.values())
    same = [n for n in names if n.lower() == f"{module}.py"]
    near = same or difflib.get_close_matches(f"{module}.py", names, 1, 0.6)
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


def _exception(name: str, answer: wire.Raised, _sources: Sources) -> Finding:
    kind, message = clean(answer.type_name, 80), clean(answer.message)
    if kind == "NotImplementedError":
        return Finding(
            kind="unwritten",
            lead=f"{shown(name)} is not written yet: it raises NotImplementedError.",
        )
    if kind in {"MemoryError", "numpy._core._exceptions._ArrayMemoryError"}:
        return Finding(
            kind="memory",
            lead=f"{shown(name)} asked for more memory than it may have.",
            evidence=(message,) if message else (),
            question="Which array is so large? Does it need all of its axes at once?",
        )
    question = _QUESTIONS.get(kind, "What did you expect on the line that is shown?")
    if kind == "TypeError" and "argument" in message and not answer.frames:
        question = (
            "Does the function take the arguments that the template's does, no more, no less?"
        )
    return Finding(
        kind="raised",
        lead=f"{shown(name)} raised {kind}{': ' if message else ''}{message}",
        evidence=_python_2(message),
        question=question,
    )


def _python_2(message: str) -> tuple[str, ...]:
    """What Python 2 code should say instead, where a message betrays it."""
    words = set(re.findall(r"\w+", message))
    return tuple(advice for word, advice in _PYTHON_2.items() if word in words)


def _with(finding: Finding, **changes: object) -> Finding:
    from msgspec import structs

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
