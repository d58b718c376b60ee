"""A call that came to nothing for want of time or memory, or of its process, in plain words."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from grader.outcomes import Finding

from . import modules
from .sources import Sources, clean


def shown(name: str) -> str:
    """A function as the student knows it: `softmax`, not `losses.softmax`."""
    return name.rpartition(".")[2]


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
