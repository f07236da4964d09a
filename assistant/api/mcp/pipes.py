"""The tools over standard input and output, for programs that start `pilares mcp` themselves."""

from collections.abc import Callable

from mcp.server.stdio import stdio_server

from assistant.api.mcp.server import build_server
from assistant.api.mcp.tools import KnowledgeTools
from assistant.security.person import Person


async def serve_pipes(tools: KnowledgeTools, who: Callable[[], Person], language: str) -> None:
    """Serve until standard input ends. `who` is asked at every call: whoever is suspended is out with the next."""
    server = build_server(tools, lambda _context: (who(), language))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
