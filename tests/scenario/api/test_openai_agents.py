"""The asynchronous client, its helpers, and LangChain's agents and structured output, unchanged."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel, SecretStr

from assistant.testing.gateway import WEATHER_CALL
from assistant.testing.replies import DEMO
from assistant.testing.service import Service

LEAVE = DEMO["leave"].text
ASK: Any = [{"role": "user", "content": "How many days of leave do I have?"}]


class Weather(BaseModel):
    """The weather in a city."""

    city: str


@pytest.fixture
def chat(service: Service) -> Iterator[ChatOpenAI]:
    with httpx.Client(timeout=20) as http:
        yield ChatOpenAI(
            base_url=f"{service.address}v1", api_key=SecretStr(service.ana.key["authorization"][7:]), model="auto",
            max_retries=0, http_client=http,
        )  # fmt: skip


def test_several_are_asked_at_once(service: Service) -> None:
    async def asked() -> list[str]:
        key = service.ana.key["authorization"].removeprefix("Bearer ")
        async with AsyncOpenAI(base_url=f"{service.address}v1", api_key=key, max_retries=0, timeout=20) as client:

            async def streamed() -> str:
                stream = await client.chat.completions.create(model="auto", messages=ASK, stream=True)
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

            async def whole() -> str:
                answer = await client.chat.completions.create(model="auto", messages=ASK)
                return answer.choices[0].message.content or ""

            return await asyncio.gather(streamed(), whole(), streamed(), whole())

    assert asyncio.run(asked()) == [LEAVE] * 4


def test_the_clients_stream_helper_puts_the_answer_together(client: OpenAI) -> None:
    with client.chat.completions.stream(model="auto", messages=ASK) as stream:
        kinds = [event.type for event in stream]
        assert stream.get_final_completion().choices[0].message.content == LEAVE
    assert {"chunk", "content.delta", "content.done"} <= set(kinds)


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_langchain_gets_structured_output(chat: ChatOpenAI, service: Service, method: str) -> None:
    called = {**WEATHER_CALL, "function": {**WEATHER_CALL["function"], "name": "Weather"}}
    service.gateway.message = {"role": "assistant", "content": '{"city": "Lima"}'}
    if method == "function_calling":
        service.gateway.message = {"role": "assistant", "content": None, "tool_calls": [called]}
    got = chat.with_structured_output(Weather, method=method).invoke("The weather in Lima?")  # type: ignore[arg-type]
    assert got == Weather(city="Lima")


@pytest.mark.usefixtures("weather_calls")
def test_an_agent_calls_a_tool_and_answers(chat: ChatOpenAI, service: Service) -> None:
    cities: list[str] = []

    @tool
    def weather(city: str) -> str:
        """The weather in a city."""
        cities.append(city)
        return "18 degrees"

    done = create_agent(chat, [weather]).invoke({"messages": ASK})
    assert done["messages"][-1].text == "It is 18 degrees."
    assert cities == ["Lima"]
    assert service.gateway.bodies[-1]["messages"][-1]["content"] == "18 degrees"
