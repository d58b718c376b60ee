"""Which of the student code's own words a student may be shown: none that could spell hidden data.

Student code knows the inputs of hidden checks, and can put them into every text that it controls:
messages, names of types, functions and parameters, line numbers. So a text is shown only as far as
it is known beforehand: what Python and numpy say in known words, what stands in the student's own
source, and numbers that are lengths of the call's own arrays. The rest becomes an ellipsis.
"""

from __future__ import annotations

import builtins
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property

import numpy as np
from msgspec import structs

from . import wire
from .known_messages import KNOWN

_ELLIPSIS = "…"
WITHHELD = "(its text is not shown: it may hold numbers of this check)"
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d+")
_STRING = re.compile(r"""(?s)([rRbBfFuU]{0,2})("{3}|'{3}|"|')((?:\\.|(?!\2)[^\\]){3,400}?)\2""")
_FIELD = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|%[-+ 0-9.]*[a-zA-Z]")
_MAX_TEMPLATES = 5_000
_MAX_FILLED = 4
_MAX_FRAMES = 6
_MAX_PARTS = 5
_MAX_OWN_PARTS = 3
_OWN_NAMES = frozenset(
    {"<module>", "<lambda>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"}
)
_OF_A_FILE = re.compile(r"(?P<file>.+), line (?P<line>\d+): (?:(?P<type>[\w.]+): )?(?P<message>.*)")
_PUBLIC = (
    frozenset(dir(builtins))
    | frozenset(sys.stdlib_module_names)
    | frozenset(dir(np))
    | frozenset(dir(np.ndarray))
    | frozenset(name for name in dir(types) if name.islower())
    | {"builtin_function_or_method", "list_iterator", "range_iterator", "dict_keys", "dict_items"}
    | {
        "dict_values",
        "set_iterator",
        "MaskedArray",
        "Generator",
        "RandomState",
        "str_",
        "longdouble",
    }
    | frozenset(name for name in dir(warnings) if not name.startswith("_"))
    | {"AxisError", "LinAlgError", "_ArrayMemoryError", "_UFuncNoLoopError", "_core", "core"}
    | {
        "exceptions",
        "_exceptions",
        "NoneType",
        "function",
        "method",
        "module",
        "generator",
        "linalg",
        "self",
    }
    | {"_UFuncBinaryResolutionError", "UFuncTypeError", "numpy", "dtype", "ufunc"}
)

_HOLES = {
    "<n>": r"(?P<n{0}>\d{{1,7}})",
    "<s>": r"(?P<s{0}>\((?:\d{{1,7}}|newaxis|[, ]){{0,60}}\))",
    "<i>": r"(?P<i{0}>[\w.]{{1,120}}(?:\(\))?)",
    "<o>": r"(?P<o{0}>[^\n]{{0,40}}?)",
}
# Operators and signs say nothing; anything else in that place is left out.
_OPERATOR = re.compile(r"[-+*/%@&|^<>=~!()\[\]{}:,]{0,3}|\*\* or pow\(\)")


def _pattern(line: str) -> re.Pattern[str]:
    numbered = iter(range(100))
    pieces = re.split(r"(<[nsio]>)", line)
    return re.compile(
        "".join(_HOLES[p].format(next(numbered)) if p in _HOLES else re.escape(p) for p in pieces)
    )


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """What Python and numpy say: compiled when the first message comes, for most never does."""
    return tuple(_pattern(line) for line in KNOWN.strip().split("\n"))


