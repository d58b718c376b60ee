"""Known variants of a reference's functions: mistakes with a hint, conventions with their credit.

An author collects them, a module of `reference/variants/` for a module of the reference:

    variants = Variants()

    variants.mistake("losses.svm", "no_mean", says="…", hint="…?", source={" / N": ""})

    @variants.mistake(("regularization.l2", "regularization.l1"), says="…", hint="…?")
    def half(right, W):
        R, dR = right
        return R / 2, dR

A variant is a change of the reference's source (two of one function can then be tried together), a
change of its result (the first parameter is called `right`), or a whole function or class. Each
becomes text that overrides the function in its module, so that it can also be handed in as a
student would.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal, TypeVar

from msgspec import Struct

T = TypeVar("T", bound=Callable[..., Any])

_RIGHT = "right"


class VariantError(Exception):
    """A variant does not fit the reference; the message says which, and why."""


class Variant(Struct, frozen=True):
    """Another way to write one function or class of the reference.

    `says` is a sentence for the student on what was done, `hint` a question that makes them think;
    neither holds the answer. `credit` is the share of the points that it leaves.
    """

    name: str
    function: str
    kind: Literal["mistake", "convention"]
    says: str
    hint: str = ""
    credit: float = 0.0
    source: Mapping[str, str] | None = None
    written: Callable[..., Any] | None = None

    @property
    def target(self) -> str:
        """Name of the function or class in its module."""
        return self.function.partition(".")[2]

    @property
    def changes_result(self) -> bool:
        """Whether it is written as a change of the reference's result."""
        return self.written is not None and _RIGHT in inspect.signature(self.written).parameters

    def override(self, text: str) -> str:
        """Text that behaves so, in place of `text`, the source of the function. VariantError."""
        if self.source is not None:
            return replaced(text, self.source, f"{self.function}: {self.name}")
        written = _without_decorators(self.written)
        if not self.changes_result:
            return written.replace(f" {self.name}(", f" {self.target}(", 1).replace(
                f"class {self.name}", f"class {self.target}", 1
            )
        changed = written.replace(f"def {self.name}(", "def _changed(", 1)
        wrapper = (
            f"def {self.target}(*args, **kwargs):\n"
            "    return _changed(_right(*args, **kwargs), *args, **kwargs)\n"
        )
        return f"{text}\n\n_right = {self.target}\n\n\n{changed}\n\n{wrapper}"


class Reason(Struct, frozen=True):
    """Why a mistake of a function is not named, or a small change of it no check need see."""

    kind: Literal["unnamed", "harmless"]
    function: str
    what: str
    because: str


