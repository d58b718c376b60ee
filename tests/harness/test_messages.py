"""What may be shown of a student's own words, when those words may spell hidden data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.sandbox.messages import WITHHELD, Vocabulary, plausible_numbers
from grader.sandbox.wire import Frame, Raised

SOURCE = (
    "class OwnError(Exception):\n    pass\n\n"
    "def f(x):\n"
    "    raise OwnError(f'saw {x[0]} of {x.shape}')\n"
    "    raise ValueError('all is lost')\n"
)
LENGTHS = {"code.py": 6}


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(["code"], [SOURCE])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("all is lost", "all is lost"),
        ("list index out of range", "list index out of range"),
        ("name 'OwnError' is not defined", "name 'OwnError' is not defined"),
        ("name 'hidden' is not defined", "name '…' is not defined"),
        (
            "operands could not be broadcast together with shapes (4,7) (5,)",
            "operands could not be broadcast together with shapes (4,7) (…,)",
        ),
        ("saw 0.125 of (4, 7)", "saw … of (4, 7)"),
        ("saw hidden of (97, 98)", "saw … of (…, …)"),
        ("97 98 99", WITHHELD),
        ("the numbers are 4 and 7", WITHHELD),
        ("", ""),
    ],
)
def test_a_message_shows_what_is_known_beforehand(
    vocabulary: Vocabulary, said: str, shown: str
) -> None:
    numbers = frozenset({4, 7})

    assert vocabulary.message(said, numbers) == shown


@pytest.mark.parametrize(
    "slip",
    [
        lambda: np.zeros(4).__setitem__(np.arange(2), np.zeros(3)),
        lambda: np.zeros(4).__setitem__(np.zeros(4) == 0, np.zeros(3)),
        lambda: np.zeros((2, 3)).transpose(0, 1, 2),
        lambda: np.zeros(3).swapaxes(0, 1),
        lambda: np.repeat(np.zeros(3), [1, 2]),
        lambda: np.broadcast_to(np.zeros(3), (2, 2)),
        lambda: np.einsum("ij,jk->ik", np.zeros((2, 3)), np.zeros((4, 5))),
        lambda: np.einsum("ij->i", np.zeros(3)),
        lambda: np.einsum("i->i", np.zeros((3, 3))),
        lambda: np.linalg.lstsq(np.zeros((3, 2)), np.zeros(4), rcond=None),
        lambda: np.linalg.solve(np.eye(2), np.zeros(3)),
        lambda: np.polyfit(np.zeros(3), np.zeros(4), 1),
        lambda: np.float64(3)[0],
        lambda: len(np.array(3)),
        lambda: list(np.array(3)),
        lambda: np.zeros(-1),
    ],
)
def test_what_numpy_says_of_a_common_slip_is_shown(
    vocabulary: Vocabulary, slip: Callable[[], object]
) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        slip()

    text = " ".join(str(caught.value).split())
    assert vocabulary.message(text, frozenset(range(6))) == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("ValueError", "ValueError"),
        ("code.OwnError", "code.OwnError"),
        ("numpy._core._exceptions._ArrayMemoryError",) * 2,
        ("Hiddenqzx", "…"),
        ("code.qzx", "code.…"),
        # A text that is spelled in the source's own words, one by one.
        ("f.x.f.x.x.f", "…"),
    ],
)
def test_a_name_shows_what_stands_in_the_source_or_is_pythons(
    vocabulary: Vocabulary, said: str, shown: str
) -> None:
    assert vocabulary.name(said) == shown


def test_frames_name_lines_that_there_are(vocabulary: Vocabulary) -> None:
    frames = [
        Frame("code.py", 5, "f"),
        Frame("code.py", 7_164_789, "f"),
        Frame("hidden", 1, "f"),
        Frame("code.py", 6, "hidden"),
        Frame("code.py", 1, "<module>"),
    ]

    shown = vocabulary.frames(frames, LENGTHS)

    assert [(f.line, f.function) for f in shown] == [(5, "f"), (6, "…"), (1, "<module>")]


def test_of_suggestions_only_names_of_the_source_are_left(vocabulary: Vocabulary) -> None:
    raised = Raised("missing", "g", names=["f", "ghidden"])

    assert vocabulary.tell(raised, LENGTHS, frozenset()).names == ["f"]


def test_why_part_of_a_notebook_failed_is_told_place_by_place() -> None:
    vocabulary = Vocabulary(["notebook"], ["x = y\n"])
    why = "hw.ipynb, cell 1, line 1: NameError: name 'y' is not defined; hidden, line 1: X: z"
    raised = Raised("missing", "f", why, names=["x"])

    told = vocabulary.tell(raised, {"hw.ipynb, cell 1": 1}, frozenset())

    assert told.message == "hw.ipynb, cell 1, line 1: NameError: name 'y' is not defined"


def test_plausible_numbers_are_lengths_and_what_is_made_of_them() -> None:
    numbers = plausible_numbers([5, 7])

    assert {5, 7, 4, 6, 8, 35, 25, 49, 0, 1} <= numbers
    assert 97 not in numbers


def test_a_long_message_takes_no_long_time() -> None:
    texts = [f"f'{{a}}{i}{{b}}{i}{{c}}{i}'" for i in range(4_000)]
    vocabulary = Vocabulary([], texts)

    assert vocabulary.message("1" * 2_000, frozenset()) == WITHHELD
