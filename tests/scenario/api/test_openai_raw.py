"""The official client and LangChain, unchanged: tools and formats reach the model, embeddings come back."""

from datetime import UTC, datetime
from typing import Any

import openai
import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai import OpenAI
from pydantic import BaseModel, SecretStr

from assistant.api.openai.ports import Served
from assistant.errors import InvalidRequest
from assistant.security.allowance import Allowance
from assistant.security.spending import Spending
from assistant.testing.service import Service

ASK = [{"role": "user", "content": "What is the weather in Lima?"}]
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Lima"}'}}


def key(service: Service) -> str:
    return service.ana.key["authorization"].removeprefix("Bearer ")


def test_tools_are_passed_through(client: OpenAI, service: Service) -> None:
    service.gateway.message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    raw: Any = client.chat.completions.create(
        model="auto", messages=ASK, tools=[WEATHER], tool_choice="required", temperature=0.3,  # type: ignore[arg-type]
        extra_body={"lora": [{"id": 0, "scale": 1}], "cache_prompt": False},
    )  # fmt: skip
    assert raw.choices[0].message.tool_calls[0].function.arguments == '{"city": "Lima"}'
    assert (raw.choices[0].finish_reason, raw.model) == ("tool_calls", "auto")
    body = service.gateway.bodies[-1]
    assert (body["tools"], body["tool_choice"], body["temperature"]) == ([WEATHER], "required", 0.3)
    assert not {"lora", "cache_prompt", "model"} & body.keys()
    assert service.assistant.requests == []
    streamed = list(client.chat.completions.create(model="llm", messages=ASK, tools=[WEATHER], stream=True))  # type: ignore
    assert streamed[-2].choices[0].delta.tool_calls[0].function.name == "weather"


def test_a_tools_result_goes_back_to_the_model(client: OpenAI, service: Service) -> None:
    said = [*ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "18 degrees"}]  # fmt: skip
    answer = client.chat.completions.create(model="auto", messages=said)  # type: ignore[arg-type]
    assert answer.choices[0].message.content == "I am the model itself."
    assert service.gateway.bodies[-1]["messages"] == said


def test_a_response_format_is_passed_through(client: OpenAI, service: Service) -> None:
    class Weather(BaseModel):
        city: str

    service.gateway.message = {"role": "assistant", "content": '{"city": "Lima"}'}
    parsed = client.chat.completions.parse(model="llm", messages=ASK, response_format=Weather)  # type: ignore[arg-type]
    assert parsed.choices[0].message.parsed == Weather(city="Lima")
    assert service.gateway.bodies[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("model", "tier"),
    [("auto", "llm"), ("auto-quality", "llm"), ("auto-cheap", "slm"), ("slm", "slm"), ("adapter:house", "slm")],
)
def test_which_model_is_asked(client: OpenAI, service: Service, model: str, tier: str) -> None:
    client.chat.completions.create(model=model, messages=ASK, extra_body={"pilares": {"grounded": False}})  # type: ignore
    served = service.gateway.asked[-1]
    assert (served.tier, served.adapter) == (tier, "house@1" if model.startswith("adapter:") else "")


def test_what_may_not_leave_stays_here(client: OpenAI, service: Service) -> None:
    service.gateway.models["llm"] = Served("llm", "far-away", remote=True)
    off = {"pilares": {"grounded": False}}
    mine = [{"role": "user", "content": "Write to ana@example.org about it."}]
    client.chat.completions.create(model="llm", messages=ASK, extra_body=off)  # type: ignore[arg-type]
    client.chat.completions.create(model="llm", messages=mine, extra_body=off)  # type: ignore[arg-type]
    client.chat.completions.create(model="local-only", messages=ASK, extra_body=off)  # type: ignore[arg-type]
    assert [each.tier for each in service.gateway.asked] == ["llm", "slm", "slm"]
    service.gateway.models["slm"] = Served("slm", "far-away-too", remote=True)
    for model, messages in (("llm", mine), ("local-only", ASK)):
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model=model, messages=messages, extra_body=off)  # type: ignore[arg-type]


def test_what_the_model_refuses_is_the_senders_to_mend(client: OpenAI, service: Service) -> None:
    service.gateway.error = InvalidRequest("The grammar cannot be read.")
    with pytest.raises(openai.BadRequestError, match="grammar"):
        client.chat.completions.create(model="llm", messages=ASK, tools=[WEATHER])  # type: ignore[arg-type]
    with pytest.raises(openai.APIError, match="grammar"):
        list(client.chat.completions.create(model="llm", messages=ASK, tools=[WEATHER], stream=True))  # type: ignore


