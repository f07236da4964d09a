"""The questions inside a question."""

import re

# A question of more parts is not looked at part by part.
MOST_PARTS = 3

_WORDS = (
    r"what|how|when|where|which|whom?|why|is|are|can|do|does|will|should|"
    r"qué|cuánto|cuánta|cuántos|cuántas|cuándo|cuál|cómo|dónde|quién(?:es)?|por\s+qué|"
    r"cuanto|cuanta|cuantos|cuantas|cuando|cual|como|donde|quien|que\s+(?:hora|dia|color|precio|plazo|horario|edad)"
)
# "y a quién ...", "and for how long ..."
_BEFORE = r"(?:(?:after|at|by|for|from|in|on|since|to|until|with|a|con|de|desde|en|hasta|para|por)\s+)?"
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
_SHORT = re.compile(
    r"\W*(?:whom?\b|why\b|qui[eé]n|por\s+qu[eé]\b|how\s+(?:much|many|long|often)\b|(?:since|until)\s+when\b|"
    r"(?:desde|hasta)\s+cu[aá]ndo\b|cu[aá]nt[oa]s?\s)",
    re.IGNORECASE,
)
_LEADS = re.compile(r"^\W*(?:and|also|y|e|también)\s+", re.IGNORECASE)
_OF_BOTH = re.compile(r"^[^¿?]{1,80}?(?=[,:]?\s*¿)")
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|there|this|that|these|those|one|he|she|ello|eso|esto|esa|ese|esos|esas|ella|ellos|"
    r"ellas|all[ií]|ah[ií]|lo|le|les|la que|el que|suelt[oa])\b",
    re.IGNORECASE,
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
        asks = _asks(text[start:end], later=bool(parts)) or (
            end < len(text) and text[end - 1] not in ".!?" and _names(text[start:end])
        )
        if not parts or (asked and asks):
            parts.append((start, end))
            asked = asks
        else:
            parts[-1] = (parts[-1][0], end)
            asked = asked or asks
    return [text[start:end] for n, (start, end) in enumerate(parts) if _long_enough(text[start:end], later=n > 0)]


def named(part: str) -> str:
    """A part as it is named when the documents do not say it: without what leads to it, ending as a question does."""
    asked = _OF_BOTH.sub("", _LEADS.sub("", part)).strip(" ,;:.?¿")
    return asked[:1].lower() + asked[1:] if asked[1:2].islower() else asked


def needs_the_first(part: str, first: str) -> bool:
    """Whether a part can hardly be asked without the one before it: it refers to something, or only that has names."""
    return bool(_REFERS.search(part)) or (bool(_own_names(first)) and not _own_names(part))


def can_be_asked_of_lines(part: str, first: str) -> bool:
    """Whether a later part can be asked of lines by itself: it has a question word, and leans on nothing before."""
    return asks_who_or_why(part) or (bool(_ASKS.match(part)) and not needs_the_first(part, first))


def asks_who_or_why(part: str) -> bool:
    """Whether a part asks for a person or a reason, which a line about something else seldom tells."""
    return bool(_WHO_OR_WHY.match(part))


def _asks(piece: str, *, later: bool) -> bool:
    return _long_enough(piece, later=later) and (piece.endswith("?") or "¿" in piece or bool(_ASKS.match(piece)))


def _long_enough(piece: str, *, later: bool) -> bool:
    """Three words, or behind another part two that are a question already: "who decides?", "¿cuánto cuesta?"."""
    words = len(piece.split())
    return words > 2 or (later and words == 2 and bool(_SHORT.match(piece)))


def _names(piece: str) -> bool:
    return len(piece.split()) > 2 and not _TELLS.match(piece)


def _own_names(text: str) -> list[str]:
    """Words with a capital that do not begin the question, and codes."""
    return [word for word in text.split()[1:] if word.strip("¿\"'(")[:1].isupper() or any(c.isdigit() for c in word)]
