"""Activities of Teams: the signed one of our tenant is read; forged, old and foreign ones are refused."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from connectors.adapter import Delivery, Post
from connectors.answering import Source
from connectors.errors import DeliveryRefused, MarkupRefused, NotNow, NotPossible, SlowDown
from connectors.event import Message, Place, Verdict
from connectors.platforms.teams.adapter import TeamsAdapter
from connectors.platforms.teams.content import content
from connectors.platforms.teams.fake import APP, TENANT, FakeTeams
from connectors.platforms.teams.fake import fake as fake_teams
from connectors.platforms.teams.manifest import manifest
from connectors.platforms.teams.settings import TeamsSettings
from connectors.testing.signing import signing_key

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def teams() -> AsyncIterator[tuple[TeamsAdapter, FakeTeams]]:
    async with fake_teams() as fake:
        adapter = TeamsAdapter(TeamsSettings(platform="teams", **fake.settings))
        yield adapter, fake
        await adapter.close()


def _activity(fake: FakeTeams, **fields: Any) -> bytes:
    me = {"id": f"28:{APP}", "name": "Pilares"}
    activity = {
        "type": "message",
        "id": "17",
        "channelId": "msteams",
        "timestamp": "2026-01-01T00:00:00.1234567Z",
        "serviceUrl": fake.settings["service_url"],
        "from": {"id": "29:ana", "aadObjectId": "entra-ana", "name": "Ana"},
        "recipient": me,
        "conversation": {"id": "19:general@thread.tacv2;messageid=17", "conversationType": "channel"},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "<at>Pilares</at>&nbsp;is 1 &lt; 2, <at>Bob</at>?",
        "entities": [{"type": "mention", "mentioned": me}],
        **fields,
    }
    return json.dumps(activity).encode()


def _claims(fake: FakeTeams) -> dict[str, Any]:
    return {"iss": "https://api.botframework.com", "aud": APP, "serviceurl": fake.settings["service_url"]}


def _signed(fake: FakeTeams, body: bytes, key: str = "the-platforms-key", **claims: Any) -> Delivery:
    token = signing_key(key).token(**{**_claims(fake), **claims})
    return Delivery({"authorization": f"Bearer {token}"}, body, {})


async def test_a_signed_message_is_read(teams: tuple[TeamsAdapter, FakeTeams]) -> None:
    adapter, fake = teams
    receipt = await adapter.check(_signed(fake, _activity(fake)))
    (event,) = receipt.events
    assert isinstance(event, Message)
    assert event.text == "is 1 < 2, @Bob?"
    assert event.place == Place("19:general@thread.tacv2", "17")
    assert (event.person.id, event.to_me, event.position) == ("entra-ana", True, 1767225600.123456)


async def test_a_thumb_has_its_reason(teams: tuple[TeamsAdapter, FakeTeams]) -> None:
    adapter, fake = teams
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": '{"feedbackText":"old"}'}}
    body = _activity(fake, type="invoke", name="message/submitAction", replyToId="9", value=value)
    (event,) = (await adapter.check(_signed(fake, body))).events
    assert isinstance(event, Verdict)
    assert (event.verdict, event.reason, event.message_id) == ("down", "old", "9")


@pytest.mark.parametrize(
    ("key", "claims"),
    [
        ("another-key", {}),
        ("the-platforms-key", {"aud": "another-app"}),
        ("the-platforms-key", {"iss": "https://evil.example"}),
        ("the-platforms-key", {"exp": int(time.time()) - 400}),
        ("the-platforms-key", {"nbf": int(time.time()) + 4000}),
        ("the-platforms-key", {"serviceurl": "https://evil.example"}),
        ("the-platforms-key", {"serviceurl": None}),
    ],
    ids=["forged", "other app", "other issuer", "replayed", "not yet", "other service", "no service"],
)
async def test_a_token_that_is_not_teams_is_refused(
    teams: tuple[TeamsAdapter, FakeTeams], key: str, claims: dict[str, Any]
) -> None:
    adapter, fake = teams
    with pytest.raises(DeliveryRefused) as refused:
        await adapter.check(_signed(fake, _activity(fake), key, **claims))
    assert refused.value.status in (401, 403)


@pytest.mark.parametrize(
    "header", ["", "Basic x", "Bearer", "Bearer nonsense", "Bearer a.b.c", "Bearer " + "x" * 20_000]
)
async def test_what_is_no_token_is_refused(teams: tuple[TeamsAdapter, FakeTeams], header: str) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await teams[0].check(Delivery({"authorization": header}, _activity(teams[1]), {}))
    assert refused.value.status == 401


async def test_a_token_under_a_shared_secret_is_refused(teams: tuple[TeamsAdapter, FakeTeams]) -> None:
    adapter, fake = teams
    claims = {**_claims(fake), "exp": int(time.time()) + 100}
    token = jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "the-platforms-key"})
    with pytest.raises(DeliveryRefused):
        await adapter.check(Delivery({"authorization": f"Bearer {token}"}, _activity(fake), {}))


@pytest.mark.parametrize(
    "body",
    [b"no json", b"[]", b"{}", b"[" * 100_000, b'{"type": "message"}'],
)
async def test_what_is_no_activity_is_refused(teams: tuple[TeamsAdapter, FakeTeams], body: bytes) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await teams[0].check(_signed(teams[1], body))
    assert refused.value.status == 403


@pytest.mark.parametrize("fields", [{"channelData": {"tenant": {"id": "another"}}}, {"channelId": "webchat"}])
async def test_other_tenants_and_channels_are_refused(
    teams: tuple[TeamsAdapter, FakeTeams], fields: dict[str, Any]
) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        await teams[0].check(_signed(teams[1], _activity(teams[1], **fields)))
    assert refused.value.status == 403


def test_an_answer_has_the_label_its_citations_and_thumbs() -> None:
    sources = (Source(1, "x" * 200, 3, "At six."), Source(2, "Not cited"))
    post = Post(Place("c"), "At six \\[1\\].", "At six [1].", "k", judged=True, generated=True, sources=sources)
    sent = content(post).model_dump(by_alias=True, exclude_none=True)
    (entity,) = sent["entities"]
    assert entity["additionalType"] == ["AIGeneratedContent"]
    (citation,) = entity["citation"]
    assert citation["position"] == 1
    assert (len(citation["appearance"]["name"]), citation["appearance"]["abstract"]) == (80, "At six.")
    assert sent["channelData"]["feedbackLoop"] == {"type": "default"}


@pytest.mark.parametrize(
    ("fault", "error"), [("429", SlowDown), ("500", NotNow), ("markup", MarkupRefused), ("gone", NotPossible)]
)
async def test_refusals_are_told_in_our_words(
    teams: tuple[TeamsAdapter, FakeTeams], fault: Any, error: type[Exception]
) -> None:
    adapter, fake = teams
    post = Post(Place("a:ana", direct=True), "hello", "hello", "k")
    number = await adapter.send(post)
    fake.faults.set(fault)
    with pytest.raises(error):
        await adapter.edit(number, post)


def test_the_package_asks_for_what_it_needs() -> None:
    found = json.loads(manifest("teams"))
    assert found["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    asked = found["authorization"]["permissions"]["resourceSpecific"]
    assert {each["name"] for each in asked} == {"ChannelMessage.Read.Group", "ChatMessage.Read.Chat"}
