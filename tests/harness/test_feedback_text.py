"""What a student reads of a mistake: it says what was done, shows where, and asks one question.

`golden/feedback/` holds the text of the first check that each mistake fails. After a change that
is meant, write them anew and read what differs:
`WRITE_GOLDEN=1 pytest tests/harness/test_feedback_text.py`.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from test_unseen import FILES, Mistake, graded, unseen

FOLDER = Path(__file__).parent / "golden" / "feedback"
FEWEST = 40
EACH = 7
"""Mistakes of each file."""


def mistakes_of(path: Path) -> list[Mistake]:
    return [mistake for mistake in unseen(path).mistakes if mistake.named][-EACH:]


@cache
def texts(path: Path) -> dict[str, str]:
    """The text that each mistake of a file gets, by the name of its golden file."""
    mistakes = mistakes_of(path)
    answers = graded(mistakes, first=True)
    return {
        _file_name(mistake): _steady(answer["failures"][0]["output"])
        for mistake, answer in zip(mistakes, answers, strict=True)
    }


def _file_name(mistake: Mistake) -> str:
    words = re.findall(r"\w+", f"{mistake.function.partition('.')[2]} {mistake.name}")
    return "_".join(words).lower() + ".md"


def _steady(text: str) -> str:
    """The text without the numbers of lines, which move with the code above them."""
    return re.sub(r"(\.py(?::|, line ))\d+", r"\1N", text)


def test_there_are_enough() -> None:
    assert sum(len(mistakes_of(path)) for path in FILES) >= FEWEST
    expected = {_file_name(mistake) for path in FILES for mistake in mistakes_of(path)}
    assert {path.name for path in FOLDER.glob("*.md")} == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_student_reads_the_golden_text(path: Path) -> None:
    for name, text in texts(path).items():
        golden = FOLDER / name
        if os.environ.get("WRITE_GOLDEN"):
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(f"{text}\n", "utf-8")
        assert f"{text}\n" == golden.read_text("utf-8"), name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_text_is_for_a_student(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text.startswith("**")
    assert text.count("\n> *") == 1, "one question"
    assert re.search(r"^- |^    |^```", text, re.MULTILINE), "evidence"
    for word in ("AssertionError", "Traceback", "reference", "hidden", "site-packages", "tests/"):
        assert word not in text
    assert not re.search(r"(?<!\w)/\w+/", text), "a path"
    # What is expected is said of shapes, lengths and types alone.
    assert not re.search(r"expected -?\d+\.\d", text)
