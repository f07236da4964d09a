"""How the arguments of an ordinary tool are collected: a model takes them out, what is missing is asked for."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.messages import message
from assistant.tools.tool import Arguments, Ask, Caller, Tool

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
LONGEST_SHOWN = 300


class PlainForm:
    """The form of a tool that has none of its own."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._properties: Mapping[str, Any] = tool.parameters.get("properties", {})

    def read(self, said: str, asked: str, known: Arguments, offered: Arguments, caller: Caller) -> Arguments:
        """What the model took out of the words; else, when one argument was asked for, the words themselves."""
        found = {name: value for name, value in offered.items() if name in self._properties}
        if asked and asked not in found:
            value = _as_value(said, self._properties.get(asked, {}))
            found |= {} if value is None else {asked: value}
        return {**known, **found}

    def next(self, known: Arguments, caller: Caller) -> Ask | None:
        """The first argument that is required and not known."""
        for name in self._tool.parameters.get("required", ()):
            if name not in known:
                description = str(self._properties.get(name, {}).get("description", ""))[:LONGEST_SHOWN]
                key = "tool_ask" if description else "tool_ask_short"
                values = {"argument": name.replace("_", " "), "description": description}
                return Ask(name, message(key, caller.language, **values))
        return None

    def arguments(self, known: Arguments, caller: Caller) -> Arguments:
        """As they are."""
        return dict(known)

    def confirmation(self, arguments: Arguments, caller: Caller) -> str:
        """The tool, and every argument with its exact value."""
        if not arguments:
            return message("tool_confirm_bare", caller.language, tool=self._tool.name)
        shown = ", ".join(f"{name} = “{_shown(value)}”" for name, value in arguments.items())
        return message("tool_confirm", caller.language, tool=self._tool.name, arguments=shown)


def _as_value(said: str, schema: Mapping[str, Any]) -> Any:
    """The words as a value of the schema's type; None when they are none."""
    words = said.strip()
    if "enum" in schema:
        return next((each for each in schema["enum"] if str(each).casefold() in words.casefold()), None)
    kind = schema.get("type", "string")
    if kind in ("integer", "number"):
        found = _NUMBER.search(words)
        number = float(found.group().replace(",", ".")) if found else None
        return int(number) if number is not None and (kind == "integer" or number.is_integer()) else number
    return words if kind == "string" else None


def _shown(value: Any) -> str:
    """A value in one line; a confirmation shows all of a short one and says when it shows less."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)})"
