"""Names of models, codes and parts in a question that its sources do not know.

"Brisa 500" is near to everything that is said of the Brisa 300, and no similarity tells them apart. A name with a
number in it either stands in the sources or is something else.
"""

import re
from collections.abc import Sequence

from assistant.turn.answer import Evidence

# D30, E4, sev-2; not 3am, 10kg, 25th: what starts with a digit is a quantity.
_CODE = re.compile(r"\b[^\W\d_]{1,12}-?\d+\w*\b")
# Brisa 500, room Azul 204; not "Spent 180 euros", "March 15", and no years.
_NUMBERED = re.compile(
    r"(?<=[^\s.?!¿¡] )(?-i:[^\W\d_a-z])\w+ (?!(?:19|20)\d\d\b)(\d{3,6})\b"
    r"(?!\s*(?:[€$£%]|[.,]\d|eur|euro|dollar|pound|d[ií]a|day|hour|hora|week|semana|month|mes|year|año|k?g\b|k?m\b))",
    re.IGNORECASE,
)
_START = r"(?<!\d)(?<!\d[.,])"  # the 500 of 1,500 is no name
_BETWEEN = re.compile(r"[-\s]+")


def unknown_names(question: str, sources: str) -> frozenset[str]:
    """The numbered names of `question` that stand nowhere in `sources`, in lower case; SEV-2 is SEV2 and SEV 2."""
    codes = [found.replace("-", "") for found in _CODE.findall(question)]
    asked = {found.casefold() for found in (*codes, *_NUMBERED.findall(question))}
    known = _BETWEEN.sub("", sources.casefold())
    return frozenset(
        name for name in asked if not re.search(rf"{_START if name[0].isdigit() else ''}{name}(?!\d)", known)
    )


def text_of(evidence: Sequence[Evidence]) -> str:
    """All that stands in the passages of `evidence`, with their titles and headings."""
    passages = [each.passage for each in evidence]
    return "\n".join(f"{each.title}\n{' '.join(each.heading)}\n{each.text}" for each in passages)


def first_signals(text: str, evidence: Sequence[Evidence]) -> dict[str, float]:
    """What can be told of the evidence for a question, as typed, before a model has read it (see `must_abstain`)."""
    return {
        "relevance": max(each.relevance for each in evidence),
        "unknown": len(unknown_names(text, text_of(evidence))),
    }
