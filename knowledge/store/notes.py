"""What is noted about stored documents beside their content; every function works inside the caller's transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from knowledge.document import State
from knowledge.store import schema
from knowledge.store import tags as labels

_documents, _tags = schema.documents.c, schema.tags.c


def set_tags(connection: Connection, tags: Mapping[str, Iterable[str] | None]) -> None:
    """Replace the tags of documents; None leaves them."""
    for document_id, some in tags.items():
        if some is not None:
            labels.put(connection, document_id, some)


def tags_of(connection: Connection, source: str) -> dict[str, frozenset[str]]:
    """The tags of a source's documents, by document id; those without any are left out."""
    joined = select(schema.tags).join(schema.documents, _documents.id == _tags.document_id)
    found: dict[str, set[str]] = {}
    for document_id, tag in connection.execute(joined.where(_documents.source == source)):
        found.setdefault(document_id, set()).add(tag)
    return {document_id: frozenset(some) for document_id, some in found.items()}


def revise(connection: Connection, document_id: str, values: Mapping[str, Any]) -> None:
    """Note what is now said of a document whose content is still the same (its name, version, time, address)."""
    connection.execute(update(schema.documents).where(_documents.id == document_id).values(**values))


def forget_error(connection: Connection, document_id: str) -> None:
    """A newer content that could not be read is gone again: the one that is served is the present one."""
    served = (_documents.id == document_id, _documents.state != State.FAILED)
    connection.execute(update(schema.documents).where(*served).values(error=None))
