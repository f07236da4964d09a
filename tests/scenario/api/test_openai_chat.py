"""The official OpenAI client, unchanged, against a served application: questions answered from the documents."""

import json
import time
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI

from assistant.errors import ModelUnavailable
from assistant.testing.replies import DEMO, Reply
from assistant.testing.service import Service

ASK = [{"role": "user", "content": "How many days of leave do I have?"}]
LEAVE = DEMO["leave"].text


def ask(client: OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(**{"model": "auto", "messages": ASK, **more})


def test_an_answer_comes_with_what_it_rests_on(client: OpenAI, service: Service) -> None:
    raw = client.chat.completions.with_raw_response.create(model="auto", messages=ASK)  # type: ignore[arg-type]
    answer: Any = raw.parse()
    choice = answer.choices[0]
    assert (choice.message.content, choice.message.role, choice.finish_reason) == (LEAVE, "assistant", "stop")
    assert answer.object == "chat.completion"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    told = answer.pilares
    assert told["citations"][0]["quote"] == "Every employee has 25 days of annual leave a year."
    assert told["route"]["tier"] == "slm"
    assert told["support"][0]["supported"] is True
    assert raw.headers["x-pilares-tier"] == "slm"
    assert raw.headers["x-pilares-answer"] == told["answer_id"]
    assert float(raw.headers["x-pilares-support"]) == 0.97
    assert service.assistant.requests[-1].user_id == service.ana.user.id


def test_a_stream_says_the_same_as_the_whole(client: OpenAI) -> None:
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    words = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert words == LEAVE
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].pilares["citations"]
    assert (chunks[-1].choices, chunks[-1].usage.total_tokens > 0) == ([], True)


def test_a_stream_ends_as_the_protocol_says(service: Service) -> None:
    body = {"model": "auto", "messages": ASK, "stream": True}
    with httpx.stream("POST", f"{service.address}v1/chat/completions", json=body, headers=service.ana.key) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-pilares-conversation"]
        lines = [line for line in response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines)


