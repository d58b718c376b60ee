"""Reading what was handed in as it is done without care: for the red team's matrix alone.

Each function stands in for one of the engine's own, and leaves out what that is careful about.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from grader.unpack import Entry, Listing


def list_folder(folder: Path) -> Listing:
    """List a folder and follow whatever lies in it."""
    return Listing(
        tuple(
            Entry((), path.name, _reader(path))
            for path in sorted(folder.iterdir())
            if path.is_file()
        )
    )


def list_zip(data: bytes, _name: str) -> Listing:
    """Unpack a zip into a folder, by the names that stand in it."""
    folder = tempfile.mkdtemp(prefix="unpacked-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            place = os.path.join(folder, info.filename)  # noqa: PTH118 - what many would write
            with contextlib.suppress(OSError):
                os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
                if stat.S_ISLNK(info.external_attr >> 16):
                    os.symlink(archive.read(info), place.encode())  # noqa: PTH211
                else:
                    Path(place).write_bytes(archive.read(info))
    return list_folder(Path(folder))


def zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    """Unpack an entry whole, however large it turns out to be."""
    return lambda _limit: archive.read(info)


def _reader(path: Path) -> Callable[[int], bytes]:
    return lambda _limit: path.read_bytes()
