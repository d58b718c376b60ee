"""The student's modules inside the worker: compiled once, run afresh in each, imports gated.

Sources arrive as text and are imported from memory, so the worker needs no file of the student's.
A notebook is one module: its definitions, imports and constants are run cell by cell, and what
fails there costs only what needs it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.machinery
import importlib.util
import opcode
import re
import sys
import types
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct

from . import legacy

_AHEAD = frozenset(
    {
        *("abc", "argparse", "bisect", "collections", "contextlib", "copy", "csv", "dataclasses"),
        *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "importlib"),
        *("inspect", "io", "itertools", "json", "logging", "math", "numbers", "numpy"),
        *("operator", "os", "pathlib", "pprint", "random", "re", "statistics", "string", "sys"),
        *("textwrap", "time", "timeit", "traceback", "types", "typing", "unittest", "warnings"),
    }
)
"""What students import and what has no effect but time: imported once, not in each worker."""
_RELATIVE = re.compile(r"\bfrom\s*\.")
_NEVER_IMPORTED = frozenset({"grader", "msgspec", "pytest", "_pytest", "reference"})


class SourceCell(Struct, array_like=True, frozen=True):
    """A code cell of a notebook, by the number that the student counts."""

    number: int
    text: str


class Source(Struct, array_like=True, frozen=True):
    """A file of the student's: a module's text, or a notebook's code cells."""

    name: str
    module: str
    text: str
    cells: list[SourceCell] = []


class Broken(Struct, array_like=True, frozen=True):
    """Code that does not parse: where, and what Python says."""

    file: str
    line: int
    message: str
    text: str


class Compiled(Struct, frozen=True):
    """A source, ready to run: pieces of code in order, and what did not parse."""

    source: Source
    pieces: tuple[types.CodeType, ...]
    broken: tuple[Broken, ...]


class NotAllowed(ModuleNotFoundError):
    """An import that the assignment does not allow."""


# Code that catches it, and shows what it is, shows what Python itself would have raised.
NotAllowed.__name__ = NotAllowed.__qualname__ = ModuleNotFoundError.__name__
NotAllowed.__module__ = ModuleNotFoundError.__module__


def compile_source(source: Source) -> Compiled:
    """Compile a module whole, or a notebook statement by statement."""
    if not source.cells:
        try:
            # To go through a whole tree takes twice as long as all the rest.
            is_flat = not _RELATIVE.search(source.text)
            tree = source.text if is_flat else _Flat().visit(ast.parse(source.text, source.name))
            code = compile(tree, source.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return Compiled(source, (), (_broken(source.name, error),))
        return Compiled(source, (code,), ())
    pieces: list[types.CodeType] = []
    broken: list[Broken] = []
    imported: set[str] = set()
    for cell in source.cells:
        name = cell_name(source.name, cell.number)
        try:
            body = ast.parse(cell.text, name).body
            imported.update(_imported_by(body))
            statements = [s for s in body if _is_kept(s, imported)]
            for statement in statements:
                module = _Flat().visit(ast.Module([statement], []))
                pieces.append(compile(module, name, "exec", dont_inherit=True))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken.append(_broken(name, error))
    return Compiled(source, tuple(pieces), tuple(broken))


def import_ahead(compiled: Sequence[Compiled]) -> None:
    """Import the harmless libraries that these sources name, before workers are forked."""
    for piece in (piece for c in compiled for piece in c.pieces):
        for name in piece.co_names:
            top, _, rest = name.partition(".")
            if top in _AHEAD and rest in {"", "random", "linalg", "fft", "polynomial", "ma"}:
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)


def cell_name(notebook: str, number: int) -> str:
    """Name of a notebook's cell as a file name in messages; a file that is read as one has none."""
    return notebook if notebook.endswith(".py") else f"{notebook}, cell {number}"


def files_of(compiled: Sequence[Compiled]) -> frozenset[str]:
    """Names under which the student's code shows in a traceback."""
    names = {c.source.name for c in compiled}
    names |= {cell_name(c.source.name, cell.number) for c in compiled for cell in c.source.cells}
    return frozenset(names)


class Gate:
    """First on the import path: the student's modules, stand-ins, and what is allowed; no more."""

    def __init__(
        self, compiled: Sequence[Compiled], allowed: Sequence[str], stand_ins: Sequence[str]
    ) -> None:
        self._compiled = {c.source.module: c for c in compiled}
        self._allowed = frozenset(allowed) | set(sys.stdlib_module_names)
        self._stand_ins = frozenset(stand_ins)
        self._is_legacy = legacy.PACKAGE in self._allowed
        self.failed: dict[str, list[BaseException]] = {}
        """Per notebook, what its statements raised: the rest of it was run all the same."""

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of the student's or a stand-in; None leaves it to Python."""
        del path, target
        top = fullname.partition(".")[0]
        loader: Any = self  # no subclass of importlib.abc's, which takes long to import
        if fullname in self._compiled:
            origin = self._compiled[fullname].source.name
            return importlib.util.spec_from_loader(fullname, loader, origin=origin)
        if top in self._stand_ins or (self._is_legacy and fullname in legacy.MODULES):
            return importlib.util.spec_from_loader(fullname, loader, is_package=True)
        if top in self._allowed and top not in _NEVER_IMPORTED:
            return None
        if top.startswith("_sysconfigdata_"):  # Python's own, under a name of each build
            return None
        raise NotAllowed(f"No module named {fullname!r}", name=fullname)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        """Give a stand-in for a library that draws or is of old; None for an ordinary module."""
        if spec.name in self._compiled:
            return None
        if self._is_legacy and spec.name in legacy.MODULES:
            return legacy.module(spec.name)
        module = StandInModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the student's code for this module."""
        compiled = self._compiled.get(module.__name__)
        if compiled is None:
            return
        if self._is_legacy:
            module.__dict__["__builtins__"] = legacy.known_names()
        if compiled.source.cells:
            self._run_notebook(compiled, module)
            return
        module.__file__ = compiled.source.name  # beside the others, wherever that is
        for broken in compiled.broken:
            error = SyntaxError(broken.message)
            error.filename, error.lineno, error.text = broken.file, broken.line, broken.text
            raise error
        for code in compiled.pieces:
            exec(code, module.__dict__)  # noqa: S102 - what the worker is for

    def get_source(self, fullname: str) -> str | None:
        """Source text, so that inspect.getsource works in the student's own code."""
        compiled = self._compiled.get(fullname)
        return None if compiled is None else compiled.source.text

    def _run_notebook(self, compiled: Compiled, module: types.ModuleType) -> None:
        failed = self.failed.setdefault(module.__name__, [])
        for code in compiled.pieces:
            try:
                exec(code, module.__dict__)  # noqa: S102 - what the worker is for
            except Exception as error:  # noqa: BLE001 - a cell that fails costs only what needs it
                failed.append(error)


