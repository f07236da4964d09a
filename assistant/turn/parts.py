"""The questions inside a question."""

import re

_WORDS = (
    r"what|how|when|where|which|who|is|are|can|do|does|will|should|"
    r"qué|cuánto|cuánta|cuántos|cuántas|cuándo|cuál|cómo|dónde|quién|"
    r"cuanto|cuanta|cuantos|cuantas|cuando|cual|como|donde|quien"
)
_CUT = re.compile(rf"(?<=[?.!])\s+|[,;]?\s+(?:and|y|e)\s+(?=(?:also|también|¿?(?:{_WORDS}))\b)", re.IGNORECASE)
_ASKS = re.compile(rf"\W*(?:(?:and|y|e|also|también)\s+)?(?:{_WORDS})\b", re.IGNORECASE)


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
        asks = _asks(text[start:end])
        if not parts or (asked and asks):
            parts.append((start, end))
            asked = asks
        else:
            parts[-1] = (parts[-1][0], end)
            asked = asked or asks
    return [text[start:end] for start, end in parts if len(text[start:end].split()) > 2]


def _asks(piece: str) -> bool:
    return len(piece.split()) > 2 and (piece.endswith("?") or "¿" in piece or bool(_ASKS.match(piece)))
