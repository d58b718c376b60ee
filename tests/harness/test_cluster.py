"""A cluster grades as this machine does, forgets nothing, and keeps nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from local_cluster import Running, cluster_of
from other_assignment import changed
from test_batch import RUN, read, records, school, times, trapezoids

from grader.assignment import load_assignment
from grader.batch.cluster.outpost import Charge, Graded, Outpost
from grader.batch.cluster.parcel import pack, pack_files
from grader.batch.orders import Order
from grader.batch.records import Record
from grader.keys import engine_here
from grader.package import assignment_files

__all__ = ["school", "trapezoids"]

LONG_S = 120


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two workers that outlive the tests."""
    with cluster_of(2, tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Running]:
    """Two workers that a test may kill."""
    with cluster_of(2, tmp_path / "dask") as running:
        yield running


def command(school: Path, trapezoids: Path, out: Path, *more: str) -> list[str]:
    return [*RUN, "batch", str(school), f"--assignment={trapezoids}", f"--out={out}", *more]


def batch(
    school: Path, trapezoids: Path, out: Path, *more: str, first: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the batch as a user would; `first` is Python that runs before it."""
    whole = command(school, trapezoids, out, *more)
    whole[2] = first + whole[2]
    return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=LONG_S)


def page(folder: Path) -> str:
    """The student's page, without how long it took."""
    text = (folder / "report.html").read_text("utf-8")
    return re.sub(r"\d+(\.\d+)? (s|ms)\b", "", text)


def lasting(record: Record) -> Record:
    """A record without how long it took."""
    checks = tuple(msgspec.structs.replace(check, seconds=0.0) for check in record.checks)
    return msgspec.structs.replace(record, checks=checks, seconds=0.0)


def slow(school: Path, copies: int, seconds: float) -> None:
    """More submissions, which take their time."""
    text = (school / "ada" / "areas.py").read_text("utf-8")
    pause = f"def total(x):\n    import time\n    time.sleep({seconds})\n"
    for number in range(copies):
        (school / f"slow-{number}").mkdir()
        changed_text = text.replace("def total(x):\n", pause)
        assert changed_text != text
        (school / f"slow-{number}" / "areas.py").write_text(changed_text, "utf-8")


def wait_for(what: str, there: Running | Path, number: int) -> None:
    """Wait until so many records or outposts are there."""
    deadline = time.monotonic() + LONG_S
    while time.monotonic() < deadline:
        found = there.outposts() if isinstance(there, Running) else list(times(there))
        if len(found) == number or (number and len(found) > number):
            return
        time.sleep(0.05)
    raise AssertionError(f"expected {number} {what}")


def test_a_cluster_grades_as_this_machine_does(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    odd = school / "odd"
    odd.mkdir()
    (odd / "areas.py").symlink_to("/etc/hosts")
    os.mkfifo(odd / "areas2.py")
    (odd / "areas (1).py").write_text("x = 1\n", "utf-8")
    for out, more in (("here", "--jobs=2"), ("there", f"--cluster={cluster.address}")):
        run = batch(school, trapezoids, tmp_path / out, "--staff-pages", more)
        assert run.returncode == 0, run.stderr

    here, there = records(tmp_path / "here"), records(tmp_path / "there")
    assert len(here) == 6
    for name, record in here.items():
        assert lasting(there[name]) == lasting(record)
        folders = tmp_path / "here" / name, tmp_path / "there" / name
        assert read(folders[0]) == read(folders[1])
        assert page(folders[0]) == page(folders[1])
        assert {p.name for p in folders[0].iterdir()} == {p.name for p in folders[1].iterdir()}
    # What is graded here is not graded there again, nor the other way round.
    before = times(tmp_path / "here")
    batch(school, trapezoids, tmp_path / "here", "--staff-pages", f"--cluster={cluster.address}")
    assert times(tmp_path / "here") == before


def test_nothing_is_left_on_the_machines(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    run = batch(school, trapezoids, tmp_path / "class", f"--cluster={cluster.address}")

    assert run.returncode == 0, run.stderr
    wait_for("outposts", cluster, 0)


def test_a_batch_that_is_stopped_cancels_and_goes_on_later(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    slow(school, 6, 0.5)
    out, there = tmp_path / "class", f"--cluster={cluster.address}"
    process = subprocess.Popen(
        command(school, trapezoids, out, there), stderr=subprocess.PIPE, text=True
    )
    wait_for("records", out, 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LONG_S)
    before = times(out)

    assert process.returncode == 1
    assert "Stopped" in said
    assert "Traceback" not in said
    assert 2 <= len(before) < 11
    wait_for("outposts", cluster, 0)
    assert batch(school, trapezoids, out, there).returncode == 0
    after = times(out)
    assert len(after) == 11
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("killed", [1, 2], ids=["one of two", "both, which come back"])
def test_a_worker_that_is_killed_costs_nobody_their_grade(
    killed: int, school: Path, trapezoids: Path, tmp_path: Path, own_cluster: Running
) -> None:
    slow(school, 6, 0.5)
    out, there = tmp_path / "class", f"--cluster={own_cluster.address}"
    process = subprocess.Popen(
        command(school, trapezoids, out, there),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for("records", out, 2)
    for worker in own_cluster.workers[:killed]:
        os.kill(worker, signal.SIGKILL)
    said, complained = process.communicate(timeout=LONG_S)

    assert process.returncode == 0, complained
    assert "11 graded now, 0 before" in said
    assert complained.count("11 of 11 graded") == 1
    expected = {"ada": 1000, "bob": 300, "cy": 0, "dee": 0, "eve": 1000}
    expected |= {f"slow-{number}": 1000 for number in range(6)}
    assert {name: record.score for name, record in records(out).items()} == expected


def test_a_scheduler_that_is_lost_is_said_and_what_was_graded_is_kept(
    school: Path, trapezoids: Path, tmp_path: Path, own_cluster: Running
) -> None:
    slow(school, 6, 0.5)
    out, there = tmp_path / "class", f"--cluster={own_cluster.address}"
    process = subprocess.Popen(
        command(school, trapezoids, out, there), stderr=subprocess.PIPE, text=True
    )
    wait_for("records", out, 1)
    os.kill(own_cluster.pid, signal.SIGKILL)
    _, said = process.communicate(timeout=LONG_S)

    assert process.returncode == 1
    assert "What was graded is kept" in said
    assert "Traceback" not in said
    assert {record.status for record in records(out).values()} == {"graded"}


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "somewhere", "ftp://127.0.0.1:21"]
)
def test_an_address_where_no_scheduler_answers_is_bad_usage(
    address: str, school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    began = time.monotonic()

    run = batch(school, trapezoids, tmp_path / "class", f"--cluster={address}")

    assert run.returncode == 2
    assert "expected" in run.stderr
    assert address in run.stderr
    assert "Traceback" not in run.stderr
    assert time.monotonic() - began < 40


def test_a_missing_dask_says_what_to_install(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    without = "import sys; sys.modules['distributed'] = None; "
    there = "--cluster=tcp://127.0.0.1:9"

    run = batch(school, trapezoids, tmp_path / "class", there, first=without)

    assert run.returncode == 2
    assert "pip install 'gradient-grader[cluster]'" in run.stderr


def test_machines_that_grade_by_other_versions_are_refused(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    other = "import numpy; numpy.__version__ = '0.1'; "
    there = f"--cluster={cluster.address}"

    run = batch(school, trapezoids, tmp_path / "class", there, first=other)

    assert run.returncode == 2
    assert re.search(r"tcp://127.0.0.1:\d+: expected numpy 0.1, got \d", run.stderr)
    assert records(tmp_path / "class") == {}


def test_a_broken_assignment_is_told_once(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    changed(trapezoids, "answers/areas.py", "def total", "def total(:\n\ndef total2")

    run = batch(school, trapezoids, tmp_path / "class", f"--cluster={cluster.address}")

    assert run.returncode == 1
    assert run.stderr.count("the reference could not be imported") == 1
    assert re.search(r"^tcp://127.0.0.1:\d+: ", run.stderr, re.MULTILINE)


def test_results_that_cannot_be_written_are_one_students_problem(
    school: Path, trapezoids: Path, tmp_path: Path, cluster: Running
) -> None:
    out = tmp_path / "class"
    out.mkdir()
    (out / "bob").write_text("a file where bob's folder should be")

    run = batch(school, trapezoids, out, f"--cluster={cluster.address}")

    assert run.returncode == 1
    assert "bob" in run.stderr
    assert {record.status for record in records(out).values()} == {"graded"}
    assert len(records(out)) == 4


def test_an_outpost_that_joins_later_with_other_versions_grades_nothing(
    school: Path, trapezoids: Path, tmp_path: Path
) -> None:
    packed = pack_files("a", assignment_files(load_assignment(trapezoids)))
    other = {**engine_here(), "Python": "2.7.18"}
    outpost = Outpost(Charge(packed, other), tmp_path, 1)

    answer = outpost.grade(order("ada"), pack(school / "ada"))

    graded = msgspec.msgpack.decode(answer, type=Graded)
    assert graded.record is None
    assert "expected Python 2.7.18, got 3." in graded.fatal
    assert not list(tmp_path.glob("grader-*"))


def order(name: str) -> bytes:
    return msgspec.msgpack.encode(Order(name, b"", b"", "key"))