_UNPACKS = frozenset({opcode.opmap["UNPACK_SEQUENCE"], opcode.opmap["UNPACK_EX"]})


class StandIn:
    """Answers everything and does nothing: plots are not part of a grade."""

    def __getattr__(self, name: str) -> Any:
        """Give another stand-in for any public name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn()

    def __call__(self, *_args: Any, **_kwargs: Any) -> StandIn:
        """Return a stand-in for any call."""
        return StandIn()

    def __iter__(self) -> Iterator[StandIn]:
        """Unpack into as many as there are names, as `fig, ax = plt.subplots()` wants."""
        frame = sys._getframe(1)  # noqa: SLF001 - who unpacks says how many, in its code
        step = frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 2]
        count = step[1] if len(step) > 1 and step[0] in _UNPACKS else len(self)
        return iter([StandIn() for _ in range(count)])

    def __getitem__(self, _key: Any) -> StandIn:
        """Index to another stand-in."""
        return StandIn()

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Take a setting."""

    def __len__(self) -> int:
        """Have as many as most are unpacked into."""
        return 2

    def __bool__(self) -> bool:
        """Be there."""
        return True

    def __float__(self) -> float:
        """Be a number where one is asked for."""
        return 0.0

    def __int__(self) -> int:
        """Be a whole number, likewise."""
        return 0

    __index__ = __int__

    def _another(self, *_others: Any) -> StandIn:
        """Calculate with a stand-in."""
        return StandIn()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _another
    __truediv__ = __rtruediv__ = __neg__ = __or__ = __ror__ = _another

    def __enter__(self) -> StandIn:
        """Enter as a context manager."""
        return self

    def __exit__(self, *_args: object) -> None:
        """Leave as a context manager."""


class StandInModule(types.ModuleType):
    """A module of stand-ins."""

    def __getattr__(self, name: str) -> Any:
        """Give a stand-in for any public name."""
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn()


def hide(names: Sequence[str]) -> dict[str, types.ModuleType]:
    """Leave in nobody's reach what the assignment does not allow, or the student's `names` hide.

    Whoever keeps these modules spares Python taking them apart, and can put them back.
    """
    hidden = [
        name
        for name in sys.modules
        if (top := name.partition(".")[0]) in _NEVER_IMPORTED
        or top in names
        or name.startswith("__editable__")
    ]
    return {name: sys.modules.pop(name) for name in hidden}


class _Flat(ast.NodeTransformer):
    """Relative imports find the files beside them, as in the package that they were copied from."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """`from .losses import svm` is `from losses import svm` in a flat folder."""
        if node.level != 1:
            return node
        if node.module is None:
            return ast.copy_location(ast.Import(node.names), node)
        return ast.copy_location(ast.ImportFrom(node.module, node.names, 0), node)


def _imported_by(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that imports from a library give, in a cell."""
    for statement in body:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            yield from (alias.asname or alias.name for alias in statement.names)


def _is_kept(statement: ast.stmt, imported: AbstractSet[str]) -> bool:
    """Whether a notebook's statement is a definition, an import or a constant."""
    kept = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    if isinstance(statement, kept):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return statement.value is not None and _is_constant(statement.value, imported)
    return False


def _run_at_once(value: ast.expr) -> Iterator[ast.AST]:
    """The parts of an expression that are run where it stands: of a lambda its defaults."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        yield node
        inside = [node.args] if isinstance(node, ast.Lambda) else ast.iter_child_nodes(node)
        waiting.extend(inside)


def _is_constant(value: ast.expr, imported: AbstractSet[str]) -> bool:
    """Whether an expression runs no code of the notebook's: calls only of a library's functions."""
    for node in _run_at_once(value):
        if isinstance(
            node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.comprehension)
        ):
            return False
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and not (
                hasattr(builtins, function.id) or function.id in imported
            ):
                return False
            if isinstance(function, ast.Attribute) and not _is_dotted_name(function):
                return False
    return True


def _is_dotted_name(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _broken(file: str, error: BaseException) -> Broken:
    if isinstance(error, SyntaxError):
        return Broken(
            file, error.lineno or 0, str(error.msg), (error.text or "").rstrip("\n")[:500]
        )
    message = str(error) or "the code is too deeply nested for Python to read"
    return Broken(file, 0, message[:500], "")
