"""Tools of a real MCP server, over its pipes and over HTTP."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.tools.settings import ToolSettings
from assistant.tools.tool import Caller, Tool
from assistant.tools.toolbox import Toolbox

SERVER = Path(__file__).with_name("server.py")
CALLER = Caller("local", "conversation", "en", datetime(2026, 6, 3, tzinfo=UTC))


@pytest.fixture(scope="module")
def box() -> Iterator[Toolbox]:
    settings = ToolSettings(
        servers={"warehouse": {"command": [sys.executable, str(SERVER)], "environment": ["STOCK_KEY"]}}, seconds=3
    )
    toolbox = Toolbox(settings, {"STOCK_KEY": "given", "OTHER_KEY": "not given"})
    yield toolbox
    toolbox.close()


def _tool(box: Toolbox, name: str) -> Tool:
    found = box.find(name)
    assert found is not None
    return found


def test_tools_are_listed_with_their_schemas_and_only_read_only_ones_are_safe(box: Toolbox) -> None:
    tools = {tool.name: tool for tool in box.tools()}
    assert {"stock", "order", "slow", "leave", "refuse", "environment"} == set(tools)
    assert tools["stock"].parameters["required"] == ["product"]
    assert tools["stock"].description == "How many pieces of a product there are."
    assert [name for name, tool in tools.items() if not tool.dangerous] == ["stock", "slow", "environment"]
    assert {tool.source for tool in tools.values()} == {"warehouse"}


def test_a_tool_is_called(box: Toolbox) -> None:
    call, result = box.call(_tool(box, "stock"), {"product": "lamp"}, CALLER)
    assert (call.outcome, call.result, result.ours) == ("done", "lamp: 17", False)


def test_a_program_gets_the_variables_that_it_was_given_and_no_others(box: Toolbox) -> None:
    said = [
        box.call(_tool(box, "environment"), {"name": name}, CALLER)[0].result for name in ("STOCK_KEY", "OTHER_KEY")
    ]
    assert said == ["given", "unknown"]


def test_a_tool_that_fails_says_why(box: Toolbox) -> None:
    call, _ = box.call(_tool(box, "refuse"), {}, CALLER)
    assert call.outcome == "failed"
    assert "out of order" in call.result or "refuse" in call.result


def test_wrong_arguments_are_refused_by_the_server(box: Toolbox) -> None:
    assert box.call(_tool(box, "stock"), {"nothing": 1}, CALLER)[0].outcome == "failed"


def test_a_server_that_dies_is_started_again_by_the_next_call(box: Toolbox) -> None:
    stock = _tool(box, "stock")
    assert box.call(_tool(box, "leave"), {}, CALLER)[0].outcome == "failed"
    assert box.call(stock, {"product": "lamp"}, CALLER)[0].result == "lamp: 17"


def test_a_call_has_a_time_limit(box: Toolbox) -> None:
    began = time.monotonic()
    call, _ = box.call(_tool(box, "slow"), {"seconds": 30.0}, CALLER)
    assert call.outcome == "failed"
    assert time.monotonic() - began < 20


def test_the_settings_name_the_tools_that_may_be_used_and_that_are_safe() -> None:
    server = {"command": [sys.executable, str(SERVER)], "tools": ["stock", "order"]}
    toolbox = Toolbox(ToolSettings(servers={"warehouse": server}, safe=("order",)), {})
    assert {(tool.name, tool.dangerous) for tool in toolbox.tools()} == {("stock", False), ("order", False)}
    toolbox.close()


def test_a_server_that_cannot_be_started_leaves_the_others_usable() -> None:
    servers = {
        "broken": {"command": ["/no/such/program"]},
        "warehouse": {"command": [sys.executable, str(SERVER)], "tools": ["stock"]},
    }
    toolbox = Toolbox(ToolSettings(servers=servers), {})
    assert [tool.name for tool in toolbox.tools()] == ["stock"]
    toolbox.close()


def test_a_server_at_an_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(SERVER), str(port)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        toolbox = Toolbox(
            ToolSettings(servers={"far": {"url": f"http://127.0.0.1:{port}/mcp", "tools": ["stock"]}}), {}
        )
        call, _ = toolbox.call(_tool(toolbox, "stock"), {"product": "chair"}, CALLER)
        assert call.result == "chair: 17"
        toolbox.close()
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
