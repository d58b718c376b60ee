"""One attack, handed in and graded by the real command in a private folder, and what it left.

Everything is the run's own: the assignment with fresh secrets, the submission, a home with a file
that is nobody's business. Only processes that the run started are ended.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from .book import FILE, HERE, Attack, Recipe
from .traces import Peak, differences, heir_of_orphans, listing, segments, shared_entries, watch

ROOT = HERE.parents[1]
User = Literal["root", "user", "container"]
MISSING = "no such layer"
"""What switched.py says where it cannot leave out what it should."""
_CONSONANTS = "bcdfghjkmnpqrtvwxz"  # no word of ours is made of these alone


class Run(Struct, frozen=True):
    """What a grade left."""

    attack: Attack
    status: int
    seconds: float
    terminal: str
    out: dict[str, str]
    secrets: dict[str, str]
    peak: Peak
    processes: tuple[str, ...]
    files: tuple[str, ...]


def execute(
    attack: Attack, user: User = "root", without: tuple[str, ...] = (), *, rehearsed: bool = False
) -> Run:
    """Grade an attack as this user, with these layers left out.

    Where the reference is `rehearsed`, as on Gradescope, scripts are put to the attack as well.
    """
    place = Path(tempfile.mkdtemp(prefix="redteam-"))
    try:
        return _execute(attack, user, without, place, rehearsed=rehearsed)
    finally:
        _remove(place)


def _execute(
    attack: Attack, user: User, without: tuple[str, ...], place: Path, *, rehearsed: bool
) -> Run:
    words, paths = lay_out(place, attack.allow_processes)
    handed_in = hand_in(attack, place, paths)
    for classmate in range(attack.classmates):
        _copy(HERE / "control", handed_in.parent / f"a{classmate:02}", {})
    out = handed_in / "grade" if attack.out_inside else place / "out"
    number = None
    if user == "user" and os.geteuid() == 0:
        number = 61_000 + os.getpid() % 4_000
        _give(place, number)
    # As in the stock container: the folders are open, so each layer must hold by itself.
    place.chmod(0o755)
    before, shared = listing(place), shared_entries()
    command = _command(user, without, number, place)
    arguments = ["grade", str(handed_in), "--metadata", str(place / "metadata.json")]
    if attack.classmates:
        arguments = ["batch", str(handed_in.parent), "--jobs", "1", "--quiet"]
    arguments += ["--assignment", str(place / "assignment"), "--out", str(out)]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "REDTEAM_TOKEN": words["TOKEN"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), *libraries()]),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if rehearsed:
        rehearse(place, number, environment)
    with heir_of_orphans() as orphans, (place / "terminal").open("wb") as terminal:
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=place / "home",
            start_new_session=True,
            user=number,
            group=number,
            extra_groups=[] if number is not None else None,
        )
        peak = watch(process, place / "tmp", attack.interrupt_s, nameless="disk" in attack.canaries)
        seconds = time.monotonic() - began
        processes = orphans()
    printed = (place / "terminal").read_text("utf-8", "surrogateescape")
    (place / "terminal").unlink()
    if MISSING in printed:  # else it would look as if the attack had won
        raise RuntimeError(printed)
    graded = out / handed_in.name if attack.classmates else out
    results = {
        name: (graded / name).read_text("utf-8", "surrogateescape")
        for name in ("results.json", "report.html")
        if (graded / name).is_file() and not (graded / name).is_symlink()
    }
    expected = {str((out / n).relative_to(place)) for n in (*results, "staff.html")}
    if attack.classmates:
        expected |= {name for name in listing(place) if name.startswith(f"{out.name}/")}
    files = (
        *differences(before, listing(place), expected | {str(out.relative_to(place))}),
        *sorted(f"new: {path}" for path in shared_entries() - shared),
        *segments(place.name),
    )
    for entry in shared_entries() - shared:
        _remove(Path(entry))
    return Run(attack, process.returncode, seconds, printed, results, words, peak, processes, files)


def rehearse(place: Path, number: int | None, environment: dict[str, str] | None = None) -> None:
    """Have the reference of the assignment there rehearsed, as that user."""
    python = sys.executable if number is None else python_for(number)
    subprocess.run(
        [python, "-m", "grader.rehearse", str(place / "assignment")],
        check=True,
        env=environment,
        cwd=place / "home",
        user=number,
        group=number,
        extra_groups=[] if number is not None else None,
    )
    if not any((place / "assignment").rglob("__pycache__/rehearsal.*")):
        raise RuntimeError("the reference was not rehearsed")


def lay_out(place: Path, allow_processes: bool = False) -> tuple[dict[str, str], dict[str, str]]:
    """The assignment and what else is there: return its secrets, and paths that attacks name."""
    words = {name: _word() for name in ("REFERENCE", "SUITE", "INPUT", "KEPT", "TOKEN", "HOME")}
    words["NUMBER"] = str(1_000_000 + secrets.randbelow(9_000_000))
    words["SEED"] = secrets.token_hex(8)
    _copy(HERE / "assignment", place / "assignment", words)
    if allow_processes:
        settings = place / "assignment" / "assignment.toml"
        settings.write_text("allow_processes = true\n" + settings.read_text("utf-8"), "utf-8")
    for name in ("home", "tmp", "out", "root"):
        (place / name).mkdir(exist_ok=True)
    (place / "home" / "private.txt").write_text(words["HOME"])
    (place / "metadata.json").write_text(f'{{"users": [{{"email": "{words["HOME"]}"}}]}}')
    paths = {
        "ASSIGNMENT": str(place / "assignment"),
        "OUT": str(place / "out"),
        "HOMEFOLDER": str(place / "home"),
        "RUN": place.name,
    }
    return words, paths


def _word() -> str:
    return "".join(secrets.choice(_CONSONANTS) for _ in range(12))


def _copy(source: Path, target: Path, words: dict[str, str]) -> None:
    """Copy a tree, with the words between @ replaced."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.name != FILE:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(_filled(path.read_text("utf-8"), words), "utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"@{name}@", word)
    return text


