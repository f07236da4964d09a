"""An analyzer with the interface of Presidio's, which knows a few words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands."""

    start: int
    end: int
    entity_type: str


class FakeAnalyzer:
    """Finds `words` (word to kind); raises `error` when there is one."""

    def __init__(self, words: Mapping[str, str], error: Exception | None = None) -> None:
        self.words = words
        self.error = error
        self.asked: list[tuple[str, str]] = []

    def get_supported_entities(self, language: str) -> list[str]:
        """The kinds of its words, and two that nobody wants."""
        return [*self.words.values(), "DATE_TIME", "URL"]

    def analyze(self, text: str, language: str, *, entities: list[str], score_threshold: float) -> Sequence[Place]:
        """Where its words of these kinds stand."""
        self.asked.append((text, language))
        if self.error is not None:
            raise self.error
        wanted = {word: kind for word, kind in self.words.items() if kind in entities}
        return [Place(*found.span(), kind) for word, kind in wanted.items() for found in re.finditer(word, text)]
