"""A served application whose assistant and models answer from scripts, and official clients of it."""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from oidc_site import Site, serving_site
from openai import OpenAI
from openid_provider import OpenIdProvider, serving_provider

from assistant.api.app import create_app
from assistant.api.openai.ports import Served
from assistant.api.server import _Server, address_of, bind
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts, known
from assistant.testing.gateway import WEATHER_CALL, ScriptedGateway
from assistant.testing.replies import DEMO
from assistant.testing.scripted import ScriptedAssistant
from assistant.testing.service import Service


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = Settings(home=tmp_path_factory.mktemp("service"), server={"port": 0}, security={"accounts": True})
    with Conversations.open(settings.conversations_url) as conversations:
        accounts, assistant, gateway = (
            cheap_accounts(conversations.database),
            ScriptedAssistant(conversations),
            ScriptedGateway(),
        )
        app = create_app(assistant, settings, page=False, accounts=accounts, gateway=gateway)
        listener = bind(settings.server)
        server = _Server(uvicorn.Config(app, log_level="error", ws="none"), app.state.turns, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        address = address_of(listener, settings.server.host)
        ana, boss = known(accounts, "ana"), known(accounts, "boss", "admin")
        yield Service(address, assistant, gateway, accounts, ana, boss, settings)
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture
def service(running_service: Service) -> Service:
    """The server, with nothing left of earlier tests."""
    assistant, gateway = running_service.assistant, running_service.gateway
    assistant.word_s, assistant.think_s, assistant.stopped, assistant.replies = 0.0, 0.0, 0, dict(DEMO)
    assistant.requests.clear()
    assistant.go.set()
    gateway.__init__()  # type: ignore[misc]
    return running_service


@pytest.fixture
def weather_calls(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model calls the tool `weather`, and answers once it has a result."""
    complete = service.gateway.complete

    def told(served: Served, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        has_result = any(each["role"] == "tool" for each in body["messages"])
        said = {"content": "It is 18 degrees."} if has_result else {"content": None, "tool_calls": [WEATHER_CALL]}
        service.gateway.message = {"role": "assistant", **said}
        yield from complete(served, body)

    monkeypatch.setattr(service.gateway, "complete", told)


@pytest.fixture
def client(service: Service) -> Iterator[OpenAI]:
    """The official client with Ana's key."""
    key = service.ana.key["authorization"].removeprefix("Bearer ")
    with OpenAI(base_url=f"{service.address}v1", api_key=key, max_retries=0, timeout=20) as made:
        yield made


@pytest.fixture(scope="session")
def running_provider() -> Iterator[OpenIdProvider]:
    with serving_provider() as provider:
        yield provider


@pytest.fixture
def openid(running_provider: OpenIdProvider) -> OpenIdProvider:
    """An OpenID Connect provider that does what it should."""
    running_provider.reset()
    return running_provider


@pytest.fixture
def site(request: pytest.FixtureRequest, openid: OpenIdProvider, tmp_path: Path) -> Iterator[Site]:
    """A server that people sign in to with the provider; parametrize it with its settings."""
    with serving_site(openid, tmp_path, **getattr(request, "param", {})) as made:
        yield made


@pytest.fixture
def browser(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, follow_redirects=False) as made:
        yield made
