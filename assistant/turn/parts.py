"""The questions inside a question."""

import re

_WORDS = (
    r"what|how|when|where|which|whom?|why|is|are|can|do|does|will|should|"
    r"qué|cuánto|cuánta|cuántos|cuántas|cuándo|cuál|cómo|dónde|quién(?:es)?|por\s+qué|"
    r"cuanto|cuanta|cuantos|cuantas|cuando|cual|como|donde|quien|que\s+(?:hora|dia|color|precio|plazo|horario|edad)"
)
# "y a quién ...", "and for how long ..."
_BEFORE = r"(?:(?:after|at|by|for|from|in|on|to|until|with|a|con|de|desde|en|hasta|para|por)\s+)?"
_JOINT = rf"[,;]?\s+(?:and|y|e)\s+(?=(?:also|también|¿?{_BEFORE}(?:{_WORDS}))\b)"
_CUT = re.compile(rf"(?<=[?.!])\s+|{_JOINT}", re.IGNORECASE)
# "Price of the toner, and how many pages does it print?" begins with a question that has no question word.
_TELLS = re.compile(
    r"\W*(?:i|we|my|our|he|she|it|they|this|if|for|me|mi|mis|nos|yo|él|ella|este|esta|soy|estoy|voy|vivo|tengo|hemos|si|"
    r"para|en)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\W*(?:(?:and|y|e|also|también)\s+)?{_BEFORE}(?:{_WORDS})\b", re.IGNORECASE)
_WHO_OR_WHY = re.compile(
    rf"\W*(?:(?:and|y|e|also|también)\s+)?{_BEFORE}(?:whom?|why|qui[eé]n(?:es)?|por\s+qu[eé])\b", re.IGNORECASE
)


def parts_of(question: str) -> list[str]:
    """The questions inside a question: "What does it cost and how long does it take?" has two.

    What is told beside a question ("I bought it in Bilbao.") belongs to the question before it, or the first.
    """
    text = " ".join(question.split())
    starts = [0, *(cut.end() for cut in _CUT.finditer(text))]
    ends = [*(cut.start() for cut in _CUT.finditer(text)), len(text)]
    parts: list[tuple[int, int]] = []
    asked = False
    for start, end in zip(starts, ends, strict=True):
        asks = _asks(text[start:end]) or (end < len(text) and text[end - 1] not in ".!?" and _names(text[start:end]))
        if not parts or (asked and asks):
            parts.append((start, end))
            asked = asks
        else:
            parts[-1] = (parts[-1][0], end)
            asked = asked or asks
    return [text[start:end] for start, end in parts if _long_enough(text[start:end])]


def asks_who_or_why(part: str) -> bool:
    """Whether a part asks for a person or a reason, which a line about something else seldom tells."""
    return bool(_WHO_OR_WHY.match(part))


def _asks(piece: str) -> bool:
    return _long_enough(piece) and (piece.endswith("?") or "¿" in piece or bool(_ASKS.match(piece)))


def _long_enough(piece: str) -> bool:
    """Three words, or two that are a question already: "who decides?"."""
    words = len(piece.split())
    return words > 2 or (words == 2 and asks_who_or_why(piece))


def _names(piece: str) -> bool:
    return len(piece.split()) > 2 and not _TELLS.match(piece)
