"""The same checks in one warm process, with the student's code beside the answers.

    python benchmarks/unwalled.py OUT FOLDER...

It is no grader: nothing is walled off, a check that hangs hangs it, nobody is told what was
mistaken, and no page is written. It is what the checks themselves cost where each is run as it
stands: the suites' code, the reference's, and the student's own, which OUT/own-*.json tells apart.
No engine can go below the last.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import structs

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from grader.assignment import Assignment, load_assignment  # noqa: E402 - a script finds it only now
from grader.grade import run_settings  # noqa: E402 - likewise
from grader.suite.in_process import (  # noqa: E402 - likewise
    Function,
    Handle,
    InProcessAnswer,
    InProcessStudent,
)
from grader.suite.plugin import GradingPlugin  # noqa: E402 - likewise
from grader.suite.run import import_reference, run_suites  # noqa: E402 - likewise
from grader.suite.warm import WarmSuites  # noqa: E402 - likewise


class TimedStudent(InProcessStudent):
    """Notes how long the student's own functions take, without what they ask the checks."""

    own_s = 0.0

    def run(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        trace_lines: bool = False,
    ) -> InProcessAnswer:
        """Call a function on copies of the arguments, and time it."""
        asked_s = 0.0

        def asking(asked: Any) -> Any:
            if not callable(asked) or isinstance(asked, (type, Handle, Function)):
                return asked

            def answer(*values: Any, **named: Any) -> Any:
                nonlocal asked_s
                began = time.perf_counter()
                try:
                    return asked(*values, **named)
                finally:
                    asked_s += time.perf_counter() - began

            return answer

        @functools.wraps(function, updated=())
        def timed(*inside: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*map(asking, inside), **{k: asking(v) for k, v in named.items()})
            finally:
                TimedStudent.own_s += time.perf_counter() - began - asked_s

        return super().run(name, timed, args, kwargs, trace_lines=trace_lines)


def main() -> None:
    """Run the checks on each folder, and write what each one earns."""
    out, *folders = map(Path, sys.argv[1:])
    assignment = load_assignment(ROOT)
    reference = import_reference(assignment.folder, assignment.settings.reference)
    settings = structs.replace(run_settings(assignment), explain=False)

    def serve(suites: WarmSuites) -> None:
        for folder in folders:
            with _modules(folder, assignment) as modules:
                plugin = GradingPlugin(
                    settings, reference, lambda *_: TimedStudent(modules), lambda: None
                )
                suites.run(plugin)
            tests = [{"score": float(outcome.earned)} for outcome in plugin.outcomes]
            (out / folder.name).mkdir(parents=True, exist_ok=True)
            text = json.dumps({"tests": tests})
            (out / folder.name / "results.json").write_text(text, "utf-8")

    run_suites(WarmSuites(settings, reference, serve), assignment.folder, 60.0)
    text = json.dumps({"own_s": TimedStudent.own_s})
    (out / f"own-{os.getpid()}.json").write_text(text, "utf-8")


@contextlib.contextmanager
def _modules(folder: Path, assignment: Assignment) -> Iterator[dict[str, ModuleType]]:
    """The modules of a submission that can be imported; forgotten afterwards."""
    names: Sequence[str] = assignment.settings.modules
    modules: dict[str, ModuleType] = {}
    sys.path.insert(0, str(folder))
    try:
        for name in names:
            with contextlib.suppress(Exception):
                modules[name] = importlib.import_module(name)
        yield modules
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()


if __name__ == "__main__":
    main()
