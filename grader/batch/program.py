"""Programs of ours that others start: they import from where this one does, and nowhere else."""

from __future__ import annotations

import os
import sys

_START = (
    "import sys; sys.path[:] = sys.argv.pop(1).split(sys.argv.pop(1)); "
    "import importlib; importlib.import_module(sys.argv.pop(1)).main()"
)
"""`sys` is built in; whatever else is imported before may lie in the current folder."""


def command(module: str, *arguments: str) -> list[str]:
    """What to start for `main()` of a module of ours.

    Python puts the current folder before its own: a class may be graded from within its folder,
    where a student's file can be called json.py.
    """
    paths = os.pathsep.join(path for path in sys.path if path)
    return [sys.executable, "-c", _START, paths, os.pathsep, module, *arguments]
