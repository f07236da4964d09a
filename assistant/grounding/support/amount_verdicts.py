"""What amounts alone decide about a claim, beside the lines that are nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.context import in_context
from assistant.grounding.support.amounts import Agreement, agreement, amounts, denied, held
from assistant.grounding.support.bounds import turned_round
from assistant.grounding.support.features import FEATURES, Compared
from assistant.grounding.support.verdicts import Backing, Verdict
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage

# Of so many of the nearest lines, the one with most of the claim's words is compared.
LOOKED_AT = 3
# A line speaks of the same when nearness and shared words come to the first of these, surely from the second on; what
# does not surely is found nowhere from the third on, the head's P(not found). Chosen on the tune half: claims whose
# documents were left out come to 0.95 at most (docs/benchmarks.md, "Checking a text").
SAME_SUBJECT, SURELY, ELSEWHERE = 0.6, 1.0, 0.5
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
        subject = _subject(compared)
        if not_found >= ELSEWHERE and subject < SURELY:
            return Decided("not_found", compared.order[0])
        nearest, closest = compared.order[0], self._closest(claim, compared, lines)
        told = {place: self._told(claim, lines[place]) for place in (nearest, closest)}
        place = nearest if told[nearest] == "same" else closest
        match told[place]:
            case "same":
                return Decided("supported", place)
            case "other":
                same = subject >= SAME_SUBJECT and compared.features[_NAMES] > 0
                return Decided("contradicted" if same else "not_found", place)
            case None:
                return None

    def backing(self, claim: str, lines: Sequence[Backing], order: Sequence[int]) -> list[int] | None:
        """`order` (indices of lines) with those first that have most of the claim's amounts; None when one of these
        stands in no line.
        """
        has = {place: held(claim, lines[place].sentence.text, _beside(lines[place].passage)) for place in order}
        if {each.number for each in amounts(claim)} - frozenset().union(*has.values()):
            return None
        return sorted(order, key=lambda place: -len(has[place]))

    def _told(self, claim: str, line: Backing) -> Agreement | None:
        text = line.sentence.text
        if denied(claim, text, self._analyzer):
            return "other"
        found = agreement(claim, text, _beside(line.passage), self._analyzer)
        if found == "same" and (turned := turned_round(claim, text)) is not None:
            return "other" if turned == "surely" else None
        return found

    def _closest(self, claim: str, compared: Compared, lines: Sequence[Backing]) -> int:
        wanted = self._words(claim)
        shares = {
            place: len(wanted & self._words(in_context(lines[place].passage, lines[place].sentence)))
            for place in compared.order[:LOOKED_AT]
        }
        return max(shares, key=lambda place: shares[place])  # of equals the nearest: they come in that order

    def _words(self, text: str) -> frozenset[str]:
        return frozenset(term for term in self._analyzer.query_terms(text, None, limit=200) if not term.isdigit())


def _beside(passage: Passage) -> str:
    """What is known of a line without being said in it."""
    return " ".join((passage.title, *passage.heading))


def _subject(compared: Compared) -> float:
    """How surely the nearest line speaks of what the claim speaks of, 0 to 2."""
    return float(compared.features[_NEAR] + compared.features[_WORDS])
