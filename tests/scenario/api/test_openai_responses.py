"""The official client's Responses API, unchanged, against a served application."""

import time
from typing import Any

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI
from openai import OpenAI
from pydantic import SecretStr

from assistant.errors import ModelUnavailable
from assistant.testing.replies import DEMO, Reply
from assistant.testing.service import Service

LEAVE = DEMO["leave"].text
ASK = "How many days of leave do I have?"
WEATHER: Any = {"type": "function", "name": "weather", "strict": None,
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip


def respond(client: OpenAI, **more: Any) -> Any:
    return client.responses.create(**{"model": "auto", "input": ASK, **more})


def last_history(service: Service) -> list[tuple[str, str]]:
    return [(each.role, each.content) for each in service.assistant.requests[-1].history]


def test_an_answer_is_a_message_with_its_citations_as_annotations(client: OpenAI, service: Service) -> None:
    raw = client.responses.with_raw_response.create(model="auto", input=ASK, metadata={"ticket": "7"})
    response: Any = raw.parse()
    assert (response.status, response.output_text, response.object) == ("completed", LEAVE, "response")
    (item,) = response.output
    first, second = item.content[0].annotations
    assert (first.type, second.type) == ("file_citation", "file_citation")
    assert LEAVE[: first.index].endswith("a year [1]")
    assert LEAVE[: second.index].endswith("next year [2]")
    assert first.pilares["quote"] == "Every employee has 25 days of annual leave a year."
    assert client.files.retrieve(first.file_id).filename == first.filename
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert (response.metadata, response.pilares["route"]["tier"]) == ({"ticket": "7"}, "slm")
    assert raw.headers["x-pilares-answer"] == response.pilares["answer_id"]
    assert service.assistant.requests[-1].user_id == service.ana.user.id


def test_a_stream_says_the_same_as_the_whole(client: OpenAI) -> None:
    events: list[Any] = list(respond(client, stream=True))
    assert [each.sequence_number for each in events] == list(range(len(events)))
    kinds = [each.type for each in events if each.type != "response.output_text.delta"]
    assert kinds == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        "response.output_text.annotation.added", "response.output_text.annotation.added",
        "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
    ]  # fmt: skip
    assert "".join(each.delta for each in events if each.type == "response.output_text.delta") == LEAVE
    last = events[-1].response
    assert (last.id, last.output_text, last.status) == (events[0].response.id, LEAVE, "completed")
    assert last.output[0] == events[-2].item
    assert last.pilares["citations"]
    assert client.responses.retrieve(last.id) == last


def test_the_clients_own_stream_reader_reads_it(client: OpenAI) -> None:
    with client.responses.stream(model="auto", input=ASK) as stream:
        words = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert words == final.output_text == LEAVE


def test_input_may_be_items_and_the_last_is_the_question(client: OpenAI, service: Service) -> None:
    said: Any = [
        {"role": "developer", "content": "Answer like a pirate."},
        {"role": "user", "content": "Hello"},
        {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
         "content": [{"type": "output_text", "text": "Hello! Ask me.", "annotations": []}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ASK}]},
    ]  # fmt: skip
    response = respond(client, input=said, instructions="Be brief.", temperature=0.7, tools=[
        {"type": "file_search", "vector_store_ids": ["vs_1"]}])  # fmt: skip
    assert service.assistant.requests[-1].text == ASK
    assert last_history(service) == [("user", "Hello"), ("assistant", "Hello! Ask me.")]
    assert response.pilares["ignored"] == ["instructions", "temperature", "system"]
    assert response.instructions == "Be brief."


def test_a_response_is_gone_on_with_by_its_id(client: OpenAI, service: Service) -> None:
    first = respond(client, input=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"},
                                   {"role": "user", "content": ASK}])  # fmt: skip
    second = respond(client, input="hello", previous_response_id=first.id, stream=True)
    last = [*second][-1].response
    assert last.previous_response_id == first.id
    assert last.pilares["conversation_id"] == first.pilares["conversation_id"]
    history = [("user", "Hi"), ("assistant", "Yes?"), ("user", ASK), ("assistant", LEAVE)]
    assert last_history(service) == history
    respond(client, previous_response_id=last.id)
    assert last_history(service) == [*history, ("user", "hello"), ("assistant", DEMO["hello"].text)]


def test_going_on_twice_makes_two_branches(client: OpenAI, service: Service) -> None:
    first = respond(client)
    on = respond(client, input="hello", previous_response_id=first.id)
    other = respond(client, input="hello", previous_response_id=first.id)
    assert last_history(service) == [("user", ASK), ("assistant", LEAVE)]
    ids = [each.pilares["conversation_id"] for each in (first, on, other)]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


def test_what_may_not_be_read_any_more_is_not_handed_on(client: OpenAI, service: Service) -> None:
    first, conversations = respond(client), service.assistant.conversations
    conversations._permitted = lambda _user, _documents: ()
    try:
        respond(client, input="hello", previous_response_id=first.id)
        again = client.responses.retrieve(first.id)
    finally:
        conversations._permitted = None
    assert "25 days" not in str(last_history(service))
    assert "25 days" not in again.model_dump_json()


