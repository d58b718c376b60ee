"""The processes behind the wall: shut in, ended, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from wall_fixtures import behind_the_wall, student_of

from grader.outcomes import CheckFailed, GraderFailed
from grader.sandbox import modules, self_test, wire
from grader.sandbox.channel import Channel, Closed
from grader.sandbox.handed import Limits
from grader.sandbox.nursery import Nursery
from grader.sandbox.student import Student
from grader.sandbox.wall import Wall, WallFailed


def processes_in_session_of_ours() -> set[int]:
    """All descendants of this process."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    todo = [os.getpid()]
    while todo:
        for pid in children.get(todo.pop(), []):
            found.add(pid)
            todo.append(pid)
    return found


TRY = {
    "read_answers": "open({secret!r}).read()",
    "list_suites": "os.listdir({folder!r})",
    "write_outside": "open('/tmp/outside-the-scratch', 'w')",
    "signal_grader": "os.kill({grader}, 0)",
    "signal_server": "os.kill(os.getppid(), 9)",
    "signal_everybody": "os.kill(-1, 9)",
    "open_socket": "__import__('socket').socket()",
    "fork": "os.fork()",
    "run_program": "__import__('subprocess').run(['true'])",
    "become_root": "os.setuid(0)",
    "read_environment_of_grader": "open('/proc/{grader}/environ').read()",
    "read_memory_of_server": "open(f'/proc/{{os.getppid()}}/mem', 'rb').read(1)",
    "trace_server": "trace()",
    "shared_memory": "__import__('multiprocessing.shared_memory').shared_memory.SharedMemory"
    "(create=True, size=8)",
}


