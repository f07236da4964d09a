"""What is noted about stored documents beside their content; every function works inside the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, update

from knowledge.document import State
from knowledge.store import schema

_documents = schema.documents.c


def revise(connection: Connection, document_id: str, values: Mapping[str, Any]) -> None:
    """Note what is now said of a document whose content is still the same (its name, version, time, address)."""
    connection.execute(update(schema.documents).where(_documents.id == document_id).values(**values))


def forget_error(connection: Connection, document_id: str) -> None:
    """A newer content that could not be read is gone again: the one that is served is the present one."""
    served = (_documents.id == document_id, _documents.state != State.FAILED)
    connection.execute(update(schema.documents).where(*served).values(error=None))
