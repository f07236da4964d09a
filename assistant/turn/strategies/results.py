"""What tools said, told to the person: ours word for word, anything else in a model's words, as data."""

import re
from collections.abc import Sequence

from assistant.errors import ModelError
from assistant.messages import message
from assistant.tools import prompts
from assistant.tools.tool import Result
from assistant.turn.answer import Route, ToolCall
from assistant.turn.events import Revised
from assistant.turn.strategies.strategy import Scene

REASON = "task"
SHORT = 600
# Words up to which a reply means little without what it replies to.
SHORT_REPLY = 3
_FRAME = re.compile(r"<\s*/?\s*result", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def told(scene: Scene, done: Sequence[tuple[ToolCall, Result]], more: Sequence[str] = ()) -> tuple[str, Route]:
    """The text of an answer after calls, `more` being what is said behind them; and the route that wrote it."""
    foreign = {call.tool: result.text for call, result in done if not result.ours and call.outcome == "done"}
    parts = [result.text for call, result in done if call.tool not in foreign]
    route = scene.route("llm" if foreign or scene.asked else None, REASON)
    if foreign:
        parts.insert(0, _in_words(scene, foreign))
    parts += more
    scene.write("\n\n".join(["", *parts[1:]]) if foreign else "\n\n".join(parts))
    return "\n\n".join(parts), route


def _in_words(scene: Scene, results: dict[str, str]) -> str:
    """Results in a model's words; the results themselves when it adds a figure, has none of theirs, copies their frame,
    or is down.
    """
    language, request = scene.language, _requested(scene)
    if not "".join(results.values()).strip():
        text = "\n\n".join(message("tool_done", language, tool=tool) for tool in results)
        scene.write(text)
        return text
    quoted = "\n\n".join(
        f"{message('tool_says', language, tool=tool)}\n\n{_quote(text)}" for tool, text in results.items()
    )
    try:
        text = scene.tell("llm", prompts.say(request, results, language)).strip()
    except ModelError:
        text = ""
    told = _figures(" ".join(results.values()))
    if text and not _FRAME.search(text) and _figures(text) <= told | _figures(request) and _tells(text, told):
        return text
    scene.emit(Revised(quoted, "revised_quoted"))
    return quoted


def _requested(scene: Scene) -> str:
    """What the person wants. A "yes" wants what was said before it."""
    said = scene.understanding.text
    before = [each.content for each in scene.context.request.history if each.role == "user"][-1:]
    return " ".join([*before, said]) if len(said.split()) <= SHORT_REPLY else said


def _tells(text: str, told: set[str]) -> bool:
    return not told or bool(_figures(text) & told)


def _figures(text: str) -> set[str]:
    return {found.strip(".,:").replace(",", ".") for found in _FIGURE.findall(text)}


def _quote(text: str) -> str:
    """As a quotation: no mark-up of a tool becomes ours."""
    cut = text.strip()[:SHORT] + ("…" if len(text.strip()) > SHORT else "")
    return "\n".join(f"> {line}" for line in cut.splitlines())
