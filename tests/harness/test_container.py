"""Grading as root in a container like Gradescope's: few capabilities, Docker's filter, own root.

Only real root can play it. Where that is not to be had, these tests fail in CI: a claim about the
platform that most people grade on is not to go untested without a word.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks import run
from tests.attacks.book import load_attacks

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ROOT / "tests" / "attacks" / "container.py"
DEFAULT_CAPABILITIES = 0xA80425FB  # CapBnd of a process in a container that was given no more
ATTACKS = {attack.name: attack for attack in load_attacks()}


@pytest.fixture(autouse=True)
def _real_root() -> None:
    if os.geteuid() == 0:
        return
    if os.environ.get("CI"):
        pytest.fail("the container can only be played by root: run CI as root")
    pytest.skip("the container can only be played by root")


def inside(tmp_path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python's in a container."""
    root = tmp_path / "root"
    root.mkdir()
    return subprocess.run(
        [sys.executable, str(CONTAINER), str(root), sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


LOOK = """
import ctypes, json, os
libc = ctypes.CDLL(None, use_errno=True)
def refused(*call):
    return libc.syscall(*call) < 0 and ctypes.get_errno() == 1
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
numbers = {"x86_64": (272, 165, 425, 135), "aarch64": (97, 40, 425, 92)}[os.uname().machine]
unshare, mount, io_uring, personality = numbers
print(json.dumps({
    "user": os.getuid(),
    "capabilities": int(status["CapEff"], 16),
    "no new privileges": int(status["NoNewPrivs"]),
    "unshare": refused(unshare, 0x20000),
    "mount": refused(mount, 0, 0, 0, 0, 0),
    "io_uring": refused(io_uring, 1, 0),
    "personality": [refused(personality, 0x1234), refused(personality, 0xFFFFFFFF)],
    "top": sorted(os.listdir("/")),
}))
"""


def test_the_container_is_as_poor_as_a_real_one(tmp_path: Path) -> None:
    """Else what is graded in it would prove nothing about the platform."""
    ran = inside(tmp_path, "-c", LOOK)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["user"] == 0
    assert found["capabilities"] == DEFAULT_CAPABILITIES
    assert found["no new privileges"] == 0
    assert [found["unshare"], found["mount"], found["io_uring"]] == [True, True, True]
    assert found["personality"] == [True, False]
    assert "home" not in found["top"]
    assert "sys" not in found["top"]


def test_a_grade_in_the_container_is_whole_and_reaches_level_3(tmp_path: Path) -> None:
    command = "import sys; from grader.cli import main; sys.exit(main(sys.argv[1:]))"
    out = tmp_path / "out"

    ran = inside(tmp_path, "-c", command, "grade", "reference", "--out", str(out))

    assert ran.returncode == 0, ran.stderr
    results = json.loads((out / "results.json").read_text("utf-8"))
    assert results["score"] == 100
    assert results["extra_data"]["isolation"] in {"L3", "L4"}
    assert results["extra_data"]["isolation_notes"] == []


@pytest.mark.parametrize(
    "name",
    [
        "reach/open_the_reference",
        "reach/memory_of_the_parent",
        "leak/network",
        "leak/shared_memory",
        "deny/kill_everybody",
        "escape/double_fork",
        "escape/become_somebody",
        "escape/namespaces",
    ],
)
def test_an_attack_in_the_container_is_stopped(name: str) -> None:
    verdict = run.judge(ATTACKS[name], "container")

    assert not verdict.won, verdict.text


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("reach/open_the_reference", ("landlock",)),
        ("leak/shared_memory", ("seccomp, always",)),
        ("escape/double_fork", ("seccomp, once loaded", "sweep")),
    ],
)
def test_an_attack_in_the_container_wins_without_its_layer(
    name: str, without: tuple[str, ...]
) -> None:
    """What a container forbids of itself is no layer of ours."""
    assert run.attempt_to_win(ATTACKS[name], "container", without).won
