"""The command line: what may be asked for; what comes of it is in commands.py."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from grader import commands, terminal

_KEEPS = (commands.grade, commands.batch)
"""Commands that write as they go."""


def run() -> None:
    """Run the command line, and end this process by its exit status."""
    status = main()
    if sys.argv[1:2] == ["grade"]:
        # All is written and closed: to take Python apart would take as long as twenty checks.
        _leave_at_once(status)
    sys.exit(status)


def _leave_at_once(status: int) -> None:
    """End this process without tidying up; return where what was printed cannot be written."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    # Before numpy is imported: threads on matrices of a homework's size wait more than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = _parser().parse_args(arguments)
    terminal.let_readers_leave()
    command: Callable[[argparse.Namespace], int] = given.run
    try:
        return command(given)
    except KeyboardInterrupt:
        kept = " What was done until now is kept." if command in _KEEPS else ""
        print(f"Stopped.{kept}", file=sys.stderr)
        return commands.GRADER_FAILED
    except OSError as error:
        # A full disk, or a place where nothing may be written; writing names no file.
        place = error.filename or getattr(given, "out", "grader")
        return commands.complain(
            f"{place}: {error.strerror or error}. What was written before is kept."
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade numerical homework: hidden suites, a wall round student code, "
        "reports that teach.",
        epilog="Exit status: 0 graded, whatever the score; 1 the grader failed; 2 bad usage.",
    )
    named = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        said = (run.__doc__ or "").strip()
        command = named.add_parser(run.__name__, help=said, description=said)
        command.set_defaults(run=run)
        command.add_argument(
            "--assignment",
            type=Path,
            default=Path(),
            metavar="DIR",
            help="the assignment's folder (default: this folder)",
        )
        return command

    one = add(commands.grade)
    one.add_argument("submission", type=Path, help="a folder, a zip, a notebook or a .py file")
    one.add_argument(
        "--out",
        type=Path,
        default=Path("grade"),
        metavar="DIR",
        help="where results.json and the pages go (default: grade)",
    )
    one.add_argument("--seed", type=_seed, metavar="N", help="other random data than the usual")
    one.add_argument(
        "--check", default="", metavar="NAME", help="run only the check of this name or number"
    )
    one.add_argument(
        "--require-isolation",
        choices=("L1", "L2", "L3", "L4"),
        help="refuse to grade where student code is shut in less well",
    )
    one.add_argument(
        "--metadata", type=Path, metavar="FILE", help="Gradescope's submission_metadata.json"
    )
    one.add_argument("--results", type=Path, metavar="FILE", help="another place for results.json")
    many = add(commands.batch)
    many.add_argument("export", type=Path, help="an export of Gradescope's, or a folder or zip")
    many.add_argument(
        "--out", type=Path, default=Path("class"), metavar="DIR", help="results (default: class)"
    )
    many.add_argument(
        "--jobs",
        type=_count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="submissions at a time (default: one for each core)",
    )
    many.add_argument("--cluster", default="", metavar="ADDRESS", help="grade on a dask cluster")
    many.add_argument("--seed", type=_seed, metavar="N", help="other random data than the usual")
    many.add_argument(
        "--against", type=Path, metavar="OLD_OUT", help="say whose score changes, and why"
    )
    many.add_argument(
        "--adjustments", type=Path, metavar="CSV", help="extensions and scores set by hand"
    )
    many.add_argument(
        "--anonymous", action="store_true", help="a class page without names, to show in class"
    )
    many.add_argument(
        "--staff-pages", action="store_true", help="staff.html for each, with all that is hidden"
    )
    many.add_argument("--quiet", action="store_true", help="no progress, and only what failed")
    many.add_argument(
        "--require-isolation",
        choices=("L1", "L2", "L3", "L4"),
        help="refuse to grade where student code is shut in less well",
    )
    started = named.add_parser("new", help=commands.new.__doc__, description=commands.new.__doc__)
    started.set_defaults(run=commands.new)
    started.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    add(commands.doctor)
    made = add(commands.template)
    made.add_argument("--check", action="store_true", help="write nothing; say what differs")
    packed = add(commands.package)
    packed.add_argument(
        "--out",
        type=Path,
        default=Path("autograder.zip"),
        metavar="FILE",
        help="the zip to write (default: autograder.zip)",
    )
    proof = add(commands.audit)
    proof.add_argument(
        "--out", type=Path, default=Path("audit"), metavar="DIR", help="where the page goes"
    )
    proof.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, metavar="N", help="processes"
    )
    proof.add_argument(
        "--sample", type=_count, metavar="N", help="so many variants and mutants, not all"
    )
    proof.add_argument(
        "--seeds", type=_count, default=50, metavar="N", help="random data for right solutions"
    )
    proof.add_argument(
        "--only", default="", metavar="NAME", help="only the variants and mutants of this function"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text!r}")
    return int(text)


def _seed(text: str) -> int:
    try:
        seed = int(text)
    except ValueError:
        seed = 2**63
    if not -(2**63) <= seed < 2**63:
        raise argparse.ArgumentTypeError(f"expected a whole number of 64 bits, got {text!r}")
    return seed
