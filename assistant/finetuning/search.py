"""Searches documents to learn from exactly as a turn of Pilares searches an organisation's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from assistant.evaluation.home import temporary_home
from assistant.grounding.evidence import EvidenceSelector
from assistant.grounding.vectors import SentenceVectors
from assistant.routing.intents import SHIPPED, IntentClassifier, load_intents
from assistant.settings import Settings
from assistant.turn.answer import Evidence, TurnRequest, Understanding
from assistant.turn.middleware.retrieve import Retrieve
from finetune.organisations.organisation import Organisation
from knowledge.embedder import Embedder
from knowledge.lexical.analyzer import Analyzer
from knowledge.library import Library
from knowledge.passage import Passage

AT_ONCE = 8
Fill = Callable[[Library], object]


class Embedders(Protocol):
    """What searching needs of the models (`assistant.models.models.Models` has it)."""

    def embedder(self) -> Embedder:
        """The embedder of passages and questions."""

    def line_embedder(self) -> Embedder:
        """The embedder of single lines."""


class Search:
    """Finds evidence in the documents of one library."""

    def __init__(self, library: Library, vectors: SentenceVectors, retrieve: Retrieve) -> None:
        self._library = library
        self._retrieve = retrieve
        self.vectors = vectors

    def evidence(self, question: str, language: str) -> tuple[Evidence, ...]:
        """What a turn would put before a model for a question that stands alone."""
        found = self._retrieve.find(TurnRequest(question), understood(question, language))
        evidence: tuple[Evidence, ...] = found["evidence"]
        return evidence

    def passages(self) -> list[Passage]:
        """Every passage there is."""
        return [each for document in self._library.documents() for each in self._library.passages_of(document.id)]


class Searches:
    """Opens one library after another in temporary homes, with models that are loaded once."""

    def __init__(self, settings: Settings, models: Embedders) -> None:
        self._settings = settings
        self._models = models
        self._intents = IntentClassifier(models.embedder(), load_intents(SHIPPED))

    @contextmanager
    def over(self, fill: Fill) -> Iterator[Search]:
        """A search over the documents that `fill` puts into a library."""
        models, turn = self._models, self._settings.turn
        with (
            temporary_home(self._settings) as own,
            Library.open(own.knowledge_folder, models.embedder, own.knowledge) as library,
        ):
            fill(library)
            library.finish()
            vectors = SentenceVectors(models.line_embedder())
            retrieve = Retrieve(
                library, models.embedder(), vectors, EvidenceSelector(vectors, Analyzer()), self._intents,
                tokens=own.llm.evidence_tokens, most=turn.passages,
            )  # fmt: skip
            search = Search(library, vectors, retrieve)
            passages = search.passages()
            for start in range(0, len(passages), AT_ONCE):
                vectors.known(passages[start : start + AT_ONCE], compute=AT_ONCE)
            try:
                yield search
            finally:
                vectors.close()

    @contextmanager
    def over_organisation(self, organisation: Organisation) -> Iterator[Search]:
        """A search over the documents of an organisation."""
        with temporary_home(self._settings) as own:
            source = own.home / "documents"
            for path, text in organisation.documents.items():
                (source / path).parent.mkdir(parents=True, exist_ok=True)
                (source / path).write_text(text, encoding="utf-8")
            with self.over(lambda library: library.ingest(source)) as search:
                yield search


def understood(question: str, language: str) -> Understanding:
    """A question that needs no understanding."""
    return Understanding(question, question, language, "question", 1.0)
