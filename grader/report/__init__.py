"""Grade -> one page that a person reads: the student's, or the whole for the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.report.frame import prepare, render_page
from grader.report.view import build_page

if TYPE_CHECKING:
    from grader.outcomes import Grade

__all__ = ["prepare", "render_report"]


def render_report(grade: Grade, *, staff: bool) -> str:
    """Render a self-contained page: no script, and no request to anywhere.

    The student's page shows what Gradescope would show now; the staff's page shows everything.
    """
    return render_page("report.html", also="img-src data:", page=build_page(grade, staff=staff))
