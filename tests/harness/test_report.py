"""The report as a person sees it.

The golden pages are compared without their style sheet. After a change that is meant, write them
anew and look at them: `WRITE_GOLDEN=1 pytest tests/harness/test_report.py`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from golden.sample import FOLDER, sample_grade
from msgspec import structs

from grader.outcomes import Chart, CodeLine, Finding, Grade, Note, Outcome
from grader.report import render_report

VOID = {"meta", "path", "rect", "circle", "use", "br", "img", "link", "input"}


class Page(HTMLParser):
    """What a person sees of a page, and the elements that show it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.texts: dict[str, list[str]] = {}
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def said(self, tag: str) -> list[str]:
        return [" ".join(words.split()) for words in self.texts.get(tag, [])]


def page_of(grade: Grade, *, staff: bool = False) -> Page:
    return Page(render_report(grade, staff=staff))


def outcome(**more: Any) -> Outcome:
    made = Outcome(
        name="test_one",
        number="1.1",
        title="One thing works",
        part="One",
        points=Fraction(4),
        earned=Fraction(),
        status="failed",
    )
    return structs.replace(made, **more)


def grade_of(*outcomes: Outcome, **more: Any) -> Grade:
    expected = sum((o.points for o in outcomes), Fraction())
    made = Grade(submission="ada", title="Homework", outcomes=outcomes, expected=expected)
    return structs.replace(made, **more)


@pytest.mark.parametrize("name", ["student", "staff"])
def test_pages_are_the_golden_ones(name: str) -> None:
    page = render_report(sample_grade(), staff=name == "staff")
    bare = re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.DOTALL)
    bare = re.sub(r"sha256-[\w+/=]+", "sha256-", bare)
    golden = FOLDER / f"{name}.html"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(bare, encoding="utf-8")

    assert bare == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("staff", [False, True], ids=["student", "staff"])
def test_elements_close_in_order_and_ids_are_unique(staff: bool) -> None:
    page = page_of(sample_grade(), staff=staff)

    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [str(attrs["href"]) for tag, attrs in page.elements if "href" in attrs]
    labels = [
        str(a[k])
        for _, a in page.elements
        for k in a
        if k in {"aria-labelledby", "aria-describedby"}
    ]
    assert {target.removeprefix("#") for target in [*targets, *labels]} <= set(ids)


def test_a_student_reads_first_what_works_then_what_to_look_at_next() -> None:
    page = page_of(sample_grade())

    assert page.said("h2")[:2] == ["What works", "What to look at next"]
    assert "5 of 8 checks passed. Regularization is complete." in page.text
    assert page.said("li")[0].startswith("1.2 The SVM loss")
    assert "6 points" in page.said("li")[0]


def test_failed_checks_are_open_and_passed_ones_folded() -> None:
    page = page_of(sample_grade())

    for attrs in page.attributes("details"):
        assert ("open" in attrs) != ("passed" in str(attrs["class"]))


def test_each_check_says_its_status_in_a_word() -> None:
    page = page_of(sample_grade())

    summaries = page.said("summary")
    assert summaries[0] == "Passed 1.1 The bias trick gives the same scores 3 of 3 points"
    assert summaries[1].startswith("Partly 1.2")
    assert summaries[2].startswith("Failed 1.3")
    assert summaries[-1].startswith("Not graded 3.2")


def test_headings_descend_one_level_at_a_time() -> None:
    levels = [
        int(tag[1])
        for tag, _ in page_of(sample_grade(), staff=True).elements
        if re.fullmatch(r"h\d", tag)
    ]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_loads_and_runs_nothing() -> None:
    source = render_report(sample_grade(), staff=True)
    page = Page(source)

    (policy,) = (str(a["content"]) for a in page.attributes("meta") if a.get("http-equiv"))
    style = source.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not {tag for tag, _ in page.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
    }
    assert not re.search(r"https?:|url\((?!#)|@import", source)
    assert not any(
        key.startswith("on") or key == "style" for _, attrs in page.elements for key in attrs
    )


@pytest.mark.parametrize(
    "secret",
    ["secret", "Optimizers", "expected dW", "Traceback", "seed", "landlock", "troubles", "--check"],
)
def test_a_student_sees_nothing_that_is_not_shown_yet(secret: str) -> None:
    source = render_report(sample_grade(), staff=False)

    assert secret not in re.sub(r"<style>.*?</style>", "", source, flags=re.DOTALL)
    assert "shown later" in source


def test_a_student_s_total_leaves_out_what_is_not_visible() -> None:
    page = page_of(sample_grade())

    assert "21 of 36 points graded" in " ".join(page.text.split())


def test_staff_see_everything_and_how_to_run_a_check_again() -> None:
    page = page_of(sample_grade(), staff=True)

    for words in (
        "not for students",
        "adam_secret_lead",
        "adam_secret_staff",
        "Hidden from the student",
        "Shown once grades are published",
        "expected dW[0, 0] = 0.123456789",
        "grader grade ada-lovelace --check test_1_2 --seed 20240917",
        "landlock, seccomp",
        "check 3.2: the reference raised ValueError",
        "numpy 2.4",
        "20240917",
    ):
        assert words in page.text, words


