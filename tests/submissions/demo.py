"""Grade some submissions as a user would, and say where their pages are: `make demo`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "submissions"
RIGHT = ROOT / "tests" / "right"
OUT = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "demo"
GRADER = Path(sys.executable).with_name("grader")

# Each is a whole homework, as a student hands it in: a right one, in which an example's functions
# or files take the place of its own.
SUBMISSIONS = {
    "right": (RIGHT / "plain_loops", None),
    "untouched_template": (ROOT / "student_template", None),
    "softmax_without_shift": (RIGHT / "plain_loops", "functions"),
    "half_a_regularizer_gradient": (RIGHT / "dataclasses_and_types", "functions"),
    "one_array_in_the_path": (RIGHT / "plain_loops", "functions"),
    "syntax_error": (RIGHT / "dataclasses_and_types", "files"),
    "notebook": (EXAMPLES / "notebook", None),
}
COLUMNS = "{:<29}{:>9}{:>12}{:>10}"
WIDTH = 78
INDENT = "    "


def main() -> int:
    """Grade them all; 0 if each could be graded."""
    print(f"Grading {len(SUBMISSIONS)} submissions with `grader grade` …\n")
    print(COLUMNS.format("submission", "points", "isolation", "seconds"))
    print("    what its author reads first")
    print("─" * WIDTH)
    failed = 0
    for name, (base, kind) in SUBMISSIONS.items():
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        submission = hand_in(folder / "submission", base, EXAMPLES / name, kind)
        status, complaint = grade(submission, folder)
        if status == 0:
            print_row(name, json.loads((folder / "results.json").read_text("utf-8")))
        else:
            failed += 1
            print(f"{name:<29}the grader failed: {complaint.strip()}")
    where = OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT
    print(f"\nThe student's page, the staff's, and what Gradescope reads ({where}/<submission>/):")
    for name in SUBMISSIONS:
        print(f"  {where / name / 'report.html'}")
    print("and beside each: staff.html, results.json")
    return 1 if failed else 0


def hand_in(folder: Path, base: Path, example: Path, kind: str | None) -> Path:
    """The files of one submission."""
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in sorted(example.glob("*.py")) if kind else ():
        mine = folder / file.name
        text = file.read_text("utf-8")
        # Of two definitions the later counts.
        before = mine.read_text("utf-8") + "\n\n" if kind == "functions" else ""
        mine.write_text(before + text, "utf-8")
    return folder


def grade(submission: Path, out: Path) -> tuple[int, str]:
    """Run the command; its exit status, and what it complains of."""
    command = [GRADER, "grade", submission, "--assignment", ROOT, "--out", out]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stderr


def print_row(name: str, results: dict[str, Any]) -> None:
    """Points, isolation, time, and the first finding below them."""
    total = sum(test["max_score"] for test in results["tests"])
    points = f"{results['score']:g}/{total:g}"
    seconds = f"{results['execution_time']:.1f}"
    print(COLUMNS.format(name, points, results["extra_data"]["isolation"], seconds))
    lead = first_finding(results)
    print(textwrap.fill(lead, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT), flush=True)


def first_finding(results: dict[str, Any]) -> str:
    """The first sentence under the first check that failed, best one whose code is there."""
    failed = [test for test in results["tests"] if test.get("status") == "failed"]
    written = [t for t in failed if "missing" not in t["extra_data"]["kinds"]]
    for test in (*written, *failed):
        lead = test["output"].partition("\n")[0]
        return lead.replace("**", "").replace("`", "").replace("\\", "")
    return "Everything is right."


if __name__ == "__main__":
    sys.exit(main())
