"""What a turn needs of the language models, the documents and the store. The fakes are in `assistant.testing`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from assistant.errors import ModelError
from assistant.turn.answer import Answer, Message
from knowledge.embedder import Embedder, Vectors
from knowledge.parse.document import PageBox
from knowledge.passage import Passage
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.search.raising import Raise
from knowledge.search.sweep import Sweep

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

# The reader is the small model with the adapter that reads documents; not every installation has one.
Role = Literal["slm", "llm", "reader"]


class LanguageModels(Protocol):
    """The small and the large model, the reader, and the embedder."""

    @property
    def has_reader(self) -> bool:
        """Whether there is a reader."""

    def chat(self, role: Role) -> "BaseChatModel":
        """The chat model of a role. Raises ModelUnavailable when it cannot be reached or loaded."""

    def first_token(self, role: Role, messages: "Sequence[BaseMessage]") -> Mapping[str, float]:
        """Log-probabilities of the likeliest first tokens of an answer. Raises ModelUnavailable."""

    def name(self, role: Role) -> str:
        """The model's name, for people."""

    def embedder(self) -> Embedder:
        """The embedder of questions and documents."""

    def error(self, role: Role, error: Exception) -> ModelError:
        """What a failed call means, as an error a person can act on."""


class Searchable(Protocol):
    """The documents, as far as a turn uses them (`knowledge.library.Library` is one)."""

    def search(
        self,
        query_texts: str | Sequence[str],
        *,
        k: int = 10,
        groups: Iterable[str] = frozenset({"everyone"}),
        language: str | None = None,
        query_vectors: Vectors | None = None,
        filter: Filter = EVERYTHING,
        earlier: Sequence[str] = (),
        raises: Sequence[Raise] = (),
    ) -> list[Passage]:
        """The best passages that `groups` may read, best first; those with a sentence of `raises` rise."""

    def sweep(
        self,
        subject: str,
        *,
        groups: Iterable[str] = frozenset({"everyone"}),
        language: str | None = None,
        query_vector: Vectors | None = None,
        filter: Filter = EVERYTHING,
    ) -> Sweep:
        """Every document that speaks of a subject, each with its best passage."""

    def passages_of(self, document_id: str, groups: Iterable[str]) -> Sequence[Passage]:
        """All passages of a document in order, with their sentences; none that `groups` may not read."""

    def count_documents(self, groups: Iterable[str], filter: Filter = EVERYTHING) -> int:
        """How many documents `groups` may read, of those that `filter` lets through."""

    def boxes(self, document_id: str, start: int, end: int, groups: Iterable[str]) -> list[PageBox]:
        """Where a stretch of a document's text is printed; nothing for formats without pages of their own."""


class TurnStore(Protocol):
    """Where a turn is kept (`assistant.storage.Conversations` is one)."""

    def history(self, user_id: str, conversation_id: str, limit: int) -> Sequence[Message]:
        """The last messages of a conversation, oldest first."""

    def finish_turn(self, turn_id: str, answer: Answer) -> None:
        """Store a finished answer; durable when it returns."""
