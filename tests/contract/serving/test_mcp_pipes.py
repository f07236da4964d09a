"""The protocol's own client starts the program and asks it over its pipes."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

import assistant
from assistant.cli.mcp import person_named
from assistant.errors import NotFound, NotSignedIn
from assistant.security.person import LOCAL
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts

PROGRAM = str(Path(__file__).with_name("pipes.py"))
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[Client]:
    here = str(Path(assistant.__file__).parent.parent)
    program = StdioServerParameters(command=sys.executable, args=[PROGRAM, *arguments], env={"PYTHONPATH": here})
    async with Client(stdio_client(program)) as client:
        yield client


async def found(client: Client) -> set[str]:
    result = await client.call_tool("search_knowledge", {"query": "annual leave days", "limit": 20})
    return {each["title"] for each in result.structured_content["passages"]}


async def test_without_an_account_it_reads_what_everyone_may(tmp_path: Path) -> None:
    async with started(str(tmp_path)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {"search_knowledge", "ask"}
        assert "Annual leave policy" not in await found(client)
        answer = await client.call_tool("ask", {"question": "How many days of leave do I have?"})
    assert "25 days" in answer.structured_content["answer"]


async def test_it_acts_for_an_account_until_that_is_suspended(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with Conversations.open(settings.conversations_url) as conversations:
        users = cheap_accounts(conversations.database).users
        users.add("ana", groups=["hr"])
        async with started(str(tmp_path), "ana") as client:
            assert "Annual leave policy" in await found(client)
            users.suspend("ana")
            result = await client.call_tool("ask", {"question": "hello"})
    assert result.is_error
    assert "suspended" in result.content[0].text  # type: ignore[union-attr]


def test_whom_the_command_acts_for(tmp_path: Path) -> None:
    with Conversations.open(Settings(home=tmp_path).conversations_url) as conversations:
        accounts = cheap_accounts(conversations.database)
        accounts.users.add("ana", "editor", ["hr"])
        assert person_named(accounts, None)() is LOCAL
        assert person_named(accounts, "Ana")().groups == {"hr", "everyone"}
        accounts.users.suspend("ana")
        with pytest.raises(NotSignedIn, match="pilares users resume ana"):
            person_named(accounts, "ana")()
        with pytest.raises(NotFound):
            person_named(accounts, "nobody")()
