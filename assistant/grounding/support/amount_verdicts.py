"""What amounts alone decide about a claim, beside the lines that are nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.context import in_context
from assistant.grounding.support.amounts import agreement, denied
from assistant.grounding.support.features import FEATURES, Compared
from assistant.grounding.support.verdicts import Backing, Verdict
from knowledge.lexical.analyzer import Analyzer

# Of so many of the nearest lines, the one with most of the claim's words is compared.
LOOKED_AT = 3
# Lines speak of the same when nearness and shared words come to this; from this P(not found) on they do not. Chosen on
# the tune half (docs/benchmarks.md, "Checking a text").
SAME_SUBJECT, ELSEWHERE = 0.6, 0.5
_NEAR, _WORDS, _NAMES = (FEATURES.index(name) for name in ("near", "words", "names"))


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, and the index of the line it rests on."""

    verdict: Verdict
    line: int


class AmountVerdicts:
    """Decides claims whose amounts stand in a line, or stand there otherwise; and those that no line is near to."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def of(self, claim: str, compared: Compared, lines: Sequence[Backing], not_found: float) -> Decided | None:
        """The verdict, or None when amounts do not decide. `not_found` is the head's probability of it."""
        if not_found >= ELSEWHERE:
            return Decided("not_found", compared.order[0])
        place = self._closest(claim, compared, lines)
        passage, sentence = lines[place].passage, lines[place].sentence
        if denied(claim, sentence.text, self._analyzer):
            return Decided("contradicted", place)
        known = " ".join((passage.title, *passage.heading))
        match agreement(claim, sentence.text, known, self._analyzer):
            case "same":
                return Decided("supported", place)
            case "other":
                return Decided("contradicted" if _same_subject(compared) else "not_found", place)
            case None:
                return None

    def _closest(self, claim: str, compared: Compared, lines: Sequence[Backing]) -> int:
        wanted = self._words(claim)
        shares = {
            place: len(wanted & self._words(in_context(lines[place].passage, lines[place].sentence)))
            for place in compared.order[:LOOKED_AT]
        }
        return max(shares, key=lambda place: shares[place])  # of equals the nearest: they come in that order

    def _words(self, text: str) -> frozenset[str]:
        return frozenset(term for term in self._analyzer.query_terms(text, None, limit=200) if not term.isdigit())


def _same_subject(compared: Compared) -> bool:
    """Whether the nearest line speaks of what the claim speaks of, and knows its names."""
    near, words, names = (float(compared.features[place]) for place in (_NEAR, _WORDS, _NAMES))
    return near + words >= SAME_SUBJECT and names > 0
