"""Looks after the store: checks it against its indexes, and clears away what would stand in the way of new ones."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, bindparam, delete, select, update

from knowledge.document import State
from knowledge.errors import StoreError
from knowledge.lexical.analyzer import Analyzer
from knowledge.lexical.choose import lexical
from knowledge.lexical.index import Bag
from knowledge.store import chunks, documents, grants, schema
from knowledge.store.damage import damage, orphans
from knowledge.store.database import Database, fact
from knowledge.vectors.follower import IndexFollower

REINDEX = "Run `pilares documents reindex`"
RESTORE = "Restore a backup (`pilares restore FILE.tar.gz`)"
_ASKED_FOR = 2_000  # entries of the vector index, some seconds' worth


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of inconsistency in one place, and how often; `message` says so and names the command that mends it."""

    kind: str
    message: str
    document: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """What `Library.verify` counted and found.

    `pending` chunks wait for their vector; `unindexed` documents changed since the vector index last followed.
    `indexed` is None while there is no vector index: it is built when it is first needed.
    """

    documents: int
    chunks: int
    words: int
    vectors: int
    pending: int
    unindexed: int
    indexed: int | None
    embedder: str | None
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether everything fits."""
        return not self.findings


@dataclass(slots=True)
class _Seen:
    """What a pass over the documents has met."""

    pending: int = 0
    findings: list[Finding] = field(default_factory=list)


class Care:
    """Checks one store and clears it up. The caller lets nobody else write meanwhile."""

    def __init__(self, database: Database, index: IndexFollower, analyzer: Analyzer) -> None:
        self._database = database
        self._index = index
        self._analyzer = analyzer

    def verify(self, embedder_id: str | None) -> Verification:
        """Compare everything with everything; `embedder_id` is the configured embedder's, None when unknown."""
        broken_words = self._broken_words()
        with self._database.read() as connection:
            held = lexical(connection).numbers(connection)
            seen = _Seen(findings=[*self._damage(connection), *broken_words, *_strays(connection, held)])
            stats, stored = chunks.stats(connection), fact(connection, "model_id")
            seen.findings += _wrong_grants(connection)
            seen.findings += _foreign_vectors(stored, embedder_id, stats.vectors)
            for document in connection.execute(select(schema.documents)).all():
                self._check_document(connection, document, seen)
            marked = set(connection.execute(select(schema.unindexed.c.document_id)).scalars())
            indexed = self._check_index(connection, seen, marked)
        return Verification(
            documents=stats.documents,
            chunks=stats.chunks,
            words=len(held),
            vectors=stats.vectors,
            pending=seen.pending,
            unindexed=len(marked),
            indexed=indexed,
            embedder=stored,
            findings=tuple(seen.findings),
        )

    def clear_away(self) -> None:
        """Drop what belongs to no document and what is no vector, and build the full-text index from its own words.

        Indexing again replaces what belongs to documents; this is the rest, which would otherwise stay for good.
        """
        with self._database.write() as connection:
            for table in (schema.texts, schema.grants, schema.audiences, schema.tags, schema.chunks):
                connection.execute(delete(table).where(table.c.document_id.not_in(select(schema.documents.c.id))))
            lexical(connection).clear_away(connection)
            grants.settle_source(connection)
            dimension = int(fact(connection, "dimension") or 0)
            stored = select(schema.chunks.c.number, schema.chunks.c.vector).where(schema.chunks.c.vector.is_not(None))
            unusable = [{"key": row.number} for row in connection.execute(stored) if not _usable(row.vector, dimension)]
            if unusable:
                statement = update(schema.chunks).where(schema.chunks.c.number == bindparam("key"))
                connection.execute(statement.values(vector=None), unusable)

    def _damage(self, connection: Connection) -> Iterator[Finding]:
        if said := damage(connection):
            yield Finding(
                "damaged",
                f"SQLite finds damage in {self._database.name}: {said[0]}. {RESTORE}, "
                "or move the file away and ingest the documents again.",
                count=len(said),
            )

    def _broken_words(self) -> list[Finding]:
        with self._database.write() as connection:
            if not lexical(connection).broken(connection):
                return []
        return [Finding("word_index", f"The full-text index is damaged. {REINDEX} to build it again.")]

    def _check_document(self, connection: Connection, document: Row[Any], seen: _Seen) -> None:
        stored = documents.text_of(connection, document.id)
        if stored is None:
            if document.state != State.FAILED:
                seen.findings.append(
                    Finding(
                        "no_text",
                        f"The text of {document.name} is missing. Run `pilares documents delete {document.id}` and "
                        f"ingest it again, or restore a backup (`pilares restore FILE.tar.gz`).",
                        document.name,
                    )
                )
            return
        dimension = int(fact(connection, "dimension") or 0)
        wrong: Counter[str] = Counter()
        rows = connection.execute(select(schema.chunks).where(schema.chunks.c.document_id == document.id)).all()
        bags = lexical(connection).held(connection, [row.number for row in rows])
        for row in rows:
            wrong.update(self._check_chunk(row, bags.get(row.number), document, stored, dimension))
            seen.pending += row.vector is None and document.state != State.READY
        seen.findings += [_of_chunks(kind, count, document.name) for kind, count in sorted(wrong.items())]

    def _check_chunk(
        self, row: Row[Any], bag: Bag | None, document: Row[Any], stored: str, dimension: int
    ) -> Iterator[str]:
        if not 0 <= row.start <= row.end <= len(stored) or stored[row.start : row.end] != row.text:
            yield "offsets"
        expected = chunks.terms_of(self._analyzer, document.title, json.loads(row.heading), row.text, document.language)
        if bag != tuple(Counter(terms.split()) for terms in expected):
            yield "words"
        if row.vector is None and document.state == State.READY:
            yield "no_vector"
        if row.vector is not None and not _usable(row.vector, dimension):
            yield "vector"

    def _check_index(self, connection: Connection, seen: _Seen, marked: set[str]) -> int | None:
        """Compare the vector index as it lies on disk; documents it has yet to follow are no inconsistency."""
        try:
            index = self._index.as_it_is()
            if index is None:
                return None
            held = index.ids()
            wrong = Counter(_compare(held, _embedded(connection), marked))
            seen.findings += [_of_chunks(kind, count, name) for (kind, name), count in wrong.items()]
            sampled = not (wrong or marked or any(finding.kind == "vector" for finding in seen.findings))
            if sampled and not self._index.finds_its_own(index, set(held), _ASKED_FOR):
                seen.findings.append(
                    Finding("lost", f"The vector index does not find what it holds. {REINDEX} to build it again.")
                )
        except StoreError as error:
            seen.findings.append(Finding("index", str(error)))
            return None
        return len(held)


