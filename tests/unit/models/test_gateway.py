"""Requests passed on to a model's server: what goes in, what comes back, and what is told when it does not."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from assistant.errors import GenerationFailed, InvalidRequest, ModelUnavailable
from assistant.models.endpoint import Endpoint
from assistant.models.gateway import ModelGateway
from assistant.models.models import Models
from assistant.settings import Settings

WHOLE = {"choices": [{"message": {"content": "Hello"}}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}


class Server(httpx.BaseTransport, httpx.SyncByteStream):
    """Answers with what it was made with, line by line."""

    def __init__(self, status: int, content: bytes) -> None:
        self.status, self.content, self.requests = status, content, list[httpx.Request]()
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.status == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(self.status, stream=self)

    def __iter__(self) -> Iterator[bytes]:
        yield from self.content.splitlines(keepends=True)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def gateway(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(status: int, content: bytes) -> tuple[ModelGateway, Server]:
        server = Server(status, content)
        where = Endpoint("the-model", "http://127.0.0.1:1/v1", "k", local=True, transport=lambda: server)
        monkeypatch.setattr(Models, "endpoint", lambda _self, _role: where)
        settings = Settings(home=tmp_path, grounded_adapter="none", llm={"name": "m", "url": "http://far.example/v1"})
        return ModelGateway(settings, Models(settings)), server

    return made


def test_a_whole_answer(gateway: Any) -> None:
    made, server = gateway(200, json.dumps(WHOLE).encode())
    assert list(made.complete(made.served()["slm"], {"messages": [], "temperature": 1})) == [WHOLE]
    (request,) = server.requests
    assert request.url.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer k"
    assert json.loads(request.content) == {"messages": [], "temperature": 1, "model": "the-model"}


def test_a_stream_is_passed_on_and_closed_when_nobody_reads_it(gateway: Any) -> None:
    lines = b': hello\n\ndata: {"choices": [1]}\n\ndata: {"choices": [2]}\n\ndata: [DONE]\n\n'
    made, _ = gateway(200, lines)
    assert [each["choices"] for each in made.complete(made.served()["slm"], {"stream": True})] == [[1], [2]]
    made, server = gateway(200, lines)
    stream = made.complete(made.served()["slm"], {"stream": True})
    next(stream)
    stream.close()
    assert server.closed


@pytest.mark.parametrize(
    ("status", "content", "error", "says"),
    [
        (0, b"", ModelUnavailable, "does not answer"),
        (400, b'{"error": "bad grammar"}', InvalidRequest, "bad grammar"),
        (500, b"stack trace", GenerationFailed, "answered 500"),
        (200, b"<html>", GenerationFailed, "no completion"),
        (200, b'{"error": {"message": "x"}}', GenerationFailed, "no completion"),
    ],
)
def test_what_goes_wrong_is_told(gateway: Any, status: int, content: bytes, error: type, says: str) -> None:
    made, _ = gateway(status, content)
    with pytest.raises(error, match=says):
        list(made.complete(made.served()["slm"], {}))


def test_what_is_served_says_where_it_runs(gateway: Any) -> None:
    made, _ = gateway(200, b"{}")
    assert {name: each.remote for name, each in made.served().items()} == {"slm": False, "llm": True}
    assert made.embedder() == "multilingual-e5-small"


def test_what_an_answer_used_has_a_price(gateway: Any) -> None:
    made, _ = gateway(200, b"{}")
    served = made.served()["slm"]
    assert served.use({"prompt_tokens": 3, "completion_tokens": 4}).tokens == 7
    assert served.use({"prompt_tokens": "many"}).tokens == 0