def hand_in(attack: Attack, place: Path, paths: dict[str, str]) -> Path:
    """Make the submission: the attack's files, the module that is right, and the recipes."""
    folder = place / "handed in" / _filled(attack.submission, paths)
    folder.mkdir(parents=True)
    if attack.name.endswith("/control"):
        _copy(HERE / "control", folder, {})
    else:
        _copy(attack.folder, folder, paths)
    if attack.honest:
        shutil.copy(HERE / "control" / "honest.py", folder)
    if attack.form == "zip":
        return _zipped(attack, folder, paths)
    for recipe in _each_copy(attack.files, paths):
        _cook(recipe, folder, paths)
    if attack.form == "file":
        return next(path for path in folder.iterdir() if path.name != "honest.py")
    return folder


def _each_copy(recipes: list[Recipe], words: dict[str, str]) -> Iterator[Recipe]:
    for recipe in recipes:
        for number in range(recipe.copies):
            name = _filled(recipe.name, {**words, "COPY": str(number)})
            yield structs.replace(recipe, name=name)


def _cook(recipe: Recipe, folder: Path, paths: dict[str, str]) -> None:
    path = folder / (os.fsdecode(bytes.fromhex(recipe.name_hex)) or recipe.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if recipe.link:
        path.symlink_to(_filled(recipe.link, paths))
    elif recipe.hard_link:
        path.hardlink_to(_filled(recipe.hard_link, paths))
    elif recipe.fifo:
        os.mkfifo(path)
    elif recipe.sparse_mb:
        with path.open("wb") as file:
            file.truncate(recipe.sparse_mb * 2**20)
    else:
        body = _filled(recipe.text, paths) * recipe.times
        path.write_text(f"{recipe.head}{body}{recipe.tail}", "utf-8")


def _zipped(attack: Attack, folder: Path, paths: dict[str, str]) -> Path:
    """The same as a zip: names as the recipes have them, however they climb."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
        for recipe in _each_copy(attack.files, paths):
            info = zipfile.ZipInfo(recipe.name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if recipe.link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            data = recipe.link or recipe.text * recipe.times
            content = _filled(data, paths).encode() or bytes(recipe.sparse_mb * 2**20)
            archive.writestr(info, content)
    shutil.rmtree(folder)
    return target


def _command(user: User, without: tuple[str, ...], number: int | None, place: Path) -> list[str]:
    python = [sys.executable] if number is None else [python_for(number)]
    if user == "container":
        python = [*python, str(HERE / "container.py"), str(place / "root"), *python]
    return [*python, str(HERE / "switched.py"), "; ".join(without)]


def python_for(number: int) -> str:
    """An interpreter of this version that this user can execute: not one under a closed home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            done = subprocess.run(
                [candidate, "-c", "import sys; print(sys.version_info[:2])"],
                user=number,
                group=number,
                extra_groups=[],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
            )
            if done.stdout.strip() == str(sys.version_info[:2]):
                return candidate
    raise SystemExit(f"no {version} that an ordinary user can execute: cannot play that user")


def libraries() -> list[str]:
    """Where this Python's libraries are, for another that runs them."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def _give(place: Path, number: int) -> None:
    for path in (place, *place.rglob("*")):
        os.chown(path, number, number, follow_symlinks=False)


def _remove(path: Path) -> None:
    """Remove a tree, however deep it is and whatever its modes are."""
    subprocess.run(["/bin/chmod", "-R", "u+rwx", str(path)], check=False, capture_output=True)
    subprocess.run(["/bin/rm", "-rf", "--", str(path)], check=False, capture_output=True)
