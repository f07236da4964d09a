"""Step 2: the passages that may answer, and the sentences of them that the model will read."""

from functools import partial
from typing import Any, Protocol

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant.grounding.evidence import EvidenceSelector, Question
from assistant.grounding.vectors import SentenceVectors
from assistant.grounding.versions import current
from assistant.routing.intents import IntentClassifier
from assistant.telemetry.conventions import DATA_SOURCE, OPERATION, RETRIEVAL
from assistant.tracing import step
from assistant.turn.answer import TurnRequest, Understanding
from assistant.turn.context import TurnContext, TurnState
from assistant.turn.corpus import subject_across, without_kind
from assistant.turn.events import Found
from assistant.turn.followup import asked_before
from assistant.turn.listing import LISTED, Swept, lines_of, with_rows
from assistant.turn.parts import parts_of
from assistant.turn.ports import Searchable
from knowledge.embedder import Embedder, Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.search.raising import Raise

# Passages whose sentences are ranked (docs/benchmarks.md, "Evidence": 64 are hardly better).
RANKED_PASSAGES = 48


class Raises(Protocol):
    """What rises for a question (`assistant.raising.nearby.Nearby` is one)."""

    def prime(self) -> None:
        """Load what the first question needs."""

    def of(self, question: Vectors) -> tuple[Raise, ...]:
        """The sentences that rise, by the question's vector, shape (dimension,)."""


class Retrieve(AgentMiddleware[TurnState, TurnContext]):
    """Searches, chooses sentences, and shows them before any model has said a word."""

    state_schema = TurnState

    def __init__(
        self, library: Searchable, embedder: Embedder, vectors: SentenceVectors, selector: EvidenceSelector,
        intents: IntentClassifier, *, tokens: int, most: int, raises: Raises | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._selector = selector
        self._intents = intents
        self._analyzer = Analyzer()
        self._tokens = tokens
        self._most = most
        self._raises = raises

    @step("retrieve", {OPERATION: RETRIEVAL, DATA_SOURCE: "documents"})
    def before_agent(self, state: TurnState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Find evidence for the understood question; small talk needs none."""
        context = runtime.context
        if self._intents.is_small_talk(state["understanding"].intent):
            found: dict[str, Any] = {"evidence": (), "documents": (), "searched": 0}
        else:
            swept = self.sweep(context.request, state["understanding"])
            found = swept or self.find(context.request, state["understanding"])
            runtime.stream_writer(Found(found["evidence"], found["searched"]))
        context.clock.mark("found")
        return found

    def sweep(self, request: TurnRequest, understanding: Understanding) -> dict[str, Any] | None:
        """Go through all documents for a question that asks for it, unless a model was asked for by the person."""
        subject = subject_across(understanding.text) if request.model == "auto" else None
        if subject is None:
            return None
        for words in dict.fromkeys((subject, without_kind(subject))):
            vector = self._embedder.embed_queries([words])[0]
            swept = self._library.sweep(
                words, groups=request.groups, language=understanding.language, query_vector=vector,
                filter=request.filter,
            )  # fmt: skip
            if swept.passages:
                evidence = lines_of(swept.passages[:LISTED], words, self._analyzer)
                passages_of = partial(self._library.passages_of, groups=request.groups)
                evidence, rows = with_rows(evidence, passages_of, words, self._analyzer)
                names = tuple(dict.fromkeys(each.passage.document for each in evidence))
                counted = Swept(words, len(swept.passages), swept.searched, swept.complete, rows)
                return {"evidence": evidence, "documents": names, "searched": swept.searched, "swept": counted}
        return None

    def find(self, request: TurnRequest, understanding: Understanding) -> dict[str, Any]:
        """Search with every wording of the question; returns evidence, its documents, how many were searched."""
        texts = wordings(understanding)
        question = Question(texts, self._vectors.of_questions(texts), understanding.language)
        vectors = self._embedder.embed_queries(texts)
        raises = self._raises.of(vectors[0]) if self._raises is not None else ()
        passages = self._library.search(
            texts, k=RANKED_PASSAGES, groups=request.groups, language=None, query_vectors=vectors,
            filter=request.filter, earlier=asked_before(request.history), raises=raises,
        )  # fmt: skip
        passages = current(passages, f"{understanding.question} {understanding.text}")
        evidence = self._selector.select(question, passages, tokens=self._tokens, most=self._most, raises=raises)
        names = tuple(dict.fromkeys(each.passage.document for each in evidence))
        searched = self._library.count_documents(request.groups, request.filter)
        return {"evidence": evidence, "documents": names, "searched": searched}


def wordings(understanding: Understanding) -> tuple[str, ...]:
    """The question, the text as typed when that differs, and the parts of a double question; at most four."""
    parts = parts_of(understanding.question)
    return tuple(dict.fromkeys([understanding.question, understanding.text, *(parts if len(parts) > 1 else ())]))[:4]
