"""Events of Google Chat: signed by Google for this app, or refused."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.adapter import Delivery
from connectors.errors import DeliveryRefused
from connectors.event import Message, Place, Verdict
from connectors.platforms.googlechat.adapter import GoogleChatAdapter
from connectors.platforms.googlechat.fake import CHAT, PROJECT, FakeGoogleChat
from connectors.platforms.googlechat.fake import fake as fake_googlechat
from connectors.platforms.googlechat.settings import GoogleChatSettings
from connectors.testing.signing import signing_key

pytestmark = pytest.mark.anyio
ADDRESS = "https://example.org/connectors/googlechat"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def chat() -> AsyncIterator[tuple[GoogleChatAdapter, FakeGoogleChat]]:
    async with fake_googlechat() as fake:
        adapter = GoogleChatAdapter(GoogleChatSettings(platform="googlechat", **fake.settings))
        yield adapter, fake
        await adapter.close()


def _event(**fields: Any) -> bytes:
    message = {
        "name": "spaces/A/messages/1", "sender": {"name": "users/1", "type": "HUMAN", "displayName": "Ana"},
        "createTime": "2026-01-01T00:00:00.5Z", "text": "@Pilares when?", "argumentText": " when?",
        "thread": {"name": "spaces/A/threads/T"},
        "annotations": [{"type": "USER_MENTION", "userMention": {"user": {"name": "users/app", "type": "BOT"}}}],
    }  # fmt: skip
    event = {"type": "MESSAGE", "message": message, "space": {"name": "spaces/A", "spaceType": "SPACE"}, **fields}
    return json.dumps(event).encode()


def _signed(body: bytes, key: str = "the-platforms-key", **claims: Any) -> Delivery:
    token = signing_key(key).token(**{"iss": CHAT, "aud": PROJECT, **claims})
    return Delivery({"authorization": f"Bearer {token}"}, body, {})


async def test_a_signed_message_is_read(chat: tuple[GoogleChatAdapter, FakeGoogleChat]) -> None:
    (event,) = (await chat[0].check(_signed(_event()))).events
    assert isinstance(event, Message)
    assert (event.text, event.to_me, event.place) == ("when?", True, Place("spaces/A", "T"))


async def test_a_button_is_a_verdict(chat: tuple[GoogleChatAdapter, FakeGoogleChat]) -> None:
    action = {"actionMethodName": "pilares_feedback", "parameters": [{"key": "verdict", "value": "down"}]}
    user = {"name": "users/2", "type": "HUMAN"}
    body = _event(type="CARD_CLICKED", action=action, user=user, eventTime="2026-01-01T00:00:00Z")
    (event,) = (await chat[0].check(_signed(body))).events
    assert isinstance(event, Verdict)
    assert (event.verdict, event.message_id, event.person.id) == ("down", "spaces/A/messages/1", "users/2")


async def test_to_be_added_to_a_space_says_nothing(chat: tuple[GoogleChatAdapter, FakeGoogleChat]) -> None:
    assert not (await chat[0].check(_signed(b'{"type": "ADDED_TO_SPACE", "space": {"name": "spaces/A"}}'))).events


@pytest.mark.parametrize(
    ("key", "claims"),
    [
        ("another-key", {}),
        ("the-platforms-key", {"aud": "999999999999"}),
        ("the-platforms-key", {"iss": "https://accounts.google.com"}),
        ("the-platforms-key", {"exp": int(time.time()) - 400}),
    ],
    ids=["forged", "other app", "other issuer", "replayed"],
)
async def test_a_token_that_is_not_google_chats_is_refused(
    chat: tuple[GoogleChatAdapter, FakeGoogleChat], key: str, claims: dict[str, Any]
) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await chat[0].check(_signed(_event(), key, **claims))
    assert refused.value.status == 401


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", b"{}", b"[" * 100_000, b'{"type": "MESSAGE", "message": {"a": 1}}']
)
async def test_what_is_no_event_is_refused(chat: tuple[GoogleChatAdapter, FakeGoogleChat], body: bytes) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await chat[0].check(_signed(body))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("email", "verified", "read"), [(CHAT, True, True), (CHAT, False, False), ("eve@project.iam", True, False)]
)
async def test_where_the_audience_is_an_address_the_token_has_to_be_google_chats(
    chat: tuple[GoogleChatAdapter, FakeGoogleChat], email: str, verified: bool, read: bool
) -> None:
    given = {**chat[1].settings, "audience": ADDRESS}
    adapter = GoogleChatAdapter(GoogleChatSettings(platform="googlechat", **given))
    delivery = _signed(_event(), iss="https://accounts.google.com", aud=ADDRESS, email=email, email_verified=verified)
    try:
        if read:
            assert (await adapter.check(delivery)).events
        else:
            with pytest.raises(DeliveryRefused):
                await adapter.check(delivery)
    finally:
        await adapter.close()


@pytest.mark.parametrize("secret", ['{"client_email": "x"}', "/nowhere/key.json", "{"])
def test_what_is_no_key_does_not_start(secret: str) -> None:
    with pytest.raises(ValueError, match="service_account"):
        GoogleChatSettings(platform="googlechat", audience=PROJECT, service_account=secret)
