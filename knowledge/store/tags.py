"""Tags of documents, from their source and from people; every function works inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from knowledge.search.filters import clean_tag
from knowledge.store import schema
from knowledge.store.database import batched

_documents, _tags = schema.documents.c, schema.tags.c


def cleaned(tags: Iterable[str]) -> list[str]:
    """The tags as they are stored, each once, in order."""
    return sorted({clean_tag(each) for each in tags} - {""})


def put(connection: Connection, document_id: str, tags: Iterable[str]) -> None:
    """Replace the tags of a document by what somebody says."""
    connection.execute(delete(schema.tags).where(_tags.document_id == document_id))
    _insert(connection, document_id, cleaned(tags), given=False)


def give(connection: Connection, tags: Mapping[str, Iterable[str] | None]) -> None:
    """Replace the tags that documents have from their source; what somebody set stays. None leaves all as they are."""
    for document_id, some in tags.items():
        if some is None:
            continue
        connection.execute(delete(schema.tags).where(_tags.document_id == document_id, _tags.given))
        kept = of(connection, [document_id]).get(document_id, ())
        _insert(connection, document_id, [tag for tag in cleaned(some) if tag not in kept], given=True)


def given(connection: Connection, source: str) -> dict[str, frozenset[str]]:
    """The tags that documents have from this source, by document id; those without any are left out."""
    joined = select(schema.tags).join(schema.documents, _documents.id == _tags.document_id)
    found: dict[str, frozenset[str]] = {}
    for row in connection.execute(joined.where(_documents.source == source, _tags.given)):
        found[row.document_id] = found.get(row.document_id, frozenset()) | {row.tag}
    return found


def of(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The tags of documents; those without any are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for some in batched(document_ids):
        statement = select(schema.tags).where(_tags.document_id.in_(some)).order_by(_tags.tag)
        for row in connection.execute(statement):
            found[row.document_id] = (*found.get(row.document_id, ()), row.tag)
    return found


def _insert(connection: Connection, document_id: str, tags: Sequence[str], *, given: bool) -> None:
    rows = [{"document_id": document_id, "tag": tag, "given": given} for tag in tags]
    if rows:
        connection.execute(insert(schema.tags), rows)
