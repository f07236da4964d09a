"""Ids of documents: digests of where a document was first seen, kept when it gets another name."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import count

from sqlalchemy import Connection, select

from knowledge.store import schema
from knowledge.store.database import batched

_documents = schema.documents.c


def digest(*parts: str) -> str:
    """128 bits of SHA-256 over the parts, in hexadecimal."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def ids_of(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The ids of documents by source and name: what is stored keeps its id, what is new gets one that nobody has."""
    wanted = set(keys)
    found: dict[tuple[str, str], str] = {}
    for source in sorted({source for source, _ in wanted}):
        for some in batched(sorted(name for of, name in wanted if of == source)):
            named = (_documents.source == source, _documents.name.in_(some))
            rows = connection.execute(select(_documents.id, _documents.name).where(*named))
            found.update({(source, row.name): row.id for row in rows})
    for source, name in sorted(wanted - found.keys()):
        found[source, name] = _free_id(connection, source, name)
    return found


def _free_id(connection: Connection, source: str, name: str) -> str:
    """The digest of source and name, or of these and a number where a renamed document still has that id."""
    candidate = digest(source, name)
    for number in count(1):
        if connection.execute(select(_documents.id).where(_documents.id == candidate)).scalar() is None:
            break
        candidate = digest(source, name, str(number))
    return candidate
