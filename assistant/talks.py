"""Documents of a single conversation: files that somebody sent into it, which nobody else can find."""

from collections.abc import Callable, Collection
from contextlib import suppress

import sqlalchemy as sa

from assistant.api.ports import EVERYONE, DocumentSummary, Groups, Progress, Upload
from assistant.errors import InvalidRequest, NotFound
from assistant.messages import message
from assistant.storage.database import Database
from assistant.storage.schema import conversations
from knowledge.document import CONVERSATIONS, Document
from knowledge.errors import DocumentNotFound
from knowledge.ingest.upload import Shelf
from knowledge.library import Library
from knowledge.search.filters import Filter
from knowledge.store.batches import batched

SOURCE = CONVERSATIONS
MOST_FILES = 50

Owned = Callable[[str, str], object]
"""Raises NotFound when a conversation (second) is not this person's (first)."""


def group_of(conversation_id: str) -> str:
    """The one group that may read the files of a conversation; no account can have it, for the slash."""
    return f"conversation/{conversation_id}"


class ConversationFiles:
    """The files of all conversations, in the library like all documents."""

    def __init__(self, library: Library, changed: Callable[[], None]) -> None:
        self._library = library
        self._changed = changed

    def of(self, conversation_id: str) -> "FilesOfOne":
        """Where files of one conversation are added."""
        return FilesOfOne(self._library, self._changed, conversation_id)

    def groups(self, conversation_id: str | None) -> Groups:
        """What a conversation may read beside what its people may; nothing while it has no files."""
        if conversation_id is None:
            return frozenset()
        own = frozenset({group_of(conversation_id)})
        return own if self._library.count_documents(own) else frozenset()

    def readable(self, user: str, documents: Collection[str], owned: Owned) -> frozenset[str]:
        """Those of the documents that are files of conversations of this person."""
        return frozenset(each for each in documents if self._is_of(user, each, owned))

    def forget(self, conversation_id: str) -> None:
        """Delete the files of a conversation."""
        for each in self._all():
            if each.name.startswith(f"{conversation_id}/"):
                self._delete(each)

    def sweep(self, database: Database) -> None:
        """Delete the files of conversations that were deleted where the library was not at hand."""
        files = [(each.name.partition("/")[0], each) for each in self._all()]
        kept = alive(database, {conversation_id for conversation_id, _ in files})
        for conversation_id, each in files:
            if conversation_id not in kept:
                self._delete(each)

    def _all(self) -> list[Document]:
        """Whoever may read them."""
        return self._library.documents(filter=Filter(sources=(SOURCE,)))

    def _delete(self, file: Document) -> None:
        with suppress(DocumentNotFound):  # another was quicker
            self._library.delete(file.id)

    def _is_of(self, user: str, document: str, owned: Owned) -> bool:
        try:
            found = self._library.document(document)
            if found.source != SOURCE:
                return False
            owned(user, found.name.partition("/")[0])
        except (DocumentNotFound, NotFound):
            return False
        return True


def alive(database: Database, ids: Collection[str]) -> frozenset[str]:
    """Those of the conversations that were not deleted."""
    found: set[str] = set()
    with database.read() as connection:
        for some in batched(sorted(ids)):
            there = sa.select(conversations.c.id).where(conversations.c.id.in_(some), conversations.c.deleted.is_(None))
            found.update(connection.execute(there).scalars())
    return frozenset(found)


class FilesOfOne:
    """The files of one conversation, as uploads."""

    def __init__(self, library: Library, changed: Callable[[], None], conversation_id: str) -> None:
        self._library = library
        self._changed = changed
        self._id = conversation_id

    def add_upload(
        self, name: str, content: bytes, progress: Progress | None = None, *, groups: Groups = EVERYONE,
        audience: Groups | None = None,
    ) -> Upload:  # fmt: skip
        """Read, cut and index one file; nobody but this conversation finds it, whatever groups are given.

        Raises InvalidRequest when the conversation has as many as it may.
        """
        own = frozenset({group_of(self._id)})
        if self._library.count_documents(own) >= MOST_FILES:
            raise InvalidRequest(message("too_many_files", None, most=MOST_FILES))
        stored = self._library.add_upload(name, content, own, shelf=Shelf(SOURCE, self._id))
        self._changed()
        found = stored.document
        summary = DocumentSummary(found.id, name, found.title, found.chunks, found.language, found.added_at)
        return Upload(summary, unchanged=stored.unchanged)
