"""A document as its readers and its operator see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CONVERSATIONS = "conversations"
"""The source of files that somebody sent into a conversation, which nobody else may read."""


class State(StrEnum):
    """How far a document has come."""

    WORDS = "words"  # found by its words; vectors are still being computed
    READY = "ready"  # found by words and by meaning
    FAILED = "failed"  # could not be read; `Document.error` says why


@dataclass(frozen=True, slots=True)
class Document:
    """What is known about a stored document.

    `name` is unique within `source`; `bytes` is the size of what was read and `sha256` its digest; `audience` the
    groups that may read it. `version` counts the contents it has had, `modified_at` is the file's own time where there
    is one, `added_at` and `updated_at` are when this store first and last took its content in. `error` is set on a
    failed document, and on one whose newer content could not be read while the older one is still being served.
    `duplicate_of` is the id of an older document that says nearly the same, word for word.
    `dated_at` is the day its text is of, by its own words; `superseded_by` the id of the document that replaces it. A
    `pinned` document ranks higher where it is relevant, a `hidden` one is never found. `scans` counts pages that are
    pictures and were left out, since there was no text recognition.
    """

    id: str
    name: str
    source: str
    title: str
    media_type: str
    language: str | None
    state: State
    error: str | None
    audience: tuple[str, ...]
    bytes: int
    characters: int
    chunks: int
    sha256: str
    version: int
    added_at: datetime
    updated_at: datetime
    modified_at: datetime | None
    duplicate_of: str | None = None
    dated_at: datetime | None = None
    pinned: bool = False
    hidden: bool = False
    superseded_by: str | None = None
    tags: tuple[str, ...] = ()
    scans: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an upload: the stored document, and whether exactly this content was there already."""

    document: Document
    unchanged: bool

    @property
    def document_id(self) -> str:
        """Id of the stored document."""
        return self.document.id


@dataclass(frozen=True, slots=True)
class Stats:
    """Sizes of the store: documents (failed ones not counted), chunks, and chunks that have a vector."""

    documents: int
    chunks: int
    vectors: int
    failed: int


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document that a search found, with its best passage's score."""

    document_id: str
    document: str
    title: str
    score: float
