"""The items of a response's `input`, and what they come to as messages of a chat request."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from assistant.api.openai.body import ChatMessage, Part

Message = dict[str, Any]
_Id = Annotated[str, Field(max_length=200)]


class MessageItem(ChatMessage):
    """Something that was said, or the question itself."""

    role: Literal["system", "developer", "user", "assistant"]


class CallItem(BaseModel):
    """A call of a function that a model asked for."""

    model_config = ConfigDict(extra="allow")

    type: Literal["function_call"]
    call_id: _Id
    name: _Id
    arguments: str


class OutputItem(BaseModel):
    """What a function that was called returned."""

    model_config = ConfigDict(extra="allow")

    type: Literal["function_call_output"]
    call_id: _Id
    output: str | list[Part]

    @property
    def text(self) -> str:
        """Its words. Raises InvalidRequest for a part that is no text."""
        return ChatMessage(role="tool", content=self.output).text


class ReasoningItem(BaseModel):
    """What a model thought before it answered; clients send it back with the rest, and it is passed over."""

    model_config = ConfigDict(extra="allow")

    type: Literal["reasoning"]


def _kind(item: Any) -> str:
    given = item.get("type", "message") if isinstance(item, dict) else getattr(item, "type", "message")
    return str(given)


Item = Annotated[
    Annotated[MessageItem, Tag("message")]
    | Annotated[CallItem, Tag("function_call")]
    | Annotated[OutputItem, Tag("function_call_output")]
    | Annotated[ReasoningItem, Tag("reasoning")],
    Discriminator(_kind),
]


def chat_messages(items: Iterable[MessageItem | CallItem | OutputItem | ReasoningItem]) -> list[Message]:
    """The same as messages of a chat request. Raises InvalidRequest for parts that are no text."""
    found: list[Message] = []
    for item in items:
        if isinstance(item, MessageItem):
            found.append({"role": "system" if item.role == "developer" else item.role, "content": item.text})
        elif isinstance(item, CallItem):
            function = {"name": item.name, "arguments": item.arguments}
            _add_call(found, {"id": item.call_id, "type": "function", "function": function})
        elif isinstance(item, OutputItem):
            found.append({"role": "tool", "tool_call_id": item.call_id, "content": item.text})
    return found


def _add_call(messages: list[Message], call: Message) -> None:
    """Calls that were asked for at once are in one message."""
    if messages and messages[-1].get("tool_calls"):
        messages[-1]["tool_calls"].append(call)
    else:
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})


def texts_of(messages: Sequence[Message]) -> list[str]:
    """Everything that a model would read in them."""
    found = [str(each["content"]) for each in messages if each.get("content")]
    calls = (call["function"]["arguments"] for each in messages for call in each.get("tool_calls") or ())
    return [*found, *calls]
