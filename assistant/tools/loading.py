"""Tools of this Python environment: what LangChain calls a tool, named in the settings one by one."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.errors import ConfigurationError
from assistant.tools.settings import ToolSettings
from assistant.tools.tool import Arguments, Caller, Result, Tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


def python_tools(settings: ToolSettings) -> list[Tool]:
    """The tools that `tools.python` names. Raises ConfigurationError naming the entry."""
    return [from_langchain(each, settings) for entry in settings.python for each in _objects(entry)]


def from_langchain(tool: "BaseTool", settings: ToolSettings) -> Tool:
    """A LangChain tool as ours: dangerous unless the settings, or its own metadata, say that it is not."""

    def run(arguments: Arguments, caller: Caller) -> Result:
        return Result(str(tool.invoke(dict(arguments))))

    safe = tool.name in settings.safe or bool((tool.metadata or {}).get("readOnlyHint"))
    return Tool(
        tool.name, tool.description, _parameters(tool), run, dangerous=not safe, source="python",
        examples=settings.examples.get(tool.name, ()),
    )  # fmt: skip


def _objects(entry: str) -> "Iterable[BaseTool]":
    from langchain_core.tools import BaseTool

    module, _, name = entry.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f'The tool "{entry}" cannot be loaded: {error}. Write it as "module:object" in tools.python of '
            "pilares.toml, and install its package into this environment."
        ) from error
    tools = list(found) if isinstance(found, list | tuple) else [found]
    if not tools or not all(isinstance(each, BaseTool) for each in tools):
        raise ConfigurationError(
            f'"{entry}" is no LangChain tool, nor a list of them. Make one with `langchain_core.tools.tool`.'
        )
    return tools


def _parameters(tool: "BaseTool") -> Mapping[str, Any]:
    schema: Any = tool.tool_call_schema
    return dict(schema) if isinstance(schema, dict) else dict(schema.model_json_schema())