def test_words_are_kept_back_until_they_were_checked(client: OpenAI, service: Service) -> None:
    service.assistant.replies = {"": Reply("Nothing is said of it.", draft="It is forty days, surely.")}
    told = "".join(chunk.choices[0].delta.content or "" for chunk in ask(client, stream=True))
    assert told == "Nothing is said of it."
    drafts = list(ask(client, stream=True, extra_body={"pilares": {"drafts": True}}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in drafts) == "It is forty days, surely."
    assert drafts[-1].pilares["answer"] == "Nothing is said of it."


def test_what_was_said_before_goes_along(client: OpenAI, service: Service) -> None:
    said = [
        {"role": "system", "content": "Answer like a pirate."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello! Ask me."},
        {"role": "user", "content": [{"type": "text", "text": "How many days of leave?"}]},
    ]
    answer = ask(client, messages=said, temperature=0.7)
    turn = service.assistant.requests[-1]
    assert turn.text == "How many days of leave?"
    assert [(each.role, each.content) for each in turn.history] == [("user", "Hello"), ("assistant", "Hello! Ask me.")]
    assert answer.pilares["ignored"] == ["temperature", "system"]


def test_a_stored_conversation_goes_on_and_the_page_does_not_list_it(client: OpenAI, service: Service) -> None:
    first = ask(client)
    kept = first.pilares["conversation_id"]
    second = ask(client, extra_body={"pilares": {"conversation_id": kept}})
    assert second.pilares["conversation_id"] == kept
    conversations, ana = service.assistant.conversations, service.ana.user.id
    assert len(conversations.turns(ana, kept)) == 2
    assert kept not in {each.id for each in conversations.list(ana)}
    assert kept in {each.id for each in conversations.list(ana, surface="api")}


def test_somebody_elses_conversation_is_not_found(client: OpenAI, service: Service) -> None:
    theirs = service.assistant.conversations.start(service.boss.user.id).id
    with pytest.raises(openai.NotFoundError):
        ask(client, extra_body={"pilares": {"conversation_id": theirs}})


@pytest.mark.parametrize(
    ("model", "tier", "profile"),
    [("auto", "auto", None), ("auto-cheap", "auto", "auto-cheap"), ("local-only", "auto", "local-only"),
     ("slm", "slm", None), ("llm", "llm", None)],
)  # fmt: skip
def test_profiles_and_tiers_are_models(
    client: OpenAI, service: Service, model: str, tier: str, profile: str | None
) -> None:
    answer = ask(client, model=model)
    turn = service.assistant.requests[-1]
    assert (answer.model, turn.model, turn.profile) == (model, tier, profile)


def test_models_are_listed(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == ["auto", "auto-cheap", "auto-quality", "local-only", "slm", "llm", "adapter:house", "hashing"]
    assert client.models.retrieve("adapter:house").owned_by == "pilares"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        ({"model": "gpt-4"}, openai.NotFoundError, "not_found"),
        ({"model": "hashing"}, openai.NotFoundError, "not_found"),
        ({"messages": []}, openai.BadRequestError, "invalid_request"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, openai.BadRequestError, "invalid_request"),
        ({"messages": [{"role": "user", "content": "  "}]}, openai.BadRequestError, "invalid_request"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
         openai.BadRequestError, "invalid_request"),
        ({"n": 3}, openai.BadRequestError, "invalid_request"),
        ({"model": "adapter:house"}, openai.BadRequestError, "invalid_request"),
        ({"extra_body": {"pilares": {"unknown": 1}}}, openai.BadRequestError, "invalid_request"),
        ({"messages": [{"role": "user", "content": "x" * 20_000}]}, openai.APIStatusError, "too_large"),
    ],
)  # fmt: skip
def test_errors_have_the_form_of_openai(client: OpenAI, body: dict[str, Any], error: type, code: str) -> None:
    with pytest.raises(error) as raised:
        ask(client, **body)
    told: Any = raised.value
    assert told.code == code
    assert told.type == "invalid_request_error"
    assert told.body["message"]


def test_a_wrong_key_is_told_as_openai_tells_it(service: Service) -> None:
    wrong = OpenAI(base_url=f"{service.address}v1", api_key="sk-wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as raised:
        ask(wrong)
    assert raised.value.code == "invalid_api_key"
    wrong.close()


def test_a_turn_that_fails_is_an_error_whole_and_in_a_stream(client: OpenAI, service: Service) -> None:
    service.assistant.replies = {"": Reply("Half a", error=ModelUnavailable("The model is not here. Pull it."))}
    with pytest.raises(openai.InternalServerError, match="The model is not here"):
        ask(client)
    with pytest.raises(openai.APIError, match="The model is not here"):
        list(ask(client, stream=True))


def test_a_reader_that_leaves_stops_the_model(client: OpenAI, service: Service) -> None:
    service.assistant.word_s = 0.05
    stream = ask(client, stream=True, messages=[{"role": "user", "content": "compare"}])
    next(iter(stream))
    left = time.monotonic()
    stream.close()
    while not service.assistant.stopped and time.monotonic() < left + 5:
        time.sleep(0.01)
    assert service.assistant.stopped == 1
    assert time.monotonic() - left < 2


def test_bodies_that_are_no_json_and_odd_types_are_refused(service: Service) -> None:
    address, headers = f"{service.address}v1/chat/completions", service.ana.key
    for content in (
        b"",
        b"{",
        b"[]",
        b"null",
        json.dumps({"model": 7, "messages": "x"}).encode(),
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ):
        response = httpx.post(address, content=content, headers={**headers, "content-type": "application/json"})
        assert response.status_code == 400
        assert response.json()["error"]["type"] == "invalid_request_error"


def test_a_body_above_the_limit_is_refused_before_it_is_read(service: Service) -> None:
    address, headers = f"{service.address}v1/chat/completions", service.ana.key
    began = time.monotonic()
    response = httpx.post(address, content=b"x" * 5_000_000, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert httpx.post(address, content=b"{}", headers={"content-type": "application/json"}).status_code == 401
    assert time.monotonic() - began < 5


def test_a_reader_that_leaves_at_the_first_chunk_stops_the_model(client: OpenAI, service: Service) -> None:
    service.assistant.word_s = 0.05
    body = {"model": "auto", "messages": [{"role": "user", "content": "compare"}], "stream": True}
    with httpx.stream("POST", f"{service.address}v1/chat/completions", json=body, headers=service.ana.key) as response:
        next(response.iter_bytes())
    deadline = time.monotonic() + 5
    while not service.assistant.stopped and time.monotonic() < deadline:
        time.sleep(0.01)
    assert service.assistant.stopped == 1
