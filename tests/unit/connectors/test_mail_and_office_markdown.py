"""The dialects of Teams, mail, Google Chat and Chatwoot: all is said within the limit, and nothing loads by itself."""

import pytest

from connectors.markdown.commonmark import CommonMark
from connectors.markdown.dialect import Dialect
from connectors.markdown.googlechat import GoogleChatMarkup
from connectors.markdown.mail import MailHtml
from connectors.markdown.parse import parse
from connectors.markdown.split import split
from connectors.markdown.teams import TeamsMarkdown
from connectors.testing.markdown import made, troubles

DIALECTS: list[Dialect] = [
    TeamsMarkdown(),
    MailHtml(),
    GoogleChatMarkup(),
    CommonMark(10_000),
]
by_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@by_dialect
@pytest.mark.parametrize("limit", [700, None])
def test_made_up_texts_come_through(dialect: Dialect, limit: int | None) -> None:
    for seed in range(25):
        blocks = parse(made(seed))
        assert not troubles(blocks, split(blocks, dialect, limit), dialect, limit or dialect.limit), f"seed {seed}"


@pytest.mark.parametrize(
    "hostile", ["![x](http://evil/p.png)", "<img src=http://evil/i>", "<at>Bob</at>", "[1]: http://evil/r\n\nsee [1]"]
)
@by_dialect
def test_nothing_loads_and_nobody_is_named(dialect: Dialect, hostile: str) -> None:
    rendered = dialect.render(parse(hostile))
    assert "evil/p.png" not in rendered
    assert "<img" not in rendered.replace("\\<", "")
    assert "<at>" not in rendered.replace("\\<", "")
    assert "href" not in rendered
    assert "](" not in rendered


def test_teams_has_no_headings_and_no_tables() -> None:
    assert TeamsMarkdown().render(parse("# A & B")) == "**A &amp; B**"
    assert TeamsMarkdown().render(parse("| a |\n|---|\n| 1 |")).startswith("```\na\n-")


def test_a_mail_has_lists_and_tables() -> None:
    html = MailHtml().render(parse("3. one\n4. **two**\n\n| a |\n|---|\n| 1 < 2 |"))
    assert html.startswith('<ol start="3"><li>one</li><li><strong>two</strong></li></ol>')
    assert "1 &lt; 2</td>" in html
