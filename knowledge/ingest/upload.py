"""Taking in one file given as bytes."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import NamedTuple

from knowledge.document import Document, Upload
from knowledge.errors import DocumentNotFound
from knowledge.ingest.intake import Intake
from knowledge.ingest.names import safe_name
from knowledge.ingest.report import OnProgress, Progress
from knowledge.parse.sandbox import DocumentReader
from knowledge.store import documents, grants, schema
from knowledge.store.database import Database
from knowledge.store.writing import Origin

UPLOADS = "uploads"


class Shelf(NamedTuple):
    """Where a file is put: a source, and a folder of it."""

    source: str = UPLOADS
    folder: str = ""

    def name(self, shown: str) -> str:
        """What a file is called there."""
        return f"{self.folder}/{shown}" if self.folder else shown


def add_upload(
    database: Database,
    intake: Intake,
    reader: DocumentReader,
    writing: AbstractContextManager[object],
    name: str,
    data: bytes,
    audience: Iterable[str],
    progress: OnProgress | None,
    shelf: Shelf = Shelf(),  # noqa: B008
) -> Upload:
    """Read, store and embed one file; `writing` is held while the store is written. Raises ParseError."""
    shown = safe_name(name)
    groups = tuple(sorted(set(audience)))
    origin = Origin(shelf.source, shelf.name(shown), groups, len(data), sha256(data).hexdigest())
    before = _stored(database, origin)
    if before and (before.sha256, _came_with(database, before)) == (origin.sha256, groups):
        return Upload(before, unchanged=True)
    parsed = reader.read(shown, data)
    with writing:
        intake.store([(origin, parsed)])
        if progress:
            progress(Progress(shown, 1, 1, "words"))
        intake.embed_pending()
        if progress:
            progress(Progress(shown, 1, 1, "vectors"))
    after = _stored(database, origin)
    if after is None:
        raise DocumentNotFound(f"{shown} was deleted while it was being added. Add it again.")
    return Upload(after, unchanged=False)


def _came_with(database: Database, document: Document) -> tuple[str, ...]:
    with database.read() as connection:
        return grants.given(connection, [document.id]).get(document.id, ())


def _stored(database: Database, origin: Origin) -> Document | None:
    columns = schema.documents.c
    with database.read() as connection:
        found = documents.find(connection, columns.source == origin.source, columns.name == origin.name)
    return found[0] if found else None
