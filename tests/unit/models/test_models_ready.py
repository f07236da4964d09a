"""A loaded model counts as ready once it works on requests: ending llama.cpp before that would wait for ever."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from assistant.errors import ModelUnavailable
from assistant.models import llamacpp

KEY = "key"


class Waking:
    """A llama.cpp that answers at once and works on its queue only from the third request to it on."""

    def __init__(self, asleep_for: int) -> None:
        self.asleep_for, self.queued = asleep_for, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """What stands in no queue is answered always."""
                status = 200 if self.path == "/health" else outer.worked_on(self.headers.get("Authorization", ""))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"[]")

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def worked_on(self, key: str) -> int:
        """The status of a request that goes through the queue."""
        if key != f"Bearer {KEY}":
            return 401
        self.queued += 1
        return 200 if self.queued > self.asleep_for else 503


@pytest.fixture
def waking() -> Iterator[Waking]:
    found = Waking(asleep_for=2)
    thread = Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join(5)


def test_a_model_whose_address_answers_is_not_ready_before_its_queue_is_worked_on(waking: Waking) -> None:
    llamacpp._wait_until_ready(waking.address, "small", KEY)
    assert waking.queued == 3


def test_one_that_never_works_on_it_is_said(waking: Waking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llamacpp, "READY_SECONDS", 0.3)
    waking.asleep_for = 10_000
    with pytest.raises(ModelUnavailable, match="was loaded but does not answer"):
        llamacpp._wait_until_ready(waking.address, "small", KEY)
