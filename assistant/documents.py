"""The documents of a library, as the web surfaces need them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from assistant.api.ports import EVERYONE, DocumentSummary, Groups, Progress, Upload
from assistant.errors import InvalidRequest
from assistant.messages import message
from knowledge.document import Document
from knowledge.ingest.names import safe_name
from knowledge.library import UPLOADS, Library
from knowledge.passage import Passage


class LibraryDocuments:
    """The library as the web surfaces need it."""

    def __init__(self, library: Library, changed: Callable[[], None], deleted: Callable[[str], None]) -> None:
        self._library = library
        self._changed = changed
        self._deleted = deleted

    def list(self, groups: Groups = EVERYONE) -> Sequence[DocumentSummary]:
        """Every document that these groups may read."""
        found = self._library.documents(groups)
        titles = {each.id: each.title or each.name for each in found}
        return [_summary(each, titles) for each in found]

    def add_upload(
        self,
        name: str,
        content: bytes,
        progress: Progress | None = None,
        *,
        groups: Groups = EVERYONE,
        audience: Groups | None = None,
    ) -> Upload:
        """Read, cut and index one file; found when this returns."""
        kept = self._readers(name, groups)
        readers = kept if audience is None else audience
        stored = self._library.add_upload(name, content, readers)
        self._changed()
        return Upload(_summary(stored.document), unchanged=stored.unchanged)

    def _readers(self, name: str, groups: Groups) -> Groups:
        """Who may read what is replaced, else everyone."""
        replaced = self._replaced(name, groups)
        return EVERYONE if replaced is None else frozenset(replaced.audience)

    def _replaced(self, name: str, groups: Groups) -> Document | None:
        """What an upload of that name replaces; nobody replaces what they may not read. Raises InvalidRequest."""
        uploaded = [
            each for each in self._library.documents() if (each.source, each.name) == (UPLOADS, safe_name(name))
        ]
        if any(not groups & set(each.audience) for each in uploaded):
            raise InvalidRequest(message("name_taken", None, name=safe_name(name)))
        return uploaded[0] if uploaded else None

    def delete(self, document_id: str, groups: Groups = EVERYONE) -> None:
        """Take a document out. Raises DocumentNotFound, also for one that these groups may not read."""
        gone = self._library.delete(self._library.document(document_id, groups).id)
        self._changed()
        self._deleted(gone.id)

    def text(self, document_id: str, groups: Groups = EVERYONE) -> str:
        """The stored text that offsets count in."""
        return self._library.text(document_id, groups)

    def search(self, query: str, groups: Groups = EVERYONE, limit: int = 10) -> Sequence[Passage]:
        """The best passages, by words and by meaning."""
        return self._library.search(query, k=limit, groups=groups)


def _summary(document: Document, titles: Mapping[str, str] = MappingProxyType({})) -> DocumentSummary:
    """The document as a list shows it; `titles` are those of the documents that its reader may read, by id."""
    return DocumentSummary(
        document.id,
        document.name,
        document.title,
        document.chunks,
        document.language,
        document.added_at,
        source="" if document.source == UPLOADS else document.source,
        error=document.error,
        superseded_by=titles.get(document.superseded_by or ""),
        duplicate_of=titles.get(document.duplicate_of or ""),
        scans=document.scans,
        pinned=document.pinned,
        hidden=document.hidden,
    )
