"""An audit from top to bottom: processes, submissions, rounds, verdicts."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from grader.assignment import Assignment, load_assignment
from grader.audit.judge import Audit, Row, check_rows, failures_of, judge, points_failures
from grader.audit.leaks import template_leaks
from grader.audit.pool import AuditFailed, Pool
from grader.audit.rounds import Round
from grader.audit.subjects import (
    Sources,
    Subject,
    fixed_subjects,
    held_by,
    mutant_subjects,
    variant_subjects,
)
from grader.audit.work import Answer, CheckResult, Job, work
from grader.feedback.variants import VariantError
from grader.submission import SourceFile, Submission, load_submission
from grader.suite.run import import_reference

_SEEDS_OF_VARIANTS = 3
_CALL_S = 1.0
"""Longest call of what is known to be wrong: no reference takes a tenth of it. [s]"""

Progress = Callable[[int, int, str], None]
"""Is told how many rounds are done, of how many, and what was graded last."""


class Options(Struct, frozen=True):
    """What is to be audited, and how thoroughly."""

    assignment: Path
    jobs: int = 1
    sample: int | None = None
    """So many variants and mutants only, spread over all; None for all."""
    seeds: int = 50
    """For what is right; variants are graded under three of them at most."""
    only: str = ""
    """Only the variants and mutants of what begins so: a module, or a function of it."""

    @property
    def whole(self) -> bool:
        """Whether all is to be audited."""
        return self.sample is None and not self.only


class _Plan(Struct, frozen=True):
    """A subject, and its job under each seed."""

    subject: Subject
    jobs: tuple[Job, ...]


def audit(options: Options, progress: Progress = lambda _done, _all, _what: None) -> Audit:
    """Audit the suites of an assignment. Raises AssignmentError, ReferenceBroken, AuditFailed."""
    began = time.monotonic()
    with Pool(options.jobs, work) as pool:
        # Only now, with all walls about to stand, is anything of the assignment read.
        assignment = load_assignment(options.assignment)
        right = pool.tell(assignment.folder)
        reference = import_reference(assignment.folder, assignment.settings.reference)
        sources = Sources.read(assignment)
        touched = _touched(right.checks, sources.built_on())
        try:
            conventions = assignment.settings.conventions
            variants = list(variant_subjects(reference, sources, conventions))
            mutants = list(mutant_subjects(reference, sources, sorted(touched)))
        except VariantError as error:
            raise AuditFailed(str(error)) from error
        _require_known(conventions, variants)
        wanted = [s for s in (*variants, *mutants) if s.function.startswith(options.only)]
        if options.only and not wanted:
            names = ", ".join(sorted({s.function for s in (*variants, *mutants)}))
            raise AuditFailed(f"--only {options.only}: no graded function begins so, of {names}.")
        chosen = _sampled(wanted, options.sample)
        subjects = [*fixed_subjects(assignment), *chosen]
        asked = _asked(right.checks, touched, wanted) if options.only else right.checks
        plans = [_plan(s, assignment, sources, asked, touched, options) for s in subjects]
        if options.only:  # what is right and holds none of these has no say
            plans = [plan for plan in plans if plan.jobs or plan.subject.kind != "right"]
        jobs = [(place, job) for place, plan in enumerate(plans) for job in plan.jobs]
        answers: list[dict[int, Answer]] = [{} for _ in plans]
        for done, (number, answer) in enumerate(pool.map([job for _, job in jobs]), start=1):
            place, job = jobs[number]
            answers[place][plans[place].jobs.index(job)] = answer
            progress(done, len(jobs), plans[place].subject.name)
    rows = [
        judge(plan.subject, [got[number] for number in sorted(got)])
        for plan, got in zip(plans, answers, strict=True)
    ]
    return _audit(assignment, rows, answers, right.checks, options, began)


def _audit(
    assignment: Assignment,
    rows: Sequence[Row],
    answers: Sequence[Mapping[int, Answer]],
    checks: Sequence[CheckResult],
    options: Options,
    began: float,
) -> Audit:
    sampled = not options.whole
    by_check = check_rows(rows, checks)
    leaks = {leak for got in answers for answer in got.values() for leak in answer.leaks}
    failures = (
        *failures_of(rows, by_check, sampled=sampled),
        *points_failures(assignment, checks),
        *(f"{leak} is an expected value, and students read it." for leak in sorted(leaks)),
        *(f"template: {leak}" for leak in template_leaks(assignment)),
    )
    return Audit(
        title=assignment.settings.title,
        rows=tuple(rows),
        checks=by_check,
        failures=failures,
        sampled=sampled,
        seeds=options.seeds,
        rounds=sum(map(len, answers)),
        seconds=time.monotonic() - began,
    )


def _require_known(conventions: Mapping[str, float], variants: Sequence[Subject]) -> None:
    """Raise AuditFailed where assignment.toml names a convention that no variant has."""
    known = {subject.name for subject in variants}
    for name in conventions:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; is {near[0]!r} meant?" if near else "."
            raise AuditFailed(
                f"assignment.toml: key conventions: no convention is called {name!r}{meant}"
            )


def _touched(
    checks: Sequence[CheckResult], built_on: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """For each name of the reference the checks that call it, or something built on it."""
    found: dict[str, set[str]] = {}
    for check in checks:
        for function in check.functions:
            for name in built_on.get(function, ()):
                found.setdefault(name, set()).add(check.name)
    return {name: frozenset(names) for name, names in found.items()}


def _asked(
    checks: Sequence[CheckResult],
    touched: Mapping[str, frozenset[str]],
    wanted: Sequence[Subject],
) -> list[CheckResult]:
    """The checks that may see one of these: what is right need pass no others."""
    names = frozenset[str]().union(*(touched.get(s.function, frozenset()) for s in wanted))
    return [check for check in checks if check.name in names]


def _sampled(subjects: Sequence[Subject], count: int | None) -> list[Subject]:
    """So many of them, evenly spread."""
    if count is None or count >= len(subjects):
        return list(subjects)
    return [subjects[place * len(subjects) // count] for place in range(count)]


def _plan(
    subject: Subject,
    assignment: Assignment,
    sources: Sources,
    checks: Sequence[CheckResult],
    touched: Mapping[str, frozenset[str]],
    options: Options,
) -> _Plan:
    if subject.folder is not None:
        return _Plan(subject, tuple(_jobs_of_folder(subject, assignment, checks, options)))
    texts = {**sources.texts, subject.module: subject.text}
    files = tuple(SourceFile(f"{name}.py", name, text) for name, text in texts.items())
    submission = Submission(subject.name, files, (), "")
    wanted = touched.get(subject.function, frozenset())
    if not wanted:
        return _Plan(subject, ())
    if subject.kind == "mutant":
        asked = Round(submission, wanted, explain=False, stop=True, call_s=_CALL_S)
        return _Plan(subject, (Job(asked, changed=(subject.module, subject.text)),))
    seeds = _seeds(min(options.seeds, _SEEDS_OF_VARIANTS))
    # Only the usual data need be explained to see whether a mistake is; what is accepted needs it.
    return _Plan(
        subject,
        tuple(
            Job(
                Round(
                    submission,
                    wanted,
                    seed,
                    explain=seed is None or subject.kind == "convention",
                    call_s=_CALL_S,
                ),
                scan=seed is None,
            )
            for seed in seeds
        ),
    )


def _jobs_of_folder(
    subject: Subject, assignment: Assignment, checks: Sequence[CheckResult], options: Options
) -> Iterator[Job]:
    assert subject.folder is not None  # noqa: S101 - for the type checker
    modules = assignment.settings.modules
    submission = load_submission(subject.folder, modules, assignment.given_out)
    held = {file.module: held_by(file.text) for file in submission.files if not file.cells}
    # The template is to earn nothing in any check, and a notebook holds all modules.
    whole = subject.kind != "right" or any(file.cells for file in submission.files)
    wanted = frozenset(
        check.name
        for check in checks
        if whole
        or all(
            module in held and held[module](target)
            for module, _, target in (name.partition(".") for name in check.functions)
        )
    )
    if not wanted:
        return
    for seed in _seeds(1 if subject.kind == "template" else options.seeds):
        yield Job(Round(submission, wanted, seed, explain=subject.kind != "template"))


def _seeds(count: int) -> tuple[int | None, ...]:
    """The usual data, and others."""
    return (None, *range(1, count))
