"""Tools of this Python environment, named in the settings."""

import re
import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest
from langchain_core.tools import tool

from assistant.errors import ConfigurationError
from assistant.tools.loading import python_tools
from assistant.tools.settings import ToolSettings
from assistant.tools.tool import Caller
from assistant.tools.toolbox import Toolbox

CALLER = Caller("local", "c", "en", datetime(2026, 6, 3, tzinfo=UTC))


@tool
def double(number: int) -> int:
    """Twice a number."""
    return 2 * number


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("our_tools")
    module.double, module.several, module.wrong = double, [double], 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "our_tools", module)


def test_a_named_tool_is_dangerous_unless_it_is_called_safe() -> None:
    (found,) = python_tools(ToolSettings(python=("our_tools:double",), examples={"double": ("two times three",)}))
    assert (found.name, found.description, found.dangerous, found.source) == (
        "double",
        "Twice a number.",
        True,
        "python",
    )
    assert found.parameters["properties"]["number"]["type"] == "integer"
    assert found.examples == ("two times three",)
    (found,) = python_tools(ToolSettings(python=("our_tools:several",), safe=("double",)))
    assert not found.dangerous
    assert found.run({"number": 4}, CALLER).text == "8"


@pytest.mark.parametrize("entry", ["our_tools:none", "no_such_module:x", "our_tools", "our_tools:wrong"])
def test_what_is_no_tool_is_named(entry: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(entry)):
        python_tools(ToolSettings(python=(entry,)))


def test_two_tools_of_one_name_are_told_apart() -> None:
    toolbox = Toolbox(ToolSettings(python=("our_tools:double", "our_tools:several")), {})
    assert [each.name for each in toolbox.tools()] == ["double", "python_double"]
    toolbox.close()


def test_nothing_is_there_by_default() -> None:
    toolbox = Toolbox(ToolSettings(), {})
    assert toolbox.empty
    assert toolbox.tools() == ()
    toolbox.close()
