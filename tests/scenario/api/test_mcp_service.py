"""The protocol's own client against a served application: its tools, by the account whose key is shown."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from assistant.api import following
from assistant.security.allowance import Allowance
from assistant.testing.documents import LEAVE, ScriptedDocuments, document_id
from assistant.testing.replies import DEMO, Reply
from assistant.testing.service import Service

pytestmark = pytest.mark.anyio
Mode = Literal["auto", "legacy"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def documents_as_they_were(service: Service) -> Iterator[None]:
    yield
    service.assistant.documents = ScriptedDocuments()


@asynccontextmanager
async def connected(
    service: Service, key: dict[str, str] | None = None, mode: Mode = "auto", statuses: list[int] | None = None
) -> AsyncIterator[Client]:
    async def note(response: httpx2.Response) -> None:
        if statuses is not None:
            statuses.append(response.status_code)

    headers = service.ana.key if key is None else key
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20, event_hooks={"response": [note]}) as http,
        Client(streamable_http_client(f"{service.address}mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def words(result: Any) -> str:
    return "\n".join(each.text for each in result.content)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_both_tools_are_offered_with_their_schemas(service: Service, mode: Mode) -> None:
    async with connected(service, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search_knowledge", "ask"}
    assert tools["search_knowledge"].input_schema["required"] == ["query"]
    assert tools["search_knowledge"].annotations.read_only_hint  # type: ignore[union-attr]
    assert "citations" in tools["ask"].output_schema["properties"]  # type: ignore[index]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_question_is_answered_with_what_it_rests_on(service: Service, mode: Mode) -> None:
    async with connected(service, mode=mode) as client:
        result = await client.call_tool("ask", {"question": "How many days of leave do I have?"})
        told = result.structured_content
        again = await client.call_tool("ask", {"question": "hello", "conversation_id": told["conversation_id"]})
    assert not result.is_error
    assert (told["answer"], told["abstained"]) == (DEMO["leave"].text, False)
    assert told["citations"][0]["quote"] == "Every employee has 25 days of annual leave a year."
    assert told["support"] == 0.97
    assert words(result).startswith(DEMO["leave"].text)
    assert "“Every employee has 25 days" in words(result)
    assert again.structured_content["conversation_id"] == told["conversation_id"]
    turn = service.assistant.requests[-1]
    assert (turn.user_id, turn.groups) == (service.ana.user.id, frozenset({"everyone"}))


async def test_passages_are_found_as_they_stand_in_their_document(service: Service) -> None:
    async with connected(service) as client:
        result = await client.call_tool("search_knowledge", {"query": "annual leave days", "limit": 2})
        nothing = await client.call_tool("search_knowledge", {"query": "zeppelin"})
    first, *_ = passages = result.structured_content["passages"]
    assert len(passages) == 2
    text = service.assistant.documents.text(first["document_id"])
    assert text[first["start"] : first["end"]] == first["text"]
    assert f"({first['document']}" in words(result)
    assert (nothing.structured_content, words(nothing)) == ({"passages": []}, "Nothing was found.")


async def test_what_ones_groups_may_not_read_is_not_found_and_counts_at_once(service: Service) -> None:
    service.assistant.documents.restrict(document_id(LEAVE), frozenset({"hr"}))
    query = {"query": "annual leave days", "limit": 20}
    async with connected(service) as client:
        found = []
        for groups in ((), ("hr",), ("sales",)):
            service.accounts.users.change("ana", groups=groups)
            passages = (await client.call_tool("search_knowledge", query)).structured_content["passages"]
            found.append(document_id(LEAVE) in {each["document_id"] for each in passages})
            await client.call_tool("ask", {"question": "hello"})
            assert service.assistant.requests[-1].groups == {"everyone", *groups}
        service.accounts.users.change("ana", groups=())
    assert found == [False, True, False]


async def test_somebody_elses_conversation_is_not_found(service: Service) -> None:
    theirs = service.assistant.conversations.start(service.boss.user.id).id
    async with connected(service) as client:
        result = await client.call_tool("ask", {"question": "mine now", "conversation_id": theirs})
    assert result.is_error
    assert "no such conversation" in words(result)


async def test_a_key_gets_the_tools_that_its_scopes_allow(service: Service) -> None:
    _, token = service.accounts.keys.make(service.ana.user, "asks", scopes=["ask"])
    async with connected(service, bearer(token)) as client:
        assert not (await client.call_tool("ask", {"question": "hello"})).is_error
        refused = await client.call_tool("search_knowledge", {"query": "leave"})
    assert refused.is_error
    assert "read" in words(refused)
    _, token = service.accounts.keys.make(service.boss.user, "operates", scopes=["operate"])
    assert httpx.post(f"{service.address}mcp", json={}, headers=bearer(token)).status_code == 403


async def test_whoever_is_out_is_out_with_the_next_call(service: Service) -> None:
    key, token = service.accounts.keys.make(service.ana.user, "short")
    statuses: list[int] = []
    async with connected(service, bearer(token), statuses=statuses) as client:
        assert not (await client.call_tool("search_knowledge", {"query": "leave"})).is_error
        assert statuses[-1] == 200
        service.accounts.users.suspend("ana")
        with pytest.raises(MCPError):
            await client.call_tool("search_knowledge", {"query": "leave"})
        assert statuses[-1] == 401
        service.accounts.users.suspend("ana", False)
        assert not (await client.call_tool("search_knowledge", {"query": "leave"})).is_error
        service.accounts.keys.revoke(key.id)
        with pytest.raises(MCPError):
            await client.call_tool("ask", {"question": "hello"})
        assert statuses[-1] == 401


async def test_calls_count_for_limits(service: Service) -> None:
    _, token = service.accounts.keys.make(service.ana.user, "small", budget=Allowance(requests_per_day=2))
    async with connected(service, bearer(token)) as client:
        results = [
            await client.call_tool("search_knowledge", {"query": "leave"}),
            await client.call_tool("ask", {"question": "hello"}),
            await client.call_tool("ask", {"question": "hello"}),
            await client.call_tool("search_knowledge", {"query": "leave"}),
        ]
    assert [each.is_error for each in results] == [False, False, True, True]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_knowledge", {}, "query"),
        ("search_knowledge", {"query": "x", "limit": 1000}, "limit"),
        ("search_knowledge", {"query": "x", "groups": ["hr"]}, "groups"),
        ("ask", {"question": "x" * 20_000}, "20000 characters"),
        ("ask", {"question": "   "}, "Write a question"),
        ("ask", {"question": 7}, "question"),
    ],
)
async def test_what_cannot_be_done_is_said_so_that_it_can_be_mended(
    service: Service, tool: str, arguments: dict[str, Any], said: str
) -> None:
    async with connected(service) as client:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert said in words(result)
        with pytest.raises(MCPError, match="no tool delete_everything"):
            await client.call_tool("delete_everything", {})


async def test_a_turn_that_fails_is_told(service: Service) -> None:
    from assistant.errors import ModelUnavailable

    service.assistant.replies = {"": Reply("Half a", error=ModelUnavailable("The model is not here. Pull it."))}
    async with connected(service) as client:
        result = await client.call_tool("ask", {"question": "hello"})
    assert result.is_error
    assert words(result) == "The model is not here. Pull it."


async def test_whoever_waits_hears_that_it_goes_on_and_stops_the_model_by_leaving(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str | None] = []

    async def told(_progress: float, _total: float | None, text: str | None) -> None:
        heard.append(text)
        scope.cancel()

    monkeypatch.setattr(following.Events.follow, "__defaults__", (0.05,))
    service.assistant.think_s = 0.4
    service.assistant.word_s = 0.05
    async with connected(service) as client:
        with anyio.CancelScope() as scope:
            await client.call_tool("ask", {"question": "compare"}, progress_callback=told)
    assert heard == ["The answer is in the making."]
    deadline = time.monotonic() + 5
    while not service.assistant.stopped and time.monotonic() < deadline:
        await anyio.sleep(0.01)
    assert service.assistant.stopped == 1


async def test_there_are_no_sessions_to_open_or_to_end(service: Service) -> None:
    for method in ("GET", "DELETE"):
        response = httpx.request(method, f"{service.address}mcp", headers=service.ana.key)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert httpx.post(f"{service.address}mcp", json={}).status_code == 401
