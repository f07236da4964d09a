"""Documents in SQL, writing; every function works inside the caller's transaction."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Delete, Update, delete, insert, select, update

from knowledge.chunk import Chunk
from knowledge.document import State
from knowledge.lexical.choose import lexical
from knowledge.parse.document import ParsedDocument
from knowledge.store import boxes, grants, schema, tags
from knowledge.store.database import batched, mark_unindexed, upsert
from knowledge.store.ids import digest, ids_of
from knowledge.store.notes import forget_error
from knowledge.store.numbers import first_free

_documents, _chunks, _texts = schema.documents.c, schema.chunks.c, schema.texts.c


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from and who may read it. `tags` that are None stay as they are."""

    source: str
    name: str
    audience: tuple[str, ...]
    bytes: int
    sha256: str
    root: str | None = None
    modified_ns: int | None = None
    remote_version: str | None = None
    url: str | None = None
    tags: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What a document is known by: its id may come from a name it had before."""
        return self.source, self.name


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk with what is embedded and what the full-text table holds of it."""

    chunk: Chunk
    embedded: str
    title_terms: str
    body_terms: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be stored."""

    origin: Origin
    parsed: ParsedDocument
    chunks: Sequence[IndexedChunk]
    signature: bytes | None = None


def put(connection: Connection, items: Sequence[Prepared]) -> None:
    """Store documents with their chunks in place of what they were before; unchanged chunks keep their vectors."""
    ids = ids_of(connection, [item.origin.key for item in items])
    by_id = {ids[item.origin.key]: item for item in items}
    rows = [_row(each, item.origin, item.parsed, State.WORDS) for each, item in by_id.items()]
    _upsert(connection, [{**row, "signature": by_id[row["id"]].signature} for row in rows])
    _in_batches(connection, delete(schema.texts), _texts.document_id, list(by_id))
    connection.execute(
        insert(schema.texts),
        [
            {
                "document_id": document_id,
                "text": item.parsed.text,
                "headings": json.dumps([[h.start, h.level, h.text] for h in item.parsed.headings], ensure_ascii=False),
                "pages": json.dumps([[page.start, page.number] for page in item.parsed.pages]),
                "boxes": boxes.stored(item.parsed.boxes),
            }
            for document_id, item in by_id.items()
        ],
    )
    put_chunks(connection, {document_id: item.chunks for document_id, item in by_id.items()})
    set_audiences(connection, {document_id: item.origin.audience for document_id, item in by_id.items()})
    tags.give(connection, {document_id: item.origin.tags for document_id, item in by_id.items()})


def put_chunks(connection: Connection, chunks: Mapping[str, Sequence[IndexedChunk]]) -> None:
    """Replace the chunks of documents; those whose content was there before keep their vectors."""
    rows: list[dict[str, Any]] = []
    for document_id, before in _remove_chunks(connection, list(chunks)).items():
        rows.extend(_chunk_rows(document_id, chunks[document_id], before))
    for number, row in enumerate(rows, start=first_free(connection, len(rows))):
        row["number"] = number
    if rows:
        terms = [(row["number"], row.pop("title_terms"), row.pop("body_terms")) for row in rows]
        connection.execute(insert(schema.chunks), rows)
        lexical(connection).put(connection, terms)
    incomplete = {row["document_id"] for row in rows if row["vector"] is None}
    for state, ids in ((State.WORDS, incomplete), (State.READY, set(chunks) - incomplete)):
        _in_batches(connection, update(schema.documents).values(state=state.value), _documents.id, sorted(ids))
    mark_unindexed(connection, list(chunks))


def put_failure(connection: Connection, origin: Origin, error: str, scans: int = 0) -> None:
    """Record that a document could not be read; what an earlier version had stays in place.

    `scans` are the pages for whose sake it is to be read again when there is text recognition.
    """
    document_id = ids_of(connection, [origin.key])[origin.key]
    previous = connection.execute(select(_documents.state).where(_documents.id == document_id)).scalar()
    if previous is None or previous == State.FAILED:
        nothing = ParsedDocument(origin.name, "", "", scans=scans)
        _upsert(connection, [_row(document_id, origin, nothing, State.FAILED, error)])
        tags.give(connection, {document_id: origin.tags})
    else:
        values = {"error": error, "remote_version": origin.remote_version, "scans": scans}
        connection.execute(update(schema.documents).where(_documents.id == document_id).values(**values))
    set_audiences(connection, {document_id: origin.audience})


def remove(connection: Connection, document_ids: Sequence[str]) -> None:
    """Forget documents, their text, chunks and grants."""
    _remove_chunks(connection, document_ids)
    _in_batches(connection, delete(schema.documents), _documents.id, document_ids)
    mark_unindexed(connection, list(document_ids))


def set_audiences(connection: Connection, audiences: Mapping[str, Iterable[str]]) -> None:
    """Note the groups that documents came with; rules and audiences of their own count more (`grants`)."""
    grants.give(connection, audiences)


def touch(connection: Connection, document_id: str, modified_ns: int | None, root: str | None) -> None:
    """Note the time of a file whose content is still the same."""
    values = {"modified_ns": modified_ns, "root": root, "updated_at": time.time()}
    connection.execute(update(schema.documents).where(_documents.id == document_id).values(**values))
    forget_error(connection, document_id)


def mark_ready(connection: Connection, document_ids: Sequence[str]) -> None:
    """Those of the documents of which every chunk has its vector become ready; the vector index has to follow them."""
    missing = select(_chunks.document_id).where(_chunks.vector.is_(None))
    statement = update(schema.documents).where(_documents.state == State.WORDS, _documents.id.in_(document_ids))
    connection.execute(statement.where(_documents.id.not_in(missing)).values(state=State.READY))
    mark_unindexed(connection, list(document_ids))


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    new = upsert(schema.documents, connection.dialect)
    kept = ("id", "source", "name", "added_at", "version")
    changed: dict[str, Any] = {key: new.excluded[key] for key in rows[0] if key not in kept}
    changed["version"] = _documents.version + 1
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed), rows)


def _row(
    document_id: str, origin: Origin, parsed: ParsedDocument, state: State, error: str | None = None
) -> dict[str, Any]:
    now = time.time()
    return {
        "id": document_id,
        "source": origin.source,
        "name": origin.name,
        "root": origin.root,
        "title": parsed.title,
        "media_type": parsed.media_type,
        "language": parsed.language,
        "state": state.value,
        "error": error,
        "bytes": origin.bytes,
        "characters": len(parsed.text),
        "sha256": origin.sha256,
        "modified_ns": origin.modified_ns,
        "reader": schema.READER_VERSION,
        "version": 1,
        "added_at": now,
        "updated_at": now,
        "remote_version": origin.remote_version,
        "url": origin.url,
        "scans": parsed.scans,
    }


def _chunk_rows(document_id: str, chunks: Sequence[IndexedChunk], vectors: Mapping[str, bytes]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    rows = []
    for position, indexed in enumerate(chunks):
        content = digest(indexed.embedded)
        rows.append(
            {
                # The content and how often it came before, not the position: an insertion moves no ids.
                "id": digest(document_id, content, str(seen[content])),
                "document_id": document_id,
                "position": position,
                "start": indexed.chunk.start,
                "end": indexed.chunk.end,
                "heading": json.dumps(indexed.chunk.heading, ensure_ascii=False),
                "page": indexed.chunk.page,
                "tokens": indexed.chunk.tokens,
                "text": indexed.chunk.text,
                "content_hash": content,
                "vector": vectors.get(content),
                "title_terms": indexed.title_terms,
                "body_terms": indexed.body_terms,
            }
        )
        seen[content] += 1
    return rows


def _remove_chunks(connection: Connection, document_ids: Sequence[str]) -> dict[str, dict[str, bytes]]:
    """Remove the chunks of documents; returns, for each document, the vectors there were, by content."""
    vectors: dict[str, dict[str, bytes]] = {document_id: {} for document_id in document_ids}
    numbers = []
    columns = (_chunks.number, _chunks.document_id, _chunks.content_hash, _chunks.vector)
    for some in batched(document_ids):
        for row in connection.execute(select(*columns).where(_chunks.document_id.in_(some))):
            numbers.append(row.number)
            if row.vector is not None:
                vectors[row.document_id][row.content_hash] = row.vector
    if numbers:
        lexical(connection).remove(connection, numbers)
        _in_batches(connection, delete(schema.chunks), _chunks.document_id, document_ids)
    return vectors


def _in_batches(connection: Connection, statement: Delete | Update, column: Column[Any], values: Sequence[str]) -> None:
    for some in batched(values):
        connection.execute(statement.where(column.in_(some)))
