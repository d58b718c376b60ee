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
from functools import cached_property

import numpy as np
from msgspec import structs

from . import wire

_ELLIPSIS = "…"
WITHHELD = "(its text is not shown: it may hold numbers of this check)"
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d+")
_STRING = re.compile(r"""(?s)([rRbBfFuU]{0,2})("{3}|'{3}|"|')((?:\\.|(?!\2).){3,400}?)\2""")
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

# What Python and numpy say. <n> a number, <s> a shape, <i> a name, <o> an operator or punctuation.
_KNOWN = """
operands could not be broadcast together with shapes <s> <s>
operands could not be broadcast together with shapes <s> <s> <s>
operands could not be broadcast together with remapped shapes [original->remapped]: <s>
non-broadcastable output operand with shape <s> doesn't match the broadcast shape <s>
could not broadcast input array from shape <s> into shape <s>
shape mismatch: objects cannot be broadcast to a single shape
shape mismatch: indexing arrays could not be broadcast together with shapes <s> <s>
shapes <s> and <s> not aligned: <n> (dim <n>) != <n> (dim <n>)
matmul: Input operand <n> has a mismatch in its core dimension <n>, with gufunc signature \
(n?,k),(k,m?)->(n?,m?) (size <n> is different from <n>)
matmul: Input operand <n> does not have enough dimensions (has <n>, gufunc core with signature \
(n?,k),(k,m?)->(n?,m?) requires <n>)
index <o><n> is out of bounds for axis <n> with size <n>
index <o><n> is out of bounds for size <n>
axis <o><n> is out of bounds for array of dimension <n>
boolean index did not match indexed array along axis <n>; size of axis is <n> but size of \
corresponding boolean axis is <n>
boolean index did not match indexed array along dimension <n>; dimension is <n> but corresponding \
boolean dimension is <n>
too many indices for array: array is <n>-dimensional, but <n> were indexed
only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean \
arrays are valid indices
only integer scalar arrays can be converted to a scalar index
only length-1 arrays can be converted to Python scalars
only 0-dimensional arrays can be converted to Python scalars
arrays used as indices must be of integer (or boolean) type
setting an array element with a sequence.
setting an array element with a sequence. The requested array has an inhomogeneous shape after \
<n> dimensions. The detected shape was <s> + inhomogeneous part.
cannot reshape array of size <n> into shape <s>
cannot select an axis to squeeze out which has size not equal to one
all the input array dimensions except for the concatenation axis must match exactly, but along \
dimension <n>, the array at index <n> has size <n> and the array at index <n> has size <n>
all the input arrays must have same number of dimensions, but the array at index <n> has <n> \
dimension(s) and the array at index <n> has <n> dimension(s)
all input arrays must have the same shape
need at least one array to concatenate
need at least one array to stack
zero-size array to reduction operation <i> which has no identity
attempt to get argmax of an empty sequence
attempt to get argmin of an empty sequence
The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()
The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is \
not empty.
Cannot cast ufunc '<i>' output from dtype('<i>') to dtype('<i>') with casting rule 'same_kind'
assignment destination is read-only
output array is read-only
Singular matrix
Last <n> dimensions of the array must be square
Unable to allocate <o> for an array with shape <s> and data type <i>
Integers to negative integer powers are not allowed.
ufunc '<i>' not supported for the input types, and the inputs could not be safely coerced to any \
supported types according to the casting rule ''safe''
loop of ufunc does not support argument <n> of type <i> which has no callable <i> method
list index out of range
list assignment index out of range
tuple index out of range
string index out of range
pop from empty list
list indices must be integers or slices, not <i>
tuple indices must be integers or slices, not <i>
name '<i>' is not defined
name '<i>' is not defined. Did you mean: '<i>'?
free variable '<i>' referenced before assignment in enclosing scope
local variable '<i>' referenced before assignment
cannot access local variable '<i>' where it is not associated with a value
cannot access free variable '<i>' where it is not associated with a value in enclosing scope
'<i>' object has no attribute '<i>'
'<i>' object has no attribute '<i>'. Did you mean: '<i>'?
type object '<i>' has no attribute '<i>'
module '<i>' has no attribute '<i>'
'<i>' object is not callable
'<i>' object is not iterable
'<i>' object is not subscriptable
'<i>' object does not support item assignment
'<i>' object cannot be interpreted as an integer
'<i>' object is not an iterator
object of type '<i>' has no len()
cannot unpack non-iterable <i> object
unsupported operand type(s) for <o>: '<i>' and '<i>'
'<o>' not supported between instances of '<i>' and '<i>'
bad operand type for unary <o>: '<i>'
can only concatenate str (not "<i>") to str
can only concatenate list (not "<i>") to list
can't multiply sequence by non-int of type '<i>'
must be real number, not <i>
float() argument must be a string or a real number, not '<i>'
int() argument must be a string, a bytes-like object or a real number, not '<i>'
unhashable type: '<i>'
<i>() missing <n> required positional argument: '<i>'
<i>() missing <n> required positional arguments: '<i>' and '<i>'
<i>() missing <n> required positional arguments: '<i>', '<i>', and '<i>'
<i>() missing <n> required keyword-only argument: '<i>'
<i>() takes <n> positional argument but <n> were given
<i>() takes <n> positional arguments but <n> was given
<i>() takes <n> positional arguments but <n> were given
<i>() takes from <n> to <n> positional arguments but <n> were given
<i>() takes no arguments
<i>() got an unexpected keyword argument '<i>'
<i>() got multiple values for argument '<i>'
not enough values to unpack (expected <n>, got <n>)
too many values to unpack (expected <n>)
too many values to unpack (expected <n>, got <n>)
division by zero
float division by zero
float modulo
integer division or modulo by zero
integer modulo by zero
complex division by zero
math domain error
math range error
cannot convert float NaN to integer
cannot convert float infinity to integer
maximum recursion depth exceeded
maximum recursion depth exceeded in comparison
maximum recursion depth exceeded while calling a Python object
EOF when reading a line
No module named '<i>'
attempted relative import beyond top-level package
attempted relative import with no known parent package
cannot import name '<i>' from '<i>'
cannot import name '<i>' from '<i>' (unknown location)
dictionary changed size during iteration
generator raised StopIteration
max() arg is an empty sequence
min() arg is an empty sequence
'<i>'
<n>
divide by zero encountered in <i>
divide by zero encountered in scalar <i>
invalid value encountered in <i>
invalid value encountered in scalar <i>
overflow encountered in <i>
overflow encountered in scalar <i>
underflow encountered in <i>
Mean of empty slice.
Degrees of freedom <o> 0 for slice.
invalid escape sequence '<o>'
Conversion of an array with ndim > 0 to a scalar is deprecated, and will error in future. Ensure \
you extract a single element from your array before performing this operation. (Deprecated NumPy \
<o>.)
Casting complex values to real discards the imaginary part
can't start new thread
Operation not permitted
[Errno <n>] Permission denied: '<o>'
[Errno <n>] No such file or directory: '<o>'
[Errno <n>] Operation not permitted
an array of dtype str<n>
an array of dtype bytes<n>
an array of dtype void<n>
an array of dtype <i>
a numpy scalar of dtype <i>
an array of <o> bytes
an int of more than 64 bits
a value nested more than 24 deep
more than 200000 values at once
a dict of more than 2000 keys
a Generator over <i>
the result is an int of more than 64 bits
the result is an array of <o> bytes
expected numbers, got an object
invalid syntax
invalid syntax. Perhaps you forgot a comma?
invalid syntax. Maybe you meant '==' or ':=' instead of '='?
'<o>' was never closed
unmatched '<o>'
closing parenthesis '<o>' does not match opening parenthesis '<o>'
closing parenthesis '<o>' does not match opening parenthesis '<o>' on line <n>
expected ':'
expected '<o>'
expected 'except' or 'finally' block
expected an indented block
expected an indented block after <i> statement on line <n>
expected an indented block after '<i>' statement on line <n>
expected an indented block after function definition on line <n>
expected an indented block after class definition on line <n>
unexpected indent
unindent does not match any outer indentation level
inconsistent use of tabs and spaces in indentation
unterminated string literal (detected at line <n>)
unterminated triple-quoted string literal (detected at line <n>)
EOL while scanning string literal
EOF while scanning triple-quoted string literal
unexpected EOF while parsing
unexpected character after line continuation character
Missing parentheses in call to '<i>'. Did you mean <i>(...)?
cannot assign to <i>
cannot assign to <i> here. Maybe you meant '==' instead of '='?
cannot assign to function call here. Maybe you meant '==' instead of '='?
cannot assign to expression here. Maybe you meant '==' instead of '='?
cannot assign to literal here. Maybe you meant '==' instead of '='?
invalid decimal literal
invalid imaginary literal
invalid character '<o>' (U+<o>)
invalid non-printable character U+<o>
'return' outside function
'yield' outside function
'break' outside loop
'continue' not properly in loop
'await' outside function
positional argument follows keyword argument
positional argument follows keyword argument unpacking
keyword argument repeated: <i>
non-default argument follows default argument
parameter without a default follows parameter with a default
duplicate argument '<i>' in function definition
name '<i>' is used prior to global declaration
name '<i>' is assigned to before global declaration
leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
f-string: expecting '}'
f-string: empty expression not allowed
f-string: unmatched '<o>'
multiple statements found while compiling a single statement
too many nested parentheses
too many statically nested blocks
source code string cannot contain null bytes
the code is too deeply nested for Python to read
Python's own compiler crashed or did not end on this file
"""
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


_PATTERNS = tuple(_pattern(line) for line in _KNOWN.strip().split("\n"))


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
        for pattern in _PATTERNS:
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
