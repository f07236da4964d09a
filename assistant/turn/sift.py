"""Reads the evidence line by line before anything is written, and keeps the lines that answer."""

import contextlib
import logging
from collections.abc import Sequence
from threading import Event

from assistant.errors import GenerationFailed
from assistant.grounding.abstain import hopeless
from assistant.grounding.check import yes_probability
from assistant.grounding.citations import Citer
from assistant.grounding.evidence import Question
from assistant.grounding.judge import Sifted, SpeechlessJudge, Tell, as_evidence, judge, leading
from assistant.grounding.names import first_signals
from assistant.grounding.vectors import SentenceVectors
from assistant.turn import prompts
from assistant.turn.answer import Evidence, Understanding
from assistant.turn.context import Stopped
from assistant.turn.parts import MOST_PARTS, parts_of
from assistant.turn.ports import LanguageModels, Role

JUDGE: Role = "llm"
# A part of a question with fewer words ("how much in Spain?") is judged together with the whole question.
TELLING_WORDS = 6

log = logging.getLogger(__name__)


class Sifter:
    """Asks the large model about one line after the other."""

    def __init__(self, models: LanguageModels, vectors: SentenceVectors, citer: Citer) -> None:
        self._models = models
        self._vectors = vectors
        self._citer = citer

    def prime(self) -> None:
        """Fill the model's prompt cache. Raises ModelUnavailable."""
        with contextlib.suppress(GenerationFailed):  # a model that cannot judge is found out with the first question
            self._models.first_token(JUDGE, prompts.judge("?", "?"))

    def sift(
        self, understanding: Understanding, evidence: Sequence[Evidence], stopped: Event, tell: Tell
    ) -> Sifted | None:
        """Judge the lines of `evidence`; `tell` hears which line of how many is being read.

        None when the model cannot judge: it says neither yes nor no, or its server gives no probabilities. Raises
        ModelUnavailable, and Stopped between two lines.
        """
        signals = first_signals(understanding.text, evidence)
        texts = _parts(understanding.question)
        if hopeless(signals):
            return Sifted((), (), len(texts), signals)

        def ask(part: str, line: str) -> float | None:
            if stopped.is_set():
                raise Stopped
            return yes_probability(self._models.first_token(JUDGE, prompts.judge(part, line)))

        question = Question(texts, self._vectors.of_questions(texts), understanding.language)
        try:
            judged = judge(question, evidence, self._vectors, ask, tell)
        except (SpeechlessJudge, GenerationFailed) as error:
            log.warning("the large model cannot judge lines (%s); it reads all of them at once", error)
            return None
        lines = leading(judged, len(texts))
        reading = as_evidence(lines)
        signals |= {
            "sure": round(max((line.sure for line in lines), default=0.0), 3),
            "coverage": round(self._citer.coverage(understanding.question, reading), 3),
        }
        return Sifted(reading, tuple(lines), len(texts), signals)


def _parts(question: str) -> tuple[str, ...]:
    """What is judged for itself: the question, or its first three parts; more than three are one."""
    parts = parts_of(question)
    if not 2 <= len(parts) <= MOST_PARTS:
        return (question,)
    return tuple(part if len(part.split()) >= TELLING_WORDS else f"{part} ({question})" for part in parts)
