"""What the README says is so."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import reference.variants
from grader.assignment import load_assignment
from grader.audit import Figures, read_figures
from grader.feedback import load_variants

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEMO = ROOT / "tests" / "submissions" / "demo.py"
SECONDS = re.compile(r" +\d+\.\d$", re.MULTILINE)


def test_the_demo_prints_what_is_shown(tmp_path: Path) -> None:
    shown = re.search(r"```console\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    lines = [line for line in shown[1].splitlines() if line[:1] not in {"$", "…"}]

    run = subprocess.run(
        [sys.executable, str(DEMO), str(tmp_path)], capture_output=True, text=True, check=True
    )
    printed = SECONDS.sub("", run.stdout)

    for line in lines:
        assert SECONDS.sub("", line) in printed
    assert len(lines) >= 8


def test_the_assignment_is_as_large_as_is_said() -> None:
    settings = load_assignment(ROOT).settings

    assert "100 points in seven parts" in README
    assert (settings.total_points, len(settings.parts)) == (100, 7)


def test_the_audit_hands_in_as_much_as_is_said() -> None:
    """A variant or a right solution that is new needs a new audit: `make audit`."""
    kinds = Counter(variant.kind for variant in load_variants(reference.variants))
    right = sum(path.is_dir() for path in (ROOT / "tests" / "right").iterdir())
    handed_in = figures().handed_in

    assert sum(handed_in["mistakes"].values()) == kinds["mistake"]
    assert sum(handed_in["conventions"].values()) == kinds["convention"]
    assert sum(handed_in["right solutions"].values()) == right


def test_what_came_of_the_audit_is_what_the_last_one_found() -> None:
    """`make audit` runs all of it and keeps the figures; here they are held against the README."""
    found = figures()
    section = README.partition("## What the audit says")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+?) \| (\S+ \| [^|]+) \|$", section, re.MULTILINE))
    mistakes, mutants = found.handed_in["mistakes"], found.handed_in["mutants"]
    count, small = sum(mistakes.values()), sum(mutants.values())
    named, said = (f"{mistakes[word] / count:.1%}" for word in ("named", "said"))
    marks = found.handed_in["right solutions"]["full marks"]
    credit = found.handed_in["conventions"]["earns its credit"]

    assert (found.whole, found.problems) == (True, 0)
    assert rows["accepted conventions"] == f"{credit} | all are named and earn their credit"
    assert rows["known mistakes"] == (
        f"{count:,} | all lose points, under each of three seeds; {named} are named, {said} more "
        f"are said in a check's own words, {mistakes['not named']} have a reason why not"
    )
    assert rows["right solutions in other styles"] == (
        f"{marks} | all points of what they hold, under each of {found.seeds} seeds"
    )
    assert rows["mutants: one small slip in the reference"] == (
        f"{small:,} | {mutants['caught']:,} are caught, {mutants['the same']} do the same as the "
        f"reference, {mutants['harmless']} may survive"
    )


def figures() -> Figures:
    """Those of the last whole audit."""
    return read_figures((ROOT / "docs" / "audit.json").read_bytes())


def test_every_dependency_has_its_reason() -> None:
    project = msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    named = [*project["dependencies"], *extras]
    names = {re.split(r"[><=; ]", line)[0] for line in named}
    section = README.partition("## Dependencies")[2]
    table = {m[1] for m in re.finditer(r"^\| ([\w-]+) \| ", section, re.MULTILINE)}

    assert names <= table
    assert table - names <= {"package"}


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize(
    "command", ["grade", "batch", "new", "template", "package", "audit", "doctor"]
)
def test_commands_are_there(command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"from grader.cli import main; main(['{command}', '--help'])"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"grader {command}" in README
    assert "usage: grader" in run.stdout


@pytest.mark.parametrize("command", ["grade", "batch", "template"])
def test_the_options_shown_are_there(command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"from grader.cli import main; main(['{command}', '--help'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    own = re.search(rf"^grader {command} .*\n((?:  .*\n)*)", README, re.MULTILINE)
    assert own is not None

    for option in re.findall(r"(--[\w-]+)", own[0]):
        assert option in run.stdout