def test_embeddings(client: OpenAI) -> None:
    both = client.embeddings.create(model="hashing", input=["leave", "travel"])
    floats = client.embeddings.create(model="hashing", input="leave", encoding_format="float")
    assert both.data[0].embedding == pytest.approx(floats.data[0].embedding)
    assert both.usage.total_tokens > 0
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length"):
        client.embeddings.create(model="hashing", input=[[1, 2, 3]])
    with pytest.raises(openai.BadRequestError, match="dimensions"):
        client.embeddings.create(model="hashing", input="x", dimensions=7)
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="text-embedding-3-small", input="x")


def test_langchain_asks_streams_and_calls_tools(service: Service) -> None:
    @tool
    def weather(city: str) -> str:
        """The weather."""
        return "18 degrees"

    with ChatOpenAI(base_url=f"{service.address}v1", api_key=SecretStr(key(service)), model="auto", max_retries=0
                    ).root_client as closing:  # fmt: skip
        chat = ChatOpenAI(
            base_url=f"{service.address}v1", api_key=SecretStr(key(service)), model="auto", http_client=closing._client
        )
        answer = chat.invoke("How many days of leave do I have?")
        assert "25 days" in answer.text
        assert answer.usage_metadata is not None
        assert "25 days" in "".join(chunk.text for chunk in chat.stream("How many days of leave do I have?"))
        service.gateway.message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
        called: Any = chat.bind_tools([weather]).invoke("What is the weather in Lima?")
        assert called.tool_calls[0]["args"] == {"city": "Lima"}


def test_langchain_embeds(service: Service) -> None:
    embeddings = OpenAIEmbeddings(
        base_url=f"{service.address}v1", api_key=SecretStr(key(service)), model="hashing",
        check_embedding_ctx_length=False,
    )  # fmt: skip
    assert len(embeddings.embed_documents(["leave", "travel"])) == 2
    embeddings.client._client.close()


def test_documents_are_files(service: Service) -> None:
    with OpenAI(base_url=f"{service.address}v1", api_key=service.boss.key["authorization"][7:], max_retries=0) as boss:
        made = boss.files.create(file=("note.md", b"The door code changes on Monday."), purpose="assistants")
        assert (made.filename, made.status, made.bytes) == ("note.md", "processed", 32)
        assert made.id in {each.id for each in boss.files.list()}
        assert boss.files.retrieve(made.id).bytes == 32
        assert boss.files.content(made.id).text == "The door code changes on Monday."
        assert boss.files.delete(made.id).deleted
        with pytest.raises(openai.NotFoundError):
            boss.files.retrieve(made.id)
        with pytest.raises(openai.BadRequestError, match="not a text file"):
            boss.files.create(file=("x.bin", b"\xff"), purpose="assistants")


def test_a_key_without_the_right_adds_no_file(client: OpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError) as raised:
        client.files.create(file=("note.md", b"x"), purpose="assistants")
    assert raised.value.type == "permission_error"


def test_a_budget_that_is_used_up_is_a_rate_limit(service: Service) -> None:
    _, token = service.accounts.keys.make(service.ana.user, "small", budget=Allowance(tokens_per_day=4_100))
    with OpenAI(base_url=f"{service.address}v1", api_key=token, max_retries=0) as small:
        question: Any = [{"role": "user", "content": "How many days of leave do I have?"}]
        answer = small.chat.completions.create(model="auto", messages=question)
        assert answer.usage is not None
        with pytest.raises(openai.RateLimitError) as raised:
            small.chat.completions.create(model="auto", messages=question)
    assert raised.value.code == "rate_limit_exceeded"
    assert int(raised.value.response.headers["retry-after"]) > 0
    assert "read and write today" in raised.value.body["message"]  # type: ignore[index]


def test_what_a_model_itself_used_counts_too(service: Service) -> None:
    key, token = service.accounts.keys.make(service.ana.user, "raw", budget=Allowance(requests_per_day=5))
    with OpenAI(base_url=f"{service.address}v1", api_key=token, max_retries=0) as small:
        for stream in (False, True):
            got = small.chat.completions.create(model="llm", messages=ASK, tools=[WEATHER], stream=stream)  # type: ignore
            usage = [chunk.usage for chunk in got if chunk.usage] if stream else []
        small.embeddings.create(model="hashing", input="leave")
    assert usage
    spending = Spending(service.accounts._database, lambda: datetime.now(UTC))
    used = spending.used(f"key:{key.id}")
    assert (used.requests, used.tokens) == (3, 24 + 1)
