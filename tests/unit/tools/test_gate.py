"""Which turns may want a tool, and which tools."""

from assistant.tools.gate import MOST_TOOLS, Gate
from assistant.tools.tool import Arguments, Caller, Result, Tool
from knowledge.testing.embedder import HashingEmbedder


def run(arguments: Arguments, caller: Caller) -> Result:
    return Result("fine")


def tool(name: str, *examples: str) -> Tool:
    return Tool(name, f"Does {name}.", {"type": "object"}, run, examples=examples)


def test_what_resembles_the_examples_of_a_tool_is_let_through() -> None:
    gate = Gate(HashingEmbedder(), [tool("book", "book an appointment", "pedir cita")], ["how much is it", "thank you"])
    assert gate.opens("please book an appointment")[0] > 0.5
    assert gate.opens("thank you")[0] < 0.5


def test_of_many_tools_the_nearest_are_offered_in_their_order() -> None:
    tools = [tool(f"tool{number}", f"word{number} something") for number in range(30)]
    _, offered = Gate(HashingEmbedder(), tools, ["else"]).opens("word17 something")
    assert len(offered) == MOST_TOOLS
    assert tools[17] in offered
    assert list(offered) == [each for each in tools if each in offered]


def test_without_tools_nothing_is_let_through() -> None:
    assert Gate(HashingEmbedder(), [], ["else"]).opens("anything") == (0.0, ())
