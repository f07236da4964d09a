from collections.abc import Callable

import pytest

from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, str], ParsedDocument]


def test_headings_lists_and_paragraphs(parse: Parse) -> None:
    parsed = parse("guide.md", "# Guide\n\nHello *big*\nworld.\n\n## Steps\n\n1. First\n2. Second\n   - inner `code`\n")
    assert parsed.text == "Guide\n\nHello big world.\n\nSteps\n\n1. First\n2. Second\n- inner code"
    assert [(heading.level, heading.text) for heading in parsed.headings] == [(1, "Guide"), (2, "Steps")]
    assert all(parsed.text[h.start :].startswith(h.text) for h in parsed.headings)
    assert (parsed.title, parsed.media_type) == ("Guide", "text/markdown")


def test_tables_become_rows_that_name_their_columns(parse: Parse) -> None:
    parsed = parse("t.md", "| Plan | Price |\n|---|---|\n| Basic | 9 € |\n| Plus |  |\n")
    assert parsed.text == "Plan: Basic | Price: 9 €\nPlan: Plus"


def test_code_keeps_its_lines(parse: Parse) -> None:
    assert parse("c.md", "```sh\npip install x\nrun\n```\n").text == "pip install x\nrun"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("[portal](https://portal.example)", "portal (https://portal.example)"),
        ("[other page](other.md)", "other page"),
        ("<https://a.example>", "https://a.example"),
        ("[ask us](mailto:help@example.com)", "ask us (help@example.com)"),
        ("![the map](map.png)", "the map"),
        ("a <b>bold</b> word", "a bold word"),
        ("<div><p>one</p><script>alert(1)</script></div>", "one"),
        ("~~old~~ new", "old new"),
        ("line  \nbreak", "line\nbreak"),
    ],
)
def test_inline(parse: Parse, markdown: str, text: str) -> None:
    assert parse("x.md", markdown).text == text


def test_front_matter_gives_the_title(parse: Parse) -> None:
    parsed = parse("x.md", '---\ntitle: "Refund policy"\ntags: [a]\n---\n\n# Other\n\nText.\n')
    assert parsed.title == "Refund policy"
    assert parsed.text == "Other\n\nText."


def test_what_only_steers_a_generator_is_left_out(parse: Parse) -> None:
    source = "## Install { #install }\n\n/// tip\n\nDo it.\n\n///\n\n{* ../src/main.py hl[1] *}\n\n!!! note\n\nMore.\n"
    assert parse("x.md", source).text == "Install\n\nDo it.\n\nMore."


def test_several_top_headings_are_no_title(parse: Parse) -> None:
    assert parse("x.md", "# A\n\na\n\n# B\n\nb\n").title == ""


def test_nested_brackets_do_not_hang(parse: Parse) -> None:
    parse("x.md", "[" * 20_000 + "a" + "> " * 5_000 + "b")


def test_a_line_longer_than_any_width_is_a_paragraph_of_its_own(parse: Parse) -> None:
    long = "word " * 60 + "end."
    assert parse("p.md", f"{long}\n{long}\nshort\nlines").text == f"{long}\n{long}\nshort lines"


def test_rows_of_a_table_without_a_rule_stay_rows(parse: Parse) -> None:
    assert parse("t.md", "in euros | 2017 | 2016\ndebt | 5 | 4\ntotal | 9 | 8").text == (
        "in euros | 2017 | 2016\ndebt | 5 | 4\ntotal | 9 | 8"
    )


def test_a_paragraph_above_a_rule_is_no_heading(parse: Parse) -> None:
    parsed = parse("s.md", "word " * 60 + "end.\n---\n\nAnother paragraph.")
    assert (parsed.headings, parsed.title) == ((), "")
