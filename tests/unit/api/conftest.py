from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.scripted import ScriptedAssistant

LOCAL = "http://127.0.0.1:7860"


@pytest.fixture(autouse=True)
def nothing_blocks_the_event_loop() -> Iterator[None]:
    with blockbuster_ctx():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, knowledge={"max_file_bytes": 20_000}, turn={"max_question_chars": 1_000})


@pytest.fixture
def assistant(settings: Settings) -> Iterator[ScriptedAssistant]:
    with Conversations.open(settings.conversations_url) as conversations:
        yield ScriptedAssistant(conversations)


@pytest.fixture
def client(assistant: ScriptedAssistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(assistant, settings, page=False), base_url=LOCAL) as client:
        yield client


@pytest.fixture
def shared(settings: Settings) -> Settings:
    """Settings of a server on the network: people sign in."""
    return settings.model_copy(update={"server": settings.server.model_copy(update={"host": "0.0.0.0"})})


@pytest.fixture
def accounts(assistant: ScriptedAssistant) -> Accounts:
    return cheap_accounts(assistant.conversations.database)


@pytest.fixture
def network(assistant: ScriptedAssistant, shared: Settings, accounts: Accounts) -> Iterator[TestClient]:
    """A client of a server on the network, which nobody is signed in with."""
    app = create_app(assistant, shared, page=False, accounts=accounts)
    with TestClient(app, base_url="http://pilares.example", follow_redirects=False) as client:
        yield client
