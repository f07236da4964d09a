"""What a draft may say: courtesies, and what the request or the cited lines say. The rest is left to be filled in.

A figure, an address or a name that neither has becomes a placeholder; a sentence that promises or states something that
neither says is left out. The closing is the house's own.
"""

import re
from collections.abc import Callable

from assistant.turn.strategies.blanks import Blanks
from knowledge.sentences import split_sentences

Backed = Callable[[str], bool]
"""Whether the request or the cited lines say what a sentence says."""
LONGEST_GREETING = 80
_CLAIM = re.compile(
    r"\b(?:will|shall|we'll|guarantee[sd]?|promis\w+|commit\w*|ensures?|offer(?:s|ed|ing)?|refunded|"
    r"compensat\w+|"
    r"discounts?|free|voucher|credited|entitled|eligible|must|have to|has to|required?|requires|allowed|policy|"
    r"always|never|within|deadline|processed|approved|confirmed|garantiz\w+|promet\w+|compromet\w+|asegur\w+|ofrec\w+|"
    r"compens\w+|descuento\w*|gratis|gratuit\w+|abon\w+|derecho|deb(?:e|en|es|er[aá]n?)|hay que|obligat\w+|"
    r"pol[ií]tica|siempre|nunca|plazo|reembols(?:ad|ar|amos|ará)\w*|tramita\w+|aprobad\w+|confirmad\w+|permit\w+|recibir[aá]n?|"
    r"podr[aá]n?|"
    r"ser[aá]n?|tendr[aá]n?|\w{3,}(?:aremos|eremos|iremos))\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:(?:best|kind|warm)(?: regards| wishes)?|regards|(?:yours )?sincerely(?: yours)?|yours (?:truly|"
    r"faithfully)|"
    r"many thanks|thanks|thank you|cheers|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|cordialmente|"
    r"muchas gracias|gracias|reciban? un cordial saludo|les? saluda(?: atentamente)?)\W*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"^\W*(?:subject|re|asunto)\W*:", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(?:dear|hello|hi|hola|estimad[oa]s?(?:/[oa]s?)?|querid[oa]s?|apreciad[oa]s?|buen[oa]s \w+)\b", re.IGNORECASE
)
_BRACKETED = re.compile(r"\[[^\[\]\n]*\]")


class Vetting:
    """Goes through a draft line by line; `left_out` counts the sentences that were."""

    def __init__(self, blanks: Blanks, backed: Backed) -> None:
        self._blanks = blanks
        self._backed = backed
        self._closed = False
        self.left_out = 0

    def line(self, line: str) -> str | None:
        """The line as it may be shown; None when nothing of it may, and from the closing on."""
        text = line.strip().replace("**", "")
        self._closed = self._closed or bool(text and _CLOSING.match(text))
        if self._closed or not text:
            return None if self._closed else ""
        text = self._blanks.bracketed(text)
        if _SUBJECT.match(text):
            return self._blanks.noted(self._blanks.figures(text))  # every word of a title may be written large
        if _GREETING.match(text) and len(text) <= LONGEST_GREETING:
            return self._blanks.noted(self._blanks.names(self._blanks.figures(text)))
        kept = [shown for each in split_sentences(text) if (shown := self._sentence(each.text)) is not None]
        return self._blanks.noted(" ".join(kept)) if kept else None

    def _sentence(self, sentence: str) -> str | None:
        if _CLAIM.search(sentence) and not self._backed(_BRACKETED.sub(" ", sentence)):
            self.left_out += 1
            return None
        return self._blanks.names(self._blanks.figures(sentence))
