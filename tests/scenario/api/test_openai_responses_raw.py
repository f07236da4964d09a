"""The official client's Responses API: functions and formats reach a model, and come back from it."""

import json
from typing import Any

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from assistant.api.openai.ports import Served
from assistant.errors import InvalidRequest
from assistant.testing.replies import DEMO
from assistant.testing.service import Service

LEAVE = DEMO["leave"].text
ASK = "How many days of leave do I have?"
WEATHER: Any = {"type": "function", "name": "weather", "strict": None,
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Lima"}'}}


def respond(client: OpenAI, **more: Any) -> Any:
    return client.responses.create(**{"model": "auto", "input": ASK, **more})


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


def test_what_a_model_left_unfinished_is_not_taken_for_whole(client: OpenAI, service: Service) -> None:
    service.gateway.finish_reason = None
    last = [*respond(client, extra_body={"pilares": {"grounded": False}}, stream=True)][-1]
    assert (last.type, last.response.status) == ("response.failed", "failed")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(last.response.id)


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
