"""The lines of documents that clearly bear on a subject: what a draft may state."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.grounding.bands import bands_of
from assistant.grounding.evidence import telling
from assistant.grounding.vectors import SentenceVectors
from assistant.grounding.versions import current
from assistant.turn.answer import Answer, Evidence
from assistant.turn.strategies.salience import stands_alone
from assistant.turn.strategies.sections import Line
from assistant.turn.strategies.strategy import Scene
from knowledge.passage import Passage, Sentence

SEARCHED = 24
COMPUTED = 6
# In the band of the embedder; a line further away than the best by the lead speaks of something near, not of this.
BEARS, LEAD = 0.5, 0.15
MOST_LINES, MOST_DOCUMENTS = 3, 2


class Facts:
    """Finds them. Safe to share."""

    def __init__(self, vectors: SentenceVectors) -> None:
        self._vectors = vectors
        self._band = bands_of(vectors.model_id).question

    def about(self, scene: Scene, topic: str, language: str) -> tuple[Evidence, ...]:
        """The nearest lines to a topic, at most three of two documents; none when nothing is near enough.

        Lines that cannot be understood alone are passed over, and those in another language where the draft's own has
        one as near.
        """
        request = scene.context.request
        found = scene.library.search([topic], k=SEARCHED, groups=request.groups, filter=request.filter)
        passages = current(found, topic)
        lines = sorted(self._lines(passages, topic), key=lambda each: -each[0])
        if lines and (own := [each for each in lines if each[1].language in (None, language)]):
            lines = own if own[0][0] >= lines[0][0] - LEAD else lines
        documents: list[str] = []
        chosen: list[tuple[float, Passage, Sentence]] = []
        for score, passage, sentence in lines:
            if len(chosen) == MOST_LINES or score < max(BEARS, lines[0][0] - LEAD):
                break
            if passage.document_id not in documents:
                if len(documents) == MOST_DOCUMENTS:
                    continue
                documents.append(passage.document_id)
            chosen.append((score, passage, sentence))
        return _evidence(chosen)

    def _lines(self, passages: Sequence[Passage], topic: str) -> list[tuple[float, Passage, Sentence]]:
        known = self._vectors.known(passages, compute=COMPUTED)
        vector = self._vectors.of_questions([topic])[0]
        return [
            (self._band.position(float(known[each.chunk_id][place] @ vector)), each, each.sentences[place])
            for each in passages
            if each.chunk_id in known
            for place in telling(each)
            if stands_alone(Line(each, each.sentences[place]))
        ]


def of_answer(answer: Answer) -> tuple[Evidence, ...]:
    """The lines that an answer cites."""
    found = []
    for each in answer.evidence:
        quotes = {(cited.start, cited.end) for cited in answer.citations if cited.marker == each.number}
        selected = tuple(line for line in each.passage.sentences if (line.start, line.end) in quotes)
        if selected:
            found.append(replace(each, best=selected[0], selected=selected))
    return tuple(found)


def _evidence(chosen: Sequence[tuple[float, Passage, Sentence]]) -> tuple[Evidence, ...]:
    by_passage: dict[str, list[tuple[float, Passage, Sentence]]] = {}
    for each in chosen:
        by_passage.setdefault(each[1].chunk_id, []).append(each)
    return tuple(
        Evidence(number, group[0][1], group[0][2], group[0][0], tuple(sorted((s for _, _, s in group), key=_start)))
        for number, group in enumerate(by_passage.values(), start=1)
    )


def _start(sentence: Sentence) -> int:
    return sentence.start
