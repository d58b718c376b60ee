"""Submissions graded one after another in one process, every third one hostile: what is left.

    python -m tests.attacks.row [--count 200] [--users root,user] [--hostile NAME] [--batch]

With --batch, they are one class for that command. After each grade, or at the class's end,
everything is counted that one could leave for the next: processes, files, shared memory, queues,
descriptors, threads. Honest submissions must come out exactly as when graded alone, by the command.
Ends with status 1 if anything is left or differs.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.grade import Options, grade
from grader.place import RESULTS, Place
from grader.sandbox import isolation, sweep

from . import switched
from .arena import ROOT, hand_in, lay_out, libraries, python_for, rehearse
from .book import HERE, Attack, load_attacks
from .traces import shared_entries

_SLOWEST_S = 14.0
"""Attacks that may take longer are left to the single runs."""
_TELLING = ("escape", "leak", "deny", "forge")
"""Kinds that leave something, if any does: they come first."""
_MEMORY_GROWTH = 60 * 2**20
_GRADER = (
    sys.executable,
    "-c",
    "import sys; from grader.cli import main; sys.exit(main(sys.argv[1:]))",
)
_TABLES = ("shm", "msg", "sem")
_BETTER = """

def fast(x):
    return float(x @ x)


def tidy(x):
    return float(x.max())
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Grade the row as each user; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--users", default="root,user" if os.geteuid() == 0 else "user")
    parser.add_argument("--place", type=Path, help="grade here, as whoever calls")
    parser.add_argument("--hostile", default="", help="only attacks whose name holds this")
    parser.add_argument("--batch", action="store_true", help="as one class, by the command")
    parser.add_argument("--without", default="", help="layers to leave out, to see what is seen")
    asked = parser.parse_args(argv)
    if asked.place:
        for layer in filter(None, asked.without.split("; ")):
            switched.LAYERS[layer]()
        graded = _grade_class if asked.batch else _grade_all
        return graded(asked.place, asked.count, asked.hostile)
    failed = 0
    for user in asked.users.split(","):
        number = 61_000 + os.getpid() % 4_000 if user == "user" and os.geteuid() == 0 else None
        place = Path(tempfile.mkdtemp(prefix="redteam-row-"))
        try:
            print(f"as {user}:", flush=True)
            same: tuple[str, ...] = ("--count", str(asked.count), "--hostile", asked.hostile)
            same += ("--batch",) if asked.batch else ()
            failed += _as_user(place, number, (*same, "--without", asked.without))
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return 1 if failed else 0


def _as_user(place: Path, number: int | None, asked: tuple[str, ...]) -> int:
    (place / "tmp").mkdir()
    place.chmod(0o755)
    if number is not None:
        for path in (place, place / "tmp"):
            os.chown(path, number, number)
    return subprocess.run(
        [
            sys.executable if number is None else python_for(number),
            *("-m", "tests.attacks.row", *asked, "--place", str(place)),
        ],
        env={
            "PATH": "/usr/bin:/bin",
            "TMPDIR": str(place / "tmp"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *libraries()]),
            "OPENBLAS_NUM_THREADS": "1",
        },
        cwd=place,
        check=False,
        user=number,
        group=number,
        extra_groups=[] if number is not None else None,
    ).returncode


