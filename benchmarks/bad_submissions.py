"""Homework that is hostile or broken, every kind of it; harmless outside and bounded inside.

What runs is appended to a right solution, so that the other checks can be graded as ever.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "tests" / "submissions"

# Those of tests/submissions that make trouble, each in its own way.
OF_EXAMPLES = (
    "endless_loop",
    "ends_the_process",
    "three_gigabytes",
    "syntax_error",
    "segmentation_fault",
    "endless_recursion",
    "prints_a_lot",
    "imports_torch",
    "trains_at_import",
    "python_2_print",
    "misspelt_function",
    "mutates_arguments",
)
# Appended to search.py; each is bounded in time, memory and number.
SNIPPETS = {
    "exits_at_import": "import os\nos._exit(0)\n",
    "raises_base_exception": "def predict(W, X):\n    raise BaseException('no')\n",
    "kills_its_parent": (
        "import os, signal\n\n\ndef predict(W, X):\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    ),
    "forks": "import os\n\n\ndef predict(W, X):\n    for _ in range(20):\n        os.fork()\n",
    "sleeps": "import time\n\n\ndef predict(W, X):\n    time.sleep(60)\n",
    "fills_the_disk": (
        "def predict(W, X):\n    for n in range(64):\n"
        "        with open(f'/tmp/x{n}', 'wb') as file:\n            file.write(bytes(2**20))\n"
    ),
    "forges_results": (
        "import json\n\n\ndef predict(W, X):\n"
        "    with open('results.json', 'w') as file:\n        json.dump({'score': 100}, file)\n"
    ),
    "returns_an_object": "class Odd:\n    pass\n\n\ndef predict(W, X):\n    return Odd()\n",
    "returns_a_giant": "def predict(W, X):\n    return np.zeros((5000, 5000))\n",
    "threads": (
        "import threading, time\n\n\ndef predict(W, X):\n    for _ in range(20):\n"
        "        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n"
        "    return np.argmax(X @ W, axis=1)\n"
    ),
    "injects": (
        "def predict(W, X):\n"
        "    raise ValueError('<script>alert(1)</script> =1+1 \\x1b[31m\\u202e')\n"
    ),
}


def _empty_folder(folder: Path) -> None:
    folder.mkdir()


def _no_folder(_folder: Path) -> None:
    """The metadata know it, the disk does not."""


def _unreadable(folder: Path) -> None:
    if os.geteuid() == 0:
        # Nothing is unreadable for root.
        folder.symlink_to("/nowhere")
    else:
        folder.mkdir()
        folder.chmod(0)


def _zip_bomb(folder: Path) -> None:
    folder.mkdir()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("losses.py", bytes(128 * 2**20))
        archive.writestr("search.py", bytes(64 * 2**20))
    (folder / "homework.zip").write_bytes(packed.getvalue())


def _giants(folder: Path) -> None:
    folder.mkdir()
    for name in ("losses", "search", "descent"):
        # Holes take no room on a disk.
        with (folder / f"{name}.py").open("wb") as file:
            file.truncate(70 * 2**20)


def _damaged_zip(folder: Path) -> None:
    folder.mkdir()
    (folder / "homework.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)))


def _damaged_notebook(folder: Path) -> None:
    folder.mkdir()
    (folder / "homework.ipynb").write_text('{"cells": [{"cell_type": ', "utf-8")


def _bytes_that_are_no_text(folder: Path) -> None:
    folder.mkdir()
    (folder / "losses.py").write_bytes(bytes(range(256)) * 8)


def _links(folder: Path) -> None:
    folder.mkdir()
    (folder / "losses.py").symlink_to("/etc/passwd")
    (folder / "search.py").symlink_to("search.py")


def _many_files(folder: Path) -> None:
    folder.mkdir()
    for number in range(300):
        (folder / f"part_{number}.py").write_text("x = 1\n", "utf-8")


FILES: Mapping[str, Callable[[Path], None]] = {
    "empty_folder": _empty_folder,
    "no_folder": _no_folder,
    "unreadable": _unreadable,
    "zip_bomb": _zip_bomb,
    "giants": _giants,
    "damaged_zip": _damaged_zip,
    "damaged_notebook": _damaged_notebook,
    "bytes_that_are_no_text": _bytes_that_are_no_text,
    "links": _links,
    "many_files": _many_files,
}

BAD = (*OF_EXAMPLES, *SNIPPETS, *FILES)
"""Every kind."""


def hand_in(kind: str, folder: Path, right: Mapping[str, str]) -> None:
    """Write a bad submission of this kind, based on the texts of a right one."""
    if kind in FILES:
        FILES[kind](folder)
        return
    folder.mkdir(parents=True)
    extra = {"search": SNIPPETS[kind]} if kind in SNIPPETS else _example(kind)
    for name, text in right.items():
        # Of two definitions the later counts.
        added = f"\n\n{extra[name]}" if name in extra else ""
        (folder / f"{name}.py").write_text(text + added, "utf-8")


def _example(name: str) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (EXAMPLES / name).glob("*.py")}
