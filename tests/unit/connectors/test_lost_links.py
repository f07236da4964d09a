"""A link that breaks: it is tried again for ever, and the log says each trouble once."""

import asyncio
import logging
from collections import deque

import pytest

from connectors.connector import Connector
from connectors.errors import ConnectionLost
from connectors.settings import ConnectorSettings
from connectors.store.database import Database
from connectors.testing.dying import Channel, DyingAdapter, DyingJournal, Fate
from connectors.testing.scripted import ScriptedAssistant

pytestmark = pytest.mark.anyio
GONE, FULL = "The server cannot be reached. It is tried again.", "Too many connections. It is tried again."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_trouble_that_lasts_is_logged_once_and_the_next_one_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = KeyError("id")
    troubles, healed = deque[str | KeyError]([GONE, GONE, GONE, FULL, FULL, unknown, unknown, GONE]), asyncio.Event()

    async def listen(_: object) -> None:
        if troubles:
            trouble = troubles.popleft()
            raise ConnectionLost(trouble) if isinstance(trouble, str) else trouble
        healed.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("connectors.connector.backoff", lambda: iter(lambda: 0.001, None))
    database = Database("sqlite://")
    adapter = DyingAdapter(Channel(), Fate(), edits=False)
    monkeypatch.setattr(adapter, "listen", listen)
    settings = ConnectorSettings(platform="memory", people=("*",))
    connector = Connector("memory", settings, adapter, DyingJournal(database, Fate()), ScriptedAssistant())
    with caplog.at_level(logging.WARNING, logger="connectors.connector"):
        await connector.start()
        async with asyncio.timeout(20):
            await healed.wait()
        await connector.stop()
    database.close()
    said = [each.getMessage() for each in caplog.records]
    assert said == [f"memory: {each}" for each in (GONE, FULL, "KeyError", GONE)]
    assert [bool(each.exc_info) for each in caplog.records] == [False, False, True, False]
