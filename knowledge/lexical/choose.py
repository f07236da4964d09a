"""Which full-text index a database has."""

from sqlalchemy import Connection

from knowledge.lexical.fts5 import Fts5
from knowledge.lexical.postings import Postings

_INDEXES: dict[str, Fts5 | Postings] = {"sqlite": Fts5(), "postgresql": Postings()}


def lexical(connection: Connection) -> Fts5 | Postings:
    """The index that belongs to this connection's database."""
    return _INDEXES[connection.dialect.name]
