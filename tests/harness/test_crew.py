"""Lanes of a batch that end: whose doing it is."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from grader.batch import crew
from grader.batch.crew import Crew, CrewFailed
from grader.batch.orders import Order

LANE = """
import socket, sys
from grader.batch import lane
from grader.sandbox.channel import Channel
channel = Channel(socket.socket(fileno=int(sys.argv[1])))
channel.receive(lane.setup_decoder)
if READY:
    channel.send(lane.Ready())
    channel.receive(lane.order_decoder)
"""


def grade_four(folder: Path, monkeypatch: pytest.MonkeyPatch, *, ready: bool) -> list[str]:
    """What is said of four submissions, in a lane that ends before it answers for any."""

    def program(_module: str, descriptor: str) -> list[str]:
        return [sys.executable, "-c", LANE.replace("READY", str(ready)), descriptor]

    monkeypatch.setattr(crew, "command", program)
    orders = [Order(name, b"", os.fsencode(folder / name), "key") for name in "abcd"]
    with Crew(folder, 1, 10.0, cores=()) as lanes:
        return [f"{record.name}: {record.status}" for record in lanes.grade(orders)]


def test_submissions_that_end_a_lane_one_after_another_cost_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = grade_four(tmp_path, monkeypatch, ready=True)

    assert sorted(said) == [f"{name}: failed" for name in "abcd"]


def test_a_lane_that_never_begins_ends_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CrewFailed, match="3 times in a row"):
        grade_four(tmp_path, monkeypatch, ready=False)


AT_ONCE = """
import socket, struct, sys
import msgspec
from grader.batch.orders import Done, Ready, order_decoder, setup_decoder
from grader.sandbox.channel import Channel
sock = socket.socket(fileno=int(sys.argv[1]))
channel = Channel(sock)
channel.receive(setup_decoder)
order = channel.receive(order_decoder)
messages = [msgspec.msgpack.encode(message) for message in (Ready(), Done(order.name))]
sock.sendall(b"".join(struct.pack("<Q", len(each)) + each for each in messages))
channel.receive(order_decoder)
"""


def test_two_answers_that_come_at_once_are_both_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was busy meanwhile finds both in the socket, which then says nothing more."""
    monkeypatch.setattr(crew, "command", lambda _, fd: [sys.executable, "-c", AT_ONCE, fd])
    began = time.monotonic()
    with Crew(tmp_path, 1, 10.0, cores=()) as lanes:
        [record] = lanes.grade([Order("a", b"", os.fsencode(tmp_path / "a"), "key")])

    assert record.trouble == "its record could not be read"
    assert time.monotonic() - began < 60.0
