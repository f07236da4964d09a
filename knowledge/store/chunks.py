"""Chunks, their vectors and their words in SQL; every function works inside the caller's transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, bindparam, case, func, select, update

from knowledge.chunk import body_of, context_of
from knowledge.document import DocumentHit, State, Stats
from knowledge.embedder import Vectors
from knowledge.lexical.analyzer import Analyzer
from knowledge.passage import Passage
from knowledge.store import schema
from knowledge.store.database import batched
from knowledge.store.scope import Scope

_chunks, _documents = schema.chunks.c, schema.documents.c


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A chunk that waits for its vector."""

    number: int
    id: str
    tokens: int
    document_id: str
    text: str


def embedded_text(title: str, heading: Sequence[str], chunk_text: str) -> str:
    """What the embedder reads of a chunk: its context, then its text without the headings that are in the context."""
    context = context_of(title, heading)
    body = body_of(chunk_text, heading)
    return f"{context}\n{body}" if context else body


def terms_of(
    analyzer: Analyzer, title: str, heading: Sequence[str], chunk_text: str, language: str | None
) -> tuple[str, str]:
    """What the full-text table holds of a chunk: the terms of its context, and those of its text."""
    context, body = context_of(title, heading), body_of(chunk_text, heading)
    return analyzer.index_terms(context, language), analyzer.index_terms(body, language)


def unembedded(connection: Connection, after: int, limit: int) -> list[Unembedded]:
    """Chunks without a vector, numbered above `after`."""
    columns = (_chunks.number, _chunks.id, _chunks.tokens, _chunks.document_id, _chunks.heading, _chunks.text)
    waiting = (
        select(*columns, _documents.title)
        .join(schema.documents, _documents.id == _chunks.document_id)
        .where(_chunks.vector.is_(None), _chunks.number > after)
        .order_by(_chunks.number)
        .limit(limit)
    )
    return [
        Unembedded(
            number=row.number,
            id=row.id,
            tokens=row.tokens,
            document_id=row.document_id,
            text=embedded_text(row.title, json.loads(row.heading), row.text),
        )
        for row in connection.execute(waiting)
    ]


def put_vectors(connection: Connection, ids: Sequence[str], vectors: Iterable[Vectors]) -> None:
    """Store the vectors of chunks; a chunk that is gone meanwhile is passed over."""
    statement = update(schema.chunks).where(_chunks.id == bindparam("key"))
    rows = [{"key": chunk_id, "vector": to_blob(row)} for chunk_id, row in zip(ids, vectors, strict=True)]
    if rows:
        connection.execute(statement, rows)


def forget_vectors(connection: Connection) -> None:
    """Drop every vector: another embedder will compute them again."""
    connection.execute(update(schema.chunks).values(vector=None))
    has_chunks = select(_chunks.document_id)
    statement = update(schema.documents).where(_documents.state == State.READY, _documents.id.in_(has_chunks))
    connection.execute(statement.values(state=State.WORDS))


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A chunk as the vector index keeps it."""

    id: str
    vector: Vectors


def vector_rows(
    connection: Connection, *, document_ids: Sequence[str] | None = None, chunk_ids: Sequence[str] | None = None
) -> Iterator[VectorRow]:
    """Chunks that have a vector: all, or those of some documents, or some by their own id."""
    everything = select(_chunks.id, _chunks.vector).where(_chunks.vector.is_not(None))
    statements = [everything]
    if document_ids is not None:
        statements = [everything.where(_chunks.document_id.in_(some)) for some in batched(document_ids)]
    elif chunk_ids is not None:
        statements = [everything.where(_chunks.id.in_(some)) for some in batched(chunk_ids)]
    for statement in statements:
        for row in connection.execute(statement):
            yield VectorRow(row.id, from_blob(row.vector))


def ids_of(connection: Connection, document_id: str) -> list[str]:
    """Ids of a document's chunks."""
    return list(connection.execute(select(_chunks.id).where(_chunks.document_id == document_id)).scalars())


