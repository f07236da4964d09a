"""Names of models, codes and parts in a question that its sources do not know.

"Brisa 500" is near to everything that is said of the Brisa 300, and no similarity tells them apart. A name with a
number in it either stands in the sources or is something else.
"""

import re
from collections.abc import Sequence

from assistant.turn.answer import Evidence

# D30, E4, sev2, W-12; not 3am, 10kg, 25th: what starts with a digit is a quantity.
_CODE = re.compile(r"\b[^\W\d_]{1,12}-?\d+\w*\b")
# Brisa 500, Room 204; not March 15, and no years.
_NUMBERED = re.compile(r"\b[^\W\d_a-z]\w+ (?!(?:19|20)\d\d\b)(\d{3,6})\b")
_WORD = re.compile(r"\w+(?:-\w+)*")


def unknown_names(question: str, sources: str) -> frozenset[str]:
    """The numbered names of `question` that stand nowhere in `sources`, in lower case."""
    asked = {found.casefold() for found in (*_CODE.findall(question), *_NUMBERED.findall(question))}
    known = {word for found in _WORD.findall(sources.casefold()) for word in (found, *found.split("-"))}
    return frozenset(asked - known)


def text_of(evidence: Sequence[Evidence]) -> str:
    """All that stands in the passages of `evidence`, with their titles and headings."""
    passages = [each.passage for each in evidence]
    return "\n".join(f"{each.title}\n{' '.join(each.heading)}\n{each.text}" for each in passages)
