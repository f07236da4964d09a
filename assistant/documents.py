"""The documents of a library, as the web surfaces need them."""

from collections.abc import Callable, Sequence

from assistant.api.ports import DocumentSummary, Progress, Upload
from assistant.errors import InvalidRequest
from assistant.messages import message
from knowledge.document import Document
from knowledge.ingest.names import safe_name
from knowledge.library import EVERYONE, UPLOADS, Library


class LibraryDocuments:
    """The library as the web surfaces need it."""

    def __init__(self, library: Library, changed: Callable[[], None], deleted: Callable[[str], None]) -> None:
        self._library = library
        self._changed = changed
        self._deleted = deleted

    def list(self) -> Sequence[DocumentSummary]:
        """Every document that everyone may read."""
        return [_summary(document) for document in self._library.documents(EVERYONE)]

    def add_upload(self, name: str, content: bytes, progress: Progress | None = None) -> Upload:
        """Read, cut and index one file; found when this returns."""
        self._check_name(name)
        stored = self._library.add_upload(name, content, EVERYONE)
        self._changed()
        return Upload(_summary(stored.document), unchanged=stored.unchanged)

    def _check_name(self, name: str) -> None:
        """A document that this page does not show must not be replaced through it. Raises InvalidRequest."""
        uploaded = [
            each for each in self._library.documents() if (each.source, each.name) == (UPLOADS, safe_name(name))
        ]
        if any(not EVERYONE & set(each.audience) for each in uploaded):
            raise InvalidRequest(message("name_taken", None, name=safe_name(name)))

    def delete(self, document_id: str) -> None:
        """Take a document out. Raises DocumentNotFound, also for one that not everyone may read."""
        gone = self._library.delete(self._library.document(document_id, EVERYONE).id)
        self._changed()
        self._deleted(gone.id)

    def text(self, document_id: str) -> str:
        """The stored text that offsets count in."""
        return self._library.text(document_id, EVERYONE)


def _summary(document: Document) -> DocumentSummary:
    return DocumentSummary(
        document.id, document.name, document.title, document.chunks, document.language, document.added_at
    )