class Vocabulary:
    """The words of one submission's sources, and what may be said in them."""

    def __init__(self, names: Iterable[str], texts: Iterable[str]) -> None:
        self._text = " ".join(" ".join(text.split()) for text in texts)
        self._names = frozenset(_WORD.findall(self._text)) | frozenset(names) | _PUBLIC

    @cached_property
    def _templates(self) -> list[list[str]]:
        """Texts with holes, of which the source makes its messages: most code raises none."""
        found: list[list[str]] = []
        for match in _STRING.finditer(self._text):
            if "f" in match[1].lower() or "%" in match[3] or "{" in match[3]:
                found.append(_FIELD.split(match[3]))
            if len(found) >= _MAX_TEMPLATES:
                break
        return found

    def tell(
        self, answer: wire.Raised, lengths: Mapping[str, int], plausible: frozenset[int]
    ) -> wire.Raised:
        """What the worker says a call came to, as far as it may be shown.

        `lengths` are the numbers of lines of the student's files.
        """
        frames = self.frames(answer.frames, lengths)
        if answer.kind == "syntax" and frames:
            plausible |= {frames[-1].line}
        text = " ".join(answer.message.split())
        message = self.message(text, plausible)
        first, _, more = answer.message.strip().partition("\n")
        if message == WITHHELD and more:  # numpy adds advice to what it says
            message = self.message(" ".join(first.split()).rstrip("."), plausible)
        if answer.kind in {"refused", "missing"} and message == WITHHELD:
            parts = [self._of_a_file(part, lengths, plausible) for part in text.split("; ")]
            message = "; ".join(filter(None, parts)) or self.name(text, 120)
        return structs.replace(
            answer,
            # Of what is missing it is compared with the name that was asked for, and not shown.
            type_name=answer.type_name if answer.kind == "missing" else self.name(answer.type_name),
            message=message,
            frames=frames,
            names=[self.name(n) for n in answer.names if answer.kind != "missing" or self.knows(n)],
        )

    def frames(self, frames: Iterable[wire.Frame], lengths: Mapping[str, int]) -> list[wire.Frame]:
        """The frames that name a line of the student's files."""
        return [
            wire.Frame(
                f.file, f.line, f.function if f.function in _OWN_NAMES else self.name(f.function)
            )
            for f in frames
            if 0 < f.line <= lengths.get(f.file, 0)
        ][:_MAX_FRAMES]

    def knows(self, text: str) -> bool:
        """Whether every part of a dotted name stands in the source or is Python's own."""
        return self.name(text, 200) == text

    def _of_a_file(self, text: str, lengths: Mapping[str, int], plausible: frozenset[int]) -> str:
        """Why part of a file could not be used: 'hw.ipynb, cell 3, line 2: NameError: …'."""
        match = _OF_A_FILE.fullmatch(text)
        if not match or not 0 < int(match["line"][:9]) <= lengths.get(match["file"], 0):
            return ""
        kind = f"{self.name(match['type'])}: " if match["type"] else ""
        message = self.message(match["message"], plausible | {int(match["line"])})
        return f"{match['file']}, line {match['line']}: {kind}{message}"

    def name(self, text: str, limit: int = 80) -> str:
        """A dotted name, of which unknown parts become an ellipsis."""
        parts = " ".join(text.split())[:limit].split(".")
        # More would be no name, but a text that is spelled in the source's words.
        if len(parts) > _MAX_PARTS or sum(part not in _PUBLIC for part in parts) > _MAX_OWN_PARTS:
            return _ELLIPSIS
        return ".".join(part if part in self._names else _ELLIPSIS for part in parts)

    def message(self, text: str, plausible: frozenset[int]) -> str:
        """A message, as far as it may be shown; `plausible` are numbers that say nothing new."""
        if not text:
            return ""
        for pattern in patterns():
            match = pattern.fullmatch(text)
            if match:
                return self._filled(match, plausible)
        if len(text) >= 3 and text in self._text:
            return text
        return self._from_template(text, plausible) or WITHHELD

    def _filled(self, match: re.Match[str], plausible: frozenset[int]) -> str:
        pieces: list[str] = []
        end = 0
        for key, value in match.groupdict().items():
            start = match.start(key)
            pieces.append(match.string[end:start])
            pieces.append(self._hole(key[0], value, plausible))
            end = match.end(key)
        return "".join((*pieces, match.string[end:]))

    def _hole(self, kind: str, value: str, plausible: frozenset[int]) -> str:
        if kind == "i":
            called = value.endswith("()")
            return self.name(value.removesuffix("()"), 120) + ("()" if called else "")
        if kind == "o":
            return value if _OPERATOR.fullmatch(value) else _ELLIPSIS
        return _NUMBER.sub(_plausible_only(plausible), value)

    def _from_template(self, text: str, plausible: frozenset[int]) -> str:
        """A message that the source makes of a text with holes: the text, and what is harmless."""
        for parts in self._templates:
            if len("".join(parts)) < 4 or not text.startswith(parts[0]):
                continue
            shown, at = [parts[0]], len(parts[0])
            for filled, part in enumerate(parts[1:]):
                found = text.find(part, at) if part else len(text)
                if found < 0:
                    break
                hole = text[at:found]
                harmless = re.fullmatch(r"\(?[\d, ]{1,30}\)?", hole) and filled < _MAX_FILLED
                shown.append(self._hole("s", hole, plausible) if harmless else _ELLIPSIS)
                shown.append(part)
                at = found + len(part)
            else:
                if at == len(text):
                    return "".join(shown)
        return ""


def _plausible_only(plausible: frozenset[int]) -> Callable[[re.Match[str]], str]:
    return lambda found: found[0] if int(found[0]) in plausible else _ELLIPSIS


def plausible_numbers(lengths: Iterable[int]) -> frozenset[int]:
    """Numbers that a message may hold: lengths of the call's arrays, and what is made of them."""
    known = sorted(set(lengths))[:12]
    near = {n + d for n in known for d in (-1, 0, 1)}
    return frozenset(near | {a * b for a in known for b in known} | set(range(5)))