def vector_ids(connection: Connection) -> set[str]:
    """Ids of the chunks that have a vector."""
    return set(connection.execute(select(_chunks.id).where(_chunks.vector.is_not(None))).scalars())


def vectors_of(connection: Connection, ids: Sequence[str]) -> dict[str, Vectors]:
    """The vectors of some chunks, by id."""
    found = {}
    for some in batched(ids):
        statement = select(_chunks.id, _chunks.vector).where(_chunks.id.in_(some), _chunks.vector.is_not(None))
        found.update({row.id: from_blob(row.vector) for row in connection.execute(statement).all()})
    return found


def progress(connection: Connection) -> tuple[int, bool]:
    """The highest number of a chunk, and whether any chunk waits for its vector."""
    waiting = select(_chunks.number).where(_chunks.vector.is_(None)).limit(1)
    return connection.execute(select(func.max(_chunks.number))).scalar() or 0, bool(connection.execute(waiting).first())


def vector_sample(connection: Connection, last: int, most: int) -> list[tuple[str | None, Vectors]]:
    """About `most` vectors spread evenly over the chunks up to number `last`, each with its document's language."""
    numbers = sorted({1 + place * last // most for place in range(most)} if last > most else range(1, last + 1))
    joined = select(_documents.language, _chunks.vector).join(schema.documents, _documents.id == _chunks.document_id)
    found = []
    for some in batched(numbers):
        rows = connection.execute(joined.where(_chunks.number.in_(some), _chunks.vector.is_not(None)))
        found += [(row.language, from_blob(row.vector)) for row in rows]
    return found


def passages(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, Passage]:
    """The chunks of `ids` that are in the scope, by id; score and sentences are for the caller to fill in."""
    found: dict[str, Passage] = {}
    for some in batched(ids):
        statement = (
            select(
                _chunks.id,
                _chunks.document_id,
                _chunks.heading,
                _chunks.text,
                _chunks.start,
                _chunks.end,
                _chunks.page,
                _documents.name,
                _documents.title,
                _documents.language,
                _documents.dated_at,
            )
            .join(schema.documents, _documents.id == _chunks.document_id)
            .where(_chunks.id.in_(some), scope.condition())
        )
        for row in connection.execute(statement):
            found[row.id] = Passage(
                chunk_id=row.id,
                document_id=row.document_id,
                document=row.name,
                title=row.title,
                heading=tuple(json.loads(row.heading)),
                text=row.text,
                start=row.start,
                end=row.end,
                page=row.page,
                language=row.language,
                score=0.0,
                dated_at=row.dated_at,
            )
    return found


def owners(connection: Connection, ids: Sequence[str], scope: Scope) -> dict[str, DocumentHit]:
    """The documents that the chunks of `ids` belong to, by chunk id, as far as they are in the scope; unscored."""
    found: dict[str, DocumentHit] = {}
    columns = (_chunks.id, _chunks.document_id, _documents.name, _documents.title)
    for some in batched(ids):
        statement = select(*columns).join(schema.documents, _documents.id == _chunks.document_id)
        for row in connection.execute(statement.where(_chunks.id.in_(some), scope.condition())):
            found[row.id] = DocumentHit(row.document_id, row.name, row.title, 0.0)
    return found


def stats(connection: Connection) -> Stats:
    """Sizes of the store."""
    failed = func.sum(case((_documents.state == State.FAILED, 1), else_=0))
    documents, bad = connection.execute(select(func.count(), failed).select_from(schema.documents)).one()
    total, vectors = connection.execute(
        select(func.count(), func.count(_chunks.vector)).select_from(schema.chunks)
    ).one()
    return Stats(documents=documents - (bad or 0), chunks=total, vectors=vectors, failed=bad or 0)


def to_blob(vector: Vectors) -> bytes:
    """A unit vector as float16: half the size, cosines within 0.001."""
    return vector.astype(np.float16).tobytes()


def from_blob(blob: bytes) -> Vectors:
    """A stored vector as float32."""
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)
