"""Settings of tools: what the assistant may do, and how long that may take."""

from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolServerSettings(_Frozen):
    """An MCP server: a program that is started and spoken to over its pipes, or an address (streamable HTTP).

    `environment` names variables of this process that the program gets besides the few every program needs; `key`
    names the one that holds the address's bearer token. `tools` are those that may be used; default: all of them.
    """

    command: tuple[str, ...] = ()
    url: str | None = None
    environment: tuple[str, ...] = ()
    key: str | None = None
    tools: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.command) == (self.url is not None):
            raise ValueError("a tool server has either a command or a url")
        if self.url is not None and urlsplit(self.url).scheme not in {"http", "https"}:
            raise ValueError(f"{self.url!r} is not an http(s) address")
        return self


class ToolSettings(_Frozen):
    """What the assistant may do besides answering. Nothing, by default."""

    python: tuple[str, ...] = Field(
        default=(), description='LangChain tools of this Python environment: "module:object", a tool or a list of them'
    )
    servers: Mapping[str, ToolServerSettings] = Field(default={}, description="MCP servers by name")
    safe: tuple[str, ...] = Field(
        default=(), description="tools that change nothing, so that they may be called without asking first"
    )
    examples: Mapping[str, tuple[str, ...]] = Field(
        default={}, description="by tool: what people say when they want it, in their languages"
    )
    visitors: tuple[str, ...] = Field(
        default=(), description="tools that visitors of a website's widget may use; the others are not theirs"
    )
    calls: int = Field(
        default=1, ge=1, le=10, description="most calls in one turn; the default models were measured with one"
    )
    seconds: float = Field(default=20.0, gt=0, le=600, description="longest a call may take")
    task_minutes: int = Field(default=60, ge=1, description="how long an unfinished task waits for its next words")
