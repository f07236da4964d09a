"""Which way amounts are bounded: "above 50" says the opposite of "up to 50", with the same number in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from assistant.grounding.support.amounts import standing
from assistant.grounding.support.wording import negated
from assistant.storage.folding import folded

Side = Literal["least", "most"]
Turned = Literal["surely", "perhaps"]

# In folded text: no accents, lower case.
_MOST = (
    r"no more than|not more than|not (?:over|above|exceeding)|up to|at most|under|below|less than|fewer than|within|"
    r"(?:a )?maximum(?: of)?|no mas de|hasta|menos de|por debajo de|inferior(?:es)? a|menor(?:es)? (?:de|que|a)|"
    r"como maximo|como mucho|(?:un )?maximo(?: de)?|sin (?:pasar|superar)"
)
_LEAST = (
    r"no less than|not less than|no fewer than|over|above|more than|greater than|exceed(?:s|ing)?|upwards of|at least|"
    r"(?:a )?minimum(?: of)?|no menos de|mas de|por encima de|superior(?:es)? a|mayor(?:es)? (?:de|que|a)|al menos|"
    r"por lo menos|como minimo|(?:un )?minimo(?: de)?|a partir de|supere[n]?|superan?"
)
_BEFORE = re.compile(
    rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))(?:\s+(?:the|of|de|a|las?|los|el|about|unos|unas))*\s*[€$£]?\s*$"
)
_BEHIND = re.compile(
    r"^\s*[€$£%]?\s*(?:[^\W\d]+\s+){0,2}?(?:"
    r"(?P<most>or (?:less|under|below|fewer)|o menos|at most|como (?:maximo|mucho))|"
    r"(?P<least>(?:or|and) (?:more|over|above|upwards)|[oy] mas|at least|como minimo))\b"
)
# Without a number behind it: "above that", "si se supera".
_ALONE: Mapping[Side, re.Pattern[str]] = {
    "most": re.compile(rf"\b(?:{_MOST})\b(?!\s*[€$£]?\s*\d)"),
    "least": re.compile(rf"\b(?:{_LEAST}|beyond)\b(?!\s*[€$£]?\s*\d)"),
}
_WITHIN = 40
_REFUSED = re.compile(
    r"\b(?:refus|reject|declin|declare|forbid|forbidden|prohibit|bann|return|hand(?:ed)? over|exclud|"
    r"rechaz|prohib|declar|devolv|devuel|exclu|excedan?|excep)"
)


def turned_round(claim: str, line: str) -> Turned | None:
    """Whether a claim bounds a number the other way than the line does; "perhaps" where one of them is negated besides.

    "Gifts above 50 may not be kept" agrees with "up to 50 may be kept": what such words make of each other is more than
    code can tell. Of a row of a table the cell counts that has the number.
    """
    own, cells = dict(_sides(claim)), line.split(" | ")
    theirs = [(cell, number, side) for cell in cells for number, side in _sides(cell)]
    for cell, number, side in theirs:
        other = own.get(number, side)
        # A line may have both: "up to 50 € it costs 4 €, above 50 € nothing", "up to 600 €; above that she decides".
        both = any(each[1:] == (number, other) for each in theirs) or _ALONE[other].search(standing(cell)[0])
        if other != side and not both:
            unclear = any(negated(text) or _REFUSED.search(folded(text)) for text in (claim, cell))
            return "perhaps" if unclear else "surely"
    return None


def _sides(text: str) -> Iterator[tuple[str, Side]]:
    """The numbers that are bounded, and on which side."""
    plain, found = standing(text)
    for number, start, end in found:
        match = _BEFORE.search(plain[max(0, start - _WITHIN) : start]) or _BEHIND.match(plain[end : end + _WITHIN])
        if match is not None:
            yield number, "most" if match["most"] else "least"