def test_a_hostile_name_cannot_leave_the_command() -> None:
    name = "x; rm -rf ~ #'"

    page = page_of(grade_of(outcome(name=name), submission=name), staff=True)

    (command,) = (words for words in page.said("pre") if words.startswith("grader"))
    assert command.startswith("""grader grade 'x; rm -rf ~ #'"'"'' --check""")


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("full", "lead evidence details question printed"),
        ("hint", "lead evidence question"),
        ("result", ""),
    ],
)
def test_the_feedback_level_rules_what_a_student_sees(level: str, seen: str) -> None:
    said = Finding(
        "value",
        "zlead",
        ("zevidence",),
        ("zdetails",),
        "zquestion",
        printed="zprinted",
        staff="zstaff",
    )
    chart = Chart("zchart", ((0.0, 0.0), (1.0, 1.0)), ((0.0, 0.0),))

    shown = page_of(grade_of(outcome(feedback=level, findings=(said,), charts=(chart,)))).text

    chart_words = set() if level == "result" else {"zchart"}
    assert set(re.findall(r"z\w+", shown)) == {f"z{word}" for word in seen.split()} | chart_words


@pytest.mark.parametrize("staff", [False, True], ids=["student", "staff"])
def test_hostile_text_stays_text(staff: bool) -> None:
    bad = "</style></pre><script>alert(1)</script><img src=x onerror=y>\x1b[31m\u202e\ud800\x00\"'>"
    said = Finding(
        "value", bad, (bad,), (bad,), bad, (CodeLine(bad, 1, bad, bad),), bad, (bad,), bad, bad
    )
    chart = Chart(bad, ((0.0, 0.0), (1.0, 1.0)), ())
    everything = outcome(
        name=bad,
        number=bad,
        title=bad,
        part=bad,
        feedback="full",
        findings=(said,),
        notes=(Note(said),),
        charts=(chart,),
        tags=(bad,),
        functions=(bad,),
    )
    grade = grade_of(
        everything,
        submission=bad,
        title=bad,
        notices=(bad,),
        troubles=(bad,),
        isolation=bad,
        isolation_notes=(bad,),
        versions=((bad, bad),),
    )

    source = render_report(grade, staff=staff)

    page = Page(source)
    assert page.open == []
    assert not {tag for tag, _ in page.elements} & {"script", "img"}
    assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs)
    assert not set(source) & {"\x1b", "\u202e", "\ud800", "\x00"}
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize(
    ("grade", "words"),
    [
        (
            grade_of(outcome(earned=Fraction(4), status="passed")),
            "Everything that was checked works",
        ),
        (grade_of(outcome()), "No check passes yet"),
        (grade_of(outcome(status="grader_failed")), "Nothing could be graded"),
        (grade_of(outcome(visibility="hidden")), "There is nothing to show yet"),
        (grade_of(), "There is nothing to show yet"),
        (grade_of(outcome(), complete=False), "Grading did not finish"),
        (grade_of(outcome(), expected=Fraction(9)), "5 points could not be graded"),
    ],
    ids=["all right", "all wrong", "ungraded", "all hidden", "empty", "unfinished", "never ran"],
)
def test_every_kind_of_grade_has_its_first_sentence(grade: Grade, words: str) -> None:
    assert words in page_of(grade).text


def test_checks_that_fail_for_one_reason_are_one_step() -> None:
    missing = Finding("missing", "losses.py is missing.")
    checks = [outcome(name=f"t{k}", number=f"1.{k}", findings=(missing,)) for k in range(1, 8)]

    page = page_of(grade_of(*checks, outcome(name="other", number="2.1", points=Fraction(5))))

    assert page.said("li")[0] == (
        "1.1 One thing works 28 points losses.py is missing. "
        "The same in 1.2, 1.3, 1.4, 1.5 and 2 more."
    )


def test_a_page_is_the_same_each_time() -> None:
    assert render_report(sample_grade(), staff=True) == render_report(sample_grade(), staff=True)


def test_rendering_imports_nothing_heavy() -> None:
    code = (
        "import sys; from grader.report import render_report; from grader.outcomes import Grade;"
        "from fractions import Fraction; assert 'jinja2' not in sys.modules;"
        "render_report(Grade('a', 'b', (), Fraction(1)), staff=True);"
        "print({'numpy', 'matplotlib', 'pytest', 'rich', 'nbformat'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_charts_are_images_with_a_name_and_a_description() -> None:
    page = page_of(sample_grade())

    images = [attrs for attrs in page.attributes("svg") if attrs.get("role") == "img"]
    assert len(images) == 2
    assert all(attrs.get("aria-labelledby") and attrs.get("aria-describedby") for attrs in images)
    assert page.said("title")[1:] == [
        "Momentum on Beale's function: the path in the plane",
        "Momentum on Beale's function: the loss at each step",
    ]
    assert len(page.said("desc")) == 2
