"""A running server whose assistant answers from a script, for browsers to look at."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.settings import Settings
from assistant.storage.conversations import Conversations
from assistant.testing.connectors import ScriptedConnectors
from assistant.testing.scripted import ScriptedAssistant


@dataclass
class Site:
    """A running server, and the assistant behind it."""

    address: str
    assistant: ScriptedAssistant
    stop: Callable[[], None]


def start_site(settings: Settings, *, page: bool = True, connectors: ScriptedConnectors | None = None) -> Site:
    """Serve in a thread until `stop` is called."""
    import uvicorn

    from assistant.api.app import create_app
    from assistant.api.server import _Server, address_of, bind

    conversations = Conversations.open(settings.conversations_url)
    assistant = ScriptedAssistant(conversations)
    app = create_app(assistant, settings, page=page, connectors=connectors)  # type: ignore[arg-type]
    listener = bind(settings.server)
    address = address_of(listener, settings.server.host)
    config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = _Server(config, app.state.turns, lambda: None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(20)
        listener.close()
        conversations.close()

    return Site(address, assistant, stop)


def await_page(address: str, seconds: float = 300) -> None:
    """Wait until the page itself, and not the waiting page, is served. Raises TimeoutError."""
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if "gradio_config" in httpx.get(address).text:
            return
        time.sleep(0.1)
    raise TimeoutError("the page was not built in time")
