"""Reads the evidence line by line before anything is written, and keeps the lines that answer."""

from collections.abc import Sequence
from threading import Event

from assistant.grounding.check import yes_probability
from assistant.grounding.citations import Citer
from assistant.grounding.evidence import Question
from assistant.grounding.judge import Sifted, as_evidence, judge, leading
from assistant.grounding.names import text_of, unknown_names
from assistant.grounding.vectors import SentenceVectors
from assistant.turn import prompts
from assistant.turn.answer import Evidence, Understanding
from assistant.turn.context import Stopped
from assistant.turn.parts import parts_of
from assistant.turn.ports import LanguageModels, Role
from knowledge.embedder import Embedder

JUDGE: Role = "llm"
# A part of a question with fewer words ("how much in Spain?") is judged together with the whole question.
TELLING_WORDS = 6


class Sifter:
    """Asks the large model about one line after the other."""

    def __init__(self, models: LanguageModels, embedder: Embedder, vectors: SentenceVectors, citer: Citer) -> None:
        self._models = models
        self._embedder = embedder
        self._vectors = vectors
        self._citer = citer

    def sift(self, understanding: Understanding, evidence: Sequence[Evidence], stopped: Event) -> Sifted:
        """Judge the lines of `evidence`. Raises ModelUnavailable, and Stopped between two lines."""
        texts = _parts(understanding.question)
        question = Question(texts, self._embedder.embed_queries(texts), understanding.language)

        def ask(part: str, line: str) -> float | None:
            if stopped.is_set():
                raise Stopped
            return yes_probability(self._models.first_token(JUDGE, prompts.judge(part, line)))

        judged = judge(question, evidence, self._vectors, ask)
        lines = leading(judged, len(texts))
        reading = as_evidence(lines)
        signals = {
            "relevance": max(each.relevance for each in evidence),
            "sure": round(max(line.sure for line in judged), 3),
            "near": round(max(line.near for line in judged), 3),
            "coverage": round(self._citer.coverage(understanding.question, reading), 3),
            "unknown": len(unknown_names(understanding.text, text_of(evidence))),
        }
        return Sifted(reading, tuple(lines), len(texts), signals)


def _parts(question: str) -> tuple[str, ...]:
    parts = parts_of(question)
    if len(parts) < 2:
        return (question,)
    return tuple(part if len(part.split()) >= TELLING_WORDS else f"{part} ({question})" for part in parts[:3])
