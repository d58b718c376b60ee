"""The proof that a suite is good: what is right passes, every known mistake is caught and named."""

from grader.audit.figures import Figures, figures_of, read_figures, write_figures
from grader.audit.judge import Audit
from grader.audit.page import render_audit, spoken
from grader.audit.pool import AuditFailed
from grader.audit.run import Options, audit

__all__ = [
    "Audit",
    "AuditFailed",
    "Figures",
    "Options",
    "audit",
    "figures_of",
    "read_figures",
    "render_audit",
    "spoken",
    "write_figures",
]
