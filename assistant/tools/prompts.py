"""What the models are told about tools."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.tools.tool import Tool
from assistant.turn.fence import fenced, new_mark
from assistant.turn.fence import told as told_of
from assistant.turn.prompts import data
from knowledge.parse.clean import one_line

LONGEST_TEXT = 1_500
LONGEST_DATA = 2_400
LONGEST_DESCRIPTION = 200
EXAMPLES = 4

_CHOOSE = """You choose the tool for what a person says in English or Spanish, and fill in its arguments.

Tools:
{tools}
- search_documents(): answers every other question: what something is or means, how, why, who may, how much something \
costs, how long it takes, rules, policies, prices, opening hours, error codes, documents.
- chat(): greetings, thanks, small talk.

Examples:
{examples}
What does clause 7 say about damages? -> search_documents
How many days of notice must I give? -> search_documents
¿Cuánto vale la matrícula del curso? -> search_documents
Who signs the invoices? -> search_documents
¿Quién tiene derecho a un descuento? -> search_documents
great, see you -> chat

Copy arguments from the person's words. What the person did not say is null: never make anything up."""
# How to answer comes last, where small models obey it best.
_SAY = {
    "en": (
        f"You tell a person the result of a tool.{told_of('result', 'en')} Answer in English, in one or two sentences, "
        "with its figures as they are."
    ),
    "es": (
        f"Le dices a una persona el resultado de una herramienta.{told_of('result', 'es')} Responde en español, en una "
        "o dos frases, con sus cifras tal cual."
    ),
}


def choose(text: str, tools: Sequence[Tool], today: str) -> list[BaseMessage]:
    """Ask which tools to call; the tools stand first, so that they stay in the prompt cache."""
    system = _CHOOSE.format(tools="\n".join(map(described, tools)), examples="\n".join(_examples(tools)))
    return [SystemMessage(system), HumanMessage(f"Today is {today}.\nPerson: {one_line(data(text))[:LONGEST_TEXT]}")]


def say(request: str, results: Mapping[str, str], language: str) -> list[BaseMessage]:
    """Ask for results in words. They are data from elsewhere: no control tokens, nor the end of their own frame."""
    mark = new_mark()
    shown = "\n".join(fenced("result", data(text[:LONGEST_DATA]), mark) for text in results.values())
    return [
        SystemMessage(_SAY[language]),
        HumanMessage(f"{shown}\n\n{'Request' if language == 'en' else 'Petición'}: {one_line(data(request))}"),
    ]


def described(tool: Tool) -> str:
    """One line: name, arguments with their types, what it does."""
    properties: Mapping[str, Any] = tool.parameters.get("properties", {})
    arguments = ", ".join(f"{name}: {_kind(each)}" for name, each in properties.items())
    return f"- {tool.name}({arguments}): {_short(tool.description)}"


def _examples(tools: Sequence[Tool]) -> Iterator[str]:
    """A few examples of each tool, from the first to the last: they come in more than one language."""
    for tool in tools:
        last = len(tool.examples) - 1
        shown = dict.fromkeys(round(last * step / (EXAMPLES - 1)) for step in range(EXAMPLES)) if last >= 0 else {}
        for number in shown:
            yield f"{_short(tool.examples[number])} -> {tool.name}"


def _kind(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return "any"
    kind = " | ".join(map(str, schema["enum"][:20])) if "enum" in schema else str(schema.get("type", "any"))
    description = _short(str(schema.get("description", "")))
    return f"{kind} ({description})" if description else kind


def _short(text: str) -> str:
    return one_line(data(text))[:LONGEST_DESCRIPTION]
