"""Commands, in both languages: a slash, a word, and what follows it."""

import re
from dataclasses import dataclass
from typing import Literal

Command = Literal["help", "new", "person", "large", "good", "bad", "correct", "ask", "language"]
WORDS: dict[Command, tuple[str, ...]] = {
    "help": ("help", "ayuda", "start"),
    "new": ("new", "nuevo", "nueva"),
    "person": ("person", "human", "persona", "humano"),
    "large": ("large", "grande"),
    "good": ("good", "bien"),
    "bad": ("bad", "mal"),
    "correct": ("correct", "corregir"),
    "ask": ("ask", "preguntar", "pregunta"),
    "language": ("language", "idioma"),
}
_COMMAND = re.compile(r"\s*[/!]([a-záéíóúñ]+)(?:@\w+)?(?:\s+(.*))?\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Called:
    """A command with what stands behind it."""

    command: Command
    rest: str


def called(text: str) -> Called | None:
    """The command that a message is, or None; a slash and an unknown word is a message like any other."""
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    word = found.group(1).lower()
    command = next((name for name, words in WORDS.items() if word in words), None)
    return None if command is None else Called(command, (found.group(2) or "").strip())