class Variants:
    """The variants of one module of the reference."""

    def __init__(self) -> None:
        self._variants: list[Variant] = []
        self._reasons: list[Reason] = []

    def __iter__(self) -> Iterator[Variant]:
        """Iterate in the order in which they were written: the more specific come first."""
        return iter(self._variants)

    def mistake(
        self,
        functions: str | tuple[str, ...],
        name: str = "",
        *,
        says: str,
        hint: str,
        source: Mapping[str, str] | None = None,
    ) -> Callable[[T], T]:
        """Add a mistake of these functions; a decorator, unless `source` says how it is made."""
        return self._add(functions, Variant(name, "", "mistake", says, hint, source=source))

    def convention(
        self,
        functions: str | tuple[str, ...],
        name: str = "",
        *,
        says: str,
        credit: float = 1.0,
        source: Mapping[str, str] | None = None,
    ) -> Callable[[T], T]:
        """Add a convention that is accepted; a decorator, unless `source` says how it is made."""
        return self._add(
            functions, Variant(name, "", "convention", says, credit=credit, source=source)
        )

    def unnamed(self, functions: str | tuple[str, ...], name: str, *, because: str) -> None:
        """Say why the mistake `name` of these functions is caught and not named."""
        names = (functions,) if isinstance(functions, str) else functions
        self._reasons += (Reason("unnamed", function, name, because) for function in names)

    def harmless(self, function: str, change: str, *, because: str) -> None:
        """Say why no check need see a small change, written as the audit does: 'a - b → a'."""
        self._reasons.append(Reason("harmless", function, change, because))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What the audit need not say, since it is known."""
        return tuple(self._reasons)

    def _add(self, functions: str | tuple[str, ...], variant: Variant) -> Callable[[T], T]:
        names = (functions,) if isinstance(functions, str) else functions
        if not 0 <= variant.credit <= 1:
            raise VariantError(
                f"{names[0]}: {variant.name}: expected a credit from 0 to 1, got {variant.credit}."
            )

        def add(written: T | None, name: str) -> None:
            if not name.isidentifier():
                raise VariantError(f"{names[0]}: expected a name for what is made of it, got none.")
            for function in names:
                if any((v.function, v.name) == (function, name) for v in self._variants):
                    raise VariantError(
                        f"{function}: expected names that differ, got {name!r} again."
                    )
                self._variants.append(
                    Variant(
                        name,
                        function,
                        variant.kind,
                        variant.says,
                        variant.hint,
                        variant.credit,
                        variant.source,
                        written,
                    )
                )

        def decorate(written: T) -> T:
            add(written, variant.name or written.__name__)
            return written

        if variant.source is not None:
            add(None, variant.name)
        return decorate


def load_variants(package: types.ModuleType) -> tuple[Variant, ...]:
    """All variants of a package: those in the `variants` of each of its modules."""
    return tuple(variant for variants in _collected(package) for variant in variants)


def load_reasons(package: types.ModuleType) -> tuple[Reason, ...]:
    """All reasons of a package: those of the `variants` of each of its modules."""
    return tuple(reason for variants in _collected(package) for reason in variants.reasons)


def _collected(package: types.ModuleType) -> Iterator[Variants]:
    for module in vars(package).values():
        found = getattr(module, "variants", None) if isinstance(module, types.ModuleType) else None
        if isinstance(found, Variants):
            yield found


def source_of(reference: types.ModuleType, function: str) -> str:
    """Source of a function or class of the reference, from its first line on. VariantError."""
    module, _, name = function.partition(".")
    found = getattr(getattr(reference, module, None), name, None) if name else None
    if found is None:
        raise VariantError(f"{function}: expected 'module.function' of the reference, got none.")
    return textwrap.dedent(inspect.getsource(found))


def replaced(text: str, changes: Mapping[str, str], what: str) -> str:
    """`text` with each key of `changes`, which must stand in its code, replaced by its value."""
    body = _body_of(text)
    head, code = text[:body], text[body:]
    for old, new in changes.items():
        if old not in code:
            raise VariantError(
                f"{what}: expected {old!r} in the reference's code. It is not there."
            )
        code = code.replace(old, new)
    return head + code


def build(
    reference: types.ModuleType,
    function: str,
    text: str,
    names: Mapping[str, Any] | None = None,
) -> Any:
    """The function or class that `text` defines, in a copy of its module's names, and `names`."""
    module, _, name = function.partition(".")
    namespace = {**vars(getattr(reference, module)), **(names or {})}
    exec(_compiled(function, text), namespace)  # noqa: S102 - the assignment's own text
    return namespace[name]


@lru_cache(maxsize=4096)
def _compiled(function: str, text: str) -> types.CodeType:
    """The code of a version, which is built anew with each other functions of the student's."""
    return compile(text, f"<variant of {function}>", "exec", dont_inherit=True)


@contextmanager
def patched(
    reference: types.ModuleType,
    function: str,
    text: str,
    names: Mapping[str, Any] | None = None,
) -> Iterator[types.ModuleType]:
    """The whole reference with one function written otherwise, wherever it is used.

    `names` are put into its module in place of what they name there.
    """
    name = f"{reference.__name__}_with_{function.replace('.', '_')}"
    target = function.partition(".")[0]
    package = types.ModuleType(name)
    package.__path__ = list(reference.__path__)
    sys.modules[name] = package
    try:
        changed = types.ModuleType(f"{name}.{target}")
        changed.__package__ = name
        sys.modules[changed.__name__] = changed
        original = getattr(reference, target)
        code = f"{inspect.getsource(original)}\n\n{text}"
        exec(compile(code, original.__file__, "exec", dont_inherit=True), vars(changed))  # noqa: S102 - the assignment's own text
        vars(changed).update(names or {})
        submodules = {k: v for k, v in vars(reference).items() if isinstance(v, types.ModuleType)}
        for short, module in submodules.items():
            if module.__name__ == f"{reference.__name__}.{short}":
                setattr(package, short, importlib.import_module(f"{name}.{short}"))
        yield package
    finally:
        for known in [known for known in sys.modules if known.partition(".")[0] == name]:
            del sys.modules[known]


@lru_cache(maxsize=4096)
def _without_decorators(written: Callable[..., Any] | None) -> str:
    text = textwrap.dedent(inspect.getsource(written))  # type: ignore[arg-type]
    node = ast.parse(text).body[0]
    assert isinstance(node, (ast.FunctionDef, ast.ClassDef))  # noqa: S101 - for the type checker
    return "\n".join(text.splitlines()[node.lineno - 1 :]) + "\n"


@lru_cache(maxsize=4096)
def _body_of(text: str) -> int:
    """Where the code after a function's or class's docstring begins: words are not changed.

    To parse it takes longer than all else, and every pair of changes begins with the same text.
    """
    node = ast.parse(text).body[0]
    assert isinstance(node, (ast.FunctionDef, ast.ClassDef))  # noqa: S101 - for the type checker
    if ast.get_docstring(node) is None:
        return 0
    line = node.body[0].end_lineno or 0
    return sum(len(part) for part in text.splitlines(keepends=True)[:line])
