"""The student's files as text: the lines to quote, and the words in which they may be spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from grader.outcomes import CodeLine

from . import modules, wire
from .messages import Vocabulary

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
_MAX_MESSAGE = 300
_MAX_QUOTED = 1_000  # different lines that are kept


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

    def defines(self, file: str, name: str) -> bool:
        """Whether a line of this file or cell begins the definition of a function or class."""
        begins = re.compile(rf"\s*(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b")
        return any(begins.match(line) for line in self._lines.get(file, ()))

    def left_out(self, name: str) -> tuple[str, int] | None:
        """Where a notebook gives a name its value: if it has none, that line was not run."""
        if self.notebook is None:
            return None
        given = re.compile(rf"{re.escape(name)}\s*(?::[^=]+)?=(?!=)")
        numbered = (
            (f, n, line) for f, lines in self._lines.items() for n, line in enumerate(lines)
        )
        return next(((file, n + 1) for file, n, line in numbered if given.match(line)), None)

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
