"""Deliveries of WhatsApp: the signed ones are read, several messages at once too; others are refused."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.adapter import Delivery, Post
from connectors.errors import DeliveryRefused, NotPossible, SlowDown
from connectors.event import Message, Place, Verdict
from connectors.markdown.parse import parse
from connectors.markdown.whatsapp import WhatsAppMarks
from connectors.platforms.whatsapp.adapter import WhatsAppAdapter
from connectors.platforms.whatsapp.errors import WINDOW
from connectors.platforms.whatsapp.fake import APP_SECRET, NUMBER, NUMBER_ID, VERIFY_TOKEN, FakeWhatsApp
from connectors.platforms.whatsapp.fake import fake as fake_whatsapp
from connectors.platforms.whatsapp.settings import WhatsAppSettings

pytestmark = pytest.mark.anyio
META: dict[str, Any] = {"display_phone_number": "+1 555-078-3881", "phone_number_id": NUMBER_ID}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def whatsapp() -> AsyncIterator[tuple[WhatsAppAdapter, FakeWhatsApp]]:
    async with fake_whatsapp() as fake:
        adapter = WhatsAppAdapter(WhatsAppSettings(platform="whatsapp", **fake.settings))
        yield adapter, fake
        await adapter.close()


def _body(*messages: dict[str, Any], **value: Any) -> bytes:
    contacts = [{"profile": {"name": "Ana"}, "wa_id": "34600", "user_id": "ES.1"}]
    whole = {"metadata": META, "contacts": contacts, "messages": list(messages), **value}
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": whole}]}]}).encode()


def _text(body: str, number: str = "wamid.1", **fields: Any) -> dict[str, Any]:
    return {"from": "34600", "id": number, "timestamp": "5", "type": "text", "text": {"body": body}, **fields}


def _signed(body: bytes, secret: str = APP_SECRET) -> Delivery:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Delivery({"x-hub-signature-256": f"sha256={signature}"}, body, {})


def _asked(**query: str) -> Delivery:
    return Delivery({}, b"", {f"hub.{key}": value for key, value in query.items()}, "GET")


async def test_every_message_of_a_delivery_is_read(whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp]) -> None:
    adapter, _ = whatsapp
    receipt = await adapter.check(_signed(_body(_text("one"), _text("two", "wamid.2"))))
    assert [event.text for event in receipt.events if isinstance(event, Message)] == ["one", "two"]
    assert {(event.person.name, event.place) for event in receipt.events} == {("Ana", Place("34600", "", True))}


@pytest.mark.parametrize(
    ("message", "to_me", "to_others", "left"),
    [
        (_text(f"@{NUMBER} when?", group_id="g"), True, False, "when?"),
        (_text("when?", group_id="g"), False, False, "when?"),
        (_text("@34611111111 when?", group_id="g"), False, True, "@34611111111 when?"),
        (_text("why?", group_id="g", context={"from": NUMBER, "id": "wamid.0"}), True, False, "why?"),
        (_text("why?", group_id="g", context={"from": "34611", "id": "wamid.0"}), False, True, "why?"),
    ],
)
async def test_a_group_calls_by_the_number_or_by_an_answer(
    whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp], message: dict[str, Any], to_me: bool, to_others: bool, left: str
) -> None:
    (event,) = (await whatsapp[0].check(_signed(_body(message)))).events
    assert isinstance(event, Message)
    assert (event.to_me, event.to_others, event.text, event.place.direct) == (to_me, to_others, left, False)


async def test_what_is_chosen_or_sent_with_words_is_read(whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp]) -> None:
    def of_kind(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return {"from": "34600", "id": f"wamid.{kind}", "timestamp": "5", "type": kind, kind: content}

    messages = [
        of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}}),
        of_kind("button", {"text": "Later", "payload": "p"}),
        of_kind("document", {"id": "f1", "filename": "plan.pdf", "mime_type": "application/pdf", "caption": "this?"}),
        of_kind("sticker", {"id": "s1"}),
        of_kind("unsupported", {}),
        of_kind("reaction", {"message_id": "wamid.7", "emoji": "👍🏿"}),
        of_kind("reaction", {"message_id": "wamid.7"}),
    ]
    events = (await whatsapp[0].check(_signed(_body(*messages)))).events
    assert [event.text for event in events if isinstance(event, Message)] == ["Yes", "Later", "this?"]
    assert [file.name for event in events if isinstance(event, Message) for file in event.attachments] == ["plan.pdf"]
    assert [(each.verdict, each.message_id) for each in events if isinstance(each, Verdict)] == [("up", "wamid.7")]


async def test_who_hides_the_number_is_known_by_another_id(whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp]) -> None:
    message = {key: value for key, value in _text("hello").items() if key != "from"}
    body = _body(message, contacts=[{"profile": {"name": "Ana"}, "user_id": "ES.1"}])
    (event,) = (await whatsapp[0].check(_signed(body))).events
    assert (event.person.id, event.place.channel) == ("ES.1", "ES.1")


async def test_news_of_another_number_are_not_ours(whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp]) -> None:
    body = _body(_text("hello"), metadata={**META, "phone_number_id": "2"})
    assert (await whatsapp[0].check(_signed(body))).events == ()


async def test_what_did_not_arrive_is_logged_without_its_words(
    whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp], caplog: pytest.LogCaptureFixture
) -> None:
    status = {"id": "wamid.1", "status": "failed", "errors": [{"code": 131026, "title": "Message undeliverable"}]}
    with caplog.at_level(logging.ERROR, logger="connectors"):
        assert (await whatsapp[0].check(_signed(_body(statuses=[status])))).events == ()
    assert "131026 Message undeliverable" in caplog.text


async def test_meta_is_answered_when_it_knows_the_token(whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp]) -> None:
    receipt = await whatsapp[0].check(_asked(mode="subscribe", verify_token=VERIFY_TOKEN, challenge="1158201444"))
    assert (receipt.status, receipt.body, receipt.media_type) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(
    ("delivery", "status"),
    [
        (Delivery({}, _body(_text("hello")), {}), 401),
        (_signed(_body(_text("hello")), "f" * 32), 401),
        (Delivery({"x-hub-signature-256": "sha256=ñ"}, _body(_text("hello")), {}), 401),
        (Delivery(_signed(b"{}").headers, _body(_text("hello")), {}), 401),
        (_signed(b"not json"), 403),
        (_signed(b"[]"), 403),
        (_signed(b'{"entry": [{"changes": [{"field": "messages", "value": {}}]}]}'), 403),
        (_signed(_body({"id": "wamid.1"})), 403),
        (_signed(_body(_text("x"), contacts=[{}]).replace(b'"from": "34600", ', b"")), 403),
        (_asked(mode="subscribe", verify_token="guessed", challenge="1"), 403),
        (_asked(mode="subscribe", challenge="1"), 403),
        (_asked(mode="subscribe", verify_token=VERIFY_TOKEN, challenge="<script>"), 403),
        (_asked(verify_token=VERIFY_TOKEN, challenge="1"), 403),
    ],
    ids=["unsigned", "forged", "malformed", "other body", "no json", "no object", "no number", "no sender", "nobody",
         "guessed", "no token", "no challenge", "no mode"],
)  # fmt: skip
async def test_others_are_refused(
    whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp], delivery: Delivery, status: int
) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await whatsapp[0].check(delivery)
    assert refused.value.status == status
    assert APP_SECRET not in str(refused.value)


async def test_nothing_is_sent_after_a_day_but_templates(
    whatsapp: tuple[WhatsAppAdapter, FakeWhatsApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, _ = whatsapp
    post = Post(Place("34600", direct=True), "hello", "hello", "k")
    from connectors.platforms.whatsapp import fake

    for code, error in ((WINDOW, NotPossible), (131056, SlowDown)):
        monkeypatch.setattr(FakeWhatsApp, "_trouble", lambda *_, code=code: fake._error(400, code, "no"))
        with pytest.raises(error):
            await adapter.send(post)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("It is **bold**, *so*, ~~not~~ and `code`.", "It is *bold*, _so_, ~not~ and `code`."),
        ("2 * 3 and snake_case", "2 * 3 and snake_case"),
        (r"\*not bold\*", "\u200b*\u200bnot bold\u200b*\u200b"),
        ("see https://example.com/_a_b now", "see https://example.com/_a_b now"),
        ("[the page](https://example.com/a)", "the page (https://example.com/a)"),
        ("<https://example.com/a_b>", "https://example.com/a_b"),
        ("# Title", "*Title*"),
        (r"1\. first", "\u200b1. first"),
        ("```python\nx = 1\n```", "```\nx = 1\n```"),
    ],
)
async def test_marks_are_whatsapps(written: str, sent: str) -> None:
    assert WhatsAppMarks().render(parse(written)) == sent


@pytest.mark.parametrize("changed", [{"phone_number_id": "+1 555"}, {"app_secret": "short"}, {"verify_token": "short"}])
async def test_settings_that_cannot_be_metas_do_not_start(changed: dict[str, str]) -> None:
    given = {"phone_number_id": NUMBER_ID, "token": "t" * 20, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}
    with pytest.raises(ValidationError, match=next(iter(changed))):
        WhatsAppSettings.model_validate({"platform": "whatsapp", **given, **changed})
