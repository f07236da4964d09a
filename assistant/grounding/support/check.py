"""Checks claims against documents: cheaply first, by a language model where that leaves a doubt.

"Check this text against the documents": cut it into sentences, search for each, and ask `verdicts`. The same check
stands behind `pilares evaluate support`.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from assistant.errors import ModelError
from assistant.grounding.citations import letters
from assistant.grounding.evidence import tokens_of
from assistant.grounding.support.amount_verdicts import AmountVerdicts, Decided
from assistant.grounding.support.asking import Asker, Reads
from assistant.grounding.support.features import Compared, FeatureReader
from assistant.grounding.support.head import Head, shipped_head
from assistant.grounding.support.verdicts import Backing, ClaimVerdict, Verdict, lines_of
from assistant.grounding.vectors import SentenceVectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage

# From this probability of one of its three verdicts on, the cheap check decides alone (docs/benchmarks.md, "Support").
SURE = 0.97
SUPPORTED = 0.5
# What a model reads at most; of longer evidence, the lines nearest to any of the claims.
MOST_TOKENS = 900
# Of a pasted text each sentence has evidence of its own: the nearest four lines or so.
FEW_TOKENS = 120
SHOWN = 2

log = logging.getLogger(__name__)


class Asks(Protocol):
    """Asks a language model about a claim (`Asker`)."""

    def stated(self, claim: str, lines: Sequence[Backing], question: str = "") -> float | None:
        """P(the lines state the claim), or None. Raises ModelError."""


class SupportCheck:
    """`ChecksClaims` over the sentence vectors, the shipped head and the language models. Safe to share."""

    def __init__(
        self, vectors: SentenceVectors, analyzer: Analyzer, asks: Asks | None, *, head: Head | None = None,
        sure: float = SURE, tokens: int = MOST_TOKENS, amounts: bool = False,
    ) -> None:  # fmt: skip
        """Without `asks` the cheap check decides everything. `tokens` is how much evidence a model reads at most.

        With `amounts`, of claims without a question those are decided by code whose amounts a line has, or has others
        in the place of; and those that no line is near to.
        """
        self._features = FeatureReader(vectors, analyzer)
        self._asks = asks
        self._head = head or shipped_head()
        self._sure = sure
        self._tokens = tokens
        self._amounts = AmountVerdicts(analyzer) if amounts else None

    @classmethod
    def over(cls, models: Reads, vectors: SentenceVectors) -> "SupportCheck":
        """The check as the product makes it of answers."""
        return cls(vectors, Analyzer(), Asker(models))

    @classmethod
    def of_texts(cls, models: Reads, vectors: SentenceVectors) -> "SupportCheck":
        """The check of pasted texts: many claims, each about lines of its own, so that reading has to be short."""
        return cls(vectors, Analyzer(), Asker(models), tokens=FEW_TOKENS, amounts=True)

    def prime(self, passages: Sequence[Passage]) -> None:
        """Read passages ahead, so that claims about them cost only their own words. Raises ModelError."""
        lines = lines_of(passages)
        if lines:
            self._features.prepare(lines)
            if self._asks is not None and _tokens(lines) <= self._tokens:
                self._asks.stated("?", lines)

    def verdicts(self, claims: Sequence[str], passages: Sequence[Passage], question: str = "") -> list[ClaimVerdict]:
        """One verdict per claim. A model that cannot be reached leaves the cheap check's word."""
        return self.by_lines(claims, lines_of(passages), question)

    def by_lines(self, claims: Sequence[str], lines: Sequence[Backing], question: str = "") -> list[ClaimVerdict]:
        """The same against some sentences of passages only, such as those that an answer was written from."""
        if not claims or not lines:
            return [ClaimVerdict(claim, "not_found", 0.0) for claim in claims]
        compared = self._features.of(claims, lines, question)
        cheap = self._head.probabilities([each.features for each in compared])
        quoted = [_quoted(claim, lines) for claim in claims]
        counted = [
            None if question or self._amounts is None else self._amounts.of(claim, each, lines, float(row[2]))
            for claim, each, row in zip(claims, compared, cheap, strict=True)
        ]
        decided = [quote is not None or count is not None for quote, count in zip(quoted, counted, strict=True)]
        doubtful = [index for index, row in enumerate(cheap) if row.max() < self._sure and not decided[index]]
        read = _read(lines, [compared[index] for index in doubtful], self._tokens)
        found = []
        for index, (claim, row) in enumerate(zip(claims, cheap, strict=True)):
            if (quote := quoted[index]) is not None:
                found.append(ClaimVerdict(claim, "supported", 1.0, (quote,)))
                continue
            if (count := counted[index]) is not None:
                found.append(_by_amounts(claim, count, float(row[0]), lines, compared[index]))
                continue
            stated = self._stated(claim, read, question) if index in doubtful else None
            score = self._score(float(row[0]), stated, question)
            verdict, order = _verdict(score, float(row[1]), float(row[2])), [*compared[index].order]
            if verdict == "supported" and self._amounts is not None and not question:
                # Whatever a model says of it: lines do not back an amount that stands in none of them.
                backing = self._amounts.backing(claim, lines, order)
                if backing is None:
                    verdict, score = "not_found", min(score, SUPPORTED / 2)
                order = backing or order
            nearest = tuple(lines[place] for place in order[:SHOWN])
            found.append(ClaimVerdict(claim, verdict, round(score, 4), nearest, asked=stated is not None))
        return found

    def _score(self, cheap: float, stated: float | None, question: str) -> float:
        """P(supported). Beside the large model's word, which claims without a question are left to, the head's adds
        nothing (docs/benchmarks.md, "Support").
        """
        if stated is None:
            return cheap
        return self._head.mixed(cheap, stated) if question else stated

    def _stated(self, claim: str, lines: Sequence[Backing], question: str) -> float | None:
        if self._asks is None:
            return None
        try:
            return self._asks.stated(claim, lines, question)
        except ModelError as error:
            log.warning("a claim is checked without a model: %s", error)
            return None


def _quoted(claim: str, lines: Sequence[Backing]) -> Backing | None:
    """The line that the claim is, letter for letter."""
    wanted = letters(claim)
    return next((line for line in lines if wanted and letters(line.sentence.text) == wanted), None)


def _by_amounts(
    claim: str, decided: Decided, cheap: float, lines: Sequence[Backing], compared: Compared
) -> ClaimVerdict:
    """The verdict with a score on its side of the threshold, and its line first."""
    backed = decided.verdict == "supported"
    score = max(cheap, SUPPORTED) if backed else min(cheap, SUPPORTED / 2)
    order = [decided.line, *(place for place in compared.order if place != decided.line)]
    return ClaimVerdict(claim, decided.verdict, round(score, 4), tuple(lines[place] for place in order[:SHOWN]))


def _verdict(score: float, contradicted: float, not_found: float) -> Verdict:
    if score >= SUPPORTED:
        return "supported"
    return "contradicted" if contradicted > not_found else "not_found"


def _read(lines: Sequence[Backing], compared: Sequence[Compared], most: int) -> list[Backing]:
    """The lines a model reads, in their order: all that fit, else those nearest to the claims, the claims in turn."""
    if _tokens(lines) <= most:
        return list(lines)
    chosen, left = set[int](), most
    for row in zip(*(each.order for each in compared), strict=True):
        for index in row:
            cost = tokens_of(lines[index].sentence.text)
            if index not in chosen and cost <= left:
                chosen, left = chosen | {index}, left - cost
    return [lines[index] for index in sorted(chosen)]


def _tokens(lines: Sequence[Backing]) -> int:
    return sum(tokens_of(each.sentence.text) for each in lines)
