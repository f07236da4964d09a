"""A served application that lets people in through a provider, and a browser that goes there and back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import uvicorn
from openid_provider import CLIENT, SECRET, OpenIdProvider

from assistant.api.app import create_app
from assistant.api.server import _Server, address_of, bind
from assistant.security.accounts import Accounts
from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.accounts import cheap_accounts
from assistant.testing.scripted import ScriptedAssistant


@dataclass
class Site:
    """A served application that lets people in through the provider."""

    address: str
    accounts: Accounts
    provider: OpenIdProvider
    settings: Settings


@contextmanager
def serving_site(openid: OpenIdProvider, home: Path, **more: Any) -> Iterator[Site]:
    """`more` are settings of the provider, and the `method` by which it wants clients to prove themselves."""
    oidc = {"issuer": openid.issuer, "client_id": CLIENT, "client_secret": SECRET, "label": "Example & Sons"}
    oidc |= more
    openid.method = oidc.pop("method", "client_secret_basic")
    settings = Settings(home=home, server={"port": 0}, security={"accounts": True, "oidc": oidc})
    with Conversations.open(settings.conversations_url) as conversations:
        accounts = cheap_accounts(conversations.database)
        app = create_app(ScriptedAssistant(conversations), settings, page=False, accounts=accounts)
        listener = bind(settings.server)
        server = _Server(uvicorn.Config(app, log_level="error", ws="none"), app.state.turns, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        address = address_of(listener, settings.server.host)
        openid.redirects = {f"{address}sign-in/oidc/callback"}
        yield Site(address, accounts, openid, settings)
        server.should_exit = True
        thread.join(20)
        listener.close()


def go(browser: httpx.Client, site: Site, wanted: str = "") -> str:
    """To the provider, and the address at which it sends the browser back."""
    there = browser.get(f"{site.address}sign-in/oidc", params={"next": wanted} if wanted else {})
    assert there.status_code == 303
    back = browser.get(there.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


def come_in(browser: httpx.Client, site: Site, wanted: str = "") -> httpx.Response:
    return browser.get(go(browser, site, wanted))


def me(browser: httpx.Client, site: Site) -> Any:
    response = browser.get(f"{site.address}api/me")
    return response.json() if response.status_code == 200 else response.status_code


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = {**{name: found[0] for name, found in parse_qs(parts.query).items()}, **values}
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value})).geturl()
