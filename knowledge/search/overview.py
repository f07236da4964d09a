"""What a `Library` tells beyond the best passages: all documents on a subject, and what stands around a passage."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from knowledge.embedder import Vectors
from knowledge.embedding import Embedding
from knowledge.parse.document import Heading, PageBox
from knowledge.passage import Passage
from knowledge.search.filters import EVERYTHING, Filter
from knowledge.search.neighbours import joined
from knowledge.search.section import heading_at, section_around
from knowledge.search.sweep import Sweep, Sweeper
from knowledge.sentences import split_sentences
from knowledge.store import boxes, chunks, documents, schema
from knowledge.store.database import Database
from knowledge.store.scope import Scope

_EVERYONE = frozenset({"everyone"})


class Overview:
    """The part of a `Library` that goes through documents as a whole."""

    _database: Database
    _embedding: Embedding
    _sweeper: Sweeper

    def count_documents(self, groups: Iterable[str] = _EVERYONE) -> int:
        """How many documents searches of `groups` go through."""
        with self._database.read() as connection:
            return documents.count(connection, groups)

    def passages_of(self, document_id: str, groups: Iterable[str] = _EVERYONE) -> list[Passage]:
        """All chunks of a document in order, unscored, with their sentences; none that `groups` may not read."""
        with self._database.read() as connection:
            found = chunks.passages(connection, chunks.ids_of(connection, document_id), Scope(frozenset(groups)))
        ordered = sorted(found.values(), key=lambda passage: passage.start)
        return [replace(each, sentences=split_sentences(each.text, each.start)) for each in ordered]

    def outline(self, document_id: str, groups: Iterable[str] = _EVERYONE) -> list[Heading]:
        """The headings of a document in order; none of one that `groups` may not read."""
        with self._database.read() as connection:
            readable = documents.find(connection, schema.documents.c.id == document_id, *documents.visible_to(groups))
            parsed = documents.parsed(connection, document_id) if readable else None
        return [] if parsed is None else list(parsed.headings)

    def sweep(
        self,
        subject: str,
        *,
        groups: Iterable[str] = _EVERYONE,
        language: str | None = None,
        query_vector: Vectors | None = None,
        filter: Filter = EVERYTHING,
    ) -> Sweep:
        """Every document that speaks of a subject, each with its best passage, and how many were gone through.

        Documents in the subject's `language` count when a passage of them holds all its words, those in another one
        when they are as near to it; without `language` and `query_vector` (shape (dimension,)) these are left out.
        """
        return self._sweeper.sweep(subject, query_vector, language, Scope(frozenset(groups), filter))

    def section(self, passage: Passage, *, tokens: int = 600, groups: Iterable[str] = _EVERYONE) -> Passage:
        """The passage grown to the section it stands in, up to `tokens` of the embedder; offsets stay exact.

        The passage itself when its document has changed meanwhile, or is none that `groups` may read.
        """
        with self._database.read() as connection:
            if passage.chunk_id not in chunks.passages(connection, [passage.chunk_id], Scope(frozenset(groups))):
                return passage
            parsed = documents.parsed(connection, passage.document_id)
        if parsed is None:
            return passage
        start, end = section_around(parsed, passage.start, passage.end, tokens, self._embedding.get().count_tokens)
        text, heading = parsed.text[start:end], heading_at(parsed.headings, start)
        return replace(
            passage, text=text, start=start, end=end, heading=heading, sentences=split_sentences(text, start)
        )

    def joined(self, passages: Sequence[Passage], *, characters: int = 4_000) -> list[Passage]:
        """The same hits, neighbours of one document made one passage of up to `characters`; best first."""
        with self._database.read() as connection:
            return joined(passages, cache(lambda key: documents.text_of(connection, key) or ""), characters)

    def boxes(self, document_id: str, start: int, end: int, groups: Iterable[str] = _EVERYONE) -> list[PageBox]:
        """Where that stretch of a document's text stands, line by line; nothing for formats without printed pages."""
        with self._database.read() as connection:
            return boxes.between(connection, document_id, start, end, groups)