def test_what_is_not_stored_or_deleted_cannot_be_gone_on_with(client: OpenAI, service: Service) -> None:
    unkept = respond(client, store=False)
    kept = respond(client)
    assert client.responses.delete(kept.id) is None
    forgotten = respond(client)
    service.assistant.conversations.delete(service.ana.user.id, forgotten.pilares["conversation_id"])
    for gone in (unkept, kept, forgotten):
        with pytest.raises(openai.NotFoundError, match="send what was said as `input`"):
            client.responses.retrieve(gone.id)
        with pytest.raises(openai.NotFoundError):
            respond(client, previous_response_id=gone.id)


def test_a_turn_that_fails_is_told_whole_and_in_a_stream(client: OpenAI, service: Service) -> None:
    service.assistant.replies = {"": Reply("Half a", error=ModelUnavailable("The model is not here. Pull it."))}
    with pytest.raises(openai.InternalServerError, match="The model is not here"):
        respond(client)
    last = [*respond(client, stream=True)][-1]
    assert (last.type, last.response.status) == ("response.failed", "failed")
    assert (last.response.error.code, "Pull it" in last.response.error.message) == ("server_error", True)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(last.response.id)


def test_a_reader_that_leaves_at_the_first_event_stops_the_model(client: OpenAI, service: Service) -> None:
    service.assistant.word_s = 0.05
    stream = respond(client, input="compare", stream=True)
    next(iter(stream))
    stream.close()
    deadline = time.monotonic() + 5
    while not service.assistant.stopped and time.monotonic() < deadline:
        time.sleep(0.01)
    assert service.assistant.stopped == 1


@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        ({"model": "gpt-4"}, openai.NotFoundError, "not_found"),
        ({"model": "adapter:house"}, openai.BadRequestError, "invalid_request"),
        ({"input": []}, openai.BadRequestError, "invalid_request"),
        ({"input": "  "}, openai.BadRequestError, "invalid_request"),
        ({"input": [{"role": "assistant", "content": "x"}]}, openai.BadRequestError, "invalid_request"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, openai.BadRequestError, "invalid_request"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
         openai.BadRequestError, "invalid_request"),
        ({"background": True}, openai.BadRequestError, "invalid_request"),
        ({"conversation": "conv_1"}, openai.BadRequestError, "invalid_request"),
        ({"tools": [{"type": "web_search"}]}, openai.BadRequestError, "invalid_request"),
        ({"tools": [WEATHER], "tool_choice": {"type": "web_search"}}, openai.BadRequestError, "invalid_request"),
        ({"previous_response_id": "resp_none"}, openai.NotFoundError, "not_found"),
        ({"extra_body": {"pilares": {"unknown": 1}}}, openai.BadRequestError, "invalid_request"),
        ({"input": "x" * 20_000}, openai.APIStatusError, "too_large"),
    ],
)  # fmt: skip
def test_errors_have_the_form_of_openai(client: OpenAI, body: dict[str, Any], error: type, code: str) -> None:
    with pytest.raises(error) as raised:
        respond(client, **body)
    told: Any = raised.value
    assert (told.code, told.type) == (code, "invalid_request_error")
    assert told.body["message"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"input": 7}', b'{"input": [7]}', b'{"input": [{"type": ["x"]}]}', b'{"input": [null]}',
     b'{"input": "x", "tools": [' + b'{"type": "function", "a":' * 900 + b"1" + b"}" * 900 + b"]}",
     b'{"input": "x", "text": {"format": {"type": "json_schema", "schema": ' + b"[" * 900 + b"]" * 900 + b"}}}"],
)  # fmt: skip
def test_odd_bodies_are_refused_or_answered_and_break_nothing(service: Service, content: bytes) -> None:
    headers = {**service.ana.key, "content-type": "application/json"}
    response = httpx.post(f"{service.address}v1/responses", content=content, headers=headers)
    assert response.status_code in (200, 400)
    assert ("error" in response.json()) == (response.status_code == 400) or response.json()["error"] is None


def test_text_that_no_database_keeps_is_kept_all_the_same(client: OpenAI) -> None:
    off = {"pilares": {"grounded": False}}
    first = respond(client, input="a\0b", extra_body=off)
    assert client.responses.retrieve(first.id).id == first.id


def test_langchain_speaks_it_too(service: Service) -> None:
    key = SecretStr(service.ana.key["authorization"].removeprefix("Bearer "))
    with httpx.Client() as connection:
        chat = ChatOpenAI(base_url=f"{service.address}v1", api_key=key, model="auto", max_retries=0,
                          use_responses_api=True, http_client=connection)  # fmt: skip
        assert "25 days" in chat.invoke(ASK).text
        assert "25 days" in "".join(chunk.text for chunk in chat.stream(ASK))
