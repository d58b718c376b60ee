"""A class with every kind of bad homework, whose batch is killed on the way: what is lost or left.

    python tests/harness/soak.py [--count 500] [--bad 60] [--kills 4] [--seed 1] [--small]

The honest submissions are graded undisturbed first. Then the whole class is, killed with signal 9
at random moments and run again, until one run comes to its end. Every honest submission must come
out as it did undisturbed, some of them also as `grader grade` has them alone; what was finished
before a kill must not be graded again; no process, temporary folder or half-written file may be
left; everyone bad must have a result, or be named with the reason why there is none.

`--small` takes a small assignment, for a run that is over in seconds. Ends with status 1 if
anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from gradescope_platform import ResultsFile
from soak_classes import School, real_school, small_school

from grader.batch.records import BATCH, RECORD, Record, read_record
from grader.place import RESULTS
from grader.sandbox import sweep

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-c", "from grader.cli import main; raise SystemExit(main())"]
_KILL_DELAY_S = 0.5
_LAST_PROCESS_S = 20.0
"""A lane goes on to the end of the submission that it has in hand, and ends then."""
_MOST_S = 3600.0


class Ended(NamedTuple):
    """How the last run ended."""

    status: int
    said: str


def main() -> int:
    """Let it soak; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--bad", type=int, default=60)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--alone", type=int, default=10, help="honest ones to grade alone as well")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - the same class and kills for the same seed
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        place = Path(folder)
        # Students' code must be able to reach its scratch folder, whoever it runs as.
        place.chmod(0o755)
        make = small_school if options.small else real_school
        school = make(place / "class", options.count, options.bad, options.seed)
        soak = Soak(place, school)
        sweep.become_subreaper()
        troubles = soak.run(rng, options.kills, options.alone)
    for trouble in troubles[:40]:
        print(f"  {trouble}")
    return 1 if troubles else 0


