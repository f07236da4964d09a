"""Commands, in both languages: a slash, a word, and what follows it."""

import re
from dataclasses import dataclass
from typing import Literal

Command = Literal["help", "new", "person", "large", "good", "bad", "correct", "ask", "language"]
WORDS: dict[Command, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "help": (("help", "start"), ("ayuda",)),
    "new": (("new",), ("nuevo", "nueva")),
    "person": (("person", "human"), ("persona", "humano")),
    "large": (("large",), ("grande",)),
    "good": (("good",), ("bien",)),
    "bad": (("bad",), ("mal",)),
    "correct": (("correct",), ("corregir",)),
    "ask": (("ask",), ("preguntar", "pregunta")),
    "language": (("language",), ("idioma",)),
}
"""Of each command its words, English and Spanish."""
_COMMAND = re.compile(r"\s*[/!]([a-záéíóúñ]+)(?:@\w+)?(?:\s+(.*))?\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Called:
    """A command with what stands behind it; `language` is "es" when it was called by a Spanish word, else ""."""

    command: Command
    rest: str
    language: str = ""


def called(text: str) -> Called | None:
    """The command that a message is, or None; a slash and an unknown word is a message like any other."""
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    word = found.group(1).lower()
    rest = (found.group(2) or "").strip()
    for command, (english, spanish) in WORDS.items():
        if word in english + spanish:
            return Called(command, rest, "es" if word in spanish else "")
    return None
