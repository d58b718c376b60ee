"""The proof that a suite is good: what is right passes, every known mistake is caught and named."""

from grader.audit.judge import Audit
from grader.audit.page import render_audit, spoken
from grader.audit.pool import AuditFailed
from grader.audit.run import Options, audit

__all__ = ["Audit", "AuditFailed", "Options", "audit", "render_audit", "spoken"]
