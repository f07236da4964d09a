"""The body of a chat request, as far as it is read; whatever else a client sends is passed over."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.openai.errors import refused
from assistant.api.question import AskedOf
from assistant.turn.answer import Message

MOST_MESSAGES = 500
USED_GROUNDED = frozenset(
    {"messages", "model", "stream", "stream_options", "n", "pilares", "user", "metadata", "store"}
)
"""What a grounded answer takes account of, or has no need to. The rest is told of as `ignored`."""


class Part(BaseModel):
    """A part of a message; text alone is read."""

    model_config = ConfigDict(extra="allow")

    type: str = "text"
    text: str = ""


class ChatMessage(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words. Raises InvalidRequest for a part that is no text."""
        if not isinstance(self.content, list):
            return self.content or ""
        odd = next((part.type for part in self.content if part.type not in ("text", "input_text", "output_text")), None)
        if odd is not None:
            raise refused("part_refused", kind=odd)
        return "\n".join(part.text for part in self.content)


class Extension(BaseModel):
    """What only Pilares has; clients send it as `extra_body={"pilares": {...}}`.

    `grounded` false asks the model itself, without documents. `drafts` true streams words as they are written, before
    they were checked. `conversation_id` goes on with a stored conversation.
    """

    model_config = ConfigDict(extra="forbid")

    grounded: bool = True
    drafts: bool = False
    conversation_id: Annotated[str, Field(max_length=64)] | None = None
    language: Literal["en", "es"] | None = None
    filter: AskedOf = AskedOf()


class StreamOptions(BaseModel):
    """`include_usage` adds a last chunk with the tokens used."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class ChatBody(BaseModel):
    """A chat request."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(max_length=200)] = "auto"
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    tools: Annotated[list[dict[str, Any]], Field(max_length=128)] | None = None
    response_format: dict[str, Any] | None = None
    pilares: Extension = Extension()

    @property
    def is_grounded(self) -> bool:
        """Whether the assistant answers from the documents; tools and formats are the model's own business."""
        shaped = (self.response_format or {}).get("type", "text") != "text"
        return self.pilares.grounded and not shaped and not self.tools and self.messages[-1].role != "tool"

    def asked(self) -> tuple[str, tuple[Message, ...]]:
        """The question and what was said before it. Raises InvalidRequest when the last message is no user's."""
        *before, last = self.messages
        if last.role != "user":
            raise refused("last_not_user", role=last.role)
        said = tuple(Message("user" if each.role == "user" else "assistant", each.text) for each in before
                     if each.role in ("user", "assistant") and each.text.strip())  # fmt: skip
        return last.text, said

    def ignored(self) -> list[str]:
        """What was sent and made no difference to a grounded answer."""
        names = [name for name in sorted(self.model_fields_set) if name not in USED_GROUNDED]
        return names + (["system"] if any(each.role in ("system", "developer") for each in self.messages) else [])
