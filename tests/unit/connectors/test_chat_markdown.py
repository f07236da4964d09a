"""Whatever a model writes: within the limit, nothing lost, balanced, and nothing that loads or notifies by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.markdown.dialect import Dialect
from connectors.markdown.discord import DiscordMarkdown
from connectors.markdown.googlechat import GoogleChatMarkup
from connectors.markdown.heal import heal
from connectors.markdown.matrix import MatrixHtml
from connectors.markdown.mattermost import MattermostMarkdown
from connectors.markdown.parse import parse
from connectors.markdown.plain import PlainText
from connectors.markdown.slack import SlackMrkdwn
from connectors.markdown.split import split, splitting
from connectors.markdown.telegram import TelegramHtml
from connectors.markdown.tree import Paragraph, Run, Style
from connectors.markdown.whatsapp import WhatsAppMarks
from connectors.testing.markdown import made, troubles

DIALECTS: list[Dialect] = [TelegramHtml(), DiscordMarkdown(), SlackMrkdwn(), PlainText()]
DIALECTS += [MattermostMarkdown(), WhatsAppMarks(), MatrixHtml()]
by_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@by_dialect
@pytest.mark.parametrize("limit", [120, 700, None])
def test_made_up_texts_come_through(dialect: Dialect, limit: int | None) -> None:
    for seed in range(25):
        blocks = parse(made(seed))
        assert not troubles(blocks, split(blocks, dialect, limit), dialect, limit or dialect.limit), f"seed {seed}"


@by_dialect
@settings(max_examples=40, deadline=None)
@given(
    text=st.text(alphabet=st.characters(codec="utf-8"), max_size=400) | st.text("*_`~[]()<>|#-+\\!&\n a1", max_size=200)
)
def test_any_text_comes_through(dialect: Dialect, text: str) -> None:
    blocks = parse(text)
    assert not troubles(blocks, split(blocks, dialect, 100), dialect, 100)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=300))
def test_a_text_cut_anywhere_can_be_healed_and_shown(text: str) -> None:
    for end in range(0, len(text), 7):
        TelegramHtml().render(parse(heal(text[:end])))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It is **very imp", "It is **very imp**"),
        ("Call `run_th", "Call `run_th`"),
        ("See [the gui", "See"),
        ("See [the guide](https://exam", "See"),
        ("A *b **c", "A *b **c***"),
        ("```py\nx = **1", "```py\nx = **1"),
        ("Done **bold** now", "Done **bold** now"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ],
)
def test_a_half_written_text_reads_as_it_will_when_it_is_finished(written: str, shown: str) -> None:
    assert heal(written) == shown


@pytest.mark.parametrize(
    "hostile", ["![x](http://evil/p.png)", "[1]: http://evil/r\n\nsee [1]", "<img src=http://evil/i>"]
)
@by_dialect
def test_no_address_of_a_picture_gets_through_as_one(dialect: Dialect, hostile: str) -> None:
    rendered = dialect.render(parse(hostile))
    assert "evil/p.png" not in rendered
    assert dialect.name == "plain" or "<img" not in rendered.replace("\\<", "")
    assert "](" not in rendered


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "smb://host/share", "ms-msdt:/id", "data:text/html,x", "file:///etc"]
)
@by_dialect
def test_a_link_leads_to_the_web_or_to_an_address_or_is_none(dialect: Dialect, address: str) -> None:
    rendered = dialect.render(parse(f"[click]({address})"))
    assert "href" not in rendered
    assert f"<{address}" not in rendered


def test_a_link_cannot_pretend_to_lead_elsewhere() -> None:
    rendered = TelegramHtml().render(parse("[bank.com](https://evil.example/login)"))
    assert rendered == '<a href="https://evil.example/login">https://evil.example/login</a>'


def test_nobody_is_notified_by_a_model() -> None:
    hostile = parse("<!channel> <@U123> @everyone <@&99>")
    assert "<" not in SlackMrkdwn().render(hostile)
    assert "@everyone" not in DiscordMarkdown().render(hostile)
    assert "\\<@U123>" in DiscordMarkdown().render(hostile)


def test_a_bare_address_is_not_unfurled_by_discord() -> None:
    assert DiscordMarkdown().render(parse("see https://example.com/a_b now")) == "see <https://example.com/a_b> now"


def test_styles_that_begin_and_end_together_stay_apart() -> None:
    assert SlackMrkdwn().render(parse("**a**_b_ and *x*")) == "*a*\u200b_b_ and _x_"
    assert TelegramHtml().render(parse("**a *b***")) == "<b>a </b><b><i>b</i></b>"


def test_a_list_goes_on_with_its_number_and_without_a_second_mark() -> None:
    text = "\n".join(f"{number}. item number {number} of the list" for number in range(1, 9))
    parts = [TelegramHtml().render(part) for part in split(parse(text), TelegramHtml(), 100)]
    assert [line.split(".")[0] for part in parts for line in part.split("\n")] == [str(n) for n in range(1, 9)]
    long = "- " + "word " * 60
    parts = [TelegramHtml().render(part) for part in split(parse(long), TelegramHtml(), 100)]
    assert len(parts) > 1
    assert "".join(parts).count("•") == 1


def test_the_first_message_is_there_before_the_rest_is_looked_at() -> None:
    blocks = parse("word " * 200_000)
    assert next(splitting(blocks, TelegramHtml()))


def test_parts_end_with_a_sentence_where_that_costs_little() -> None:
    parts = split(parse("One two three four five. " * 40), TelegramHtml(), 200)
    assert all(TelegramHtml().render(part).rstrip().endswith(".") for part in parts)


@pytest.mark.parametrize("dialect", [WhatsAppMarks(), GoogleChatMarkup(), SlackMrkdwn()], ids=lambda each: each.name)
def test_ticks_beside_code_make_no_fence(dialect: Dialect) -> None:
    code = Style(code=True)
    assert "```" not in dialect.render((Paragraph((Run("a", code), Run("`"), Run("b", code))),))
