"""Which turns may want a tool, and which tools."""

from assistant.tools.gate import MOST_TOOLS, NOTHING, Gate
from assistant.tools.tool import Arguments, Caller, Result, Tool
from knowledge.testing.embedder import HashingEmbedder


def run(arguments: Arguments, caller: Caller) -> Result:
    return Result("fine")


def tool(name: str, *examples: str) -> Tool:
    return Tool(name, f"Does {name}.", {"type": "object"}, run, examples=examples)


def test_what_resembles_the_examples_of_a_tool_is_let_through() -> None:
    gate = Gate(HashingEmbedder(), [tool("book", "book an appointment", "pedir cita")], ["how much is it", "thank you"])
    assert gate.opens("please book an appointment").likely > 0.5
    assert gate.opens("thank you").likely < 0.5


def test_of_many_tools_the_nearest_are_shown_in_their_order() -> None:
    tools = [tool(f"tool{number}", f"word{number} something") for number in range(30)]
    otherwise = [f"else{number} entirely" for number in range(60)]
    wish = Gate(HashingEmbedder(), tools, otherwise).opens("word17 something")
    assert len(wish.shown) == MOST_TOOLS
    assert tools[17] in wish.shown
    assert list(wish.shown) == [each for each in tools if each in wish.shown]


def test_a_tool_that_is_far_less_likely_is_shown_and_cannot_be_called() -> None:
    book, weather = tool("book", "book an appointment", "an appointment please"), tool("sky", "rain in Cork tomorrow")
    wish = Gate(HashingEmbedder(), [weather, book], ["how much is it"]).opens("book an appointment please")
    assert list(wish.shown) == [weather, book]
    assert list(wish.possible) == [book]


def test_without_anything_else_to_compare_with_every_tool_may_be_wanted() -> None:
    book = tool("book", "book an appointment")
    wish = Gate(HashingEmbedder(), [book], []).opens("anything")
    assert (wish.likely, list(wish.shown), list(wish.possible)) == (1.0, [book], [book])


def test_without_tools_nothing_is_let_through() -> None:
    assert Gate(HashingEmbedder(), [], ["else"]).opens("anything") == NOTHING
