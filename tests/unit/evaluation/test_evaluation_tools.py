"""The measure of tool calls: what counts as right, over the cases that are shipped."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from rich.console import Console

from assistant.errors import InvalidRequest
from assistant.evaluation.tools import accepted, measure_tools, read_tool_cases, tool_row, tools_for
from assistant.paths import sample_tools
from assistant.tools.gate import LET_THROUGH, Gate
from knowledge.testing.embedder import HashingEmbedder

QUIET = Console(quiet=True)


def test_there_are_sixty_cases_half_of_them_in_each_language() -> None:
    cases = read_tool_cases(sample_tools())
    assert len(cases) == len({case.id for case in cases}) == 60
    assert Counter(case.language for case in cases) == {"en": 30, "es": 30}
    assert sum(case.tool is None for case in cases) == 11
    halves = [read_tool_cases(sample_tools(), half) for half in ("tune", "test")]
    assert sorted(case.id for half in halves for case in half) == sorted(case.id for case in cases)


def test_an_operators_own_tools_have_cases_of_their_own() -> None:
    path = sample_tools().parent / "own" / "cases.jsonl"
    cases = read_tool_cases(path)
    assert (len(cases), sum(case.tool is None for case in cases)) == (65, 24)
    with tools_for(path) as bench:
        own = {each["name"] for each in json.loads(path.with_name("tools.json").read_text(encoding="utf-8"))}
        described = {tool.name: tool for tool in bench.tools if tool.name in own}
    assert {case.tool for case in cases if case.tool} == set(described)
    assert all(tool.examples for tool in described.values())
    for case in cases:
        if case.tool is not None:
            assert set(case.arguments) <= set(described[case.tool].parameters["properties"])


@pytest.mark.parametrize(
    ("expected", "found", "right"),
    [
        ("Bilbao", "bilbao.", True), ("Bilbao", "Lugo", False), (None, None, True), (None, "x", False),
        (250, 250.0, True), (["a", None], None, True), (["a", None], "b", False), (True, 1, False), (True, True, True),
        ({"has": "recepción"}, "en la recepcion", True), ({"has": "x"}, None, False), ("17:00", "16:00", False),
    ],
)  # fmt: skip
def test_what_counts_as_the_expected_value(expected: Any, found: Any, right: bool) -> None:
    assert accepted(expected, found) is right


def _measure(
    path: Path, written: Mapping[str, Any], otherwise: Sequence[str] = ()
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    def say(messages: Sequence[BaseMessage], form: Mapping[str, Any]) -> str:
        return str(written[messages[-1].text.partition("Person: ")[2]])

    rows: list[dict[str, Any]] = []
    with tools_for(path) as bench:
        gate = Gate(HashingEmbedder(), bench.tools, otherwise)
        cases = read_tool_cases(path)
        figures = measure_tools(cases, bench, gate, say, lambda each: rows.append(tool_row(each)), QUIET)
    return figures, rows


def test_a_right_call_a_wrong_argument_a_wrong_tool_and_no_call(tmp_path: Path) -> None:
    def calls(tool: str, **arguments: Any) -> str:
        return json.dumps({"calls": [{"tool": tool, "arguments": arguments}]})

    blank = {"service": None, "when": None, "name": None, "contact": None}
    said = {
        "Book a haircut next Tuesday at 5": calls("book_appointment", **{**blank, "service": "haircut"}),
        "Move my haircut to Monday at ten": calls("move_appointment", appointment="my haircut", when="Monday at ten"),
        "Book a shave": calls("book_appointment", **blank),
        "¿Cuánto cuesta?": calls("list_appointments"),
        "hola": "{nonsense",
    }
    expected: list[tuple[str | None, dict[str, Any]]] = [
        ("book_appointment", {"service": "haircut", "day": "2026-06-09", "time": "17:00"}),
        ("move_appointment", {"appointment": "haircut", "day": "2026-06-08", "time": "10:00"}),
        ("book_appointment", {"service": "shave"}), (None, {}), (None, {}),
    ]  # fmt: skip
    path = tmp_path / "cases.jsonl"
    lines = [
        {"id": text, "lang": "es" if number > 2 else "en", "text": text, "tool": tool, "arguments": arguments}
        for number, (text, (tool, arguments)) in enumerate(zip(said, expected, strict=True))
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    figures, rows = _measure(path, said)
    assert [row["right"] for row in rows] == [True, True, False, False, False]
    assert (figures["n"], figures["valid"], figures["right_tool"], figures["right"]) == (5, 0.8, 0.6, 0.4)
    assert figures["by_language"]["es"]["right"] == 0.0


def test_what_the_gate_would_have_let_through_is_counted(tmp_path: Path) -> None:
    tools = [
        {"name": "sky", "description": "Weather.", "parameters": {"type": "object"}, "examples": ["rain in Cork?"]}
    ]
    (tmp_path / "tools.json").write_text(json.dumps(tools), encoding="utf-8")
    said = {"rain in Cork?": "sky", "rain in Bath?": "sky", "hola amigo": None}
    path = tmp_path / "cases.jsonl"
    lines = [{"id": text, "lang": "en", "text": text, "tool": tool} for text, tool in said.items()]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    none = json.dumps({"calls": [{"tool": "chat", "arguments": {}}]})
    figures, rows = _measure(path, dict.fromkeys(said, none), ["hola amigo", "hola", "gracias amigo"])
    assert (figures["let_through"], figures["let_through_of_none"]) == (1.0, 0.0)
    assert rows[2]["likely"] < LET_THROUGH < rows[0]["likely"]
    assert (figures["right"], rows[0]["called"]["tool"]) == (1 / 3, None)


def test_tools_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "tools.json").write_text('[{"name": "x"}]', encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"tools\.json"), tools_for(tmp_path / "cases.jsonl"):
        pass
