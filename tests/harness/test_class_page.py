"""The class page says what came of the class, names nobody when asked, and works from a file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser_fixtures import chromium
from class_fixtures import simulated_class
from msgspec import Struct, structs
from playwright.sync_api import Browser, ConsoleMessage, Page

from grader.batch.likeness.similar import Pair
from grader.batch.page.render import render_class_page
from grader.batch.records import Checked, Entry, Misconception, Record, Submitter

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">\u202e"\'&]]>'
TITLE = "Losses, gradients and optimizers"


class Table(Struct):
    """A table as a reader sees it."""

    heads: list[str]
    rows: list[list[str]]
    caption: str = ""

    def column(self, head: str) -> list[str]:
        place = self.heads.index(head)
        return [row[place] for row in self.rows]


class Reader(HTMLParser):
    """Tables by their id, links, ids, and the tags that are there."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, Table] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._table = Table([], [])
        self._cell: list[str] | None = None
        self._head = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links += [known["href"] or ""] if "href" in known else []
        if tag == "table":
            self._table = Table([], [])
            self.tables[known.get("id") or str(len(self.tables))] = self._table
        elif tag == "thead":
            self._head = True
        elif tag == "tbody":
            self._head = False
        elif tag == "tr" and not self._head:
            self._table.rows.append([])
        elif tag in {"td", "th", "caption"}:
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"td", "th", "caption"} or self._cell is None:
            return
        words = " ".join("".join(self._cell).split())
        if tag == "caption":
            self._table.caption = words
        elif self._head:
            self._table.heads.append(words.replace("\u00ad", ""))
        else:
            self._table.rows[-1].append(words)
        self._cell = None


ENTRIES, RECORDS = simulated_class(120, seed=4)
PAIRS = (Pair(ENTRIES[3].name, ENTRIES[9].name, 0.97, 210),)


def rendered(*, anonymous: bool = False) -> str:
    return render_class_page(TITLE, ENTRIES, RECORDS, PAIRS, anonymous=anonymous)


def hostile_class() -> tuple[list[Entry], list[Record]]:
    """Two submissions in which every text is hostile."""
    found = (Misconception(HOSTILE, HOSTILE, HOSTILE), Misconception("mistake", HOSTILE, HOSTILE))
    check = Checked(
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, 100, 0, "failed", "visible", found, seconds=0.1
    )
    names = [f"{HOSTILE} {number}" for number in range(2)]
    entries = [Entry(n, n, (Submitter(HOSTILE, HOSTILE, HOSTILE),)) for n in names]
    records = [
        Record(names[0], HOSTILE, "graded", 0, 100, 50, (check,), (HOSTILE,), (HOSTILE,), HOSTILE),
        Record(names[1], HOSTILE, "failed", trouble=HOSTILE),
    ]
    return entries, records


def test_every_submission_has_a_row_with_its_score_and_a_link_to_its_page() -> None:
    page = Reader(rendered())
    table = page.tables["all"]
    graded = [record for record in RECORDS if record.status == "graded"]

    assert len(table.rows) == len(ENTRIES)
    by_name = {row[1].split(" · ")[-1]: row for row in table.rows}
    for record in graded:
        score = float(by_name[record.name][table.heads.index("Score")])
        assert round(score * 100) == record.score
        assert f"{record.name}/report.html" in page.links


def test_links_lead_into_the_folders_beside_the_page_or_within_it() -> None:
    page = Reader(rendered())
    pages = {f"{record.name}/report.html" for record in RECORDS if record.status == "graded"}

    for link in page.links:
        assert link in pages or link.removeprefix("#") in page.ids, link


def test_a_name_that_looks_like_an_address_stays_a_folder_beside_the_page() -> None:
    names = ["javascript:alert(1)", "https://example.org", "a b#c?d%20", "../up"]
    records = [Record(name, name, "graded", 1, 100) for name in names]
    page = Reader(render_class_page(TITLE, [], records, anonymous=False))
    links = [link for link in page.links if not link.startswith("#")]

    assert links
    assert not [link for link in links if re.search(r"[:#?\s]|^/|\.\./", link)]


