"""Copies stand out under every cheap disguise; independent solutions and shared mistakes do not."""

from __future__ import annotations

import ast
import itertools
import os
import random
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from disguises import disguise, work_over
from grading_fixtures import ROOT

from grader.assignment import load_assignment
from grader.batch.likeness.fingerprints import fingerprints
from grader.batch.likeness.prints import take_prints
from grader.batch.likeness.similar import COMMON_MANY, LEAST_SHARE, similar_pairs
from grader.batch.records import Entry
from grader.submission import load_submission

ASSIGNMENT = load_assignment(ROOT)
MODULES = ASSIGNMENT.settings.modules
TEMPLATE = take_prints([], ASSIGNMENT).template
SOFTMAX = """
import numpy as np

def softmax(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    grown = np.exp(shifted)
    total = np.sum(grown, axis=1, keepdims=True)
    return grown / total
"""


def texts_of(path: Path) -> list[str]:
    files = load_submission(path, MODULES, ASSIGNMENT.given_out).files
    return [text for file in files for text in ([c.text for c in file.cells] or [file.text])]


def independent() -> dict[str, list[str]]:
    """The reference and the right solutions: each written on its own, in a style of its own."""
    own = [ROOT / "reference" / f"{module}.py" for module in MODULES]
    right = {path.name: texts_of(path) for path in sorted((ROOT / "tests/right").iterdir())}
    return {"reference": [path.read_text("utf-8") for path in own], **right}


def prints(solutions: Mapping[str, list[str]]) -> dict[str, tuple[int, ...]]:
    return {name: fingerprints(texts) for name, texts in solutions.items()}


