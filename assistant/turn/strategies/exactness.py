"""What may not change when words do: figures, codes, addresses, and names with a number in them."""

import re
from dataclasses import dataclass

from assistant.grounding.citations import figures

_ADDRESS = re.compile(r"https?://[^\s<>\"'»”)\]]+|www\.[^\s<>\"'»”)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_FILE = re.compile(r"\b[\w-]+\.(?:csv|pdf|docx?|xlsx?|pptx?|md|txt|html?|json|zip|png|jpe?g)\b", re.IGNORECASE)
# E4, SEV-2, QM-20418, ISO-27001; also R290 and D20, and what mixes both: 4G, 2x is a quantity and stays a figure.
_CODE = re.compile(r"\b[^\W\d_]{1,12}-?\d[\w-]*\b")
_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*")
_END = ".,;:!?"


@dataclass(frozen=True, slots=True)
class Exact:
    """The exact things in a text, each as it is compared."""

    figures: frozenset[str]
    others: frozenset[str]

    def __or__(self, other: "Exact") -> "Exact":
        return Exact(self.figures | other.figures, self.others | other.others)

    @property
    def all(self) -> frozenset[str]:
        """Figures and others together."""
        return self.figures | self.others

    def __le__(self, other: "Exact") -> bool:
        return self.figures <= other.figures and self.others <= other.others


def exact(text: str) -> Exact:
    """What stands in a text. A figure in a code or an address is no figure of its own."""
    others, rest = _others(text)
    return Exact(figures(rest), frozenset(each.casefold() for each in others))


def lost_and_added(source: str, result: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is in `source` and not in `result`, and the other way round; sorted."""
    before, after = exact(source), exact(result)
    return tuple(sorted(before.all - after.all)), tuple(sorted(after.all - before.all))


def shown(text: str) -> tuple[str, ...]:
    """The exact things as they are written, each once; for telling a model to keep them."""
    others, rest = _others(text)
    return tuple(dict.fromkeys([*others, *_FIGURE.findall(rest)]))


def _others(text: str) -> tuple[list[str], str]:
    """Addresses, files and codes, and the text without them."""
    found: list[str] = []
    for pattern in (_ADDRESS, _FILE, _CODE):
        found += [each.rstrip(_END) for each in pattern.findall(text)]
        text = pattern.sub(" ", text)
    return found, text
