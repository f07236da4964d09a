"""The one-token client: what it asks, what it makes of answers, and of silence."""

import json
from typing import Any

import httpx
import pytest

from assistant.errors import GenerationFailed, ModelUnavailable
from assistant.models.completions import CompletionClient
from assistant.models.endpoint import Endpoint

ENDPOINT = Endpoint("m", "http://models.test/v1", "secret")
MESSAGES = [{"role": "user", "content": "Is it so?"}]


def _client(answer: httpx.Response | Exception, asked: list[httpx.Request] | None = None) -> CompletionClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return CompletionClient(ENDPOINT, httpx.MockTransport(handle))


def _answer(top: Any) -> httpx.Response:
    return httpx.Response(200, json={"choices": [{"logprobs": {"content": [{"token": "yes", "top_logprobs": top}]}}]})


def test_the_tokens_and_their_log_probabilities() -> None:
    found = _client(_answer([{"token": "yes", "logprob": -0.1}, {"token": " No", "logprob": -2.5}]))
    assert found.first_token_logprobs(MESSAGES) == {"yes": -0.1, " No": -2.5}


def test_it_asks_for_one_token_with_the_key() -> None:
    asked: list[httpx.Request] = []
    _client(_answer([]), asked).first_token_logprobs(MESSAGES, top=5)
    body = json.loads(asked[0].content)
    assert str(asked[0].url) == "http://models.test/v1/chat/completions"
    assert asked[0].headers["Authorization"] == "Bearer secret"
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"], body["temperature"]) == (1, True, 5, 0)
    assert body["messages"] == MESSAGES


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [{"logprobs": None}]}, {"choices": [{"logprobs": {"content": []}}]}, []]
)
def test_an_endpoint_without_log_probabilities(body: Any) -> None:
    with pytest.raises(GenerationFailed, match=r"m at http://models\.test/v1 gives no log-probabilities"):
        _client(httpx.Response(200, json=body)).first_token_logprobs(MESSAGES)


def test_an_endpoint_that_refuses() -> None:
    with pytest.raises(GenerationFailed, match="answered 401: wrong key"):
        _client(httpx.Response(401, text="wrong key")).first_token_logprobs(MESSAGES)


def test_an_endpoint_that_is_something_else() -> None:
    with pytest.raises(GenerationFailed, match="did not answer in JSON"):
        _client(httpx.Response(200, text="<html>")).first_token_logprobs(MESSAGES)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("refused"), r"does not answer .* `pilares doctor`"),
        (httpx.ReadTimeout("slow"), "did not answer in time"),
    ],
)
def test_an_endpoint_that_is_silent(error: Exception, words: str) -> None:
    with pytest.raises(ModelUnavailable, match=words):
        _client(error).first_token_logprobs(MESSAGES)
