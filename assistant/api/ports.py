"""What the web surfaces need of an assistant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from assistant.appointments.store import AppointmentStore
from assistant.storage.conversations import Conversations
from assistant.turn.answer import TurnRequest
from assistant.turn.events import TurnEvent
from knowledge.passage import Passage

PartState = Literal["ready", "starting", "unavailable"]
OpenAppointments = Callable[[], AppointmentStore | None]
Progress = Callable[[int, int], None]
"""Called with what is done and how much there is, in any unit."""


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document as people see it in a list. `name` is what they know it by.

    `source` is where it came from, "" for an upload; `error` says why it, or its newer content, could not be read.
    `superseded_by` and `duplicate_of` are titles of documents that the reader of the list may read as well. `scans`
    counts pages that are pictures and were left out; a `hidden` document is never found, a `pinned` one before others.
    """

    id: str
    name: str
    title: str
    passages: int
    language: str | None = None
    added: datetime | None = None
    source: str = ""
    error: str | None = None
    superseded_by: str | None = None
    duplicate_of: str | None = None
    scans: int = 0
    pinned: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an uploaded file; `unchanged` when the same content was already there."""

    document: DocumentSummary
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Which parts can work right now, and how many documents there are."""

    slm: PartState = "ready"
    llm: PartState = "ready"
    index: PartState = "ready"
    documents: int = 0

    @property
    def status(self) -> Literal["ok", "degraded", "starting"]:
        """`starting` while a part is on its way, `degraded` when one is missing, else `ok`."""
        parts = (self.slm, self.llm, self.index)
        return "starting" if "starting" in parts else "degraded" if "unavailable" in parts else "ok"


Groups = frozenset[str]
EVERYONE: Groups = frozenset({"everyone"})


class Documents(Protocol):
    """The documents answers are found in. Errors are those of `knowledge.errors`.

    `groups` are those of whoever asks: what is granted to none of them does not exist.
    """

    def list(self, groups: Groups = EVERYONE) -> Sequence[DocumentSummary]:
        """Every document that these groups may read."""

    def add_upload(
        self,
        name: str,
        content: bytes,
        progress: Progress | None = None,
        *,
        groups: Groups = EVERYONE,
        audience: Groups | None = None,
    ) -> Upload:
        """Read, cut and index one file; a known `name` with other content replaces the old one.

        `audience` may read it; None is whoever could read what it replaces, else everyone. Raises InvalidRequest for
        the name of a document that `groups` may not read.
        """

    def delete(self, document_id: str, groups: Groups = EVERYONE) -> None:
        """Take a document out. Raises DocumentNotFound."""

    def text(self, document_id: str, groups: Groups = EVERYONE) -> str:
        """The stored text that passages and citations count their offsets in. Raises DocumentNotFound."""

    def search(self, query: str, groups: Groups = EVERYONE, limit: int = 10) -> Sequence[Passage]:
        """The best passages that these groups may read, best first, at most `limit`."""


class Assistant(Protocol):
    """A turn in, a stream of events out, beside what is kept: conversations and documents."""

    @property
    def conversations(self) -> Conversations:
        """Where turns, answers and feedback are stored."""

    @property
    def documents(self) -> Documents:
        """The documents answers are found in."""

    def stream(self, request: TurnRequest) -> Iterator[TurnEvent]:
        """Run one turn. A generator: closing it stops the model and marks the stored turn as interrupted.

        It stores the turn itself, in the conversation named by the request (or a new one of `request.user_id`), and
        reads the history there when the request brings none.
        """

    def state(self, groups: Groups = EVERYONE) -> ServiceState:
        """Which parts can work, and how many documents these groups may read. Quick; never waits for a model."""
