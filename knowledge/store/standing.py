"""How documents stand: pinned, hidden, superseded; every function works inside the caller's transaction."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from knowledge.search.standing import Standing
from knowledge.store import schema
from knowledge.store.database import batched, mark_unindexed
from knowledge.store.documents import readable_by

_documents, _chunks, _editions = schema.documents.c, schema.chunks.c, schema.editions.c


def set_pinned(connection: Connection, document_id: str, pinned: bool) -> None:
    """Pin a document, or unpin it."""
    connection.execute(update(schema.documents).where(_documents.id == document_id).values(pinned=pinned))


def set_hidden(connection: Connection, document_id: str, hidden: bool) -> None:
    """Hide a document from searches, or show it again; the vector index has to follow."""
    connection.execute(update(schema.documents).where(_documents.id == document_id).values(hidden=hidden))
    mark_unindexed(connection, [document_id])


def standings(connection: Connection, chunk_ids: Sequence[str], groups: Iterable[str]) -> dict[str, Standing]:
    """The standing of the document of each chunk; a document counts as superseded for who may read its successor."""
    columns = (_documents.pinned, _documents.superseded_by, _documents.dated_at, _documents.language, _editions.marks)
    chunk = select(_chunks.id, _chunks.document_id, *columns)
    joined = chunk.join(schema.documents, _documents.id == _chunks.document_id)
    joined = joined.outerjoin(schema.editions, _editions.document_id == _documents.id)
    rows = [row for some in batched(chunk_ids) for row in connection.execute(joined.where(_chunks.id.in_(some)))]
    successors = sorted({row.superseded_by for row in rows if row.superseded_by})
    known = _found_by(connection, successors, groups)
    return {
        row.id: Standing(
            document_id=row.document_id,
            pinned=bool(row.pinned),
            superseded_by=row.superseded_by if row.superseded_by in known else None,
            marks=frozenset(json.loads(row.marks or "[]")),
            day=row.dated_at,
            language=row.language,
        )
        for row in rows
    }


def _found_by(connection: Connection, document_ids: Sequence[str], groups: Iterable[str]) -> set[str]:
    names, found = sorted(set(groups)), set[str]()
    for some in batched(document_ids):
        statement = select(_documents.id).where(_documents.id.in_(some), readable_by(names), ~_documents.hidden)
        found.update(connection.execute(statement).scalars())
    return found
