"""Events of Chatwoot: signed with the bot's secret, or refused."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from connectors.adapter import Delivery, Post
from connectors.errors import DeliveryRefused, SendError
from connectors.event import Message, Place, Verdict
from connectors.platforms.chatwoot.adapter import ChatwootAdapter
from connectors.platforms.chatwoot.fake import fake as fake_chatwoot
from connectors.platforms.chatwoot.settings import ChatwootSettings

SECRET = "0123456789abcdef-secret"
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _adapter(**more: Any) -> ChatwootAdapter:
    given = {"url": "http://127.0.0.1:1", "account": 7, "token": "t", "secret": SECRET, **more}
    return ChatwootAdapter(ChatwootSettings(platform="chatwoot", **given))


def _event(**fields: Any) -> bytes:
    sender = {"id": 5, "name": "Ana", "type": "contact", "identifier": "ana-1"}
    event = {
        "event": "message_created", "id": 9, "message_type": "incoming", "content": "When?", "private": False,
        "created_at": "2026-01-01T00:00:00Z", "sender": sender, "account": {"id": 7},
        "conversation": {"id": 3, "status": "pending", "meta": {"sender": sender}}, **fields,
    }  # fmt: skip
    return json.dumps(event).encode()


def _signed(body: bytes, *, at: float | None = None, secret: str = SECRET, **more: str) -> Delivery:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return Delivery({"x-chatwoot-timestamp": stamp, "x-chatwoot-signature": f"sha256={digest}", **more}, body, {})


async def test_a_signed_message_is_read() -> None:
    (event,) = (await _adapter().check(_signed(_event()))).events
    assert isinstance(event, Message)
    assert (event.text, event.person.id, event.place) == ("When?", "contact:5", Place("3", direct=True))
    assert not event.with_person


async def test_who_a_contact_is_counts_where_the_site_has_proved_it() -> None:
    conversation = {"id": 3, "status": "pending", "contact_inbox": {"hmac_verified": True}}
    (event,) = (await _adapter().check(_signed(_event(conversation=conversation)))).events
    assert event.person.id == "user:ana-1"


@pytest.mark.parametrize("status", ["open", "resolved", "snoozed"])
async def test_what_is_not_pending_is_with_a_person(status: str) -> None:
    (event,) = (await _adapter().check(_signed(_event(conversation={"id": 3, "status": status})))).events
    assert isinstance(event, Message)
    assert event.with_person


@pytest.mark.parametrize("fields", [{"message_type": "outgoing"}, {"private": True}, {"event": "conversation_opened"}])
async def test_what_the_contact_did_not_write_says_nothing(fields: dict[str, Any]) -> None:
    assert not (await _adapter().check(_signed(_event(**fields)))).events


async def test_a_chosen_thumb_is_a_verdict() -> None:
    attributes = {"submitted_values": [{"title": "👎", "value": "down"}]}
    (event,) = (await _adapter().check(_signed(_event(event="message_updated", content_attributes=attributes)))).events
    assert isinstance(event, Verdict)
    assert (event.verdict, event.message_id) == ("down", "9")


@pytest.mark.parametrize(
    "made",
    [
        lambda: Delivery({}, _event(), {}),
        lambda: Delivery({}, _event(), {"secret": SECRET}),
        lambda: _signed(_event(), secret="another-secret-of-length"),
        lambda: _signed(_event(), at=time.time() - 400),
        lambda: _signed(_event(), at=time.time() + 400),
        lambda: _signed(_event(), **{"x-chatwoot-timestamp": "yesterday"}),
        lambda: _signed(_event(), **{"x-chatwoot-signature": "sha256=ñ"}),
        lambda: Delivery(_signed(b"other body").headers, _event(), {}),
        lambda: _signed(b"not json"),
        lambda: _signed(b"[]"),
        lambda: _signed(_event(account={"id": 8})),
    ],
    ids=["unsigned", "secret in the address", "forged", "replayed", "of tomorrow", "malformed time",
         "malformed signature", "other body", "no json", "no object", "other account"],
)  # fmt: skip
async def test_others_are_refused(made: Callable[[], Delivery]) -> None:  # made now: they have the time in them
    with pytest.raises(DeliveryRefused) as refused:
        await _adapter().check(made())
    assert refused.value.status in (401, 403)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(("given", "read"), [(SECRET, True), (SECRET[:-1], False), ("", False)])
async def test_an_older_chatwoot_has_the_secret_in_the_address(given: str, read: bool) -> None:
    adapter = _adapter(signed=False)
    delivery = Delivery({}, _event(), {"secret": given})
    if read:
        assert (await adapter.check(delivery)).events
    else:
        with pytest.raises(DeliveryRefused):
            await adapter.check(delivery)


async def test_a_handoff_that_was_not_sent_can_be_sent_again() -> None:
    async with fake_chatwoot() as fake:
        adapter = ChatwootAdapter(ChatwootSettings(platform="chatwoot", **fake.settings))
        post = Post(Place("3", direct=True), "A colleague comes.", "A colleague comes.", "k", hands_over=True)
        fake.faults.set("500")
        with pytest.raises(SendError):
            await adapter.send(post)
        await adapter.send(post)
        await adapter.close()
        assert (fake.status["3"], fake.texts) == ("open", ["A colleague comes."])
