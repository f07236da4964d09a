"""Which tools a person wants called, and with what: a model's choice, held to a schema while it is written."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.storage.folding import folded
from assistant.tools import prompts
from assistant.tools.schema import NO_TOOLS, arguments_schema, calls_schema, violation
from assistant.tools.tool import Tool

CALL_TOKENS = 200
"""Longest that calls are written; a grammar alone does not end a text that goes on for ever."""
STEM = 4
_WORD = re.compile(r"\w+")
_NUMBERS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twelve",
        "fifteen",
        "twenty",
        "thirty",
        "hundred",
        "thousand",
        "half",
        "dozen",
        "couple",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "doce",
        "quince",
        "veinte",
        "treinta",
        "cien",
        "mil",
        "media",
        "docena",
        "par",
    ]
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
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


def choose(
    text: str, tools: Sequence[Tool], now: datetime, say: Say, most: int = 1, *, possible: Sequence[Tool] | None = None
) -> list[Choice]:
    """At most `most` calls; none when no tool does what was asked. Raises NoCall, and what `say` raises.

    The model reads of all `tools`, the same on every turn, so that what it has read stays in the cache; those that are
    not `possible` it cannot write.
    """
    allowed = tools if possible is None else possible
    schema = calls_schema(allowed, most)
    written = say(prompts.choose(text, tools, f"{now:%A} {now:%Y-%m-%d}"), response_format(schema))
    return choices(written, allowed, most, text)


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as endpoints take it."""
    return {"type": "json_schema", "json_schema": {"name": "calls", "schema": dict(schema), "strict": True}}


def choices(written: str, tools: Sequence[Tool], most: int, said: str) -> list[Choice]:
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
        choice = _grounded(tool, {name: each for name, each in call.arguments.items() if each is not None}, said)
        if choice is not None and choice not in found:
            found.append(choice)
    return found


def _grounded(tool: Tool, arguments: Mapping[str, Any], said: str) -> Choice | None:
    """The call without the values that nobody said; None when a tool that needs some was given no others.

    A model that chooses a tool where there is none to choose makes up what it wants: a city, asked about contracts.
    Choices out of a list, and yes or no, may be worded otherwise and stay.
    """
    schemas = tool.parameters.get("properties", {})
    made_up = {name for name, value in arguments.items() if not _said(value, schemas[name], said)}
    left = {name: value for name, value in arguments.items() if name not in made_up}
    needed = set(tool.parameters.get("required", ()))
    if made_up & needed and not any(_checkable(schemas[name]) for name in left):
        return None
    return Choice(tool, left)


def _checkable(schema: Mapping[str, Any]) -> bool:
    return "enum" not in schema and schema.get("type") in {"string", "integer", "number"}


def _said(value: Any, schema: Mapping[str, Any], said: str) -> bool:
    """Whether a text shares half its words with what was said, by their first letters; whether a figure was said."""
    if not _checkable(schema):
        return True
    if isinstance(value, int | float) and not isinstance(value, bool):
        figures = {float(each.replace(",", ".")) for each in _FIGURE.findall(said)}
        return float(value) in figures or bool(_NUMBERS & set(_WORD.findall(folded(said))))
    words = [word[:STEM] for word in _WORD.findall(folded(str(value)))]
    heard = {word[:STEM] for word in _WORD.findall(folded(said))}
    return not words or 2 * sum(word in heard for word in words) >= len(words)
