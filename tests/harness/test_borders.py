"""Data flows one way through the rooms; imports against it are in the wrong room."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "grader"
FLOW = (
    ("cli", "gradescope_entry"),
    ("commands",),
    ("terminal",),
    ("audit", "batch"),
    ("rehearse",),
    ("grade", "package", "template", "doctor", "starter"),
    ("rehearsal", "sight"),
    ("ahead",),
    ("output",),
    ("place",),
    (
        "keys",
        "metadata",
        "assignment",
        "submission",
        "vetting",
        "notebook",
        "unpack",
        "stubs",
        "stub_check",
    ),
    ("sandbox",),
    ("suite",),
    ("scripted",),
    ("rules",),
    ("feedback",),
    ("numerics",),
    ("results", "report"),
    ("markdown", "summary"),
    ("points", "text"),
    ("outcomes", "exchange", "portable", "group"),
)
"""Rooms in the order in which data pass; a room may import from those after its own line."""
INSIDE = {
    "worker",
    "evidence",
    "functions",
    "wire",
    "channel",
    "values",
    "isolation",
    "self_test",
    "landlock",
    "seccomp",
    "modules",
    "legacy",
    "tracing",
    "server",
    "scratch",
}
"""What runs beside student code."""


def imports_of(path: Path) -> set[str]:
    """Our own modules that a file imports, as 'room' or 'room.module'."""
    found: set[str] = set()
    package = ["grader", *path.relative_to(ENGINE).with_suffix("").parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("grader.") for name in found if name.startswith("grader.")}


def room_of(name: str) -> str:
    return name.partition(".")[0]


def modules() -> list[Path]:
    starter = ENGINE / "starter" / "assignment"  # is copied, and no part of the engine
    own = (path for path in ENGINE.rglob("*.py") if not path.is_relative_to(starter))
    return [path for path in own if path.name != "__init__.py" or path.parent != ENGINE]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ENGINE)))
def test_imports_follow_the_flow_of_data(path: Path) -> None:
    lines = {room: line for line, rooms in enumerate(FLOW) for room in rooms}
    own = room_of(".".join(path.relative_to(ENGINE).with_suffix("").parts))

    assert own in lines, f"{own} has no place in the flow yet"
    for name in imports_of(path):
        room = room_of(name)
        if room not in lines or room == own:
            continue
        assert lines[room] >= lines[own], f"{path.name} imports {name} against the flow"


def test_the_wall_does_not_import_the_suite() -> None:
    for path in (ENGINE / "sandbox").glob("*.py"):
        assert not {room_of(name) for name in imports_of(path)} & {"suite", "numerics", "feedback"}


def test_the_suite_does_not_import_the_wall() -> None:
    for path in (ENGINE / "suite").glob("*.py"):
        assert "sandbox" not in {room_of(name) for name in imports_of(path)}


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_what_runs_beside_student_code_imports_nothing_but_its_like(name: str) -> None:
    imported = imports_of(ENGINE / "sandbox" / f"{name}.py")
    own = {n.split(".")[1] for n in imported if n.startswith("sandbox.")}

    assert {room_of(n) for n in imported} <= {"sandbox"}
    assert own <= INSIDE


@pytest.mark.parametrize(
    "name", ["results.py", "markdown.py", "summary.py", "report/view.py", "report/charts.py"]
)
def test_results_and_report_know_outcomes_only(name: str) -> None:
    rooms = {room_of(n) for n in imports_of(ENGINE / name)}

    assert rooms <= {"outcomes", "points", "text", "markdown", "summary", "report"}


def test_outcomes_import_nothing_of_ours() -> None:
    assert imports_of(ENGINE / "outcomes.py") == set()


def test_nothing_in_the_engine_knows_the_first_assignment() -> None:
    names = ("svm", "softmax", "adagrad", "beale", "optimizers", "gradient_descent", "full_loss")
    for path in ENGINE.rglob("*.py"):
        code = ast.parse(path.read_text("utf-8"))
        used = {n.id for n in ast.walk(code) if isinstance(n, ast.Name)}
        used |= {n.attr for n in ast.walk(code) if isinstance(n, ast.Attribute)}
        used |= {n.name for n in ast.walk(code) if isinstance(n, ast.FunctionDef)}

        assert not [n for n in used if n.lower().startswith(names)], path


def test_only_the_command_line_prints() -> None:
    for path in ENGINE.rglob("*.py"):
        calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
        prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]

        assert not prints or path.name in {"cli.py", "commands.py", "terminal.py"}, path
