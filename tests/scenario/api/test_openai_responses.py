"""The official client's Responses API, unchanged, against a served application."""

import json
import time
from typing import Any

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI
from openai import OpenAI
from pydantic import BaseModel, SecretStr

from assistant.api.openai.ports import Served
from assistant.errors import InvalidRequest, ModelUnavailable
from assistant.testing.replies import DEMO, Reply
from assistant.testing.service import Service

LEAVE = DEMO["leave"].text
ASK = "How many days of leave do I have?"
WEATHER: Any = {"type": "function", "name": "weather", "strict": None,
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Lima"}'}}


def respond(client: OpenAI, **more: Any) -> Any:
    return client.responses.create(**{"model": "auto", "input": ASK, **more})


def last_history(service: Service) -> list[tuple[str, str]]:
    return [(each.role, each.content) for each in service.assistant.requests[-1].history]


# From the documents


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


# A model as it is


def test_functions_are_called_and_their_results_go_back(client: OpenAI, service: Service) -> None:
    service.gateway.message = {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "c2"}]}
    asked = respond(
        client, input="The weather in Lima?", tools=[WEATHER], tool_choice={"type": "function", "name": "weather"},
        instructions="Be brief.", max_output_tokens=50, temperature=0.3, extra_body={"lora": [{"id": 0}]},
    )  # fmt: skip
    assert [(each.type, each.call_id, each.arguments) for each in asked.output] == [
        ("function_call", "c1", '{"city": "Lima"}'), ("function_call", "c2", '{"city": "Lima"}')]  # fmt: skip
    body = service.gateway.bodies[-1]
    assert body["tools"] == [{"type": "function", "function": {"name": "weather", "parameters": WEATHER["parameters"]}}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert (body["max_completion_tokens"], body["temperature"]) == (50, 0.3)
    assert not {"lora", "model", "input"} & body.keys()
    service.gateway.message = {"role": "assistant", "content": "18 degrees."}
    outputs: Any = [{"type": "function_call_output", "call_id": call, "output": "18"} for call in ("c1", "c2")]
    told = respond(client, input=outputs, previous_response_id=asked.id, tools=[WEATHER])
    assert told.output_text == "18 degrees."
    assert service.gateway.bodies[-1]["messages"] == [
        {"role": "user", "content": "The weather in Lima?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "c2"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "18"},
        {"role": "tool", "tool_call_id": "c2", "content": "18"},
    ]
    assert service.assistant.requests == []
    assert client.responses.retrieve(told.id) == told
    echoed = [*[each.model_dump() for each in asked.output], *outputs]
    respond(client, input=[{"role": "user", "content": "The weather in Lima?"}, *echoed])
    assert service.gateway.bodies[-1]["messages"] == service.gateway.bodies[-2]["messages"]


def test_calls_are_streamed(client: OpenAI, service: Service) -> None:
    service.gateway.message = {"role": "assistant", "content": "I look.", "tool_calls": [CALL, {**CALL, "id": "c2"}]}
    with client.responses.stream(model="llm", input="The weather?", tools=[WEATHER]) as stream:
        events = [*stream]
        final = stream.get_final_response()
    assert [each.type for each in final.output] == ["message", "function_call", "function_call"]
    assert final.output_text == "I look. "
    argued = [each for each in events if each.type == "response.function_call_arguments.done"]
    assert [json.loads(each.arguments) for each in argued] == [{"city": "Lima"}] * 2
    assert final.usage is not None
    assert final.usage.total_tokens == 12
    kept = client.responses.retrieve(final.id)
    assert kept.output_text == "I look. "


def test_a_json_schema_reaches_the_model_and_comes_back_parsed(client: OpenAI, service: Service) -> None:
    class Weather(BaseModel):
        city: str

    service.gateway.message = {"role": "assistant", "content": '{"city": "Lima"}'}
    parsed = client.responses.parse(model="llm", input="Where?", text_format=Weather)
    assert parsed.output_parsed == Weather(city="Lima")
    wanted = service.gateway.bodies[-1]["response_format"]
    assert (wanted["type"], wanted["json_schema"]["name"]) == ("json_schema", "Weather")
    assert wanted["json_schema"]["schema"]["properties"]["city"]["type"] == "string"
    with client.responses.stream(model="llm", input="Where?", text_format=Weather) as stream:
        assert stream.get_final_response().output_parsed == Weather(city="Lima")


def test_what_ran_into_its_limit_is_incomplete(client: OpenAI, service: Service) -> None:
    off = {"pilares": {"grounded": False}}
    service.gateway.finish_reason = "length"
    whole = respond(client, extra_body=off)
    last = [*respond(client, extra_body=off, stream=True)][-1]
    for response in (whole, last.response):
        assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert last.type == "response.incomplete"


def test_an_answer_from_the_documents_can_be_worked_on_by_a_model(client: OpenAI, service: Service) -> None:
    first = respond(client)
    respond(client, input="Shorter.", previous_response_id=first.id, extra_body={"pilares": {"grounded": False}})
    assert service.gateway.bodies[-1]["messages"] == [
        {"role": "user", "content": ASK}, {"role": "assistant", "content": LEAVE},
        {"role": "user", "content": "Shorter."}]  # fmt: skip


def test_what_was_said_before_counts_for_what_may_leave(client: OpenAI, service: Service) -> None:
    service.gateway.models["llm"] = Served("llm", "far-away", remote=True)
    off = {"pilares": {"grounded": False}}
    first = respond(client, input="Write to ana@example.org about it.", extra_body=off)
    respond(client, input="Shorter.", previous_response_id=first.id, extra_body=off)
    respond(client, input="Hello", extra_body=off)
    assert [each.tier for each in service.gateway.asked] == ["slm", "slm", "llm"]


def test_what_the_model_refuses_is_the_senders_to_mend(client: OpenAI, service: Service) -> None:
    service.gateway.error = InvalidRequest("The grammar cannot be read.")
    with pytest.raises(openai.BadRequestError, match="grammar"):
        respond(client, tools=[WEATHER])
    last = [*respond(client, tools=[WEATHER], stream=True)][-1]
    assert (last.type, "grammar" in last.response.error.message) == ("response.failed", True)


# Requests that are none


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
