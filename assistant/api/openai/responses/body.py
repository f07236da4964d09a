"""The body of a request for a response, as far as it is read; whatever else a client sends is passed over."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.api.openai.body import MOST_MESSAGES, Extension
from assistant.api.openai.errors import refused
from assistant.api.openai.responses.items import Item, Message, MessageItem, chat_messages

DEEPEST = 64
"""How deep schemas and what else is passed on may be nested; whoever reads deeper JSON runs out of stack."""
FILE_SEARCH = "file_search"
USED_GROUNDED = frozenset({
    "input", "model", "stream", "stream_options", "previous_response_id", "store", "metadata", "pilares", "user",
    "tools", "text",
})  # fmt: skip
"""What an answer from the documents takes account of, or has no need to. The rest is told of as `ignored`."""
_REFUSED = ("background", "conversation", "prompt")


class TextFormat(BaseModel):
    """How the text is to look: plain, JSON, or JSON of a schema."""

    model_config = ConfigDict(extra="allow")

    type: Literal["text", "json_object", "json_schema"] = "text"


class TextConfig(BaseModel):
    """The `text` of a request."""

    model_config = ConfigDict(extra="allow")

    format: TextFormat = TextFormat()


class Tool(BaseModel):
    """A tool: a function, which is the model's business, or `file_search`, which are the documents."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(max_length=100)]


class ResponseBody(BaseModel):
    """A request for a response."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(max_length=200)] = "auto"
    input: str | Annotated[list[Item], Field(min_length=1, max_length=MOST_MESSAGES)]
    instructions: str | None = None
    previous_response_id: Annotated[str, Field(max_length=64)] | None = None
    stream: bool | None = False
    store: bool | None = True
    tools: Annotated[list[Tool], Field(max_length=128)] | None = None
    tool_choice: str | dict[str, Any] | None = None
    text: TextConfig | None = None
    metadata: dict[str, str] | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: float | None = None
    top_p: float | None = None
    parallel_tool_calls: bool | None = None
    background: bool | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    pilares: Extension = Extension()

    @model_validator(mode="before")
    @classmethod
    def _shallow(cls, given: Any) -> Any:
        level = [given]
        for _ in range(DEEPEST):
            level = [part for each in level for part in _parts(each)]
        if level:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
        return given

    def check(self) -> None:
        """Raises InvalidRequest for what cannot be done here, and would change the answer if it were passed over."""
        for name in _REFUSED:
            if getattr(self, name):
                raise refused("response_refused", name=name)

    @property
    def format(self) -> TextFormat:
        """How the text is to look."""
        return TextFormat() if self.text is None else self.text.format

    @property
    def is_grounded(self) -> bool:
        """Whether the assistant answers from the documents; functions and formats are the model's own business."""
        tools = [tool for tool in self.tools or () if tool.type != FILE_SEARCH]
        returned = isinstance(self.input, list) and not isinstance(self.input[-1], MessageItem)
        return self.pilares.grounded and self.format.type == "text" and not tools and not returned

    def messages(self) -> list[Message]:
        """The input as messages of a chat request, without the instructions."""
        return [{"role": "user", "content": self.input}] if isinstance(self.input, str) else chat_messages(self.input)

    def ignored(self) -> list[str]:
        """What was sent and made no difference to an answer from the documents."""
        names = [name for name in sorted(self.model_fields_set | set(self.model_extra or ()))
                 if name not in USED_GROUNDED and getattr(self, name, None) is not None]  # fmt: skip
        said = any(each["role"] == "system" for each in self.messages())
        return names + (["system"] if said else []) + (["pilares.drafts"] if self.pilares.drafts else [])

    def echo(self) -> dict[str, Any]:
        """What a response says of its request."""
        return {
            "instructions": self.instructions,
            "max_output_tokens": self.max_output_tokens,
            "metadata": self.metadata or {},
            "parallel_tool_calls": self.parallel_tool_calls is not False,
            "previous_response_id": self.previous_response_id,
            "store": self.store is not False,
            "temperature": self.temperature,
            "text": {"format": self.format.model_dump()},
            "tool_choice": self.tool_choice or "auto",
            "tools": [tool.model_dump() for tool in self.tools or ()],
            "top_p": self.top_p,
            "truncation": "disabled",
            "background": False,
        }


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
