"""Deliveries of each platform with webhooks: the signed one is read; forged, old and malformed ones are refused."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from connectors.adapter import Delivery
from connectors.errors import DeliveryRefused
from connectors.event import Message, Verdict
from connectors.platforms.slack.adapter import SlackAdapter
from connectors.platforms.slack.fake import fake as fake_slack
from connectors.platforms.slack.settings import SlackSettings
from connectors.platforms.telegram.adapter import SECRET_HEADER, TelegramAdapter
from connectors.platforms.telegram.fake import FakeTelegram
from connectors.platforms.telegram.fake import fake as fake_telegram
from connectors.platforms.telegram.settings import TelegramSettings

SECRET = "0123456789abcdef-secret"
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[TelegramAdapter, FakeTelegram]]:
    async with fake_telegram() as fake:
        settings = TelegramSettings(
            platform="telegram", transport="webhook", public_url="https://example.org", webhook_secret=SECRET,
            **fake.settings,
        )  # fmt: skip
        adapter = TelegramAdapter(settings)
        yield adapter, fake
        await adapter.close()


async def test_telegrams_update_is_read_under_its_secret(telegram: tuple[TelegramAdapter, FakeTelegram]) -> None:
    adapter, fake = telegram
    await fake.say("hello", channel="general", mention=True)
    body = json.dumps(fake.updates()[0]).encode()
    receipt = await adapter.check(Delivery({SECRET_HEADER: SECRET}, body, {}))
    (event,) = receipt.events
    assert isinstance(event, Message)
    assert (event.text, event.to_me, event.place.direct) == ("hello", True, False)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 401),
        ({SECRET_HEADER: "another"}, b"{}", 401),
        ({SECRET_HEADER: SECRET[:-1]}, b"{}", 401),
        ({SECRET_HEADER: "ñ" + SECRET}, b"{}", 401),
        ({SECRET_HEADER: SECRET}, b"not json", 403),
        ({SECRET_HEADER: SECRET}, b"[]", 403),
        ({SECRET_HEADER: SECRET}, b'{"update_id": 1, "message": {"message_id": "x"}}', 403),
        ({SECRET_HEADER: SECRET}, b"[" * 100_000, 403),
    ],
)
async def test_telegrams_are_refused_otherwise(
    telegram: tuple[TelegramAdapter, FakeTelegram], headers: dict[str, str], body: bytes, status: int
) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await telegram[0].check(Delivery(headers, body, {}))
    assert refused.value.status == status
    assert SECRET not in str(refused.value)


@pytest.fixture
async def slack() -> AsyncIterator[SlackAdapter]:
    async with fake_slack() as fake:
        given = {**fake.settings, "app_token": "", "transport": "http", "signing_secret": SECRET}
        adapter = SlackAdapter(SlackSettings(platform="slack", **given))
        yield adapter
        await adapter.close()


def _signed(body: bytes, *, at: float | None = None, secret: str = SECRET, **more: str) -> Delivery:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
        "content-type": "application/json",
    }
    return Delivery({**headers, **more}, body, {})


def _event(**fields: Any) -> bytes:
    event = {
        "type": "message",
        "channel": "C1",
        "user": "U1",
        "ts": "1.5",
        "text": "<@UBOT> when &amp; where?",
        **fields,
    }
    return json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event}).encode()


async def test_slacks_event_is_read_under_its_signature(slack: SlackAdapter) -> None:
    (event,) = (await slack.check(_signed(_event()))).events
    assert isinstance(event, Message)
    assert (event.text, event.to_me, event.place.conversation) == ("when & where?", True, "C1/1.5")


async def test_a_mention_that_comes_as_two_events_is_one(slack: SlackAdapter) -> None:
    (one,) = (await slack.check(_signed(_event()))).events
    (other,) = (await slack.check(_signed(_event(type="app_mention")))).events
    assert one == other


async def test_what_slack_asks_before_it_delivers_is_answered(slack: SlackAdapter) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "say this"}).encode()
    receipt = await slack.check(_signed(body))
    assert (receipt.events, receipt.body) == ((), "say this")


async def test_buttons_and_commands_come_as_forms(slack: SlackAdapter) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    command = b"command=%2Fpilares&text=when+do+you+open%3F&user_id=U1&channel_id=C1&trigger_id=t1"
    (asked,) = (await slack.check(_signed(command, **form))).events
    assert isinstance(asked, Message)
    assert asked.text == "when do you open?"
    payload = {
        "type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "C1"}, "container": {"message_ts": "2.5"},
        "actions": [{"action_id": "pilares_feedback", "value": "down", "action_ts": "3.5"}],
    }  # fmt: skip
    from urllib.parse import urlencode

    (judged,) = (await slack.check(_signed(urlencode({"payload": json.dumps(payload)}).encode(), **form))).events
    assert isinstance(judged, Verdict)
    assert (judged.verdict, judged.message_id) == ("down", "2.5")


@pytest.mark.parametrize(
    "made",
    [
        lambda: Delivery({}, _event(), {}),
        lambda: _signed(_event(), secret="another-secret-of-length"),
        lambda: _signed(_event(), at=time.time() - 400),
        lambda: _signed(_event(), **{"x-slack-request-timestamp": "yesterday"}),
        lambda: _signed(_event(), **{"x-slack-signature": "v0=ñ"}),
        lambda: _signed(_event(), **{"x-slack-signature": ""}),
        lambda: Delivery(_signed(b"other body").headers, _event(), {}),
        lambda: _signed(b"not json"),
        lambda: _signed(b'{"type": "event_callback", "event": {"type": "message"}}'),
        lambda: _signed(b"[]"),
    ],
    ids=["unsigned", "forged", "replayed", "malformed time", "malformed signature", "empty", "other body", "no json",
         "no event", "no object"],
)  # fmt: skip
async def test_slacks_are_refused_otherwise(slack: SlackAdapter, made: Callable[[], Delivery]) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await slack.check(made())
    assert refused.value.status in (401, 403)
    assert SECRET not in str(refused.value)