@pytest.mark.parametrize("name", TRY)
def test_a_worker_cannot(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "expected.txt"
    secret.write_text("the answer")
    attempt = TRY[name].format(secret=str(secret), folder=str(tmp_path), grader=os.getpid())
    text = (
        "import ctypes, os\n"
        "def trace():\n"
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    if libc.ptrace(16, os.getppid(), 0, 0) != 0:\n"
        "        raise OSError(ctypes.get_errno(), 'ptrace')\n"
        f"def attempt():\n    try:\n        {attempt}\n"
        "    except (OSError, ImportError) as error:\n        return 'refused'\n"
        "    return 'done'\n"
    )
    with student_of(text) as student:
        assert student.code.attempt() == "refused"


def test_the_environment_and_descriptors_of_the_grader_do_not_reach_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRADER_SECRET", "hush")
    text = (
        "import os, sys\ndef look():\n"
        "    opened = []\n"
        "    for fd in range(3, 64):\n"
        "        try:\n            os.fstat(fd)\n            opened.append(fd)\n"
        "        except OSError:\n            pass\n"
        "    return dict(os.environ), opened, sys.argv, sorted(sys.modules)\n"
    )
    with student_of(text) as student:
        environment, opened, argv, loaded = student.code.look()

    assert "GRADER_SECRET" not in environment
    assert argv == ["worker"]
    assert not {m.partition(".")[0] for m in loaded} & {"grader", "pytest", "msgspec", "reference"}
    # Its own channel, and at most the two folders through which Python stays importable.
    assert len(opened) <= 3


def test_the_kernel_would_end_a_worker_before_the_grader() -> None:
    """Where memory is short it ends what has the highest score."""
    with student_of("def f():\n    return 1\n") as student:
        student.code.f()
        (pid,) = student._handed.wall._open

        scores = [int(Path(f"/proc/{p}/oom_score_adj").read_text()) for p in (pid, os.getpid())]

    assert scores[0] == 1000
    assert scores[1] < 1000


def test_the_self_test_reports_a_level_that_the_tests_above_confirm(tmp_path: Path) -> None:
    secret = tmp_path / "expected.txt"
    secret.write_text("the answer")
    with Nursery() as nursery, Wall(nursery) as wall:
        targets = self_test.Targets((os.fsencode(secret),), (os.fsencode(tmp_path),), os.getpid())

        assert self_test.level_of(wall.self_test(targets)) in {"L3", "L4"}
        assert wall.missing_layers == ()


def test_the_self_test_sees_what_is_not_refused(tmp_path: Path) -> None:
    secret = tmp_path / "expected.txt"
    secret.write_text("the answer")
    targets = self_test.Targets((os.fsencode(secret),), (os.fsencode(tmp_path),), os.getpid())

    # Run here, where nothing is shut in.
    assert self_test.level_of(self_test.run(targets)) == "L1"


@pytest.mark.parametrize(
    ("refused", "level"),
    [
        ([], "L1"),
        (["read"], "L1"),
        (["read", "write"], "L2"),
        (["read", "write", "signal", "trace"], "L2"),
        (["read", "write", "signal", "trace", "network"], "L3"),
        (["read", "write", "signal", "trace", "network", "see"], "L4"),
        (["signal", "trace", "network", "see"], "L1"),
    ],
)
def test_the_level_follows_from_what_was_refused(refused: list[str], level: str) -> None:
    assert self_test.level_of(refused) == level


@pytest.mark.parametrize(
    "body",
    [
        "import os\n    while True:\n        try: os.fork()\n        except OSError: return 1",
        "import signal\n    signal.pthread_sigmask(0, range(1, 65))\n    while 1: pass",
        "import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)",
        "import os\n    os.setsid()\n    while 1: pass",
        "import threading, time\n    threading.Thread(target=time.sleep, args=(99,)).start()",
    ],
    ids=["fork bomb", "ignored signals", "stopped", "own session", "threads"],
)
def test_no_process_is_left_whatever_a_function_does(body: str) -> None:
    before = processes_in_session_of_ours()
    with (
        student_of(f"def f():\n    {body}\n", limits=Limits(call_s=0.5)) as student,
        contextlib.suppress(CheckFailed),
    ):
        student.code.f()

    assert processes_in_session_of_ours() <= before


def test_a_server_that_was_killed_is_started_again() -> None:
    source = modules.Source("code.py", "code", "def f():\n    return 1\n")
    with behind_the_wall(source) as handed:
        os.kill(handed.wall._pid, signal.SIGKILL)
        student = Student(handed, Limits(), 1)

        assert student.code.f() == 1
        student.close()


def test_a_file_on_which_the_compiler_dies_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(source: modules.Source) -> modules.Compiled:
        if "die" in source.text:
            os.kill(os.getpid(), signal.SIGSEGV)
        return compile_source(source)

    compile_source = modules.compile_source
    monkeypatch.setattr(modules, "compile_source", die)
    good = modules.Source("good.py", "good", "def f():\n    return 1\n")
    bad = modules.Source("bad.py", "bad", "# die\n")
    with behind_the_wall(bad, good) as handed:
        student = Student(handed, Limits(), 1)

        assert student.good.f() == 1
        assert [broken.file for broken in handed.wall.rejected] == ["bad.py"]
        student.close()


def test_the_scratch_folder_is_gone_afterwards() -> None:
    with student_of("def f():\n    open('x', 'w').write('y')\n    return 1\n") as student:
        student.code.f()
        scratch = student._handed.wall._scratch
        assert scratch.exists()

    assert not scratch.exists()


def test_a_worker_that_writes_on_the_channel_itself_forges_only_an_answer() -> None:
    text = (
        "import os\ndef f():\n"
        "    for fd in range(3, 20):\n"
        "        try: os.write(fd, b'\\xff' * 64)\n"
        "        except OSError: pass\n"
        "    return 1\n"
    )
    with student_of(text) as student, pytest.raises(CheckFailed) as caught:
        student.code.f()

    assert caught.value.finding.kind == "unreadable"


def test_a_message_that_never_ends_is_cut_off_in_time() -> None:
    text = (
        "import os, time\ndef f():\n"
        "    for fd in range(3, 20):\n"
        "        try: os.write(fd, (1000).to_bytes(8, 'little'))\n"
        "        except OSError: pass\n"
        "    time.sleep(30)\n"
    )
    began = time.monotonic()
    with student_of(text, limits=Limits(call_s=0.5)) as student, pytest.raises(CheckFailed):
        student.code.f()

    assert time.monotonic() - began < 10


def test_a_closed_channel_is_said_to_be_closed() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(Closed):
        Channel(ours).receive(wire.answer_decoder)


def test_a_machine_that_cannot_end_a_worker_is_nobodys_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What fails there is told to whoever opens the next worker, as the grader's failure."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise WallFailed("the process server is busy")

    source = modules.Source("code.py", "code", "def f():\n    return 1\n")
    with behind_the_wall(source) as handed:
        student = Student(handed, Limits(), 1)
        assert student.call("code.f").value == 1
        with monkeypatch.context() as broken:
            for name in ("_give", "_order", "renew"):
                broken.setattr(Wall, name, fail)
            student.close(passed=True)
            with pytest.raises(GraderFailed, match="busy"):
                Student(handed, Limits(), 1).call("code.f")
        assert Student(handed, Limits(), 1).call("code.f").value == 1
