"""Which tools a person wants called, and with what: a model's choice, held to a schema while it is written."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.tools import prompts
from assistant.tools.schema import NO_TOOLS, arguments_schema, calls_schema, violation
from assistant.tools.tool import Tool

CALL_TOKENS = 200
"""Longest that calls are written; a grammar alone does not end a text that goes on for ever."""
Say = Callable[[Sequence[BaseMessage], Mapping[str, Any]], str]
"""Asks a model; the mapping is the `response_format` of an OpenAI-compatible endpoint."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool and what a model took out of the person's words for it; arguments that were not said are left out."""

    tool: Tool
    arguments: Mapping[str, Any]


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: dict[str, Any]


class _Calls(BaseModel):
    model_config = ConfigDict(extra="forbid")

    calls: list[_Call]


class NoCall(Exception):
    """What a model wrote is no call of one of the tools: an endpoint that ignores `response_format` can do that."""


def choose(text: str, tools: Sequence[Tool], now: datetime, say: Say, most: int = 1) -> list[Choice]:
    """At most `most` calls; none when no tool does what was asked. Raises NoCall, and what `say` raises."""
    schema = calls_schema(tools, most)
    written = say(prompts.choose(text, tools, f"{now:%A} {now:%Y-%m-%d}"), response_format(schema))
    return choices(written, tools, most)


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as endpoints take it."""
    return {"type": "json_schema", "json_schema": {"name": "calls", "schema": dict(schema), "strict": True}}


def choices(written: str, tools: Sequence[Tool], most: int) -> list[Choice]:
    """What a model wrote, checked. Raises NoCall."""
    try:
        start, end = written.index("{"), written.rindex("}") + 1
        calls = _Calls.model_validate(json.loads(written[start:end])).calls
    except (ValueError, ValidationError) as error:
        raise NoCall(str(error)[:200]) from error
    found: list[Choice] = []
    by_name = {tool.name: tool for tool in tools}
    for call in calls[:most]:
        if call.tool in NO_TOOLS:
            continue
        tool = by_name.get(call.tool)
        if tool is None:
            raise NoCall(f"{call.tool[:64]} is no tool")
        if wrong := violation(arguments_schema(tool.parameters), call.arguments):
            raise NoCall(wrong)
        choice = Choice(tool, {name: value for name, value in call.arguments.items() if value is not None})
        if choice not in found:
            found.append(choice)
    return found
