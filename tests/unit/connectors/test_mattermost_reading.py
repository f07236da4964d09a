"""What is read of Mattermost's posts and reactions, and which words may not reach its server as they are."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.markdown.mattermost import MattermostMarkdown
from connectors.markdown.parse import parse
from connectors.platforms.mattermost.reading import Me, message_of, posted, since_then, thumb_of
from connectors.platforms.mattermost.settings import MattermostSettings

ME = Me({"id": "bot", "username": "pilares"})
TOKEN = "a" * 26


def _post(**fields: Any) -> dict[str, Any]:
    return {
        "id": "p1",
        "create_at": 5,
        "user_id": "u1",
        "channel_id": "c1",
        "root_id": "",
        "message": "hello",
        **fields,
    }


@pytest.mark.parametrize(
    ("written", "to_me", "to_others", "left"),
    [
        ("@pilares when?", True, False, "when?"),
        ("ask @Pilares.", True, False, "ask ."),
        ("@pilares and @ana, when?", True, False, "and @ana, when?"),
        ("@ana when?", False, True, "@ana when?"),
        ("@all when?", False, False, "@all when?"),
        ("@pilares2 when?", False, True, "@pilares2 when?"),
        ("write to me@pilares.org", False, False, "write to me@pilares.org"),
        ("when?", False, False, "when?"),
    ],
)
def test_who_is_named(written: str, to_me: bool, to_others: bool, left: str) -> None:
    message = message_of(_post(message=written), "O", ME)
    assert message is not None
    assert (message.to_me, message.to_others, message.text) == (to_me, to_others, left)


def test_a_post_begins_a_thread_in_a_channel_and_none_in_a_direct_talk() -> None:
    places = [message_of(_post(root_id=root), kind, ME) for kind in "OD" for root in ("", "r1")]
    assert [each and (each.place.thread, each.place.direct) for each in places] == [
        ("p1", False), ("r1", False), ("", True), ("r1", True),
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"type": "system_join_channel"}, {"delete_at": 7}])
def test_what_nobody_wrote_is_none(fields: dict[str, Any]) -> None:
    assert message_of(_post(**fields), "O", ME) is None


@pytest.mark.parametrize("props", [{"from_bot": "true"}, {"from_webhook": "true"}])
def test_programs_are_known_by_what_the_server_says_of_them(props: dict[str, str]) -> None:
    event = posted({"post": json.dumps(_post(props=props)), "channel_type": "O", "sender_name": "@ana"}, ME)
    assert event is not None
    assert (event.person.is_bot, event.person.name) == (True, "ana")


def test_files_come_with_a_post() -> None:
    file = {"id": "f1", "name": "plan.pdf", "mime_type": "application/pdf", "size": 12}
    message = message_of(_post(metadata={"files": [file]}), "D", ME)
    assert message is not None
    assert [(each.id, each.name, each.size) for each in message.attachments] == [("f1", "plan.pdf", 12)]


@pytest.mark.parametrize(
    ("emoji", "verdict"),
    [("+1", "up"), ("thumbsup", "up"), ("+1_medium_dark_skin_tone", "up"), ("-1", "down"), ("tada", None)],
)
def test_a_thumb_of_any_colour_is_one(emoji: str, verdict: str | None) -> None:
    assert thumb_of({"emoji_name": emoji}) == verdict


def test_what_was_missed_is_posts_and_thumbs_that_are_new_enough() -> None:
    def thumb(user: str, moment: int) -> dict[str, Any]:
        return {"user_id": user, "post_id": "p1", "emoji_name": "-1", "create_at": moment}

    own = _post(user_id="bot", metadata={"reactions": [thumb("bot", 9), thumb("u1", 3), thumb("u2", 9)]})
    assert [(each.kind, each.person.id) for each in since_then(own, "O", 8, ME)] == [("verdict", "u2")]
    assert [each.kind for each in since_then(_post(create_at=9), "O", 8, ME)] == ["message"]
    assert not list(since_then(_post(create_at=7), "O", 8, ME))


def test_no_word_of_a_model_notifies_anybody_or_becomes_markup() -> None:
    hostile = "@channel @ana <!channel> &lt; a_b_c ~off-topic $x$ me@here.org"
    rendered = MattermostMarkdown().render(parse(hostile))
    assert "@channel" not in rendered
    assert "@ana" not in rendered
    assert "<!channel>" not in rendered
    assert r"a\_b\_c" in rendered
    assert r"\~off" in rendered
    assert "me@here.org" in rendered


def test_an_address_stays_one_and_a_table_a_table() -> None:
    assert MattermostMarkdown().render(parse("see https://example.com/a_b now")) == "see https://example.com/a_b now"
    table = MattermostMarkdown().render(parse("| a | b |\n|---|---|\n| 1 | x \\| y |"))
    assert table.split("\n") == ["| a | b |", "| --- | --- |", r"| 1 | x \| y |"]


@pytest.mark.parametrize(
    "url", ["chat.example.org", "https://", "ftp://chat.example.org", "https://example.org/chat", "https://u:p@e.org"]
)
def test_an_address_that_is_none_does_not_start(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        MattermostSettings(platform="mattermost", url=url, token=TOKEN)
