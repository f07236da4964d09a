"""Which language a text is in: English or Spanish."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

LANGUAGES = ("en", "es")
SURE = 0.75
_UNMISTAKABLY_SPANISH = frozenset("¿¡")  # accents also stand in English questions about Gijón

# Greetings are too short for statistics over letters.
_WORDS = {
    "en": frozenset(
        ["hello", "hi", "hey", "thanks", "thank", "bye", "goodbye", "please", "yes", "morning", "evening", "help"]
    ),
    "es": frozenset(
        [
            "hola",
            "buenas",
            "buenos",
            "gracias",
            "adiós",
            "adios",
            "vale",
            "por",
            "favor",
            "sí",
            "días",
            "tardes",
            "noches",
            "ayuda",
        ]
    ),
}


@cache
def _detector() -> "LanguageDetector":
    from lingua import Language, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.SPANISH).build()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A language, how sure that is (0.5 to 1), and what decided: "marks", "words", "letters" or "conversation"."""

    language: str
    confidence: float
    by: str


def detect_language(text: str, fallback: str | None = None) -> str:
    """Return "en" or "es" (see `recognise`)."""
    return recognise(text, fallback).language


def recognise(text: str, fallback: str | None = None) -> Recognised:
    """Tell English from Spanish.

    Short or mixed texts ("ok", "SSO?", "Tarifa roaming iPhone") are not clear by themselves: below `SURE`, a
    `fallback` (the language of the conversation, or of the surface) wins over the guess.
    """
    sample = text[:500]
    if _UNMISTAKABLY_SPANISH & set(sample):
        return Recognised("es", 1.0, "marks")
    words = set(re.findall(r"\w+", sample.casefold()))
    known = [language for language in LANGUAGES if words & _WORDS[language]]
    if len(known) == 1 and len(words) <= 4:
        return Recognised(known[0], 1.0, "words")
    from lingua import Language

    values = {value.language: value.value for value in _detector().compute_language_confidence_values(sample)}
    spanish = values.get(Language.SPANISH, 0.5)
    sure = max(spanish, 1 - spanish)
    if fallback in LANGUAGES and sure < SURE:
        return Recognised(str(fallback), sure, "conversation")
    return Recognised("es" if spanish > 0.5 else "en", sure, "letters")
