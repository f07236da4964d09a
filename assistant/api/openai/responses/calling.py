"""A request for a response as a chat request, and a chat completion as what a response ended with."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.api.openai.errors import refused
from assistant.api.openai.responses.body import ResponseBody, TextFormat, Tool
from assistant.api.openai.responses.items import Message
from assistant.api.openai.responses.replying import Object, Reply, call_item, message_item, usage_json

_ALIKE = ("temperature", "top_p", "parallel_tool_calls", "stream")
_CHOICES = ("auto", "none", "required")


def chat_body(body: ResponseBody, messages: Sequence[Message]) -> Object:
    """What a model is asked. Raises InvalidRequest for tools that are no functions."""
    told = [{"role": "system", "content": body.instructions}] if body.instructions else []
    passed: Object = {"messages": [*told, *messages]}
    passed |= {name: getattr(body, name) for name in _ALIKE if getattr(body, name) is not None}
    if body.max_output_tokens is not None:
        passed["max_completion_tokens"] = body.max_output_tokens
    if body.format.type != "text":
        passed["response_format"] = _format(body.format)
    if body.tools:
        passed["tools"] = [_function(tool) for tool in body.tools]
        passed["tool_choice"] = _choice(body.tool_choice)
    return passed


def _format(wanted: TextFormat) -> Object:
    given = wanted.model_dump(exclude={"type"}, exclude_none=True)
    return {"type": wanted.type, **({"json_schema": given} if wanted.type == "json_schema" else {})}


def _function(tool: Tool) -> Object:
    if tool.type != "function":
        raise refused("tool_refused", kind=tool.type)
    return {"type": "function", "function": tool.model_dump(exclude={"type"}, exclude_none=True)}


def _choice(wanted: str | dict[str, Any] | None) -> Any:
    if wanted is None or wanted in _CHOICES:
        return wanted or "auto"
    if isinstance(wanted, dict) and wanted.get("type") == "function" and isinstance(wanted.get("name"), str):
        return {"type": "function", "function": {"name": wanted["name"]}}
    raise refused("tool_choice_refused")


def ended_of(reply: Reply, completion: Mapping[str, Any]) -> Object:
    """What a whole completion comes to: the status, the output, the usage."""
    choice = (completion.get("choices") or [{}])[0]
    said, calls = choice.get("message") or {}, (choice.get("message") or {}).get("tool_calls") or []
    output = [message_item(reply.item_id("msg"), said["content"])] if said.get("content") else []
    output += [call_item(reply.item_id("fc", number), call) for number, call in enumerate(calls, 1)]
    return {**status_of(choice.get("finish_reason")), "output": output, "usage": usage_of(completion)}


def status_of(reason: str | None) -> Object:
    """How it ended; what ran into its limit is not complete."""
    if reason == "length":
        return {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {"status": "completed"}


def usage_of(chunk: Mapping[str, Any]) -> Object | None:
    """The usage that a completion or a chunk tells of."""
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return None
    read, written = (usage.get(f"{part}_tokens") for part in ("prompt", "completion"))
    return usage_json(read if isinstance(read, int) else 0, written if isinstance(written, int) else 0)
