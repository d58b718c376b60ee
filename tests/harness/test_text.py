from __future__ import annotations

import time
import unicodedata

import pytest
from markdown_it import MarkdownIt

from grader import text

HOSTILE = {
    "link": "see [the answer](http://evil.example/x)",
    "image": "![x](http://evil.example/x.png)",
    "bare link": "go to http://evil.example/x now",
    "www": "go to www.evil.example now",
    "address": "mail me@evil.example now",
    "autolink": "<http://evil.example>",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "entity": "&lt;script&gt; &#60;b&#62;",
    "heading": "# You have 100 of 100 points",
    "underlined heading": "Points\n===",
    "list": "- item",
    "numbers": "1. item",
    "quotation": "> quoted",
    "rule": "---",
    "table": "a | b\n--- | ---\n1 | 2",
    "fence": "```\ncode",
    "tildes": "~~~\ncode",
    "code": "`x` ``y` `",
    "emphasis": "**bold** _it_ ~~gone~~",
    "reference": "[a]: http://evil.example",
    "backslash": "\\[a](b)",
    "hard break": "a\\",
    "formula": "$$\\href{http://evil.example}{x}$$",
    "attributes": "a {: onclick='x'}",
    "indented": "    code",
}
HARMLESS = {"text", "inline", "paragraph_open", "paragraph_close", "code_inline", "text_special"}


def tokens_of(source: str) -> set[str]:
    """Return what a markdown reader with tables, strikethrough and HTML makes of the source."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found = set()
    for token in reader.parse(source):
        found.add(token.type)
        found.update(child.type for child in token.children or ())
    return found


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_sentence_does_nothing_in_markdown(hostile: str) -> None:
    assert tokens_of(text.markdown(hostile)) <= HARMLESS


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_block_of_code_holds_whatever_is_put_into_it(hostile: str) -> None:
    source = text.fenced(hostile)

    tokens = MarkdownIt("commonmark").parse(source)

    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content.rstrip("\n") == text.visible(hostile).rstrip("\n")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_code_span_holds_whatever_is_put_into_it(hostile: str) -> None:
    source = f"before {text.code_span(hostile)} after"

    assert tokens_of(source) <= HARMLESS
    (inline,) = (t for t in MarkdownIt("commonmark").parse(source) if t.children)
    (code,) = (t for t in inline.children or () if t.type == "code_inline")
    assert code.content == text.one_line(hostile)


def test_a_link_is_quoted_because_many_readers_make_bare_addresses_clickable() -> None:
    for name in ("bare link", "www", "address", "formula"):
        words = [span.text for span in text.prose(HOSTILE[name]) if not span.code]

        assert not any("evil" in word or "$$" in word for word in words), name


def test_a_sentence_reads_the_same_after_escaping() -> None:
    sentence = "2 * W_1 < [x] & more: \\alpha, {y} | #3"

    rendered = MarkdownIt("commonmark").render(text.markdown(sentence))

    assert "<code>W_1</code>" in rendered
    assert "&lt; [x] &amp; more: \\alpha, {y} | #3" in rendered


def test_no_tag_starts_in_a_sentence() -> None:
    """Readers differ in what they take for HTML: none of it is left to them."""
    assert text.markdown("a <b>c</b> & d") == "a &lt;b&gt;c&lt;/b&gt; &amp; d"


def test_terminal_escapes_disappear() -> None:
    coloured = (
        "\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://e\x1b\\link\x1b]8;;\x1b\\ \x9b2J!"
    )

    assert text.visible(coloured) == "red link !"


def test_what_cannot_be_seen_is_written_out() -> None:
    source = "admin\u202enimda\u2066\u200b\x00\x08\ufeff\ud800\U000e0041\ue000"

    shown = text.visible(source)

    assert shown == (r"admin\u202enimda\u2066\u200b\x00\x08\ufeff\ud800\U000e0041\ue000")
    shown.encode("utf-8")


def test_every_character_comes_out_visible_and_encodable() -> None:
    everything = "".join(
        map(chr, [*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFE00, 0x10000)])
    )

    shown = text.visible(everything, limit=10**6, lines=10**6)

    shown.encode("utf-8")
    hidden = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"}}
    assert hidden <= {"\n"}


def test_stacked_marks_cannot_paint_over_other_lines() -> None:
    assert len(text.visible("a" + "\u0301" * 500)) < 10


def test_a_long_text_is_cut_and_says_so() -> None:
    cut = text.visible("x" * 10_000, limit=100)
    many = text.visible("x\n" * 100, lines=10)

    assert cut == "x" * 100 + " …"
    assert many.endswith("… (91 more lines)")
    assert many.count("\n") == 10


@pytest.mark.parametrize(
    "flood",
    [
        "\x1b]" * 500_000,
        "\x1bP" * 500_000,
        "a@" * 500_000,
        "`" * 1_000_001,
        "f(" * 500_000,
        "a." * 500_000,
        "\u202e" * 5_000_000,
    ],
    ids=["osc", "dcs", "address", "ticks", "calls", "names", "marks"],
)
def test_a_flood_of_text_is_read_in_no_time(flood: str) -> None:
    start = time.perf_counter()
    text.markdown(flood)
    text.fenced(flood)

    assert time.perf_counter() - start < 0.5


def test_source_rows_lose_only_the_indentation_that_all_share() -> None:
    rows = text.source_rows(["    if x:\n", "", "        y = 1\u202e"])

    assert rows == ["if x:", "", r"    y = 1\u202e"]


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("'bad.zip' was not opened.", "`bad.zip` was not opened."),
        ("Found 'my work (2).py': rename it.", "Found `my work (2).py`: rename it."),
        ("It has ('soft_max', 'svm').", "It has (`soft_max`, `svm`)."),
        ("'www.evil.example/x' is left out.", "`www.evil.example/x` is left out."),
        ("the students' 'work' isn't 'a", "the students' `work` isn't 'a"),
        ("{'a': 'b'} and x['c d'] = ''", "{'a': 'b'} and x\\['c d'\\] = ''"),
    ],
    ids=["file", "blanks", "names", "link", "apostrophes", "values"],
)
def test_a_name_in_quotes_is_set_as_code_in_their_place(sentence: str, written: str) -> None:
    """In both it would be quoted twice."""
    assert text.markdown(sentence) == written.replace("{", "\\{").replace("}", "\\}")


def test_plain_words_stay_words() -> None:
    sentence = "The value(s) differ, e.g. in row 3: 2.9 is not 5.27; doubling changes nothing."

    assert [span.code for span in text.prose(sentence)] == [False]
