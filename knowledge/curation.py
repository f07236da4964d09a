"""What an operator decides about single documents: pinned, hidden, tags."""

from collections.abc import Callable, Iterable
from threading import RLock

from sqlalchemy import Connection

from knowledge.document import Document
from knowledge.store import standing, tags
from knowledge.store.database import Database
from knowledge.vectors.follower import IndexFollower


class Curation:
    """The part of a `Library` that pins, hides and tags documents."""

    _database: Database
    _index: IndexFollower
    _writing: RLock

    def document(self, name_or_id: str) -> Document:
        """One document; raises DocumentNotFound."""
        raise NotImplementedError

    def set_pinned(self, name_or_id: str, pinned: bool = True) -> Document:
        """Have a document rank higher where it is relevant, or no longer. Raises DocumentNotFound."""
        return self._set(name_or_id, lambda connection, found: standing.set_pinned(connection, found, pinned))

    def set_hidden(self, name_or_id: str, hidden: bool = True) -> Document:
        """Take a document out of every search, or let it be found again; the operator still sees it listed.

        In force for the next search. Raises DocumentNotFound.
        """
        return self._set(name_or_id, lambda connection, found: standing.set_hidden(connection, found, hidden))

    def set_tags(self, name_or_id: str, labels: Iterable[str]) -> Document:
        """Replace the tags of a document. Raises DocumentNotFound."""
        return self._set(name_or_id, lambda connection, found: tags.put(connection, found, labels))

    def _set(self, name_or_id: str, write: Callable[[Connection, str], None]) -> Document:
        with self._writing:
            found = self.document(name_or_id)
            with self._database.write() as connection:
                write(connection, found.id)
            self._index.follow_if_open()
        return self.document(found.id)