def test_mistakes_are_listed_by_how_many_made_them() -> None:
    table = Reader(rendered()).tables["mistakes"]
    counts = [int(count) for count in table.column("Submissions")]

    assert counts == sorted(counts, reverse=True)
    lead = table.column("What was done")[0]
    showing = {r.name for r in RECORDS for c in r.checks for f in c.found if f.lead.endswith(lead)}
    assert counts[0] == len(showing)


def test_functions_are_listed_by_how_many_got_them_wrong() -> None:
    table = Reader(rendered()).tables["functions"]
    function = table.column("Function")[0]
    wrong = {
        r.name
        for r in RECORDS
        for c in r.checks
        for f in c.found
        if f.function.endswith(f".{function}") and f.kind not in {"convention", "cascade"}
    }

    assert int(table.column("Submissions")[0]) == len(wrong)
    assert len(set(table.column("Function"))) == len(table.rows)


def test_a_check_that_the_strong_fail_is_pointed_out() -> None:
    entries, records = simulated_class(500)
    page = Reader(render_class_page(TITLE, entries, records, anonymous=False))
    table = page.tables["checks-table"]
    remarks = dict(zip(table.column("Check"), table.column("Remark"), strict=True))

    assert remarks["4.3"] == "strong submissions fail it more often than weak ones"
    assert remarks["1.2"] == ""


def test_a_failed_submission_and_ungraded_points_are_named_at_the_top() -> None:
    page = rendered()
    failed = [record for record in RECORDS if record.status == "failed"]
    ungraded = [record for record in RECORDS if record.ungraded]

    assert failed
    assert ungraded
    look = page[page.index('id="look"') : page.index('id="mistakes-of-class"')]
    assert html.escape(failed[0].trouble) in look
    assert "2 points are left for the staff to give." in look


def test_pairs_are_to_look_at_and_no_verdict() -> None:
    page = rendered()

    assert Reader(page).tables["pairs"].rows[0][:2] == ["97%", "210"]
    assert "never a verdict" in page


def test_whoever_hands_in_the_same_again_is_in_no_pair() -> None:
    again = structs.replace(ENTRIES[9], submitters=ENTRIES[3].submitters)
    entries = [*ENTRIES[:9], again, *ENTRIES[10:]]
    page = render_class_page(TITLE, entries, RECORDS, PAIRS, anonymous=False)

    assert "pairs" not in Reader(page).tables


def test_what_could_not_be_compared_is_named() -> None:
    name = ENTRIES[2].name
    why = {name: "it takes too long to read", "no such name": "whatever"}
    page = render_class_page(TITLE, ENTRIES, RECORDS, anonymous=False, uncompared=why)
    section = page[page.index('id="similar"') : page.index('id="submissions"')]

    assert "it takes too long to read" in section
    assert html.escape(ENTRIES[2].submitters[0].name) in section
    assert "whatever" not in page


@pytest.mark.parametrize("anonymous", [False, True], ids=["staff", "anonymous"])
def test_hostile_text_stays_text(anonymous: bool) -> None:
    entries, records = hostile_class()
    pairs = [Pair(entries[0].name, entries[1].name, 0.5, 30)]
    page = render_class_page(
        HOSTILE,
        entries,
        records,
        pairs,
        anonymous=anonymous,
        uncompared={entries[0].name: HOSTILE},
        troubles=[HOSTILE],
    )
    reader = Reader(page)

    scripts = [tag for tag, _ in reader.tags if tag == "script"]
    assert len(scripts) == 1
    assert not [tag for tag, _ in reader.tags if tag == "img"]
    assert not [name for _, known in reader.tags for name in known if name.startswith("on")]
    assert "\u202e" not in page