def _grade_all(place: Path, count: int, wanted: str) -> int:
    _, paths = lay_out(place)
    honest = {"plain": _honest(place, "plain"), "better": _honest(place, "better")}
    alone = {name: _by_command(place, folder) for name, folder in honest.items()}
    # Alone without a rehearsal, in the row by one.
    rehearse(place, None)
    hostile = _hostile(count // 3, wanted)
    sweep.become_subreaper()
    troubles: list[str] = []
    began = time.monotonic()
    start: dict[str, Any] = {}
    for number in range(count):
        is_hostile = number % 3 == 2
        attack = hostile[number // 3 % len(hostile)] if is_hostile else None
        name = attack.name if attack else ("plain", "better")[number // 3 % 2]
        results = _grade_one(place, attack, paths, honest.get(name))
        left = _left(place)
        start = start or left
        troubles += [
            f"{number + 1}, after {name}: {what} {left[what]}, at the start {start[what]}"
            for what in left
            if what != "memory" and left[what] != start[what]
        ]
        if attack is None and results != alone[name]:
            troubles.append(f"{number + 1}: {name} is not graded as when alone")
        if number == 2:  # all that is imported late is in memory by now
            start["memory"] = left["memory"]
    grown = _left(place)["memory"] - start["memory"]
    if grown > _MEMORY_GROWTH:
        troubles.append(f"the grading process grew by {grown / 2**20:.0f} MB")
    print(
        f"{count} submissions, {count // 3} of them hostile, in {time.monotonic() - began:.0f} s; "
        f"{len(troubles)} left-overs or differences; memory grew by {grown / 2**20:.1f} MB",
        flush=True,
    )
    for trouble in troubles[:40]:
        print(f"  {trouble}")
    return 1 if troubles else 0


def _grade_class(place: Path, count: int, wanted: str) -> int:
    _, paths = lay_out(place)
    honest = {name: _honest(place, name) for name in ("plain", "better")}
    alone = {name: _by_command(place, folder) for name, folder in honest.items()}
    names = _lay_out_class(place, paths, honest, _hostile(count // 3, wanted), count)
    sweep.become_subreaper()
    start, began = _left(place), time.monotonic()
    options = ("--assignment", str(place / "assignment"), "--out", str(place / "graded"))
    subprocess.run(
        [*_GRADER, "batch", str(place / "class"), *options, "--jobs", "1", "--quiet"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    seconds, left = time.monotonic() - began, _left(place)
    troubles = [
        f"{what}: {left[what]}" for what in left if what != "memory" and left[what] != start[what]
    ]
    for folder, name in names.items():
        if name in alone:
            results = _comparable(place / "graded" / folder / RESULTS)
            results["extra_data"]["submission"] = name
            if results != alone[name]:
                troubles.append(f"{folder}: {name} is not graded as when alone")
    print(
        f"a class of {count}, {count // 3} of them hostile, in {seconds:.0f} s; "
        f"{len(troubles)} left-overs or differences",
        flush=True,
    )
    for trouble in troubles[:40]:
        print(f"  {trouble}")
    return 1 if troubles else 0


def _lay_out_class(
    place: Path,
    paths: dict[str, str],
    honest: dict[str, Path],
    hostile: Sequence[Attack],
    count: int,
) -> dict[str, str]:
    """A folder with so many submissions; what each of them is."""
    names: dict[str, str] = {}
    (place / "class").mkdir()
    for number in range(count):
        attack = hostile[number // 3 % len(hostile)] if number % 3 == 2 else None
        name = attack.name if attack else ("plain", "better")[number // 3 % 2]
        target = place / "class" / f"s{number:03}"
        if attack is None:
            shutil.copytree(honest[name], target)
        else:
            handed_in = hand_in(attack, place, paths)
            # What is no folder is known by its ending.
            handed_in.rename(target.with_suffix("" if handed_in.is_dir() else handed_in.suffix))
            subprocess.run(["/bin/rm", "-rf", "--", str(place / "handed in")], check=True)
        names[target.name] = name
    return names


def _hostile(most: int, wanted: str) -> list[Attack]:
    """So many attacks, those that leave something first, of each kind in turn."""
    fit = [
        attack
        for attack in load_attacks(wanted)
        if not (
            attack.interrupt_s or attack.out_inside or attack.allow_processes or attack.classmates
        )
        and attack.seconds <= _SLOWEST_S
    ]
    kinds: dict[str, list[Attack]] = {}
    for attack in fit:
        kinds.setdefault(attack.kind, []).append(attack)
    order = sorted(kinds, key=lambda kind: (kind not in _TELLING, kind))
    mixed = [
        kinds[kind][place]
        for place in range(max(map(len, kinds.values())))
        for kind in order
        if place < len(kinds[kind])
    ]
    return mixed[: max(1, most)]


def _honest(place: Path, name: str) -> Path:
    """A folder that is right in the honest checks, and in a few others if it is the better one."""
    folder = place / "honest" / name
    shutil.copytree(HERE / "control", folder)
    if name == "better":
        text = (folder / "answers.py").read_text("utf-8")
        (folder / "answers.py").write_text(text + _BETTER, "utf-8")
    return folder


def _grade_one(
    place: Path, attack: Attack | None, paths: dict[str, str], folder: Path | None
) -> dict[str, Any]:
    if attack is not None:
        folder = hand_in(attack, place, paths)
    assert folder is not None
    out = place / "out"
    grade(Options(folder, place / "assignment", Place(out, out / RESULTS)))
    # A grade sets aside what is in memory, since its process grades but once.
    gc.unfreeze()
    gc.collect()
    results = _comparable(out / RESULTS)
    for path in (place / "handed in", out):
        subprocess.run(["/bin/rm", "-rf", "--", str(path)], check=True)
    return results


def _by_command(place: Path, folder: Path) -> dict[str, Any]:
    """The grade of one submission alone, in a process of its own."""
    out = place / "alone"
    arguments = ("grade", str(folder), "--assignment", str(place / "assignment"))
    subprocess.run(
        [*_GRADER, *arguments, "--out", str(out)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return _comparable(out / RESULTS)


def _comparable(path: Path) -> dict[str, Any]:
    """results.json without its times."""
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    document.pop("execution_time")
    for test in document["tests"]:
        test["extra_data"].pop("seconds")
    return document


def _left(place: Path) -> dict[str, Any]:
    """What could be there for the next submission."""
    user = isolation.free_user(os.getpid()) if os.geteuid() == 0 else os.geteuid()
    return {
        "processes": sorted(sweep.children() or ()) or sorted(_processes_of(user)),
        "files": sorted(p.name for p in (place / "tmp").iterdir()),
        "shared files": sorted(e for e in shared_entries() if _is_ours(Path(e), place, user)),
        "shared memory and queues": sorted(_segments_of(user)),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "path": len(sys.path),
        "cores": sorted(os.sched_getaffinity(0)),
        "memory": int(Path("/proc/self/statm").read_text().split()[1]) * 4096,
    }


def _is_ours(entry: Path, place: Path, user: int) -> bool:
    """Whether it is of this run: others may run on this machine."""
    try:
        return place.name in entry.name or entry.lstat().st_uid == user
    except OSError:
        return False


def _processes_of(user: int) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid == user and int(entry.name) != os.getpid():
                yield int(entry.name)
        except OSError:
            continue


def _segments_of(user: int) -> Iterator[str]:
    for kind in _TABLES:
        table = Path("/proc/sysvipc", kind)
        head, *rows = table.read_text().splitlines() if table.exists() else [""]
        columns = head.split()
        for row in rows:
            if int(row.split()[columns.index("uid")]) == user:
                yield f"{kind} {row.split()[1]}"


if __name__ == "__main__":
    sys.exit(main())
