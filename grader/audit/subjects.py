"""What an audit hands in: the reference, the template, variants, right solutions, mutants."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from grader.assignment import Assignment
from grader.audit.mutants import Mutant, mutants_of
from grader.feedback.variants import (
    Reason,
    Variant,
    VariantError,
    load_reasons,
    load_variants,
    source_of,
)

Kind = Literal["reference", "template", "right", "mistake", "convention", "mutant"]

_ANY_NAME = frozenset({"*", "globals", "setattr", "exec", "vars", "locals"})
"""What a module uses that defines names by other means than their own statements."""

RIGHT = Path("tests") / "right"
"""Where an assignment keeps right solutions in other styles: a folder for each.

It may hold some of the modules, or of their functions: then only the checks of these are run.
"""


class Subject(Struct, frozen=True):
    """One submission of the audit: a folder, or the reference with other text in one module."""

    kind: Kind
    name: str
    folder: Path | None = None
    module: str = ""
    text: str = ""
    function: str = ""
    """The function or class that is written otherwise."""
    says: str = ""
    credit: float = 1.0
    mutant: Mutant | None = None
    known: str = ""
    """Why it is not named, or survives, as its author says; empty if it should not."""


class Sources(Struct, frozen=True):
    """The text of the reference's modules, by name."""

    texts: Mapping[str, str]

    @classmethod
    def read(cls, assignment: Assignment) -> Sources:
        """Read the modules that are handed in."""
        folder = assignment.reference
        names = assignment.settings.modules
        return cls({name: (folder / f"{name}.py").read_text("utf-8") for name in names})

    def built_on(self) -> dict[str, frozenset[str]]:
        """Every name that each top-level name is built on, itself included: 'module.name'."""
        direct: dict[str, set[str]] = {}
        for module, text in self.texts.items():
            direct |= _uses(module, ast.parse(text), set(self.texts))
        return {name: _closure(name, direct) for name in direct}


def _uses(module: str, tree: ast.Module, modules: set[str]) -> dict[str, set[str]]:
    """What the definition of each top-level name of a module names itself."""
    meaning: dict[str, str] = {}
    defined: list[tuple[str, ast.stmt]] = []
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom):
            source = (statement.module or "").rpartition(".")[2]
            for alias in statement.names:
                found = f"{source}.{alias.name}" if source in modules else alias.name
                meaning[alias.asname or alias.name] = found
        for name in _defined_by(statement):
            meaning[name] = f"{module}.{name}"
            defined.append((name, statement))
    uses: dict[str, set[str]] = {}
    for name, statement in defined:
        named = uses.setdefault(f"{module}.{name}", set())
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in meaning:
                named.add(meaning[node.id])
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                named.add(f"{meaning.get(node.value.id, node.value.id)}.{node.attr}")
    return uses


def _defined_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [node.id for t in targets for node in ast.walk(t) if isinstance(node, ast.Name)]
    return []


def held_by(text: str) -> Callable[[str], bool]:
    """Whether a module's text defines a top-level name; a text that could define any has all."""
    names: set[str] = set()
    for statement in ast.parse(text).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Name)):
                names.add(node.id if isinstance(node, ast.Name) else node.name)
            elif isinstance(node, ast.alias):
                names.add(node.asname or node.name)
    return lambda name: name in names or bool(names & _ANY_NAME)


def _closure(name: str, direct: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += direct.get(one, ())
    return frozenset(found)


def fixed_subjects(assignment: Assignment) -> Iterator[Subject]:
    """The reference, the template and the right solutions."""
    yield Subject("reference", "reference", assignment.reference)
    yield Subject("template", "template", assignment.folder / assignment.settings.template)
    folder = assignment.folder / RIGHT
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir():
            yield Subject("right", path.name, path)


def variant_subjects(
    reference: types.ModuleType,
    sources: Sources,
    conventions: Mapping[str, float] = types.MappingProxyType({}),
) -> Iterator[Subject]:
    """Each known mistake and convention as a student would hand it in. VariantError.

    A convention with no credit, by the assignment's own `conventions`, is a mistake.
    """
    package = _variants_of(reference)
    if package is None:
        return
    known = {(r.function, r.what): r for r in load_reasons(package) if r.kind == "unnamed"}
    for variant in load_variants(package):
        module = variant.function.partition(".")[0]
        text = variant.override(source_of(reference, variant.function))
        credit = conventions.get(variant.name, variant.credit)
        whole = f"{sources.texts[module]}\n\n{text}"
        reason = known.pop((variant.function, variant.name), None)
        yield _of_variant(structs.replace(variant, credit=credit), module, whole, reason)
    if known:
        names = ", ".join(sorted(f"{r.function} {r.what}" for r in known.values()))
        raise VariantError(f"variants.unnamed: no such mistake: {names}.")


def _variants_of(reference: types.ModuleType) -> types.ModuleType | None:
    name = f"{reference.__name__}.variants"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _of_variant(variant: Variant, module: str, text: str, reason: Reason | None) -> Subject:
    return Subject(
        variant.kind if variant.credit else "mistake",
        variant.name,
        module=module,
        text=text,
        function=variant.function,
        says=variant.says,
        credit=variant.credit,
        known=reason.because if reason else "",
    )


def mutant_subjects(
    reference: types.ModuleType, sources: Sources, graded: Sequence[str]
) -> Iterator[Subject]:
    """Each small change of what the graded names are built on. VariantError."""
    package = _variants_of(reference)
    reasons = load_reasons(package) if package else ()
    known = {(r.function, r.what): r.because for r in reasons if r.kind == "harmless"}
    met = set()
    for module, text in sources.texts.items():
        wanted = {name.partition(".")[2] for name in graded if name.partition(".")[0] == module}
        for mutant in mutants_of(module, text, wanted):
            says = f"{mutant.before} → {mutant.after}"
            met.add((mutant.function, says))
            yield Subject(
                "mutant",
                f"{mutant.module}.py:{mutant.line}",
                module=module,
                text=mutant.text,
                function=mutant.function,
                says=says,
                mutant=mutant,
                known=known.get((mutant.function, says), ""),
            )
    if known.keys() - met:
        names = ", ".join(sorted(f"{function}: {says}" for function, says in known.keys() - met))
        raise VariantError(f"variants.harmless: no such change: {names}.")