def test_a_page_for_the_class_names_nobody() -> None:
    page = rendered(anonymous=True)
    told = [value for e in ENTRIES for s in e.submitters for value in (s.name, s.sid, s.email)]
    told += [value for e in ENTRIES for value in (e.name, e.path)]
    told += [word for e in ENTRIES for s in e.submitters for word in s.name.split()]

    assert not [value for value in told if re.search(rf"\b{re.escape(value)}\b", page)]
    assert not [value for value in told if html.escape(value) in page and len(value) > 5]
    assert "report.html" not in page
    assert 'id="look"' not in page
    assert "Submission 17" in page


def test_a_page_for_the_class_quotes_no_student_and_shows_no_hidden_check() -> None:
    said = Misconception("raised", "losses.softmax", "line 3 raises ValueError: I am Ada Lovelace")
    known = Misconception("mistake", "losses.softmax", "softmax: What its author keeps.")
    hidden = Misconception("mistake", "losses.softmax", "softmax: What only hidden checks know.")
    open_check = Checked("a", "1.1", "Seen.", "Losses", 100, 0, "failed", "visible", (said,))
    secret = Checked("b", "1.2", "Unseen.", "Losses", 100, 0, "failed", "hidden", (hidden,))
    quiet = structs.replace(open_check, name="c", found=(known,), feedback="result")
    checks = (open_check, secret, quiet)
    row = Record("ada", "k", "graded", 0, 300, 0, checks, ("ada.py",), ("ada's",))
    page = render_class_page(TITLE, [], [row, Record("x", "y", "failed", trouble="ada")],
                             anonymous=True)  # fmt: skip

    assert "Seen." in page
    assert not re.search(r"Lovelace|Unseen|only hidden|author keeps|1\\.2|\bada\b", page)


def test_labels_stay_the_same_and_follow_no_order() -> None:
    def scores(page: str) -> dict[str, str]:
        table = Reader(page).tables["all"]
        return dict(zip(table.column("Submission"), table.column("Score"), strict=True))

    there = scores(rendered(anonymous=True))
    back = render_class_page(TITLE, ENTRIES[::-1], RECORDS[::-1], anonymous=True)

    assert scores(back) == there
    in_order = [record.score for record in RECORDS if record.status == "graded"]
    shown = [round(float(score) * 100) for score in there.values() if score != "–"]
    assert sorted(shown) == sorted(in_order)
    assert shown != in_order


def test_labels_cannot_be_computed_from_names_alone() -> None:
    """Whoever knows the roster could otherwise order it as the page does."""

    def labels(records: tuple[Record, ...]) -> dict[int, str]:
        # A score of its own tells each record apart.
        known = [structs.replace(r, score=place) for place, r in enumerate(records)]
        table = Reader(render_class_page(TITLE, [], known, anonymous=True)).tables["all"]
        shown = zip(table.column("Score"), table.column("Submission"), strict=True)
        return {round(float(score) * 100): label for score, label in shown if score != "–"}

    other = tuple(structs.replace(record, key=f"{record.key}, otherwise") for record in RECORDS)

    assert labels(RECORDS) == labels(RECORDS)
    assert labels(other) != labels(RECORDS)


def test_a_page_for_the_class_accuses_nobody() -> None:
    page = rendered(anonymous=True)

    assert "imilar" not in page
    assert "pairs" not in Reader(page).tables


def test_an_empty_class_and_one_that_was_never_graded_have_a_page() -> None:
    assert "0 submissions" in render_class_page(TITLE, [], [], anonymous=False)
    waiting = render_class_page(TITLE, ENTRIES[:3], [], anonymous=False)
    assert Reader(waiting).tables["all"].column("Status") == ["not graded yet"] * 3


def test_final_scores_stand_beside_those_of_the_checks() -> None:
    final = {record.name: 123 for record in RECORDS}
    page = render_class_page(TITLE, ENTRIES, RECORDS, anonymous=False, final=final)

    assert set(Reader(page).tables["all"].column("Final")) == {"1.23"}


def test_the_page_of_a_large_class_stays_light() -> None:
    entries, records = simulated_class(2000)
    page = render_class_page(TITLE, entries, records, anonymous=False)

    # Measured 0.80 MB; a browser opens a few without a pause.
    assert len(page.encode()) < 2_000_000