def share(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """What two submissions share, whatever the thresholds."""
    pairs = similar_pairs({"a": one, "b": other}, TEMPLATE, least_share=0, least_shared=1)
    return pairs[0].share if pairs else 0.0


LARGE = {name for name, marks in prints(independent()).items() if len(set(marks)) >= 60}
"""Those with enough code that a share says something."""


@pytest.mark.parametrize(
    "other",
    [
        SOFTMAX.replace("shifted", "a").replace("grown", "b").replace("total", "zzz"),
        SOFTMAX.replace("np", "numpy_"),
        SOFTMAX.replace("axis=1", "axis=3"),
        SOFTMAX.replace("(scores):", '(scores):\n    """Softmax, by me."""  # and a comment'),
        SOFTMAX.replace("(scores):", "(scores: np.ndarray) -> np.ndarray:"),
        SOFTMAX.replace("    total =", "    total: np.ndarray =\\\n        "),
        "def first():\n    return 1\n" + SOFTMAX,
    ],
    ids=["names", "alias", "constants", "docstring", "annotations", "formatting", "another first"],
)
def test_what_costs_nothing_to_change_changes_no_fingerprint(other: str) -> None:
    assert fingerprints([SOFTMAX])
    assert fingerprints([other]) == fingerprints([SOFTMAX])


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_hints_and_layout_of_whole_modules_change_nothing(module: str) -> None:
    text = (ROOT / "reference" / f"{module}.py").read_text("utf-8")
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None

    assert fingerprints([ast.unparse(tree)]) == fingerprints([text])


def test_what_is_imported_by_name_is_what_it_is_in_its_library() -> None:
    by_name = SOFTMAX.replace("import numpy as np", "from numpy import exp, max as largest, sum")
    by_name = by_name.replace("np.max", "largest").replace("np.", "")

    assert fingerprints([by_name]) == fingerprints([SOFTMAX])


def test_a_name_from_nowhere_is_only_a_name() -> None:
    """It came with a star from the student's own helpers, and can be renamed there."""
    one, other = (SOFTMAX.replace("np.max", name) for name in ("highest", "largest"))

    assert fingerprints([one]) == fingerprints([other])


def test_another_formula_has_other_fingerprints() -> None:
    other = SOFTMAX.replace("np.exp(shifted)", "np.exp(shifted - np.log(np.sum(shifted)))")

    assert fingerprints([other]) != fingerprints([SOFTMAX])


def test_independent_solutions_stay_below_half_of_the_threshold() -> None:
    known = prints({name: texts for name, texts in independent().items() if name in LARGE})
    shares = [share(known[a], known[b]) for a, b in itertools.combinations(known, 2)]

    assert len(shares) >= 10
    # Measured 0.085.
    assert max(shares) < LEAST_SHARE / 2


@pytest.mark.parametrize("name", sorted(LARGE))
def test_a_copy_ranks_above_all_independent_solutions(name: str) -> None:
    solutions = independent()
    known = prints(solutions)
    disguised = fingerprints([disguise(text, 3) for text in solutions[name]])
    worked_over = fingerprints([work_over(disguise(text, 3)) for text in solutions[name]])

    # Measured 0.98 to 1.00, and 0.70 to 1.00.
    assert share(known[name], disguised) > 0.9
    assert share(known[name], worked_over) > 2 * LEAST_SHARE
    best = similar_pairs({**known, "copy": worked_over}, TEMPLATE)[0]
    assert {best.first, best.second} == {name, "copy"}


def test_half_a_copy_is_found_as_well() -> None:
    solutions = independent()
    mixed = [*solutions["plain_loops"][:4], *map(work_over, solutions["notebook"][:30])]
    found = similar_pairs({**prints(solutions), "mixed": fingerprints(mixed)}, TEMPLATE)

    assert {(p.first, p.second) for p in found} >= {("plain_loops", "mixed")}


def test_the_examples_are_alike_in_nothing_but_what_many_have() -> None:
    folder = ROOT / "tests" / "submissions"
    known = {path.name: fingerprints(_parsable(texts_of(path))) for path in folder.iterdir()
             if path.is_dir()}  # fmt: skip

    assert similar_pairs(known, TEMPLATE) == ()


def _parsable(texts: list[str]) -> list[str]:
    kept = []
    for text in texts:
        try:
            fingerprints([text])
        except SyntaxError:
            continue
        kept.append(text)
    return kept


def test_the_template_makes_nobody_alike() -> None:
    folder = ROOT / "student_template"
    modules, book = texts_of(folder), texts_of(folder / "homework.ipynb")

    for untouched in (fingerprints(modules), fingerprints(book)):
        assert untouched
        assert similar_pairs({"a": untouched, "b": untouched}, TEMPLATE, least_shared=1) == ()


def test_what_most_of_the_class_shares_makes_nobody_alike() -> None:
    shared = tuple(range(400))
    dice = random.Random(1)  # noqa: S311 - no secret
    known = {f"s{i}": (*shared, *(dice.randrange(10**9) for _ in range(100))) for i in range(100)}
    known["copy"] = known["s7"]
    found = similar_pairs(known)

    assert [(p.first, p.second) for p in found] == [("s7", "copy")]
    assert found[0].shared == 100


def test_pairs_come_the_most_alike_first() -> None:
    known = {"a": range(100), "b": range(100), "c": range(60), "d": [*range(40), *range(900, 960)]}
    shares = [pair.share for pair in similar_pairs({k: tuple(v) for k, v in known.items()})]

    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 6


def test_a_class_of_500_is_compared_in_a_few_seconds() -> None:
    """A guard against a loop over all 125,000 pairs and their code: measured 0.1 to 0.6 s."""
    dice = random.Random(1)  # noqa: S311 - no secret
    # The worst case: every fingerprint is held by as many as just do not make it common.
    holders = [dice.sample(range(500), COMMON_MANY) for _ in range(8_000)]
    known: dict[str, list[int]] = {f"s{i}": [] for i in range(500)}
    for mark, own in enumerate(holders):
        for place in own:
            known[f"s{place}"].append(mark)
    started = time.process_time()
    similar_pairs(known)

    assert time.process_time() - started < 10


def handed_in(folder: Path, name: str, text: str) -> Entry:
    (folder / name).mkdir()
    (folder / name / "losses.py").write_text(text)
    return Entry(name, str(folder / name))


def test_hostile_sources_cost_themselves_and_nobody_else(tmp_path: Path) -> None:
    reference = (ROOT / "reference/losses.py").read_text("utf-8")
    deep = ("-" * 400_000, "not " * 200_000, "lambda:" * 100_000, "(" * 100_000)
    hostile = [
        *(f"{text}1" for text in deep),
        "x = " + "[1,2]," * 150_000 + "3",
        "if a: pass\n" + "elif a: pass\n" * 60_000,
        "a\0b",
        "print 'Python 2'",
    ]
    entries = [handed_in(tmp_path, "first", reference)]
    entries += [handed_in(tmp_path, f"hostile {i}", text) for i, text in enumerate(hostile)]
    entries += [Entry("nowhere", str(tmp_path / "nowhere")), handed_in(tmp_path, "last", reference)]
    taken = take_prints(entries, ASSIGNMENT)

    assert set(taken.marks) | set(taken.troubles) == {entry.name for entry in entries}
    assert taken.marks["first"] == taken.marks["last"] == fingerprints([reference])
    assert taken.template == TEMPLATE
    assert len(taken.troubles) >= 3


def test_a_submission_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    reference = (ROOT / "reference/losses.py").read_text("utf-8")
    slow = handed_in(tmp_path, "slow", "x = " + "+".join(["a"] * 150_000))
    taken = take_prints([slow, handed_in(tmp_path, "next", reference)], ASSIGNMENT, wall_s=0.001)

    assert "too long" in taken.troubles["slow"]


def test_a_child_that_dies_costs_only_the_submission_it_was_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash of the parser, played by a module that ends Python when it comes to one name."""
    trap = tmp_path / "site" / "nbformat"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text("import os; os.kill(os.getpid(), 11)")
    monkeypatch.syspath_prepend(str(trap.parent))
    reference = (ROOT / "reference/losses.py").read_text("utf-8")
    book = tmp_path / "book"
    book.mkdir()
    (book / "homework.ipynb").write_text("{}")
    entries = [
        handed_in(tmp_path, "before", reference),
        Entry("book", str(book)),
        handed_in(tmp_path, "after", reference),
    ]
    taken = take_prints(entries, ASSIGNMENT, jobs=1)

    assert set(taken.marks) == {"before", "after"}
    assert "crashes" in taken.troubles["book"]


def test_a_child_has_no_more_memory_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "site" / "nbformat"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text(
        "import os\n"
        "try:\n    bytearray(2 << 30)\n"
        "except MemoryError:\n    os.kill(os.getpid(), 9)\n"
    )
    monkeypatch.syspath_prepend(str(trap.parent))
    (tmp_path / "homework.ipynb").write_text("{}")
    taken = take_prints([Entry("book", str(tmp_path / "homework.ipynb"))], ASSIGNMENT, wall_s=10)

    assert "book" in taken.troubles


def test_children_share_the_work_and_leave_no_process(tmp_path: Path) -> None:
    reference = (ROOT / "reference/losses.py").read_text("utf-8")
    entries = [handed_in(tmp_path, f"s{i}", reference) for i in range(7)]
    taken = take_prints(entries, ASSIGNMENT, jobs=3)

    assert set(taken.marks) == {entry.name for entry in entries}
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
