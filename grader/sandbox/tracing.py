"""Count the Python lines that a call executes, wherever a loop hides.

Lines and calls are counted in every frame, numpy's included, so that np.vectorize and its like
show. Builtins that loop in C over a Python function or an iterable are replaced while counting.
"""

from __future__ import annotations

import _thread
import builtins
import functools
import itertools
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np  # noqa: F401 - its printing is to be known

_ARRAYPRINT = ("numpy._core.arrayprint", "numpy.core.arrayprint")  # from numpy 2 on, and before
_MAX_ENTERED = 200
_STARTS = ("_thread.start_new_thread", "_thread.start_joinable_thread")
"""Python's own names for the start of a thread, in which lines would not be counted."""


class LineCount:
    """Counts while it is active; `intact` says whether anybody switched it off.

    The builtins are replaced when it is made, which must be before student code imports them.
    """

    def __init__(self, files: frozenset[str], own: Sequence[types.ModuleType]) -> None:
        self.lines = 0
        self.entered: dict[str, None] = {}
        self.intact = True
        self._in_print = False
        self._files = files
        # Code is known by its module's own names: a file name anybody can write.
        self._own = {id(vars(module)) for module in own} | {id(globals())}
        # numpy formats what is printed entry by entry, in Python.
        self._prints = {id(vars(sys.modules[m])) for m in _ARRAYPRINT if m in sys.modules}
        # What is told of everything, as long as the process lives, should cost nothing: an event
        # is taken out by C alone.
        self._not_seen: dict[str, Any] = {}
        sys.addaudithook(self._not_seen.pop)
        # Python 3.10 does not announce threads, so there their start is replaced as well.
        for module, name in ((_thread, "start_new_thread"), (threading, "_start_new_thread")):
            if hasattr(module, name):
                setattr(module, name, self._seen(getattr(module, name)))
        self._reduce_in_c = functools.reduce
        self._accumulate_in_c = itertools.accumulate
        for module, name, counted in (
            (builtins, "map", self._map),
            (builtins, "filter", self._filter),
            (functools, "reduce", self._reduce),
            (itertools, "starmap", self._starmap),
            (itertools, "accumulate", self._accumulate),
        ):
            setattr(module, name, counted)

    def __enter__(self) -> LineCount:
        """Start to count, from nothing."""
        self.lines = 0
        self.entered = {}
        self.intact = True
        self._in_print = False
        self._running = self._trace
        self._count = self._trace_line
        self._not_seen.update(dict.fromkeys(_STARTS))
        sys.settrace(self._running)
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop, and see whether counting was tampered with."""
        is_alone = len(self._not_seen) == len(_STARTS)
        self.intact = is_alone and sys.gettrace() is self._running
        sys.settrace(None)

    def _seen(self, start: Callable[..., Any]) -> Callable[..., Any]:
        def seen(*args: Any, **kwargs: Any) -> Any:
            self._not_seen.clear()
            return start(*args, **kwargs)

        return seen

    def _trace(self, frame: types.FrameType, _event: str, _arg: Any) -> Callable[..., Any] | None:
        """Count a call, and say what counts the lines of its frame."""
        names = id(frame.f_globals)
        if self._in_print or names in self._own:
            return None
        if names in self._prints:
            self._in_print = True
            return self._wait_for_return
        code = frame.f_code
        if code.co_filename in self._files and len(self.entered) < _MAX_ENTERED:
            module = frame.f_globals.get("__name__", "")
            self.entered[f"{module}.{code.co_name}"] = None
        self.lines += 1
        return self._count

    def _trace_line(self, _frame: types.FrameType, event: str, _arg: Any) -> Any:
        if event == "line":
            self.lines += 1
        return self._count

    def _wait_for_return(self, _frame: types.FrameType, event: str, _arg: Any) -> Any:
        """Count again once numpy has formatted what is printed."""
        if event == "return":
            self._in_print = False
        return self._wait_for_return

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.lines += 1
            yield item

    def _map(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        return (function(*items) for items in self._counted(zip(*iterables)))  # noqa: B905 - as map does

    def _filter(self, function: Callable[[Any], Any] | None, items: Iterable[Any]) -> Iterator[Any]:
        keep = bool if function is None else function
        return (item for item in self._counted(items) if keep(item))

    def _starmap(self, function: Callable[..., Any], items: Iterable[Any]) -> Iterator[Any]:
        return (function(*item) for item in self._counted(items))

    def _reduce(self, function: Callable[..., Any], items: Iterable[Any], *initial: Any) -> Any:
        return self._reduce_in_c(function, self._counted(items), *initial)

    def _accumulate(self, items: Iterable[Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
        return self._accumulate_in_c(self._counted(items), *args, **kwargs)
