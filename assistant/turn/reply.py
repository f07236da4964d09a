"""Takes a model's reply apart: the line it quoted first, and the answer it gave then."""

import re
from dataclasses import dataclass

_QUOTE = re.compile(r"\W*(?:quote|cita|línea|linea|line)\s*:\s*", re.IGNORECASE)
_ANSWER = re.compile(r'["»”*\s]*(?:answer|respuesta)\W*:\W{0,3}\s*', re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(?:[-*]\s*)?\d{1,2}\.\s+")
# A reply that has not come to its answer after this many characters is shown as it is.
LONGEST_QUOTE = 700


@dataclass(frozen=True, slots=True)
class Reply:
    """The quoted line (empty when there is none) and the answer."""

    quote: str
    answer: str


def reply_of(text: str) -> Reply:
    """Split a whole reply. Without an answer, the quote is the answer."""
    start = _QUOTE.match(text)
    body = text[start.end() :] if start else text
    parts = _ANSWER.split(body)
    quote = _cleaned(parts[0]) if start else ""
    answer = _cleaned(_unlabelled(parts[-1])) if len(parts) > 1 else _cleaned(body)
    return Reply(quote, answer or quote)


class AnswerStream:
    """Lets only the answer through while the reply is being written."""

    def __init__(self) -> None:
        self._text = ""
        self._shown = False

    def take(self, piece: str) -> str:
        """The part of the answer that `piece` completes; empty while the quote is still being copied."""
        if self._shown:
            return piece
        self._text += piece
        if _may_become_quote(self._text) and len(self._text) < LONGEST_QUOTE:
            found = _ANSWER.search(self._text)
            if found is None or found.end() == len(self._text):
                return ""
            self._text = self._text[found.end() :]
        self._shown = True
        return self._text.lstrip()


def _may_become_quote(text: str) -> bool:
    start = text.lstrip(' \n"*').casefold()
    return any(
        start.startswith(word) or word.startswith(start)
        for word in ("quote", "cita", "línea", "linea", "line", "answer", "respuesta")
    )


def _unlabelled(answer: str) -> str:
    """An answer that repeats the quote repeats its label with it."""
    label = _QUOTE.match(answer)
    return answer[label.end() :] if label else answer


def _cleaned(text: str) -> str:
    lines = [_NUMBER.sub("", line).strip() for line in text.strip().splitlines()]
    return " ".join(line for line in lines if line).strip(' "«»“”*')
