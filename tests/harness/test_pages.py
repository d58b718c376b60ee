"""The pages in a real browser: nothing is asked for, nothing runs, nothing sticks out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_fixtures import chromium
from golden.sample import sample_grade
from msgspec import structs
from playwright.sync_api import Browser, ConsoleMessage, Page

from grader.outcomes import Outcome
from grader.report import render_report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(params=["student", "staff"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A page with everything in it, as a file."""
    path = tmp_path / "report.html"
    path.write_text(render_report(sample_grade(), staff=request.param == "staff"), "utf-8")
    return path


def opened(browser: Browser, file: Path, *, width: int, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(file.as_uri())
    return page


def test_a_page_asks_for_nothing_and_says_nothing_to_the_console(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("request", lambda request: asked.append(request.url))
    page.on("console", note)
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")

    assert asked == [file.as_uri()]
    assert said == []


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_sticks_out_of_a_page(browser: Browser, file: Path, width: int, dark: bool) -> None:
    page = opened(browser, file, width=width, dark=dark)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_follows_the_readers_wish_for_dark(browser: Browser, file: Path) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light = opened(browser, file, width=900).evaluate(colour)
    dark = opened(browser, file, width=900, dark=True).evaluate(colour)

    assert light != dark


def test_a_page_is_walked_through_by_keyboard(browser: Browser, file: Path) -> None:
    page = opened(browser, file, width=900)
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")

    assert first == "#main"
    assert page.evaluate("location.hash") == "#main"


def test_a_passed_check_unfolds_by_keyboard(browser: Browser, file: Path) -> None:
    page = opened(browser, file, width=900)
    folded = page.locator("details:not([open]) > summary").first
    folded.focus()
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.parentElement.open") is True


def printed(browser: Browser, outcome: Outcome, folder: Path) -> Page:
    """The page of a grade of one check, as paper would have it."""
    grade = structs.replace(sample_grade(), outcomes=(outcome,), expected=outcome.points)
    path = folder / "report.html"
    path.write_text(render_report(grade, staff=False), "utf-8")
    page = opened(browser, path, width=900)
    page.emulate_media(media="print")
    return page


def test_a_check_with_several_findings_leaves_no_half_page_blank(
    browser: Browser, tmp_path: Path
) -> None:
    """Each is a little higher than half a page: kept whole, each would take one."""
    failed = next(o for o in sample_grade().outcomes if o.number == "1.2")
    evidence = tuple(f"Line {number} of what was seen." for number in range(12))
    finding = structs.replace(failed.findings[0], evidence=evidence)
    long = structs.replace(failed, findings=(finding,) * 6)

    pages = printed(browser, long, tmp_path).pdf(format="A4").count(b"/Type /Page\n")

    assert 3 <= pages <= 5


def test_what_a_passed_check_has_to_show_is_printed(browser: Browser, tmp_path: Path) -> None:
    """On a screen it is unfolded; on paper nobody can."""
    drawn = next(o for o in sample_grade().outcomes if o.charts)
    passed = structs.replace(drawn, status="passed", earned=drawn.points, findings=())

    page = printed(browser, passed, tmp_path)

    assert page.locator("details[open]").count() == 0
    assert page.locator(".plots svg").first.is_visible()
    page.emulate_media(media="screen")
    assert not page.locator(".plots svg").first.is_visible()
