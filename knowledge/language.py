"""Which language a document is in: English, Spanish or another one."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from knowledge.lexical.stopwords import ENGLISH, SPANISH

if TYPE_CHECKING:
    from lingua import LanguageDetector as Lingua

_WORD = re.compile(r"[^\W\d_]+")
# Below this many letters the low-accuracy models guess (measured: "El perro corre por el campo" comes out Italian).
_SHORT = 120
_SAMPLE = 200
_NEIGHBOURS = ("ENGLISH", "SPANISH", "FRENCH", "PORTUGUESE", "GERMAN", "ITALIAN", "CATALAN")


class LanguageDetector:
    """Detects the language of a text; loads its models (about 20 MB) with the first one."""

    def detect(self, text: str) -> str | None:
        """ISO 639-1 code ("en", "es", "fr", ...), or None where there are too few words to tell."""
        sample = _sample(text)
        letters = sum(map(len, _WORD.findall(sample)))
        if letters < 3:
            return None
        if letters < _SHORT and (voted := by_stop_words(sample)):
            return voted
        found = self._lingua.detect_language_of(sample)
        return str(found.iso_code_639_1.name).lower() if found else None

    @cached_property
    def _lingua(self) -> "Lingua":
        from lingua import Language, LanguageDetectorBuilder

        languages = [getattr(Language, name) for name in _NEIGHBOURS]
        return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


def _sample(text: str) -> str:
    """The beginning and the middle: the beginning alone is often a title page or a list of names."""
    if len(text) <= 2 * _SAMPLE:
        return text
    middle = len(text) // 2
    return f"{text[:_SAMPLE]}\n{text[middle : middle + _SAMPLE]}"


def by_stop_words(text: str) -> str | None:
    """English or Spanish by their most common words; None unless at least two speak clearly for one of them."""
    words = [word.casefold() for word in _WORD.findall(text)]
    english = sum(word in ENGLISH for word in words)
    spanish = sum(word in SPANISH for word in words)
    if max(english, spanish) < 2 or max(english, spanish) < 2 * min(english, spanish):
        return None
    return "en" if english > spanish else "es"
