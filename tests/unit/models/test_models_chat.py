"""Chat models: their settings, and their errors in our words."""

import httpx
import openai
import pytest

from assistant.errors import GenerationFailed, ModelError, ModelUnavailable
from assistant.models.chat import CONNECT_SECONDS, chat_model, model_error
from assistant.models.endpoint import Endpoint

LOCAL = Endpoint("small", "http://127.0.0.1:9/v1", "k", local=True)
REMOTE = Endpoint("big", "https://models.test/v1")
REQUEST = httpx.Request("POST", "https://models.test/v1/chat/completions")


def test_the_defaults() -> None:
    chat = chat_model(LOCAL)
    assert (chat.model_name, chat.openai_api_base) == ("small", "http://127.0.0.1:9/v1")
    assert (chat.temperature, chat.streaming, chat.stream_usage, chat.max_retries) == (0.0, True, True, 0)
    assert chat.request_timeout.connect == CONNECT_SECONDS
    assert chat_model(REMOTE).max_retries == 2


def test_options_win() -> None:
    chat = chat_model(REMOTE, max_tokens=7, temperature=0.5)
    assert (chat.max_tokens, chat.temperature) == (7, 0.5)


def test_a_dead_endpoint_fails_quickly_and_clearly() -> None:
    with pytest.raises(openai.APIConnectionError) as failure:
        chat_model(LOCAL).invoke("Hello")
    error = model_error(failure.value, LOCAL)
    assert isinstance(error, ModelUnavailable)
    assert "small at http://127.0.0.1:9/v1 does not answer" in str(error)


def _status(kind: type[openai.APIStatusError], status: int) -> openai.APIStatusError:
    return kind("no", response=httpx.Response(status, request=REQUEST), body=None)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (openai.APITimeoutError(REQUEST), ModelUnavailable, "in time"),
        (_status(openai.AuthenticationError, 401), ModelUnavailable, "`api_key` in pilares.toml"),
        (_status(openai.PermissionDeniedError, 403), ModelUnavailable, "`api_key` in pilares.toml"),
        (_status(openai.NotFoundError, 404), ModelUnavailable, "`name` and `url`"),
        (_status(openai.InternalServerError, 500), GenerationFailed, "Try again"),
        (ValueError("odd"), GenerationFailed, "odd"),
    ],
)
def test_errors_say_what_to_do(error: Exception, kind: type[ModelError], words: str) -> None:
    found = model_error(error, REMOTE)
    assert type(found) is kind
    assert words in str(found)


def test_our_own_errors_pass() -> None:
    ours = ModelUnavailable("as it is")
    assert model_error(ours, REMOTE) is ours
