from collections.abc import Callable

import pytest

from knowledge.parse.document import ParsedDocument

Parse = Callable[[str, bytes | str], ParsedDocument]

PAGE = """<!doctype html><html><head><title>Shipping | ACME</title><style>p{}</style></head><body>
<header><nav><a href=/>Home</a><a href=/shop>Shop</a></nav></header>
<main><h1>Shipping</h1><p>We ship <b>worldwide</b>.<br>Even to islands.</p>
<h2>Prices</h2>
<table><caption>Per parcel</caption><thead><tr><th>Zone</th><th>Price</th></tr></thead>
<tbody><tr><td>Spain</td><td>5&nbsp;€</td></tr><tr><td>World</td><td>20 €</td></tr></tbody></table>
<ul><li>Fast</li><li>Safe<ul><li>insured</li></ul></li></ul>
<script>track()</script></main>
<footer>© ACME <a href=/privacy>Privacy</a></footer></body></html>"""


def test_a_page(parse: Parse) -> None:
    parsed = parse("shipping.html", PAGE)
    assert parsed.text.split("\n") == [
        "Shipping",
        "",
        "We ship worldwide.",
        "Even to islands.",
        "",
        "Prices",
        "",
        "Per parcel",
        "Zone: Spain | Price: 5 €",
        "Zone: World | Price: 20 €",
        "",
        "- Fast",
        "- Safe",
        "- insured",
    ]
    assert parsed.title == "Shipping"
    assert [(h.level, h.text) for h in parsed.headings] == [(1, "Shipping"), (2, "Prices")]


def test_a_page_of_nothing_but_navigation_keeps_it(parse: Parse) -> None:
    assert "Home" in parse("x.html", "<html><body><nav>Home</nav></body></html>").text


def test_a_table_of_keys_and_values(parse: Parse) -> None:
    parsed = parse("x.html", "<table><tr><th>Weight</th><td>2 kg</td></tr><tr><th>Colour</th><td>red</td></tr></table>")
    assert parsed.text == "Weight: 2 kg\nColour: red"


def test_a_table_that_only_arranges_the_page_is_read_as_text(parse: Parse) -> None:
    parsed = parse("x.html", "<table><tr><td><h1>Title</h1><p>One.</p></td></tr><tr><td><p>Two.</p></td></tr></table>")
    assert parsed.text == "Title\n\nOne.\n\nTwo."


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">secret</p>',
        '<p style="color:red; VISIBILITY: hidden">secret</p>',
        '<span style="font-size:0">secret</span>',
        "<p hidden>secret</p>",
        '<div aria-hidden="true">secret</div>',
        "<template>secret</template>",
        "<noscript>secret</noscript>",
        "<!-- secret -->",
    ],
)
def test_what_nobody_sees_is_left_out(parse: Parse, hidden: str) -> None:
    assert "secret" not in parse("x.html", f"<html><body><p>Shown.</p>{hidden}</body></html>").text


def test_the_declared_encoding_counts(parse: Parse) -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body>Año</body></html>'
    assert parse("x.html", page.encode("latin-1")).text == "Año"


def test_preformatted_lines_stay(parse: Parse) -> None:
    assert parse("x.html", "<pre>a\n  b\n</pre>").text == "a\nb"


def test_a_page_nested_deeper_than_python_recurses(parse: Parse) -> None:
    assert "deep" in parse("x.html", "<div>" * 5_000 + "deep").text
