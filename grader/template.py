"""The folder that students start from, made of the reference and of what is written for them.

By convention an assignment's folder holds

    <reference>/<module>.py           of which the stubs are made
    <reference>/handout/README.md     copied
    <reference>/handout/notebook.md   the notebook's first cell
    <reference>/handout/<module>.md   the notebook's words: those before the first heading open the
                                      module, those under `## name` stand above that function
    tests/public/*.py                 copied: the tests that students run themselves

of which the reference's modules alone must be there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.notebook import Block, build_notebook
from grader.stubs import Piece, TemplateError, join_pieces, stub_pieces, stub_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["TemplateError", "build_template", "template_differences", "write_template"]

NOTEBOOK = "homework.ipynb"

_HANDOUT = "handout"
_PUBLIC = "tests/public"
_HEADING = re.compile(r"^## +`?(\w+)`?[ \t]*$", re.MULTILINE)


def build_template(
    folder: Path, modules: Sequence[str], reference: str = "reference"
) -> dict[str, str]:
    """Texts of the template's files by name, made of the assignment in `folder`."""
    handout = folder / reference / _HANDOUT
    sources = {module: _source(folder / reference / f"{module}.py") for module in modules}
    pieces = {module: stub_pieces(text, f"{module}.py") for module, text in sources.items()}
    words = {module: _words(handout / f"{module}.md", pieces[module]) for module in modules}
    files = {f"{m}.py": stub_text(text, f"{m}.py") for m, text in sources.items()}
    files[NOTEBOOK] = build_notebook(list(_blocks(_read(handout / "notebook.md"), pieces, words)))
    readme = _read(handout / "README.md")
    if readme:
        files["README.md"] = readme
    for path in sorted((folder / _PUBLIC).glob("*.py")):
        files[path.name] = _read(path)
    return dict(sorted(files.items()))


def write_template(files: Mapping[str, str], target: Path) -> None:
    """Write the files; others in the folder stay, and `template_differences` names them."""
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")


def template_differences(files: Mapping[str, str], target: Path) -> list[str]:
    """Say, a line each, how a folder differs from the files that it should hold."""
    differences: list[str] = []
    for name, text in files.items():
        path = target / name
        if not path.is_file():
            differences.append(f"{name} is missing.")
            continue
        # Bytes first: reading as text would hide other line ends.
        there = path.read_bytes()
        if there != text.encode():
            differences.append(_difference(name, there.decode("utf-8", "replace"), text))
    found = sorted(p.name for p in target.iterdir()) if target.is_dir() else []
    differences += [
        f"{name} is not part of the template."
        for name in found
        if name not in files and not name.startswith((".", "__pycache__"))
    ]
    return differences


def _difference(name: str, there: str, made: str) -> str:
    """The first line that differs, as it is and as it should be."""
    old, new = there.split("\n"), made.split("\n")
    number = next(
        (k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
        min(len(old), len(new)),
    )
    got = repr(old[number][:80]) if number < len(old) else "the end"
    expected = repr(new[number][:80]) if number < len(new) else "the end"
    return f"{name}, line {number + 1}: expected {expected}, got {got}."


def _read(path: Path) -> str:
    """Text of a file, or nothing where there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _source(path: Path) -> str:
    if not path.is_file():
        raise TemplateError(f"{path.name}: assignment.toml names it, the reference lacks it.")
    return _read(path)


def _words(path: Path, pieces: Sequence[Piece]) -> dict[str, str]:
    """The sections of a module's words by function; what opens the module under no name."""
    opening, *rest = _HEADING.split(_read(path))
    sections = {name: text.strip() for name, text in zip(rest[::2], rest[1::2], strict=True)}
    unknown = sorted(set(sections) - {piece.name for piece in pieces if piece.name})
    if unknown:
        raise TemplateError(f"{path.name}: no function or class is named {', '.join(unknown)}.")
    return {"": opening.strip(), **sections}


def _blocks(
    opening: str,
    pieces: Mapping[str, Sequence[Piece]],
    words: Mapping[str, Mapping[str, str]],
) -> Iterator[Block]:
    """The notebook's cells: for each module its words and imports, then one per definition."""
    if opening:
        yield Block("markdown", "notebook", opening.strip())
    for module, parts in pieces.items():
        said = words[module]
        yield Block("markdown", module, said[""] or f"## {module}")
        # In a notebook all modules share one namespace, so that their own imports go.
        setup = [p for p in parts if p.kind in {"import", "constant"}]
        if setup:
            yield Block("code", f"{module}-setup", join_pieces(setup).rstrip("\n"))
        for number, piece in enumerate(parts):
            key = f"{module}-{piece.name or number}"
            if piece.kind == "definition":
                text = f"### `{piece.name}`\n\n{said.get(piece.name, '')}".rstrip()
                yield Block("markdown", f"{key}-words"[:64], text)
            if piece.kind in {"definition", "kept"}:
                yield Block("code", key[:64], piece.text)