def _usable(blob: bytes, dimension: int) -> bool:
    return len(blob) == 2 * dimension and bool(np.isfinite(chunks.from_blob(blob)).all())


def _strays(connection: Connection, words_of: set[int]) -> Iterator[Finding]:
    for table, count in sorted(orphans(connection).items()):
        yield Finding(
            "stray_rows",
            f"The table {table} has {_many(count, 'row')} without a document. {REINDEX} to remove what is left over.",
            count=count,
        )
    count = len(words_of.difference(connection.execute(select(schema.chunks.c.number)).scalars()))
    if count:
        yield Finding(
            "stray_words",
            f"The full-text index holds the words of {_many(count, 'passage')} that no document has. "
            f"{REINDEX} to remove what is left over.",
            count=count,
        )


def _wrong_grants(connection: Connection) -> Iterator[Finding]:
    everything = documents.names(connection)
    now = grants.current(connection, list(everything))
    for document_id, audience in grants.audiences(connection, list(everything)):
        if set(audience.groups) != set(now.get(document_id, ())):
            name = everything[document_id]
            yield Finding(
                "audience", f"{name} is not granted to the groups it should be. {REINDEX} to mend that.", name
            )


def _foreign_vectors(stored: str | None, configured: str | None, vectors: int) -> Iterator[Finding]:
    if stored is None and vectors:
        yield Finding(
            "embedder", f"It is not recorded which embedder the vectors come from. {REINDEX} to compute them again."
        )
    elif None not in (stored, configured) and stored != configured:
        yield Finding(
            "embedder",
            f"The documents were indexed with the embedder {stored}, but {configured} is configured. "
            f"{REINDEX} to compute their vectors again, or configure the former embedder.",
        )


def _embedded(connection: Connection) -> dict[str, tuple[str, str]]:
    """By chunk id, of all that have a vector: id and name of the document."""
    owned = (
        select(schema.chunks.c.id, schema.documents.c.id.label("owner"), schema.documents.c.name)
        .join(schema.documents, schema.documents.c.id == schema.chunks.c.document_id)
        .where(schema.chunks.c.vector.is_not(None))
    )
    return {row.id: (row.owner, row.name) for row in connection.execute(owned)}


def _compare(
    held: set[str], embedded: Mapping[str, tuple[str, str]], marked: set[str]
) -> Iterator[tuple[str, str | None]]:
    """What is wrong, and the name of the document it is wrong with."""
    for chunk_id, (owner, name) in embedded.items():
        if owner not in marked and chunk_id not in held:
            yield "not_indexed", name
    if not marked:  # else they may be what a marked document had before
        for _ in held - embedded.keys():
            yield "stray_vectors", None


_WRONG = {
    "offsets": ("does not stand where it should in the text", "do not stand where they should in the text"),
    "words": ("is not in the full-text index with its words", "are not in the full-text index with their words"),
    "no_vector": ("has no vector", "have no vector"),
    "vector": ("has a vector that cannot be used", "have a vector that cannot be used"),
    "not_indexed": ("is missing from the vector index", "are missing from the vector index"),
}


def _of_chunks(kind: str, count: int, document: str | None) -> Finding:
    if document is None:
        entries = "1 entry" if count == 1 else f"{count} entries"
        message = f"The vector index holds {entries} that no passage has. {REINDEX}."
    else:
        message = f"{_many(count, 'passage')} of {document} {_WRONG[kind][count > 1]}. {REINDEX}."
    return Finding(kind, message, document, count)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
