"""Turns text into search terms, the same way for what is indexed and what is asked."""

import re
import unicodedata
from threading import Lock
from typing import Protocol

from knowledge.lexical.stopwords import BY_LANGUAGE

_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {"en": "english", "es": "spanish"}
_MAX_WORD = 40
_CACHE = 200_000


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


class Analyzer:
    """Words, without stop words, reduced to their stems; accents do not count. Safe to share between threads.

    A text in a language without a stemmer keeps its words as they are. A question whose language is unknown is reduced
    by every stemmer, since the documents it may find can be in either language.
    """

    def __init__(self) -> None:
        self._stemmers: dict[str, _Stemmer] = {}
        self._stems: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def index_terms(self, text: str, language: str | None) -> str:
        """The terms of a text to be indexed, separated by spaces, in order."""
        stop = BY_LANGUAGE.get(language or "", frozenset())
        return " ".join(self._stem(word, language) for word in _words(text) if word not in stop)

    def query_terms(self, text: str, language: str | None, limit: int = 64) -> list[str]:
        """The distinct terms of a question, at most `limit`; a question made of stop words alone keeps them."""
        words = list(dict.fromkeys(_words(text[:20_000])))
        languages = [language] if language in _STEMMERS else list(_STEMMERS)
        stop = BY_LANGUAGE[languages[0]] if len(languages) == 1 else frozenset.union(*BY_LANGUAGE.values())
        kept = [word for word in words if word not in stop] or words
        terms = dict.fromkeys(self._stem(word, each) for word in kept for each in languages)
        return list(terms)[:limit]

    def words(self, text: str, limit: int = 16) -> list[str]:
        """The distinct words of a text as they are, at most `limit`, without those too common in either language."""
        common = frozenset.union(*BY_LANGUAGE.values())
        return [word for word in dict.fromkeys(_words(text[:20_000])) if word not in common][:limit]

    def _stem(self, word: str, language: str | None) -> str:
        if language not in _STEMMERS or len(word) > _MAX_WORD:
            return _without_accents(word[:_MAX_WORD])
        key = (language, word)
        stem = self._stems.get(key)
        if stem is None:
            with self._lock:  # the stemmers keep the word they work on in themselves
                stem = _without_accents(self._stemmer(language).stemWord(word))
                if len(self._stems) >= _CACHE:
                    self._stems.clear()
                self._stems[key] = stem
        return stem

    def _stemmer(self, language: str) -> _Stemmer:
        if language not in self._stemmers:
            import snowballstemmer

            self._stemmers[language] = snowballstemmer.stemmer(_STEMMERS[language])
        return self._stemmers[language]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
