"""Every tool of an installation, and the one place where they are called."""

import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from time import monotonic

from assistant.messages import message
from assistant.tools.loading import python_tools
from assistant.tools.mcp import McpServer
from assistant.tools.schema import NO_TOOLS, violation
from assistant.tools.settings import ToolSettings
from assistant.tools.tool import Arguments, Caller, Result, Tool, ToolError
from assistant.turn.answer import ToolCall

LONGEST_RESULT = 4_000
# A server that did not answer is asked for its tools again after this many seconds.
TRY_AGAIN = 60.0
AT_ONCE = 8
_UNNAMEABLE = re.compile(r"[^A-Za-z0-9_-]+")
log = logging.getLogger(__name__)


class Toolbox:
    """Tools of Python, of MCP servers and our `own`. Loaded when they are first wanted; safe to use from threads."""

    def __init__(self, settings: ToolSettings, environment: Mapping[str, str], own: Sequence[Tool] = ()) -> None:
        self._settings = settings
        self._own = tuple(own)
        self._python: tuple[Tool, ...] | None = None
        self._servers = [McpServer(name, each, settings, environment) for name, each in settings.servers.items()]
        self._listed: dict[str, tuple[Tool, ...]] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._lock = Lock()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tool")

    @property
    def empty(self) -> bool:
        """Whether there can be no tools at all; loads nothing."""
        return not (self._own or self._settings.python or self._settings.servers)

    def tools(self) -> tuple[Tool, ...]:
        """All tools, each name once. A server that does not answer is left out. Raises ConfigurationError."""
        with self._lock:
            if self._python is None:
                self._python = tuple(python_tools(self._settings))
            for server in self._servers:
                waits = monotonic() - self._failed.get(server.name, (-TRY_AGAIN, ""))[0] < TRY_AGAIN
                if server.name not in self._listed and not waits:
                    self._list(server)
            offered = [tool for each in self._listed.values() for tool in each]
            return tuple(_named([*self._own, *self._python, *offered]))

    def _list(self, server: McpServer) -> None:
        try:
            self._listed[server.name] = tuple(server.tools())
        except ToolError as error:
            self._failed[server.name] = monotonic(), str(error)
            log.error("tools of %s are missing: %s", server.name, error)

    def missing(self) -> dict[str, str]:
        """The servers whose tools could not be listed, and why."""
        with self._lock:
            return {name: why for name, (_, why) in self._failed.items() if name not in self._listed}

    def find(self, name: str) -> Tool | None:
        """The tool of a name, if there is one (still)."""
        return next((tool for tool in self.tools() if tool.name == name), None)

    def call(self, tool: Tool, arguments: Arguments, caller: Caller) -> tuple[ToolCall, Result]:
        """Call a tool, for as long as the settings allow; what goes wrong is said in the result. Never raises."""
        failed = Result(message("tool_failed", caller.language, tool=tool.name), ours=True)
        try:
            if tool.form is None and (wrong := violation(tool.parameters, arguments)):
                raise ToolError(message("tool_unfit", caller.language, tool=tool.name, reason=wrong))
            task: Future[Result] = self._workers.submit(tool.run, arguments, caller)
            result = task.result(self._settings.seconds + 2)
        except TimeoutError:
            failed = Result(message("tool_slow", caller.language, tool=tool.name), ours=True)
        except ToolError as error:
            failed = Result(str(error), ours=tool in self._own)
        except Exception:
            log.exception("the tool %s failed", tool.name)
        else:
            cut = replace(result, text=result.text[:LONGEST_RESULT])
            return ToolCall(tool.name, dict(arguments), "done", cut.text, cut.file), cut
        return ToolCall(tool.name, dict(arguments), "failed", failed.text), failed

    def close(self) -> None:
        """End every server."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        for server in self._servers:
            server.close()


def _named(tools: Sequence[Tool]) -> list[Tool]:
    """The tools with names that a model can write, those of a second tool of the same name with its source in front."""
    taken: dict[str, Tool] = {}
    for tool in tools:
        plain = _UNNAMEABLE.sub("_", tool.name)[:64]
        name = plain if plain not in taken and plain not in NO_TOOLS else f"{_UNNAMEABLE.sub('_', tool.source)}_{plain}"
        taken.setdefault(name, tool if name == tool.name else replace(tool, name=name))
    return list(taken.values())
