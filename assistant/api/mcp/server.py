"""The tools behind the protocol's own Python package (https://modelcontextprotocol.io)."""

import logging
from collections.abc import Callable
from typing import Any

import mcp.types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from assistant.api.mcp.tools import OFFERS, KnowledgeTools
from assistant.errors import AssistantError
from assistant.messages import message
from assistant.security.person import Person
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)
NAME = "pilares"
INSTRUCTIONS = (
    "The documents of an organisation. Use search_knowledge for what they say, word for word, and ask for an answer "
    "that is checked against them. Cite what comes back."
)
Context = ServerRequestContext[Any]
Who = Callable[[Context], tuple[Person, str]]
"""Who calls, and in which language they are spoken to. Raises NotSignedIn."""


def build_server(tools: KnowledgeTools, who: Who) -> Server[Any]:
    """An MCP server of the tools. It keeps nothing of those who call."""

    async def list_tools(_context: Context, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name) for name in OFFERS])

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _called(tools, who, context, params)

    return Server(NAME, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


async def _called(
    tools: KnowledgeTools, who: Who, context: Context, params: types.CallToolRequestParams
) -> types.CallToolResult:
    """The result of a tool; what went wrong is told in it, so that whoever asked can mend it."""
    if params.name not in OFFERS:
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name}. tools/list names them.")
    steps = 0

    async def working(text: str) -> None:
        nonlocal steps
        steps += 1
        await context.session.report_progress(steps, message=text)

    try:
        person, language = who(context)
        result = await tools.call(params.name, params.arguments or {}, person, language, working)
    except (AssistantError, KnowledgeError) as error:
        return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)
    except Exception:
        log.exception("the tool %s failed", params.name)
        text = message("unexpected", None)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=str(result))]
    return types.CallToolResult(content=content, structured_content=result.model_dump(mode="json"))


def _tool(name: str) -> types.Tool:
    offer = OFFERS[name]
    return types.Tool(
        name=name, title=offer.title, description=offer.description, input_schema=offer.takes.model_json_schema(),
        output_schema=offer.returns.model_json_schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=name == "search_knowledge", destructive_hint=False, open_world_hint=False
        ),
    )  # fmt: skip
