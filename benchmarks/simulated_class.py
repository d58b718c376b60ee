"""A class that never was: a Gradescope export of right, wrong, unfinished and hostile homework.

    python benchmarks/simulated_class.py --out DIR [--count 500] [--bad 60] [--seed 1] [--zip]

Made from the reference, its variants, the right solutions in tests/right and the template. The
same arguments make the same class, but for the order in which a disk lists it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.bad_submissions import BAD, hand_in  # noqa: E402 - a script finds it only now
from benchmarks.simulated_export import metadata, people, zip_export  # noqa: E402
from grader.assignment import load_assignment  # noqa: E402
from grader.audit.subjects import Sources, Subject, variant_subjects  # noqa: E402
from grader.suite.run import import_reference  # noqa: E402

STYLES = ("plain_loops", "dataclasses_and_types")
ASSIGNMENT_ID = 3141592


class Simulated(NamedTuple):
    """Where the export is, and what each of its submissions was made to be."""

    path: Path
    kinds: Mapping[str, str]


class Material(NamedTuple):
    """What submissions are made from: the text of each module, and the variants by module."""

    reference: Mapping[str, str]
    template: Mapping[str, str]
    styles: Sequence[Mapping[str, str]]
    variants: Mapping[str, Sequence[Subject]]


def main() -> None:
    """Write a class and say what is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="a folder for the export")
    parser.add_argument("--count", type=int, default=500, help="submissions")
    parser.add_argument("--bad", type=int, default=0, help="how many of them are hostile or broken")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zip", action="store_true", help="a zip instead of a folder")
    options = parser.parse_args()
    made = simulate(
        options.out, options.count, bad=options.bad, seed=options.seed, as_zip=options.zip
    )
    print(made.path)
    families = Counter(kind.partition(":")[0] for kind in made.kinds.values())
    print(", ".join(f"{number} {family}" for family, number in sorted(families.items())))


def simulate(
    out: Path, count: int = 500, *, bad: int = 0, seed: int = 1, as_zip: bool = False
) -> Simulated:
    """Write a class of `count` submissions, `bad` of which mean harm or are broken."""
    rng = random.Random(seed)  # noqa: S311 - the same class for the same seed
    top = out / f"assignment_{ASSIGNMENT_ID}_export"
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir(parents=True)
    material = read_material()
    spoilt = set(rng.sample(range(count), bad))
    names = [f"submission_{400_000_000 + 37 * number}" for number in range(count)]
    kinds: dict[str, str] = {}
    for number, name in enumerate(names):
        if number in spoilt:
            # One after the other, so that every kind is there.
            kind = BAD[len([n for n in spoilt if n < number]) % len(BAD)]
            hand_in(kind, top / name, flat(material.reference))
            kinds[name] = f"bad: {kind}"
        else:
            kinds[name] = write_homework(rng, material, top / name)
    text = metadata(rng, names, people(rng, 3 * count))
    (top / "submission_metadata.yml").write_text(text, "utf-8")
    litter(top)
    return Simulated(zip_export(top) if as_zip else top, kinds)


def read_material() -> Material:
    """Read the assignment's texts."""
    assignment = load_assignment(ROOT)
    modules = assignment.settings.modules
    sources = Sources.read(assignment)
    reference = import_reference(assignment.folder, assignment.settings.reference)
    variants: dict[str, list[Subject]] = {}
    for subject in variant_subjects(reference, sources):
        variants.setdefault(subject.module, []).append(subject)
    template = assignment.folder / assignment.settings.template
    styles = [ROOT / "tests" / "right" / style for style in STYLES]
    return Material(
        sources.texts,
        {name: (template / f"{name}.py").read_text("utf-8") for name in modules},
        [{path.stem: path.read_text("utf-8") for path in style.glob("*.py")} for style in styles],
        variants,
    )


def flat(texts: Mapping[str, str]) -> dict[str, str]:
    """Modules of a package as files that stand beside one another."""
    relative = re.compile(r"^from \.(\w+) import", flags=re.MULTILINE)
    return {name: relative.sub(r"from \1 import", text) for name, text in texts.items()}


def write_homework(rng: random.Random, material: Material, folder: Path) -> str:
    """Write what an honest student handed in; what it was made to be."""
    lot = rng.random()
    if lot < 0.03:
        write_modules(folder, material.template)
        return "untouched"
    if lot < 0.05:
        shutil.copytree(ROOT / "tests" / "right" / "notebook", folder)
        return "right: notebook"
    as_notebook = rng.random() < 0.08
    base = rng.choice((material.reference, material.reference, *material.styles))
    texts = dict(material.reference if as_notebook else base)
    if lot < 0.17:
        kind = "right"
    else:
        count = rng.choice((1, 1, 2, 3))
        chosen = [
            rng.choice(material.variants[module])
            for module in rng.sample(sorted(material.variants), count)
        ]
        # One for each module: two changes of a module's results would know each other's names.
        texts |= {subject.module: subject.text for subject in chosen}
        kind = "mistakes: " + ", ".join(f"{each.function} {each.name}" for each in chosen)
        if lot < 0.30:
            undone = rng.choice(sorted(set(material.template) - {each.module for each in chosen}))
            texts[undone] = material.template[undone]
            kind = kind.replace("mistakes", "unfinished", 1)
    if as_notebook:
        write_notebook(folder, texts)
    else:
        write_modules(folder, flat(texts))
    return kind


def write_modules(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the modules, and what lies beside them on a student's disk."""
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    (folder / "README.md").write_text("My homework.\n", "utf-8")


def write_notebook(folder: Path, texts: Mapping[str, str]) -> None:
    """Write a notebook with a cell for each module."""
    folder.mkdir(parents=True)
    imports = re.compile(r"^from \.\w+ import [^\n]*\n", flags=re.MULTILINE)
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": imports.sub("", text),
        }
        for name, text in texts.items()
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "homework.ipynb").write_text(json.dumps(document, indent=1), "utf-8")


def litter(top: Path) -> None:
    """Leave behind what a Mac leaves in a folder that it has zipped again."""
    shadow = top.parent / "__MACOSX" / top.name
    shadow.mkdir(parents=True, exist_ok=True)
    for place in (
        top / ".DS_Store",
        top.parent / ".DS_Store",
        shadow / "._submission_metadata.yml",
    ):
        place.write_bytes(b"\0\0\0\1Bud1")


if __name__ == "__main__":
    main()
