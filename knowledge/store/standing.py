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
    of_document = (_documents.pinned, _documents.superseded_by, _documents.dated_at, _documents.language)
    joined = select(_chunks.id, _chunks.document_id, *of_document)
    joined = joined.join(schema.documents, _documents.id == _chunks.document_id)
    rows = [
        tuple(row)
        for some in batched(chunk_ids)
        for row in connection.execute(joined.where(_chunks.id.in_(some))).all()
    ]
    superseded = {document: new for _, document, _, new, *_ in rows if new is not None}
    known = _found_by(connection, sorted(set(superseded.values())), groups) if superseded else set()
    marks = _marks(connection, sorted(superseded)) if known else {}
    found: dict[str, Standing] = {}
    return {
        chunk: found.get(document)
        or found.setdefault(
            document,
            Standing(document, pinned, new if new in known else None, marks.get(document, frozenset()), day, language),
        )
        for chunk, document, pinned, new, day, language in rows
    }


def _marks(connection: Connection, document_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    marks: dict[str, frozenset[int]] = {}
    for some in batched(document_ids):
        statement = select(_editions.document_id, _editions.marks).where(_editions.document_id.in_(some))
        marks |= {row.document_id: frozenset(json.loads(row.marks)) for row in connection.execute(statement)}
    return marks


def _found_by(connection: Connection, document_ids: Sequence[str], groups: Iterable[str]) -> set[str]:
    names, found = sorted(set(groups)), set[str]()
    for some in batched(document_ids):
        statement = select(_documents.id).where(_documents.id.in_(some), readable_by(names), ~_documents.hidden)
        found.update(connection.execute(statement).scalars())
    return found
