"""The same checks in one warm process, with the student's code beside the answers.

    python benchmarks/unwalled.py OUT FOLDER...

It is no grader: nothing is walled off, a check that hangs hangs it, nobody is told what was
mistaken, and no page is written. It is what the checks themselves cost, and so what no engine can
go below that runs them all for every submission.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from msgspec import structs

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from grader.assignment import Assignment, load_assignment  # noqa: E402 - a script finds it only now
from grader.grade import run_settings  # noqa: E402 - likewise
from grader.suite.in_process import InProcessStudent  # noqa: E402 - likewise
from grader.suite.plugin import GradingPlugin  # noqa: E402 - likewise
from grader.suite.run import import_reference, run_suites  # noqa: E402 - likewise
from grader.suite.warm import WarmSuites  # noqa: E402 - likewise


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
                    settings, reference, lambda *_: InProcessStudent(modules), lambda: None
                )
                suites.run(plugin)
            tests = [{"score": float(outcome.earned)} for outcome in plugin.outcomes]
            (out / folder.name).mkdir(parents=True, exist_ok=True)
            text = json.dumps({"tests": tests})
            (out / folder.name / "results.json").write_text(text, "utf-8")

    run_suites(WarmSuites(settings, reference, serve), assignment.folder, 60.0)


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
