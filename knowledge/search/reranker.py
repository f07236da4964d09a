"""An optional second look at the best hits: a cross-encoder reads question and passage together.

It ranks better than vectors and words, and costs a model's reading of every candidate with every search: the reason why
there is none by default, why it reads no more than `rerank_candidates`, and why it has `rerank_seconds` and no more.
"""

import logging
from collections.abc import Sequence
from threading import Lock
from time import perf_counter
from typing import Any, Protocol

from knowledge.errors import RerankerUnavailable
from knowledge.settings import KnowledgeSettings

_BATCH = 8  # pairs read between two looks at the clock
_log = logging.getLogger(__name__)


class Reranker(Protocol):
    """Tells how well passages answer a question."""

    def load(self) -> None:
        """Have the model ready, so that its loading does not count as reading. Raises RerankerUnavailable."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """A score for each passage; higher is better."""


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder, loaded when it is first needed. Safe to share between threads."""

    def __init__(self, name: str) -> None:
        """`name` is a folder on this computer, or a model of the hub that has been downloaded."""
        self._name = name
        self._lock = Lock()
        self._model: Any = None

    def load(self) -> None:
        """Load the model unless it is there; raises RerankerUnavailable when it cannot be."""
        with self._lock:
            if self._model is None:
                self._model = self._loaded()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """A score for each passage; raises RerankerUnavailable when the model cannot be loaded."""
        self.load()
        pairs = [(question, each) for each in passages]
        with self._lock:
            return [float(each) for each in self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)]

    def _loaded(self) -> Any:
        try:
            from sentence_transformers import CrossEncoder

            return CrossEncoder(self._name, num_labels=1, local_files_only=True)
        except Exception as error:  # whatever the library and the file system raise
            raise RerankerUnavailable(
                f"The reranker {self._name} cannot be loaded ({type(error).__name__}: {error}). Name a folder with a "
                'cross-encoder as knowledge.reranker in pilares.toml, or set it to "none".'
            ) from error


def reranker_of(settings: KnowledgeSettings) -> Reranker | None:
    """The reranker of the settings; None when there is none."""
    return None if settings.reranker == "none" else CrossEncoderReranker(settings.reranker)


def reranked(
    reranker: Reranker, question: str, ids: Sequence[str], passages: Sequence[str], seconds: float
) -> list[str]:
    """`ids` by falling score of their passages; as they were when the reranker fails or is not through in time."""
    scores: list[float] = []
    try:
        reranker.load()
        began = perf_counter()
        for start in range(0, len(passages), _BATCH):
            if scores and perf_counter() - began > seconds:
                _log.warning("the reranker was not through %d passages in %.1f s", len(passages), seconds)
                return list(ids)
            scores += reranker.scores(question, passages[start : start + _BATCH])
    except RerankerUnavailable as error:
        _log.warning("%s", error)
        return list(ids)
    order = sorted(range(len(ids)), key=lambda place: (-scores[place], place))
    return [ids[place] for place in order]
