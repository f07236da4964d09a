"""What two questions must have in common, whatever their vectors say: numbers, names, negation, what is asked for.

"Until when is the R4 supported?" lies as near to "Until when is the R6 supported?" as any rewording of it does. And a
question that repeats another one word for word but for one thing ("the fee for an adult", "the fee for a child") mostly
asks about that other thing: who means the same says it in other words throughout, or in the same ones
(`benchmarks/curated.py`, docs/benchmarks.md, "Curated answers").
"""

import re
from difflib import SequenceMatcher

from assistant.grounding.citations import figures
from assistant.grounding.support.amounts import amounts
from assistant.grounding.support.wording import names, negated, opposed
from assistant.storage.folding import folded
from knowledge.lexical.analyzer import Analyzer

# Of the words of the longer question, so many in the same order are the same sentence about something else.
SAME_SENTENCE = 0.55
SHORTEST_STEM = 3

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_WORDS = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?$")
_ASKS_FOR = {
    "who": r"who|whom|whose|quien(?:es)?",
    "time": r"when|cuando|what time|(?:a )?que hora|deadline|(?:en )?que fecha|how long|"
    r"how many (?:days|weeks|months|years)|cuanto tiempo|dura|duran|tarda(?:n|is)?|"
    r"cuant[oa]s (?:dias|semanas|meses|anos)",
    "where": r"where|a?donde",
    "why": r"why|por que",
    "price": r"cost|costs|price|how much (?:is|are|does|do)|precio|cuestan?|vale|cobran?|cobrais",
    "frequency": r"how often|cada cuanto|con que frecuencia",
}
_COUNTS = re.compile(r"\b(?:how many|cuant[oa]s) ([^\W\d_]{4})")
_ASKED = {name: re.compile(rf"\b(?:{words})\b") for name, words in _ASKS_FOR.items()}


def disagreement(one: str, other: str, language: str, analyzer: Analyzer) -> str:
    """In what two questions of one language differ that must not; empty if in nothing.

    One of "numbers", "names", "negation", "sides", "asked" and "words".
    """
    if _numbers(one) != _numbers(other):
        return "numbers"
    if _unnamed(one, other) or _unnamed(other, one):
        return "names"
    if negated(one) != negated(other):
        return "negation"
    if opposed(one, other)[0]:
        return "sides"
    for found in (_asked, _counted):
        wanted, given = found(one), found(other)
        if wanted and given and not wanted & given:
            return "asked"
    return "words" if _exchanged(one, other, language, analyzer) else ""


def _exchanged(one: str, other: str, language: str, analyzer: Analyzer) -> bool:
    """Whether it is the same sentence with other words in the place of some."""
    own, theirs = (frozenset(analyzer.query_terms(text, language)) for text in (one, other))
    if not (_new_in(own, theirs) and _new_in(theirs, own)):
        return False
    first, second = (_WORDS.findall(folded(text)) for text in (one, other))
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= SAME_SENTENCE * max(len(first), len(second))


def _new_in(own: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether there are words that the other has in no form: "dura" and "duración" begin alike."""
    return any(not any(_alike(word, each) for each in theirs) for word in own - theirs)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_STEM and long.startswith(short)


def _numbers(text: str) -> frozenset[str]:
    """Every number, years and those in words among them."""
    return figures(text) | {each.number for each in amounts(text)}


def _unnamed(one: str, other: str) -> bool:
    """Whether a name of the one question does not stand in the other, in capitals or not."""
    words = frozenset(_WORD.findall(folded(other)))
    own = (_POSSESSIVE.sub("", name) for name in names(one))
    return any(part not in words for name in own for part in _WORD.findall(folded(name)))


def _asked(text: str) -> frozenset[str]:
    plain = folded(text)
    return frozenset(name for name, words in _ASKED.items() if words.search(plain))


def _counted(text: str) -> frozenset[str]:
    """The beginning of what is counted: "how many days"."""
    return frozenset(_COUNTS.findall(folded(text)))
