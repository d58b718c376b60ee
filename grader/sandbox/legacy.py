"""Names of Python 2 for assignments that allow them: bare, and as the package `past` has them.

Syntax of Python 2 (a print statement) and its whole-number division stay what they are in Python 3.
"""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Mapping
from typing import Any

PACKAGE = "past"
"""What an assignment allows when it allows Python 2's names."""
NAMES: Mapping[str, Any] = types.MappingProxyType(
    {
        "xrange": range,
        "raw_input": input,
        "unicode": str,
        "basestring": str,
        "long": int,
        "unichr": chr,
        "reduce": functools.reduce,
    }
)
_CONTENTS: Mapping[str, Mapping[str, Any]] = types.MappingProxyType(
    {
        PACKAGE: {},
        f"{PACKAGE}.builtins": {**NAMES, "range": range, "str": str, "dict": dict, "int": int},
        f"{PACKAGE}.utils": {"old_div": lambda a, b: a // b if _are_whole(a, b) else a / b},
    }
)
MODULES = frozenset(_CONTENTS)


def module(name: str) -> types.ModuleType:
    """A module of the package, with what students import from it."""
    made = types.ModuleType(name)
    made.__path__ = []
    made.__dict__.update(_CONTENTS[name])
    return made


def known_names() -> dict[str, Any]:
    """What a module's code may use without an import."""
    return {**vars(builtins), **NAMES}


def _are_whole(*values: Any) -> bool:
    return all(isinstance(value, int) for value in values)
