"""Which of the files that lie in a submission are graded: by their folders and by their names.

What is not is said in sentences for the student; nothing is read here.
"""

from __future__ import annotations

import keyword
import re
import sys
from typing import TYPE_CHECKING

from grader.unpack import Entry, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["find_named_by_student", "is_source", "refuse_for_tools", "stem_of", "vet_entries"]

_SPECIAL = frozenset(
    {"__init__", "__main__", "conftest", "setup", "sitecustomize", "usercustomize"}
)
_FOR_TOOLS = (".pth", ".pyc", ".pyd", ".so", ".egg-link")
_SETTINGS = frozenset({"pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"})
_LIBRARIES = frozenset(sys.stdlib_module_names) | {"numpy", "pytest"}


def is_source(entry: Entry) -> bool:
    """Whether it looks like Python or like a notebook."""
    return entry.name.casefold().endswith((".py", ".ipynb"))


def is_notebook(name: str) -> bool:
    """Whether it is called as notebooks are, in letters of any size."""
    return name.casefold().endswith(".ipynb")


def stem_of(name: str) -> str:
    """A name without what comes after its last point."""
    return name.rpartition(".")[0]


def refuse_for_tools(entries: Sequence[Entry]) -> Iterator[str]:
    """Notices for files that are meant for Python and its tools."""
    for entry in entries:
        if entry.name.endswith(_FOR_TOOLS) or entry.name in _SETTINGS:
            why = "Python and its tools would run it unasked, or obey it"
            yield f"{shown(entry.path)} was left out: {why}."


def find_named_by_student(entries: Sequence[Entry], modules: tuple[str, ...]) -> Entry | None:
    """The one file that was handed in, if it is Python and under no module's name."""
    if len(entries) != 1 or not entries[0].name.casefold().endswith(".py"):
        return None
    entry = entries[0]
    known = {module.casefold() for module in modules}
    return None if stem_of(entry.name).casefold() in known else entry


def vet_entries(
    entries: Sequence[Entry], modules: tuple[str, ...], notices: list[str]
) -> list[Entry]:
    """The sources that may be read, of one folder; notices say what is left out, and why."""
    chosen = _chosen_folder(entries, modules, notices)
    return [entry for entry in chosen if _is_vetted(entry, modules, notices)]


def _chosen_folder(
    entries: Sequence[Entry], modules: tuple[str, ...], notices: list[str]
) -> list[Entry]:
    """The sources in the folder that holds most of the modules; the others get a notice."""
    wanted = {module.casefold() for module in modules}
    folders: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        if is_source(entry):
            folders.setdefault(entry.folder, []).append(entry)

    def rank(folder: tuple[str, ...]) -> tuple[int, int, int, tuple[str, ...]]:
        names = [entry.name.casefold() for entry in folders[folder]]
        found = sum(name.endswith(".py") and stem_of(name) in wanted for name in names)
        notebooks = sum(name.endswith(".ipynb") for name in names)
        return -found, -min(notebooks, 1), len(folder), folder

    if not folders:
        return []
    best, *others = sorted(folders, key=rank)
    left_out = [entry for other in others for entry in folders[other]]
    if left_out:
        found, where = -rank(best)[0], shown("/".join(best)) if best else "the top folder"
        others_named = ", ".join(shown(entry.path) for entry in left_out[:5])
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        there = f"{found} of the {len(modules)} modules are there"
        if len(modules) == 1:
            there = f"{modules[0]}.py is {'there' if found else 'not there'}"
        notices.append(
            f"There are files in several folders. Those in {where} are graded ({there}); "
            f"{others_named}{more} {'was' if len(left_out) == 1 else 'were'} left out."
        )
    return folders[best]


def _is_vetted(entry: Entry, modules: tuple[str, ...], notices: list[str]) -> bool:
    """Whether a source has a name that may be imported; a notice says why not."""
    stem, _, suffix = entry.name.rpartition(".")
    if is_notebook(entry.name):
        return True
    if suffix == "py" and stem in modules:
        return True
    for module in modules:
        if module.casefold() == stem.casefold():
            notices.append(
                f"{module}.py is missing. Found {shown(entry.name)}: file names are case-sensitive."
            )
            return False
    if stem in _SPECIAL:
        notices.append(f"{entry.name} was left out: Python and its tools would run it unasked.")
    elif stem in _LIBRARIES:
        notices.append(f"{entry.name} was left out: it would hide the library of that name.")
    elif not re.fullmatch(r"[A-Za-z_]\w*", stem, re.ASCII) or keyword.iskeyword(stem):
        near = [m for m in modules if re.match(rf"{re.escape(m)}\W", stem, re.ASCII)]
        hint = f" Rename it to {near[0]}.py." if near else ""
        notices.append(
            f"{shown(entry.name)} was left out: its name is no name of a Python module.{hint}"
        )
    elif suffix == "py":
        return True
    else:
        notices.append(f"{shown(entry.name)} was left out: the name should end in '.py'.")
    return False
