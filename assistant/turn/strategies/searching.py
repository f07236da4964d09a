"""Evidence for each of several questions, found by a search of its own, numbered together."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.grounding.evidence import EvidenceSelector, Question
from assistant.grounding.vectors import SentenceVectors
from assistant.grounding.versions import current
from assistant.turn.answer import Evidence, TurnRequest
from assistant.turn.ports import Searchable
from knowledge.embedder import Embedder
from knowledge.lexical.analyzer import Analyzer

RANKED_PASSAGES = 48


class PartSearch:
    """Searches with the grants and the filter of a request; all questions are embedded in one go."""

    def __init__(
        self, library: Searchable, embedder: Embedder, vectors: SentenceVectors, *, tokens: int, most: int
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._selector = EvidenceSelector(vectors, Analyzer())
        self._tokens = tokens
        self._most = most

    def find(
        self, questions: Sequence[str], whole: str, request: TurnRequest, language: str
    ) -> list[tuple[Evidence, ...]]:
        """Evidence for each question; `whole` is what they were taken from, which may name a year or version."""
        plain, near = self._embedder.embed_queries(questions), self._vectors.of_questions(questions)
        found = []
        for number, text in enumerate(questions):
            passages = self._library.search(
                text, k=RANKED_PASSAGES, groups=request.groups, language=None,
                query_vectors=plain[number : number + 1], filter=request.filter,
            )  # fmt: skip
            asked = Question((text,), near[number : number + 1], language)
            passages = current(passages, f"{text} {whole}")
            found.append(self._selector.select(asked, passages, tokens=self._tokens, most=self._most))
        return numbered(found)


def numbered(found: Sequence[Sequence[Evidence]]) -> list[tuple[Evidence, ...]]:
    """The same evidence with one number for each passage, in the order in which the questions found them."""
    numbers: dict[str, int] = {}
    return [
        tuple(replace(each, number=numbers.setdefault(each.passage.chunk_id, len(numbers) + 1)) for each in evidence)
        for evidence in found
    ]


def together(found: Sequence[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """All evidence once, in the order of its numbers; of a passage found twice, the better find."""
    best: dict[int, Evidence] = {}
    for each in (each for evidence in found for each in evidence):
        if each.number not in best or each.relevance > best[each.number].relevance:
            best[each.number] = each
    return tuple(best[number] for number in sorted(best))
