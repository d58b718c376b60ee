"""What run_autograder calls: grade the submission that lies in Gradescope's folders.

It enters below the command line, whose libraries are not installed there. What it prints goes to
the platform's record of the run, which instructors alone see.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from grader.output import write_failure
from grader.place import RESULTS, Place

GRADED, GRADER_FAILED = 0, 1


def grade_there(root: Path) -> int:
    """Grade `root`/submission; results.json is valid afterwards. Return the exit status."""
    place = Place(root / "results", root / "results" / RESULTS)
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It names the students and their e-mail addresses; a run by hand has none.
    metadata = root / "submission_metadata.json"
    try:
        # Inside: an engine that cannot be imported is a failure like any other.
        from grader.grade import Options, grade

        graded = grade(
            Options(
                submission=root / "submission",
                assignment=root / "source" / "assignment",
                place=place,
                metadata=metadata if metadata.exists() else None,
            )
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, results.json must say so
        traceback.print_exception(error)
        write_failure(place, error)
        return GRADER_FAILED
    sys.stdout.write(
        f"{float(graded.earned):g} of {float(graded.graded):g} graded points; "
        f"isolation {graded.isolation}; {graded.seconds:.1f} s\n"
    )
    sys.stderr.writelines(f"Grader: {trouble}\n" for trouble in graded.troubles)
    return GRADER_FAILED if graded.grader_failed else GRADED


if __name__ == "__main__":
    sys.exit(grade_there(Path(sys.argv[1]).resolve()))