def test_thousands_of_different_findings_stay_readable() -> None:
    records = []
    for place in range(2000):
        kinds = (("mistake", i) if i % 2 else ("raised", i) for i in range(6))
        found = tuple(
            Misconception(kind, f"losses.f{place % 50}", f"{kind} {place} {i}: {'words ' * 20}")
            for kind, i in kinds
        )
        check = Checked("a", "1.1", "Seen.", "Losses", 100, 0, "failed", "visible", found)
        records.append(Record(f"s{place}", "k", "graded", 0, 100, 0, (check,)))
    page = render_class_page(TITLE, [], records, anonymous=False)

    # Measured 0.77 MB.
    assert len(page.encode()) < 2_000_000
    assert "5600 more findings of this kind" in page


def test_every_table_has_a_caption_and_every_head_a_scope() -> None:
    reader = Reader(rendered())

    assert all(table.caption for table in reader.tables.values())
    heads = [known for tag, known in reader.tags if tag == "th"]
    assert heads
    assert all(known.get("scope") in {"col", "row"} for known in heads)
    assert len(reader.ids) == len(set(reader.ids))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "class.html"
    path.write_text(rendered(), "utf-8")
    (tmp_path / RECORDS[0].name).mkdir()
    (tmp_path / RECORDS[0].name / "report.html").write_text("<title>its page</title>")
    return path


