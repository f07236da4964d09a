"""What is read of Matrix's events, which invitations are accepted, and what may not become a link or a name."""

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.adapter import Post
from connectors.errors import SlowDown
from connectors.event import Place
from connectors.markdown.matrix import MatrixHtml
from connectors.markdown.parse import parse
from connectors.platforms.matrix.adapter import MatrixAdapter
from connectors.platforms.matrix.content import edited, message
from connectors.platforms.matrix.fake import TOKEN, FakeMatrix
from connectors.platforms.matrix.fake import fake as fake_matrix
from connectors.platforms.matrix.reading import OURS, Me, Room, message_of, thumb_of
from connectors.platforms.matrix.settings import MatrixSettings

ME = Me("@pilares:example.org", "Pilares")
OPEN, TALK = Room("!open:example.org", direct=False), Room("!talk:example.org", direct=True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def matrix() -> AsyncIterator[tuple[MatrixAdapter, FakeMatrix]]:
    async with fake_matrix() as fake:
        adapter = MatrixAdapter(MatrixSettings(platform="matrix", **{**fake.settings, "people": ["@ana:example.org"]}))
        yield adapter, fake
        await adapter.close()


def _said(body: str, sender: str = "@ana:example.org", **content: Any) -> dict[str, Any]:
    whole = {"msgtype": "m.text", "body": body, **content}
    return {"event_id": "$1", "sender": sender, "origin_server_ts": 5, "content": whole, "type": "m.room.message"}


@pytest.mark.parametrize(
    ("event", "to_me", "to_others", "left"),
    [
        (_said("Pilares: when?", **{"m.mentions": {"user_ids": [ME.id]}}), True, False, "when?"),
        (_said("Pilares when?", **{"m.mentions": {"user_ids": [ME.id]}}), True, False, "when?"),
        (_said("@pilares:example.org when?"), True, False, "when?"),
        (_said("so, @pilares:example.org, when?"), True, False, "so, , when?"),
        (_said("Eva: when?", **{"m.mentions": {"user_ids": ["@eva:example.org"]}}), False, True, "Eva: when?"),
        (_said("Pilares are nice", **{"m.mentions": {}}), False, False, "Pilares are nice"),
        (_said("PilaresX: when?"), False, False, "PilaresX: when?"),
        (_said("> <@eva:example.org> why?\n\nwhen?", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}),
         False, False, "when?"),
    ],
)  # fmt: skip
def test_who_is_named(event: dict[str, Any], to_me: bool, to_others: bool, left: str) -> None:
    read = message_of(event, OPEN, ME)
    assert read is not None
    assert (read.to_me, read.to_others, read.text) == (to_me, to_others, left)


def test_a_message_begins_a_thread_in_a_room_and_none_in_a_direct_talk() -> None:
    threaded = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$0"}}
    read = [message_of(_said("x", **extra), room, ME) for room in (OPEN, TALK) for extra in ({}, threaded)]
    assert [each and each.place.thread for each in read] == ["$1", "$0", "", "$0"]


@pytest.mark.parametrize(
    "event",
    [
        _said("* x", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}}),
        _said("x", ME.id, **{OURS: True}),
        _said("geo:1,2", msgtype="m.location"),
        {**_said("x"), "content": {}},
    ],
    ids=["replaces another", "ours", "a place", "deleted"],
)
def test_what_says_nothing_new_is_none(event: dict[str, Any]) -> None:
    assert message_of(event, OPEN, ME) is None


def test_programs_speak_in_notices_and_files_have_names() -> None:
    notice = message_of(_said("beep", msgtype="m.notice"), OPEN, ME)
    file = message_of(_said("plan.pdf", msgtype="m.file", url="mxc://e/1", info={"size": 12}), OPEN, ME)
    described = message_of(_said("is it this?", msgtype="m.image", filename="a.png", url="mxc://e/2"), OPEN, ME)
    assert notice is not None
    assert file is not None
    assert described is not None
    assert notice.person.is_bot
    assert (file.text, file.attachments[0].name, file.attachments[0].size) == ("", "plan.pdf", 12)
    assert (described.text, described.attachments[0].id) == ("is it this?", "mxc://e/2")


@pytest.mark.parametrize(("sign", "verdict"), [("👍", "up"), ("👍🏿", "up"), ("👎️", "down"), ("🎉", None)])
def test_a_thumb_of_any_colour_is_one(sign: str, verdict: str | None) -> None:
    relates = {"rel_type": "m.annotation", "event_id": "$0", "key": sign}
    found = thumb_of({"content": {"m.relates_to": relates}})
    assert (found and found[0]) == verdict


