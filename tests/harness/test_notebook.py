from __future__ import annotations

import json
import time
from importlib import import_module
from typing import Any

import pytest

from grader.notebook import Block, build_notebook, read_cells


def v4(*cells: Any, kind: str = "code", minor: int = 4) -> bytes:
    """A notebook of version 4 whose cells have the given sources."""
    made = [{"cell_type": kind, "metadata": {}, "outputs": [], "source": c} for c in cells]
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": made}
    ).encode()


def text_of(source: str | list[str]) -> str:
    """What is left of one cell."""
    (cell,), _ = read_cells(v4(source))
    return cell.text


def notices_of(source: str) -> tuple[str, ...]:
    return read_cells(v4(source))[1]


def test_code_cells_are_numbered_among_themselves() -> None:
    book = json.loads(v4("a = 1", "b = 2"))
    words = {"cell_type": "markdown", "metadata": {}, "source": "# Losses"}
    book["cells"] = [words, book["cells"][0], words, book["cells"][1]]

    cells, notices = read_cells(json.dumps(book).encode())

    assert [(cell.number, cell.text) for cell in cells] == [(1, "a = 1"), (2, "b = 2")]
    assert notices == ()


def test_source_may_be_a_list_of_lines() -> None:
    assert text_of(["a = 1\n", "b = 2"]) == "a = 1\nb = 2"


def test_notebook_of_version_3_is_read() -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "input": ["a = 1\n", "%pylab"],
        "language": "python",
    }
    cell |= {"metadata": {}, "outputs": [], "collapsed": False}
    book = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}

    cells, notices = read_cells(
        json.dumps(book | {"worksheets": [{"cells": [cell], "metadata": {}}]}).encode()
    )

    assert [cell.text for cell in cells] == ["a = 1\n"]
    assert notices == ("cell 1: %pylab was ignored.",)


@pytest.mark.parametrize(
    ("source", "kept", "notice"),
    [
        ("%matplotlib inline\na = 1", "\na = 1", "%matplotlib inline"),
        ("a = 1\n  \n!pip install numpy\nb = 2", "a = 1\n  \n\nb = 2", "!pip install numpy"),
        ("?np.dot\na = 1", "\na = 1", "?np.dot"),
        ("np.dot??\na = 1", "\na = 1", "np.dot??"),
        ("files = !ls\na = 1", "\na = 1", "files = !ls"),
        ("t = %timeit -o f()\na = 1", "\na = 1", "t = %timeit -o f()"),
        ("!pip install \\\n  numpy\na = 1", "\n\na = 1", "!pip install \\ numpy"),
        ("if a:\n    %time f()\nb = 2", "if a:\n    pass\nb = 2", "%time f()"),
        ("%%time\na = 1", "\na = 1", "%%time"),
        ("\n%%timeit -n 3\na = 1", "\n\na = 1", "%%timeit -n 3"),
        ("%%time\n%matplotlib inline\na = 1", "\n\na = 1", "%%time"),
        ("%%bash\nrm -r /\n", "", "the whole cell (%%bash)"),
        ("%%writefile losses.py\na = 1", "", "the whole cell (%%writefile losses.py)"),
    ],
)
def test_magics_are_blanked_out_and_named(source: str, kept: str, notice: str) -> None:
    assert text_of(source) == kept
    assert f"cell 1: {notice} was ignored." in notices_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "a = b % c",
        "a = (b\n%c)",
        "a = b \\\n%c",
        "a = '''\n%matplotlib inline\n!ls\nwhat?\n'''",
        'a = """\n"%x\n"""\n# what?',
        "a = '\\'(' # (\nb = {\n'k': 1,\n%c}",
        "a = f'{b!r}'\nc = a != b",
        "# it's (\na = 1",
        "a = 'x' # why?",
    ],
)
def test_python_that_looks_like_a_magic_is_kept(source: str) -> None:
    assert text_of(source) == source
    assert notices_of(source) == ()


def test_magic_is_found_behind_brackets_and_strings() -> None:
    source = "a = (1,\n  2)\nb = '''(\n'''\n!echo \"it's (\n%pylab\nc = 3"

    assert text_of(source) == "a = (1,\n  2)\nb = '''(\n'''\n\n\nc = 3"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"3",
        b"\xff\xfe\x00",
        b"{}",
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": 3}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [3]}',
        b'{"nbformat": 99, "nbformat_minor": 4, "metadata": {}, "cells": []}',
        b'{"nbformat": "four", "cells": []}',
        v4(7),
        v4([1, 2]),
        v4(None),
        v4({"a": 1}),
        b"[" * 100_000,
        b'{"nbformat": ' + b"9" * 10_000 + b"}",
    ],
)
def test_broken_notebooks_are_named_and_never_raise(data: bytes) -> None:
    cells, notices = read_cells(data)

    assert "".join(cell.text for cell in cells) == ""
    assert len(notices) == 1


def test_notebook_without_code_says_so() -> None:
    assert read_cells(v4("words", kind="markdown")) == ((), ("it holds no code cell.",))


def test_notebook_of_a_million_parts_is_not_read() -> None:
    """Each part would take some hundred bytes of memory."""
    data = b'{"nbformat": 4, "cells": [' + b"{}," * 1_000_000 + b"{}]}"

    started = time.perf_counter()
    cells, notices = read_cells(data)

    assert cells == ()
    assert notices == ("it holds too much to be read: clear its outputs.",)
    assert time.perf_counter() - started < 1


def test_notices_of_one_notebook_stay_few() -> None:
    assert len(notices_of("!ls\n" * 1000)) == 25


@pytest.mark.parametrize("unit", ["(", "'''", "a\\\n", "\\'", "x?y ", "a, ", "'"])
def test_hostile_text_takes_no_time(unit: str) -> None:
    source = unit * 100_000

    started = time.perf_counter()
    text_of(source)

    assert time.perf_counter() - started < 2


def test_lone_surrogates_do_not_pass() -> None:
    """JSON may hold them; no message or file can."""
    assert text_of("a = '\ud800'") == "a = '\ufffd'"


def test_written_notebook_is_valid_and_always_the_same() -> None:
    nbformat: Any = import_module("nbformat")
    blocks = [
        Block("markdown", "losses", "# Losses\n\n$L = 0$"),
        Block("code", "losses-softmax", "def softmax(scores):\n    raise NotImplementedError"),
    ]

    text = build_notebook(blocks)
    book = nbformat.reads(text, as_version=4)

    assert text == build_notebook(blocks)
    assert [cell.id for cell in book.cells] == ["losses", "losses-softmax"]
    assert read_cells(text.encode())[0][0].text == blocks[1].text
    assert text.endswith("}\n")