def opened(browser: Browser, file: Path, *, width: int = 1200, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def visible_column(page: Page, table: str, head: str) -> list[str]:
    heads = [h.strip() for h in page.locator(f"#{table} thead th").all_inner_texts()]
    place = next(i for i, h in enumerate(heads) if h.startswith(head))
    cells = f"#{table} tbody tr:not([hidden]) > :nth-child({place + 1})"
    return [cell.strip() for cell in page.locator(cells).all_inner_texts()]


@pytest.mark.parametrize("anonymous", [False, True], ids=["staff", "anonymous"])
def test_the_page_asks_for_nothing_and_says_nothing_to_the_console(
    browser: Browser, tmp_path: Path, anonymous: bool
) -> None:
    path = tmp_path / "class.html"
    entries, records = hostile_class()
    both = [*ENTRIES, *entries], [*RECORDS, *records]
    path.write_text(render_class_page(HOSTILE, *both, anonymous=anonymous), "utf-8")
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("request", lambda request: asked.append(request.url))
    page.on("console", note)
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")

    assert asked == [path.as_uri()]
    assert said == []


@pytest.mark.parametrize("width", [390, 800, 1200])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_sticks_out_of_the_page(
    browser: Browser, file: Path, width: int, dark: bool
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(file.as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_is_sorted_by_its_head_both_ways_and_says_so(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    head = page.locator("#all th", has_text="Score")
    button = head.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    up = visible_column(page, "all", "Score")

    assert head.get_attribute("aria-sort") == "ascending"
    known = [float(score) for score in up if score != "–"]
    assert known == sorted(known)
    assert up[len(known) :] == ["–"] * (len(up) - len(known))

    page.keyboard.press("Enter")

    assert head.get_attribute("aria-sort") == "descending"
    assert [float(s) for s in visible_column(page, "all", "Score") if s != "–"] == known[::-1]
    assert visible_column(page, "all", "Score")[-1] == "–"


def test_names_and_negative_numbers_are_sorted_as_people_read_them(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file)
    page.locator("#checks-table th", has_text="Check").first.get_by_role("button").click()
    numbers = visible_column(page, "checks-table", "Check")
    page.locator("#checks-table th", has_text="tion").get_by_role("button").click()
    found = visible_column(page, "checks-table", "Correla")

    assert [n for n in numbers if n.startswith("5.")] == [f"5.{i}" for i in range(1, 12)]
    known = [float(value.replace("−", "-")) for value in found if value != "–"]
    assert known == sorted(known)


def test_points_are_sorted_as_numbers(browser: Browser, tmp_path: Path) -> None:
    records = [Record(f"s{score}", "k", "graded", score, 10_000) for score in (850, 7000, 825, 80)]
    path = tmp_path / "class.html"
    path.write_text(render_class_page(TITLE, [], records, anonymous=False), "utf-8")
    page = opened(browser, path)
    page.locator("#all th", has_text="Score").get_by_role("button").click()

    assert visible_column(page, "all", "Score") == ["0.8", "8.25", "8.5", "70"]


def test_words_and_states_narrow_the_table_and_one_button_shows_all(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file)
    tools = page.locator('.tools[data-table="all"]')
    name = ENTRIES[5].submitters[0].name
    tools.get_by_role("searchbox").fill(name.upper())
    rows = visible_column(page, "all", "Submission")

    assert rows
    assert all(name in row for row in rows)
    assert f"{len(rows)} of 120" in tools.get_by_role("status").inner_text()

    tools.get_by_role("button", name="Show all").click()
    tools.get_by_role("combobox").select_option("failed")
    states = visible_column(page, "all", "Status")

    assert set(states) == {"failed"}


def test_a_long_list_shows_its_first_rows_until_all_are_asked_for(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file)
    tools = page.locator('.tools[data-table="mistakes"]')
    rows = page.locator("#mistakes tbody tr")
    known = rows.count()

    assert known > 10
    assert page.locator("#mistakes tbody tr:visible").count() == 10
    assert f"10 of {known}" in tools.get_by_role("status").inner_text()

    page.locator("#mistakes th", has_text="Submissions").get_by_role("button").click()
    counts = [int(text) for text in visible_column(page, "mistakes", "Submissions")]
    assert page.locator("#mistakes tbody tr:visible").count() == 10
    assert counts == sorted(counts)

    tools.get_by_role("button", name="Show all").click()
    assert page.locator("#mistakes tbody tr:visible").count() == known


def test_a_function_leads_to_all_that_got_it_wrong(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    count = visible_column(page, "functions", "Submissions")[0]
    page.locator("#functions tbody tr").first.locator("a[data-found]").click()

    assert len(visible_column(page, "all", "Submission")) == int(count)


def test_a_mistake_leads_to_all_that_made_it(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    count = visible_column(page, "mistakes", "Submissions")[0]
    page.locator("#mistakes tbody tr").first.locator("a[data-found]").click()

    assert len(visible_column(page, "all", "Submission")) == int(count)
    assert page.url.endswith("#all")


def test_without_its_script_the_page_is_whole_and_its_links_work(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file, scripts=False)

    assert len(visible_column(page, "all", "Submission")) == len(ENTRIES)
    assert page.locator(".tools:visible").count() == 0
    assert page.locator("a[data-found]:visible").count() == 0
    page.locator(f'#all a[href="{RECORDS[0].name}/report.html"]').click()
    assert page.title() == "its page"


def test_a_script_that_got_into_the_page_would_not_run(browser: Browser, tmp_path: Path) -> None:
    """The escaping has its own test; this is what holds if it ever fails."""
    path = tmp_path / "class.html"
    attack = "<script>document.title='run'</script><p onclick=1 id=p>x</p></main>"
    path.write_text(rendered().replace("</main>", attack), "utf-8")

    assert opened(browser, path).title() != "run"


def test_a_group_is_named_by_all_of_its_members() -> None:
    group = next(entry for entry in ENTRIES if len(entry.submitters) == 2)
    table = Reader(rendered()).tables["all"]
    row = next(row for row in table.rows if row[1].endswith(group.name))

    assert row[0] == " and ".join(submitter.name for submitter in group.submitters)
    assert group.submitters[1].sid in row[1]


def test_a_record_without_an_entry_is_shown_by_its_name() -> None:
    lonely = structs.replace(RECORDS[0], name="lonely")
    table = Reader(render_class_page(TITLE, [], [lonely], anonymous=False)).tables["all"]

    assert table.column("Submission") == ["lonely"]