@pytest.mark.anyio
@pytest.mark.parametrize("content", [None, [], {"msgtype": "m.text", "body": "x", "m.mentions": 1}, {"msgtype": []}])
async def test_an_event_that_is_none_does_not_stop_the_others(
    matrix: tuple[MatrixAdapter, FakeMatrix], content: Any
) -> None:
    joined = {OPEN.id: SimpleNamespace(timeline=SimpleNamespace(events=[
        SimpleNamespace(source={**_said("x"), "content": content}), SimpleNamespace(source=_said("y")),
    ]))}  # fmt: skip
    assert [event.kind for event in await matrix[0]._events(joined, 0.0, ME)] == ["message"]


@pytest.mark.anyio
async def test_what_is_older_than_the_start_is_not_answered(matrix: tuple[MatrixAdapter, FakeMatrix]) -> None:
    timeline = SimpleNamespace(events=[SimpleNamespace(source=_said("old"))])
    assert not await matrix[0]._events({OPEN.id: SimpleNamespace(timeline=timeline)}, 6.0, ME)


@pytest.mark.anyio
async def test_only_who_may_talk_may_invite(
    matrix: tuple[MatrixAdapter, FakeMatrix], monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[str] = []

    async def join(room_id: str) -> object:
        joined.append(room_id)
        return object()

    def invite(sender: str, whom: str) -> Any:
        return SimpleNamespace(invite_state=[SimpleNamespace(sender=sender, state_key=whom)])

    monkeypatch.setattr(matrix[0]._client, "join", join)
    await matrix[0]._join(
        {
            "!a:example.org": invite("@ana:example.org", ME.id),
            "!b:example.org": invite("@eve:example.org", ME.id),
            "!c:example.org": invite("@ana:example.org", "@bob:example.org"),
        },
        ME,
    )
    assert joined == ["!a:example.org"]


@pytest.mark.anyio
async def test_the_same_message_again_is_one_and_another_under_its_key_is_not(
    matrix: tuple[MatrixAdapter, FakeMatrix],
) -> None:
    adapter, fake = matrix
    one, other = (Post(Place(OPEN.id, "$0"), text, text, "in1.0") for text in ("one", "other"))
    ids = [await adapter.send(post) for post in (one, one, other)]
    assert ids[0] == ids[1] != ids[2]
    assert [shown.text for shown in fake.shown()] == ["one", "other"]


@pytest.mark.anyio
async def test_a_thumb_that_is_too_much_at_once_comes_a_little_later(
    matrix: tuple[MatrixAdapter, FakeMatrix], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, fake = matrix
    refused: list[str] = []
    react = adapter._react

    async def twice(room_id: str, message_id: str, sign: str) -> None:
        if sign not in refused:
            refused.append(sign)
            raise SlowDown(0.01)
        await react(room_id, message_id, sign)

    monkeypatch.setattr(adapter, "_react", twice)
    await adapter.send(Post(Place(OPEN.id), "one", "one", "k", judged=True))
    assert refused == ["👍", "👎"]
    assert [content["m.relates_to"]["key"] for kind, content in fake.calls if kind == "m.reaction"] == refused


def test_nobody_is_notified_and_what_replaces_fits_into_an_event() -> None:
    full = "x" * MatrixHtml.limit
    content = edited("$1", Post(Place(OPEN.id, "$0"), full, full, "k"))
    assert content["m.mentions"] == content["m.new_content"]["m.mentions"] == {}
    assert len(json.dumps(content)) < 60_000
    assert message(Post(Place(OPEN.id), "<p>x</p>", "x", "k", marked=False)).keys() == {
        "msgtype", "body", "m.mentions", OURS,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("[the page](https://example.com/a)", "<p>the page (<code>https://example.com/a</code>)</p>"),
        ("see https://example.com/a_b now", "<p>see <code>https://example.com/a_b</code> now</p>"),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>"),
        ("one\ntwo", "<p>one<br/>two</p>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> # so", "<blockquote><h1>so</h1></blockquote>"),
        ("| a |\n|---|\n| 1 |",
         "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ],
)  # fmt: skip
def test_the_html_is_plain_and_holds_no_links(written: str, sent: str) -> None:
    assert MatrixHtml().render(parse(written)) == sent


@pytest.mark.parametrize("homeserver", ["matrix.example.org", "https://", "ftp://example.org", "https://u:p@e.org"])
def test_an_address_that_is_none_does_not_start(homeserver: str) -> None:
    with pytest.raises(ValidationError, match="homeserver"):
        MatrixSettings(platform="matrix", homeserver=homeserver, token=TOKEN)
