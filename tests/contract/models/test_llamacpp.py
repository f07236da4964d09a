"""The in-process llama.cpp engine with a real (small) model: address, key, answers, log-probabilities, memory."""

import re
import threading
import time
from pathlib import Path

import httpx
import openai
import psutil
import pytest

from assistant.errors import ModelCorrupt, ModelUnavailable
from assistant.models.catalogue import SMOLLM2
from assistant.models.chat import chat_model
from assistant.models.completions import CompletionClient
from assistant.models.endpoint import Endpoint
from assistant.models.llamacpp import LlamaCppEngine

pytestmark = pytest.mark.models

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def endpoint(engine: LlamaCppEngine) -> Endpoint:
    return Endpoint(engine.name, engine.base_url, engine.api_key, local=True)


def test_it_listens_on_loopback_only(engine: LlamaCppEngine) -> None:
    port = httpx.URL(engine.base_url).port
    listening = [c.laddr for c in psutil.Process().net_connections() if c.status == "LISTEN" and c.laddr.port == port]
    assert [address.ip for address in listening] == ["127.0.0.1"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_it_answers_only_with_the_key_of_this_process(engine: LlamaCppEngine, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{engine.base_url}/chat/completions", json={"messages": HELLO}, headers=headers)
    assert answer.status_code == 401


def test_the_key_is_not_shown(endpoint: Endpoint) -> None:
    assert endpoint.api_key not in repr(endpoint)


def test_a_chat_streams_and_counts_tokens(endpoint: Endpoint) -> None:
    pieces = list(chat_model(endpoint, max_tokens=12).stream("Say hello."))
    assert len(pieces) > 3
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert whole.text
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 12


def test_a_proxy_in_the_environment_stays_out(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert chat_model(endpoint, max_tokens=2).invoke("Say hello.").text
    client = CompletionClient(endpoint)
    assert client.first_token_logprobs(HELLO)
    client.close()


def test_log_probabilities_are_of_one_distribution(endpoint: Endpoint) -> None:
    client = CompletionClient(endpoint)
    found = client.first_token_logprobs([{"role": "user", "content": "Is the sky blue? Answer yes or no."}])
    client.close()
    values = list(found.values())
    assert len(found) == 20
    assert values == sorted(values, reverse=True)
    assert all(value <= 0 for value in values)


def test_a_continued_conversation_pays_only_for_what_is_new(endpoint: Endpoint) -> None:
    long = "The warranty lasts three years. " * 40
    first = [{"role": "user", "content": long}, {"role": "assistant", "content": "Yes."}]
    client = httpx.Client(headers={"Authorization": f"Bearer {endpoint.api_key}"}, timeout=60)
    url = f"{endpoint.base_url}/chat/completions"
    client.post(url, json={"messages": first[:1], "max_tokens": 1})
    again = [*first, {"role": "user", "content": "Is that so? yes or no"}]
    timings = client.post(url, json={"messages": again, "max_tokens": 1}).json()["timings"]
    client.close()
    assert timings["cache_n"] > 200
    assert timings["prompt_n"] < 50


def test_json_schema_binds_the_answer(endpoint: Endpoint) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2, 3]}}, "required": ["n"]}
    bound = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    question = [{"role": "user", "content": "Tell me about the sea."}]
    body = {"messages": question, "response_format": bound, "max_tokens": 40, "temperature": 0}
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    answer = httpx.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers, timeout=60).json()
    text = answer["choices"][0]["message"]["content"]
    assert re.match(r'\{\s*"n"\s*:\s*[123]', text), text


def test_it_is_loaded_once_by_many_threads(models_folder: Path) -> None:
    engine = LlamaCppEngine(SMOLLM2.weights(models_folder), context_tokens=512, parallel=1)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(engine.base_url)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.stop()
    assert len(found) == 5
    assert len(set(found)) == 1


def test_stopping_gives_the_memory_and_the_port_back_and_it_starts_again(models_folder: Path) -> None:
    engine = LlamaCppEngine(SMOLLM2.weights(models_folder), context_tokens=2048, parallel=2)
    url = engine.base_url
    loaded = psutil.Process().memory_info().rss
    engine.stop()
    assert not engine.running
    assert loaded - psutil.Process().memory_info().rss > 80_000_000
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    assert httpx.get(engine.base_url.removesuffix("/v1") + "/health").is_success
    engine.stop()


def test_stopping_ends_a_running_answer_soon(models_folder: Path) -> None:
    engine = LlamaCppEngine(SMOLLM2.weights(models_folder), context_tokens=2048, parallel=1)
    chat = chat_model(Endpoint("m", engine.base_url, engine.api_key, local=True), max_tokens=2000)
    begun, failures = threading.Event(), []

    def read() -> None:
        try:
            for _ in chat.stream("Write a very long story about the sea."):
                begun.set()
        except openai.APIError as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(60)
    stopping = time.monotonic()
    engine.stop()
    reader.join()
    assert time.monotonic() - stopping < 15  # 30 s with llama.cpp's own setting
    assert failures


def test_nothing_is_printed(models_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    engine = LlamaCppEngine(SMOLLM2.weights(models_folder), context_tokens=512, parallel=1)
    chat_model(Endpoint("m", engine.base_url, engine.api_key, local=True), max_tokens=2).invoke("Hi")
    engine.stop()
    assert capfd.readouterr() == ("", "")


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="pilares models pull"):
        LlamaCppEngine(tmp_path / "none.gguf").start()


def test_a_file_cut_short_is_corrupt(models_folder: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    with SMOLLM2.weights(models_folder).open("rb") as whole:
        cut.write_bytes(whole.read(20_000_000))
    with pytest.raises(ModelCorrupt, match="cut short"):
        LlamaCppEngine(cut, context_tokens=512).start()


def test_something_else_than_a_model_is_corrupt(tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"<html>")
    with pytest.raises(ModelCorrupt, match="not a GGUF file"):
        LlamaCppEngine(other).start()