class Soak:
    """One class, and the folders in which it is graded."""

    def __init__(self, place: Path, school: School) -> None:
        self._school = school
        self._place = place
        self._out = place / "out"
        self._said = place / "said"
        # All that anybody leaves in the system's temporary folder is left here.
        self._temp = place / "temp"
        self._temp.mkdir(mode=0o1777)
        self._temp.chmod(0o1777)

    def run(self, rng: random.Random, kills: int, alone: int) -> list[str]:
        """Grade undisturbed, then with kills, and compare; all that is wrong."""
        began = time.monotonic()
        honest = self._place / "honest"
        for name in self._school.honest:
            shutil.copytree(self._school.export / name, honest / name)
        quiet = self._place / "undisturbed"
        if self._batch(honest, quiet).wait(_MOST_S):
            return [f"the honest alone could not be graded: {self._said.read_text('utf-8')}"]
        finished: dict[str, int] = {}
        for moment in sorted(rng.uniform(0, 0.9) for _ in range(kills)):
            delay = rng.uniform(0, _KILL_DELAY_S)
            finished |= self._kill_at(round(moment * len(self._school.kinds)), delay)
        ended = self._to_the_end()
        troubles = [
            f"{name} was graded again" for name, at in finished.items() if self._time_of(name) != at
        ]
        troubles += [
            *self._left(),
            *self._differing(quiet),
            *self._invalid(),
            *self._unnamed(ended),
        ]
        for name in rng.sample(self._school.honest, alone):
            troubles += self._differs_alone(name)
        print(
            f"{len(self._school.kinds)} submissions, {len(self._school.bad)} of them bad, killed "
            f"{kills} times with {len(finished)} finished before: {len(troubles)} troubles; "
            f"{alone} graded alone too; {time.monotonic() - began:.0f} s"
        )
        return troubles

    def _kill_at(self, done: int, delay: float) -> dict[str, int]:
        """Kill a batch once so many are done; when each of these was written."""
        process = self._batch(self._school.export, self._out)
        while process.poll() is None and len(self._times()) < done:
            time.sleep(0.02)
        time.sleep(delay)
        process.kill()
        process.wait()
        return self._times()

    def _to_the_end(self) -> Ended:
        status = self._batch(self._school.export, self._out).wait(_MOST_S)
        return Ended(status, self._said.read_text("utf-8"))

    def _batch(self, export: Path, out: Path) -> subprocess.Popen[bytes]:
        command = [*COMMAND, "batch", str(export), f"--assignment={self._school.assignment}"]
        command += [f"--out={out}", "--jobs=2"]
        with self._said.open("w") as said:
            return self._start(command, said)

    def _start(self, command: list[str], said: IO[str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "TMPDIR": str(self._temp)}
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)

    def _times(self) -> dict[str, int]:
        """When the records that stand were written."""
        return {path.parent.name: path.stat().st_mtime_ns for path in self._out.glob(f"*/{RECORD}")}

    def _time_of(self, name: str) -> int:
        return (self._out / name / RECORD).stat().st_mtime_ns

    def _left(self) -> Iterator[str]:
        """Processes, temporary folders and half-written files."""
        deadline = time.monotonic() + _LAST_PROCESS_S
        while (left := _children()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in left:
            yield f"a process is left: {_command(pid)}"
            sweep.kill(pid)
        yield from (f"left in the temporary folder: {path.name}" for path in self._temp.iterdir())
        hidden = {".lock"}
        yield from (
            f"left beside the results: {path.relative_to(self._out)}"
            for path in self._out.rglob(".*")
            if path.name not in hidden
        )

    def _differing(self, quiet: Path) -> Iterator[str]:
        """Honest submissions that are not graded as they were undisturbed."""
        for name in self._school.honest:
            ours, theirs = self._out / name, quiet / name
            if _checks(ours) != _checks(theirs) or _read(ours) != _read(theirs):
                yield f"{name} ({self._school.kinds[name]}) is not graded as when undisturbed"

    def _differs_alone(self, name: str) -> Iterator[str]:
        out = self._place / "alone" / name
        command = [*COMMAND, "grade", str(self._school.export / name), f"--out={out}"]
        command += [f"--assignment={self._school.assignment}"]
        with self._said.open("w") as said:
            self._start(command, said).wait(_MOST_S)
        if _read(out) != _read(self._out / name):
            yield f"{name} ({self._school.kinds[name]}) is not graded as when alone"

    def _invalid(self) -> Iterator[str]:
        """Results that Gradescope would refuse, and pages that are not whole."""
        for name, kind in self._school.kinds.items():
            folder = self._out / name
            try:
                msgspec.json.decode((folder / RESULTS).read_bytes(), type=ResultsFile)
            except FileNotFoundError:
                if name not in self._school.ungradable:
                    yield f"{name} ({kind}) has no results"
            except msgspec.MsgspecError as error:
                yield f"{name} ({kind}) has invalid results: {error}"

    def _unnamed(self, ended: Ended) -> Iterator[str]:
        """Bad submissions of which nobody hears."""
        document = json.loads((self._out / BATCH).read_text("utf-8"))
        records = {r["name"]: r for r in document["records"]}
        for name in self._school.kinds:
            if name not in records:
                yield f"{name} ({self._school.kinds[name]}) is not in {BATCH}"
        for name in self._school.bad:
            kind, record = self._school.kinds[name], records.get(name, {})
            failed = record.get("status") == "failed"
            if name in self._school.ungradable and not (failed and record.get("trouble")):
                yield f"{name} ({kind}) should have failed, with the reason: {record}"
            if failed and name not in ended.said:
                yield f"{name} ({kind}) has failed and is not named at the end"
            if name not in self._school.ungradable and failed:
                yield f"{name} ({kind}) should have been graded: {record}"
        expected = 1 if self._school.ungradable else 0
        if ended.status != expected:
            yield f"the last run ended with status {ended.status}: {ended.said[-2000:]}"


def _checks(folder: Path) -> list[Any]:
    """What each check came to, without the time that it took."""
    record: Record | None = read_record(folder)
    if record is None:
        return ["no record"]
    checks = [msgspec.structs.replace(check, seconds=0.0) for check in record.checks]
    return [record.score, record.maximum, record.status, *checks]


def _read(folder: Path) -> dict[str, Any]:
    """What a student reads, without how long it took."""
    try:
        document: dict[str, Any] = json.loads((folder / RESULTS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        return {"error": str(error)}
    document["execution_time"] = document["extra_data"]["submission"] = ""
    for test in document["tests"]:
        test["extra_data"]["seconds"] = 0
    return document


def _children() -> set[int]:
    """Those of our children, orphans of descendants among them, that still run."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return sweep.children() or set()


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return str(pid)


if __name__ == "__main__":
    raise SystemExit(main())
