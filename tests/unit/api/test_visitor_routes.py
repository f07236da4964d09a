"""What the widget's visitors get, from where, and what they never get."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient

from assistant.api.access import ACCESS
from assistant.api.app import create_app, visitors_of
from assistant.handoff.record import Summary
from assistant.handoff.store import Circumstances
from assistant.routing.examples import load_labels
from assistant.routing.intents import SHIPPED
from assistant.security.accounts import Accounts
from assistant.security.allowance import Allowance
from assistant.security.rights import Right
from assistant.security.visitors import Visitors
from assistant.settings import Settings
from assistant.testing.accounts import cheap_accounts, known
from assistant.testing.scripted import ScriptedAssistant
from assistant.tools.settings import ToolSettings
from assistant.turn.strategies.wants_person import wants_a_person

SITE = "https://shop.example"
GUEST, OTHER = "g" * 43, "h" * 43


@pytest.fixture
def visitors(assistant: ScriptedAssistant, shared: Settings) -> Visitors:
    return visitors_of(assistant, shared)


@pytest.fixture
def token(visitors: Visitors) -> str:
    return visitors.keys.make("shop", [SITE], groups=["customers"]).token


def headers(token: str, guest: str = GUEST, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "origin": SITE, "x-pilares-guest": guest, **more}


def events(text: str) -> list[str]:
    return [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]


def asked(client: TestClient, token: str, guest: str = GUEST, **more: Any) -> Any:
    body = {"question": "How many days of leave?", **more}
    return client.post("/api/widget/ask", json=body, headers=headers(token, guest))


def test_a_visitor_asks_and_gets_words_and_quotes_alone(network: TestClient, token: str) -> None:
    response = asked(network, token)
    assert response.headers["access-control-allow-origin"] == SITE
    assert response.headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in response.headers
    assert set(events(response.text)) == {"wrote", "finished"}
    assert "Every employee has 25 days of annual leave a year." in response.text
    for word in ("scripted-small", "leave.md", "p_slm", "passages", "usage", "document_id"):
        assert word not in response.text


@pytest.fixture(params=["network", "client"])
def anywhere(request: pytest.FixtureRequest) -> TestClient:
    """A server on the network, and one that is for the person at this computer."""
    client: TestClient = request.getfixturevalue(request.param)
    return client


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://shop.example", "https://shop.example.evil", f"{SITE}:8443"]
)
def test_a_page_of_another_origin_gets_and_reads_nothing(anywhere: TestClient, token: str, origin: str | None) -> None:
    sent = {name: value for name, value in headers(token).items() if name != "origin"}
    sent |= {} if origin is None else {"origin": origin}
    for response in (
        anywhere.post("/api/widget/ask", json={"question": "leave"}, headers=sent),
        anywhere.get("/api/widget/about", headers=sent),
    ):
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers
    before = anywhere.options(
        "/api/widget/ask", headers={"origin": origin or "", "access-control-request-method": "POST"}
    )
    assert before.status_code == 403
    assert not [name for name in before.headers if name.startswith("access-control")]


def test_browsers_ask_before_and_are_told_what_they_may(anywhere: TestClient, token: str) -> None:
    before = anywhere.options("/api/widget/ask", headers={"origin": SITE, "access-control-request-method": "POST"})
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == SITE
    assert "x-pilares-identity" in before.headers["access-control-allow-headers"]
    assert anywhere.options("/api/ask", headers={"origin": SITE}).status_code != 204


def test_a_page_of_our_own_address_may_be_a_website(network: TestClient, visitors: Visitors) -> None:
    own = visitors.keys.make("own", ["http://pilares.example"]).token
    sent = {"authorization": f"Bearer {own}", "x-pilares-guest": GUEST}
    assert network.get("/api/widget/about", headers={**sent, "sec-fetch-site": "same-origin"}).status_code == 200
    assert network.get("/api/widget/about", headers={**sent, "sec-fetch-site": "cross-site"}).status_code == 403


def test_the_key_is_good_for_nothing_else(network: TestClient, token: str) -> None:
    for route, needed in ACCESS.items():
        if needed in (None, Right.VISIT):
            continue
        method, path = route.split(" ")
        path = path.replace("{", "").replace("}", "").replace(":path", "")
        for sent in (headers(token), {"x-api-key": token}):
            assert network.request(method, path, headers=sent).status_code in (401, 403), route
    assert network.get("/api/openapi.json", headers=headers(token)).status_code == 401


def test_other_credentials_are_no_visitors(network: TestClient, accounts: Accounts, client: TestClient) -> None:
    boss = known(accounts, "boss", "admin")
    for shown in (boss.cookie, boss.key):
        assert network.get("/api/widget/about", headers=shown).status_code == 403
    foreign = {**boss.cookie, "origin": SITE}
    assert network.post("/api/widget/ask", json={"question": "leave"}, headers=foreign).status_code == 403
    assert client.get("/api/widget/about").status_code == 403  # whoever sits at this computer is no visitor, either
    for made_up in ("pilares_widget_x", "pilares_widget_" + "a" * 43):
        assert network.get("/api/widget/about", headers=headers(made_up)).status_code == 401
        assert client.get("/api/widget/about", headers=headers(made_up)).status_code == 401


def test_a_revoked_key_is_over_at_once(network: TestClient, token: str, visitors: Visitors) -> None:
    assert asked(network, token).status_code == 200
    visitors.keys.revoke(visitors.keys.list()[0].id)
    assert asked(network, token).status_code == 401


def test_what_is_another_visitors_does_not_exist(
    network: TestClient, token: str, visitors: Visitors, assistant: ScriptedAssistant, accounts: Accounts
) -> None:
    asked(network, token)
    request = assistant.requests[-1]
    conversation = str(request.conversation_id)
    turns = assistant.conversations.turns(str(request.user_id), conversation)
    answer = turns[0].answer.id  # type: ignore[union-attr]
    elsewhere = visitors.keys.make("elsewhere", [SITE]).token
    for shown in (headers(token, OTHER), headers(elsewhere)):
        assert network.get(f"/api/widget/conversations/{conversation}", headers=shown).status_code == 404
        body = {"answer": answer, "verdict": "up"}
        assert network.post("/api/widget/feedback", json=body, headers=shown).status_code == 404
        told = {"question": "mine now", "conversation": conversation}
        assert network.post("/api/widget/ask", json=told, headers=shown).status_code == 404
    ben = known(accounts, "ben", "admin")
    assert network.get(f"/api/conversations/{conversation}", headers=ben.cookie).status_code == 404
    assert network.get(f"/api/widget/conversations/{conversation}", headers=headers(token)).status_code == 200


def test_what_was_said_is_read_back_with_the_verdict_and_the_persons_reply(
    network: TestClient, token: str, assistant: ScriptedAssistant
) -> None:
    asked(network, token)
    request = assistant.requests[-1]
    user, conversation = str(request.user_id), str(request.conversation_id)
    asked(network, token, conversation=conversation)
    where = f"/api/widget/conversations/{conversation}"
    shown = network.get(where, headers=headers(token)).json()
    assert [turn["question"] for turn in shown["turns"]] == ["How many days of leave?"] * 2
    assert shown["handoff"] is None
    answer = shown["turns"][0]["answer"]
    assert answer["citations"][0]["quote"] == "Every employee has 25 days of annual leave a year."
    body = {"answer": answer["id"], "verdict": "down", "reason": "old"}
    assert network.post("/api/widget/feedback", json=body, headers=headers(token)).status_code == 201
    assert (
        network.post("/api/widget/feedback", json={**body, "correction": "x"}, headers=headers(token)).status_code
        == 422
    )
    handoffs = assistant.conversations.handoffs
    made = handoffs.begin(user, conversation, Circumstances("en", "asked", "normal", "neutral"), Summary("help"))
    assert '"waits": true' in asked(network, token, conversation=conversation).text
    handoffs.close(made.id, "Here you are.", "marta")
    shown = network.get(where, headers=headers(token)).json()
    assert shown["turns"][0]["verdict"] == "down"
    assert (shown["handoff"]["state"], shown["handoff"]["reply"]) == ("closed", "Here you are.")
    assert "marta" not in str(shown)


def test_a_visitor_chooses_neither_model_nor_documents(network: TestClient, token: str) -> None:
    for more in ({"model": "llm"}, {"filter": {}}, {"groups": ["hr"]}):
        assert asked(network, token, **more).status_code == 422


def test_groups_come_from_the_websites_server(
    network: TestClient, token: str, visitors: Visitors, assistant: ScriptedAssistant
) -> None:
    key = visitors.keys.shown(token)
    assert key is not None
    claims = {"sub": "c-42", "groups": ["customers", "hr"], "exp": datetime.now(UTC) + timedelta(minutes=5)}
    signed = jwt.encode(claims, visitors.secrets.of(key.id), "HS256")
    sent = {**headers(token), "x-pilares-identity": signed}
    assert network.post("/api/widget/ask", json={"question": "leave"}, headers=sent).status_code == 200
    assert assistant.requests[-1].groups == {"everyone", "customers"}
    forged = {**sent, "x-pilares-identity": jwt.encode(claims, "wrong " * 8, "HS256")}
    refused = network.post("/api/widget/ask", json={"question": "leave"}, headers=forged)
    assert refused.status_code == 401  # and not: then be a guest
    assert refused.headers["access-control-allow-origin"] == SITE


def limited(assistant: ScriptedAssistant, shared: Settings, accounts: Accounts, **limits: Any) -> Iterator[TestClient]:
    changed = shared.model_copy(update={"limits": shared.limits.model_copy(update=limits)})
    app = create_app(assistant, changed, page=False, accounts=accounts)
    with TestClient(app, base_url="http://pilares.example") as client:
        yield client


def test_visitors_and_their_addresses_have_limits(
    assistant: ScriptedAssistant, shared: Settings, accounts: Accounts, token: str
) -> None:
    for client in limited(assistant, shared, accounts, visitor=Allowance(requests_per_day=1)):
        assert asked(client, token).status_code == 200
        refused = asked(client, token)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["access-control-expose-headers"] == "retry-after"
        assert asked(client, token, OTHER).status_code == 200
    for client in limited(assistant, shared, accounts, visits_per_minute=2):
        shown = [client.get("/api/widget/about", headers=headers(token, guest * 43)) for guest in "abcde"]
        assert 429 in {each.status_code for each in shown}


def test_visitors_of_a_website_share_a_place_in_the_queue(visitors: Visitors, token: str) -> None:
    key = visitors.keys.shown(token)
    assert key is not None
    assert visitors.guest(key, GUEST).queue == visitors.guest(key, OTHER).queue


def test_the_script_is_kept_by_browsers_and_loaded_by_any_page(network: TestClient) -> None:
    first = network.get("/widget.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in first.headers["cache-control"]
    again = network.get("/widget.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert network.get("/health").headers["cross-origin-resource-policy"] == "same-origin"


def test_what_the_button_for_a_person_says_hands_the_conversation_over() -> None:
    words = (Path(__file__).parents[3] / "widget" / "src" / "words.ts").read_text(encoding="utf-8")
    line = re.search(r'want_person: \["(.+)", "(.+)"\]', words)
    assert line
    assert wants_a_person(line[1])
    assert wants_a_person(line[2])
    known = next(each for each in load_labels(SHIPPED) if each.name == "handoff")
    assert {line[1], line[2].lower()} <= set(known.examples)


def test_the_script_is_small_and_builds_nodes_from_text() -> None:
    import gzip

    root = Path(__file__).parents[3]
    built = (root / "assistant" / "ui" / "static" / "widget.js").read_bytes()
    assert len(gzip.compress(built)) < 30_000
    sources = "".join(path.read_text(encoding="utf-8") for path in (root / "widget" / "src").glob("*.ts"))
    for door in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setHTML"):
        assert door not in sources
        assert door.encode() not in built


def test_visitors_may_use_the_tools_that_are_named_for_them_and_by_default_none(
    network: TestClient, token: str, assistant: ScriptedAssistant, shared: Settings
) -> None:
    asked(network, token)
    assert assistant.requests[-1].tools == frozenset()
    named = shared.model_copy(update={"tools": ToolSettings(visitors=("stock",))})
    with TestClient(create_app(assistant, named, page=False, accounts=cheap_accounts(assistant.conversations.database)),
                    base_url=str(network.base_url)) as other:  # fmt: skip
        asked(other, token)
    assert assistant.requests[-1].tools == {"stock"}


def test_people_with_accounts_may_use_every_tool(client: TestClient, assistant: ScriptedAssistant) -> None:
    client.post("/api/ask", json={"question": "How many days of leave?"})
    assert assistant.requests[-1].tools is None
