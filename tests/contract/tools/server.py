"""An MCP server for tests, written with the protocol's own package: `python server.py` over pipes, or with a port."""

import os
import sys
import time

from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations

server = MCPServer("warehouse")
written: list[str] = []


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def stock(product: str) -> str:
    """How many pieces of a product there are."""
    return f"{product}: 17"


@server.tool()
def order(product: str, pieces: int = 1) -> str:
    """Order a product."""
    written.append(product)
    return f"ordered {pieces} of {product}"


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def slow(seconds: float) -> str:
    """Takes its time."""
    time.sleep(seconds)
    return "at last"


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def environment(name: str) -> str:
    """A variable of this process."""
    return os.environ.get(name, "unknown")


@server.tool()
def leave() -> str:
    """Ends the server."""
    os._exit(1)


@server.tool()
def refuse() -> str:
    """Always fails."""
    raise ValueError("out of order")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        server.run("stdio")
