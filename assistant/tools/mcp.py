"""Tools of MCP servers (https://modelcontextprotocol.io), through the protocol's own Python client.

The client is asynchronous and a turn is not, so connections live in the event loop of one thread of their own. A server
is started, or connected to, when its tools are first wanted, and stays; one that dies is connected to again by the next
call. Nothing is called twice by itself: whether a lost call was carried out is not known.
"""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant.tools.settings import ToolServerSettings, ToolSettings
from assistant.tools.tool import Arguments, Caller, Result, Tool, ToolError

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from mcp.client.client import Client

START_SECONDS = 30.0
MOST_TOOLS = 100
LONGEST_DESCRIPTION = 400


class McpServer:
    """One server. Safe to use from several threads."""

    def __init__(
        self, name: str, server: ToolServerSettings, settings: ToolSettings, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._server = server
        self._settings = settings
        self._environment = environment
        self._lock = Lock()
        self._open = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client: Client | None = None

    def tools(self) -> list[Tool]:
        """The tools that the server offers and the settings allow. Raises ToolError when it does not answer.

        A tool is dangerous unless the server annotates it with `readOnlyHint`, or the settings call it safe.
        """

        async def listed(client: "Client") -> list[Any]:
            found: list[Any] = []
            page = await client.list_tools()
            found += page.tools
            while page.next_cursor and len(found) < MOST_TOOLS:
                page = await client.list_tools(cursor=page.next_cursor)
                found += page.tools
            return found[:MOST_TOOLS]

        allowed = self._server.tools
        return [self._tool(each) for each in self._ask(listed) if allowed is None or each.name in allowed]

    def _tool(self, offered: Any) -> Tool:
        def run(arguments: Arguments, caller: Caller) -> Result:
            return Result(self._call(offered.name, dict(arguments)))

        hints = offered.annotations
        safe = offered.name in self._settings.safe or bool(hints is not None and hints.read_only_hint)
        description = " ".join((offered.description or offered.title or "").split())[:LONGEST_DESCRIPTION]
        return Tool(
            offered.name, description, offered.input_schema, run, dangerous=not safe, source=self.name,
            examples=self._settings.examples.get(offered.name, ()),
        )  # fmt: skip

    def _call(self, name: str, arguments: dict[str, Any]) -> str:
        async def called(client: "Client") -> Any:
            return await client.call_tool(name, arguments, read_timeout_seconds=self._settings.seconds)

        result = self._ask(called)
        text = "\n".join(each.text for each in result.content if each.type == "text")
        if result.is_error:
            raise ToolError(text[:500] or f"{self.name} says that {name} failed.")
        return text or ("" if result.structured_content is None else str(result.structured_content))

    def _ask(self, what: Any) -> Any:
        """Run something with the client in the loop's thread."""
        from anyio import fail_after

        async def limited() -> Any:
            with fail_after(self._settings.seconds + 1):
                return await what(client)

        try:
            portal, client = self._connected()
            return portal.call(limited)
        except ToolError:
            raise
        except Exception as error:  # the client's errors are those of many libraries
            self._drop()
            raise ToolError(f"The tool server {self.name} does not answer ({_reason(error)}).") from error

    def _connected(self) -> "tuple[BlockingPortal, Client]":
        from anyio.from_thread import start_blocking_portal

        with self._lock:
            if self._client is None or self._portal is None:
                with ExitStack() as opening:
                    self._portal = opening.enter_context(start_blocking_portal())
                    connection: AbstractContextManager[Any] = self._portal.wrap_async_context_manager(self._connect())
                    self._client = opening.enter_context(connection)
                    self._open = opening.pop_all()
            return self._portal, self._client

    @asynccontextmanager
    async def _connect(self) -> "AsyncIterator[Client]":
        import httpx2
        from mcp.client.client import Client
        from mcp.client.stdio import StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client

        server, known = self._server, self._environment
        if server.url is None:
            command, *arguments = server.command
            given = {name: known[name] for name in server.environment if name in known}
            started = StdioServerParameters(command=command, args=arguments, env=given)
            async with Client(stdio_client(started, sys.__stderr__ or sys.stderr)) as client:
                yield client
            return
        headers = {"Authorization": f"Bearer {known.get(server.key, '')}"} if server.key else {}
        timeout = httpx2.Timeout(START_SECONDS, read=self._settings.seconds)
        async with (
            httpx2.AsyncClient(headers=headers, timeout=timeout) as http,
            Client(streamable_http_client(server.url, http_client=http)) as client,
        ):
            yield client

    def _drop(self) -> None:
        """Forget a connection that failed."""
        with self._lock:
            opened, self._open = self._open, ExitStack()
            self._client = self._portal = None
        with suppress(Exception):  # what is broken need not end well
            opened.close()

    def close(self) -> None:
        """End the connection, and the program that was started."""
        self._drop()


def _reason(error: BaseException) -> str:
    """What happened, from inside the groups in which asynchronous errors come."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return "it took too long" if isinstance(error, TimeoutError) else str(error).strip()[:200] or type(error).__name__
