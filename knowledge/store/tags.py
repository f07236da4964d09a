"""Tags of documents; every function works inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from knowledge.search.filters import clean_tag
from knowledge.store import schema
from knowledge.store.database import batched

_tags = schema.tags.c


def put(connection: Connection, document_id: str, tags: Iterable[str]) -> None:
    """Replace the tags of a document."""
    connection.execute(delete(schema.tags).where(_tags.document_id == document_id))
    rows = [{"document_id": document_id, "tag": tag} for tag in sorted({clean_tag(each) for each in tags} - {""})]
    if rows:
        connection.execute(insert(schema.tags), rows)


def of(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The tags of documents; those without any are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for some in batched(document_ids):
        statement = select(schema.tags).where(_tags.document_id.in_(some)).order_by(_tags.tag)
        for document_id, tag in connection.execute(statement):
            found[document_id] = (*found.get(document_id, ()), tag)
    return found
