"""A text into another language, paragraph by paragraph, with everything exact in it checked.

A paragraph whose translation loses or adds a figure, a code or an address is translated once more sentence by sentence,
with these named in the prompt; if that does not hold either, it is shown with what does not agree, over its original.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from assistant.messages import message
from assistant.turn.language import recognise
from assistant.turn.strategies import writing_prompts as prompts
from assistant.turn.strategies.exactness import lost_and_added, shown
from knowledge.sentences import split_sentences

LONGEST_PIECE = 900
"""Characters that are translated at once; a longer paragraph is cut between sentences."""
_CHARS_PER_TOKEN = 2.0  # of the result, generously
# How much longer or shorter a translation may be, beside a few words.
_RATIO, _WORDS = 2.2, 24
_SURE, _TELLING = 0.85, 5
_START = re.compile(r"^(\s*(?:[-*•–]\s+|\d{1,3}[.)]\s+|#{1,6}\s+|>\s+)?)(.*?)(\s*)$", re.DOTALL)
_LABEL = re.compile(r"^\s*(?:text|texto|translation|traducción)\s*:\s*", re.IGNORECASE)


class Asks(Protocol):
    """Asks a language model (`Scene.ask` with a role)."""

    def __call__(self, messages: Sequence[BaseMessage], **options: Any) -> str:
        """What it says. Raises ModelError and Stopped."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A paragraph and its translation; `lost` and `added` are what does not agree, `changed` whether it is doubtful."""

    source: str
    text: str
    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    doubtful: bool = False

    @property
    def holds(self) -> bool:
        """Whether the translation can be shown by itself."""
        return not (self.lost or self.added or self.doubtful)


def translated(source: str, target: str, ask: Asks) -> Translated:
    """One paragraph in the language `target` ("en", "es", or another one's English name)."""
    if not any(map(str.isalpha, source)):
        return Translated(source, source)
    opening, body, ending = _parts(source)
    pieces = [_once(piece, target, ask) for piece in _pieces(body, LONGEST_PIECE)]
    first = _judged(source, f"{opening}{' '.join(pieces)}{ending}", target)
    if first.holds:
        return first
    again = [_once(piece, target, ask, shown(piece)) for piece in _pieces(body, 1)]
    second = _judged(source, f"{opening}{' '.join(again)}{ending}", target)
    return second if _wrong(second) <= _wrong(first) else first


def noted(each: Translated, language: str) -> str:
    """The translation as it is shown: with a note and its original, where it does not hold."""
    if each.holds:
        return each.text
    parts = [message("translation_lost", language, items=", ".join(each.lost))] if each.lost else []
    parts += [message("translation_added", language, items=", ".join(each.added))] if each.added else []
    why = "; ".join(parts) or message("translation_doubtful", language)
    return f"{each.text}\n\n> {message('translation_check', language, why=why)} «{' '.join(each.source.split())}»"


def paragraphs(text: str) -> list[str]:
    """The lines of a text, empty ones kept in place: joined by line breaks they are the text."""
    return text.replace("\r\n", "\n").split("\n")


def each_in_turn(
    sources: Sequence[str], target: str, ask: Asks, tell: Callable[[int, int], None], done: Callable[[Translated], None]
) -> list[Translated]:
    """Paragraph after paragraph: `tell` hears which of how many is at work, `done` gets each as soon as it is there."""
    total = sum(bool(each.strip()) for each in sources)
    found: list[Translated] = []
    number = 0
    for source in sources:
        if source.strip():
            number += 1
            tell(number, total)
            each = translated(source, target, ask)
        else:
            each = Translated(source, source)
        found.append(each)
        done(each)
    return found


def _once(text: str, target: str, ask: Asks, kept: Sequence[str] = ()) -> str:
    most = 48 + int(len(text) / _CHARS_PER_TOKEN)
    said = ask(prompts.translate(text, target, kept), max_tokens=most).strip()
    said = _LABEL.sub("", said)
    return " ".join(said.split()) if "\n" not in text else said


def _parts(source: str) -> tuple[str, str, str]:
    """Bullet or number, words, and white space behind."""
    found = _START.match(source)
    assert found is not None
    return found.group(1), found.group(2), found.group(3)


def _pieces(text: str, longest: int) -> list[str]:
    """Sentences, joined while they fit."""
    pieces: list[str] = []
    for sentence in split_sentences(text):
        if pieces and len(pieces[-1]) + len(sentence.text) < longest:
            pieces[-1] = f"{pieces[-1]} {sentence.text}"
        else:
            pieces.append(sentence.text)
    return pieces


def _judged(source: str, result: str, target: str) -> Translated:
    lost, added = lost_and_added(source, result)
    return Translated(source, result, lost, added, doubtful=_doubtful(source, result, target))


def _doubtful(source: str, result: str, target: str) -> bool:
    """Nothing came, far too much or too little came, or it is not in the language asked for."""
    before, after = len(source), len(result.strip())
    if not after or after > _RATIO * before + _WORDS or before > _RATIO * after + _WORDS:
        return True
    if target not in ("en", "es") or len(result.split()) < _TELLING:
        return False
    spoken = recognise(result)
    return spoken.language != target and spoken.confidence >= _SURE


def _wrong(each: Translated) -> int:
    return len(each.lost) + len(each.added) + 100 * each.doubtful
