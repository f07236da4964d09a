"""Documents in SQL, reading; every function works inside the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select
from sqlalchemy.sql import Select

from knowledge.document import Document, State
from knowledge.errors import DocumentNotFound
from knowledge.parse.document import Heading, PageStart, ParsedDocument
from knowledge.store import boxes, grants, schema, tags

_documents, _chunks, _grants, _texts = schema.documents.c, schema.chunks.c, schema.grants.c, schema.texts.c
_DESCRIBED = [column for column in _documents if column.name != "signature"]


@dataclass(frozen=True, slots=True)
class Known:
    """What an ingest compares a file with; `scans` are pages that text recognition, once it is there, can read."""

    id: str
    name: str
    root: str | None
    sha256: str
    bytes: int
    modified_ns: int | None
    state: str
    error: str | None
    reader: int
    updated_at: float
    groups: frozenset[str]  # that it came with
    title: str = ""
    remote_version: str | None = None
    url: str | None = None
    scans: int = 0

    @property
    def served(self) -> bool:
        """Whether there is a content that searches find."""
        return self.state != State.FAILED


def known(connection: Connection, sources: Iterable[str], roots: Iterable[str] = ()) -> dict[tuple[str, str], Known]:
    """The documents of some sources or from below some folders, by (source, name)."""
    wanted = or_(_documents.source.in_(sorted(set(sources))), _documents.root.in_(sorted(set(roots))))
    statement = select(*_DESCRIBED).where(wanted)
    rows = connection.execute(statement).all()
    groups = grants.given(connection, [row.id for row in rows])
    return {
        (row.source, row.name): Known(
            id=row.id,
            name=row.name,
            root=row.root,
            sha256=row.sha256,
            bytes=row.bytes,
            modified_ns=row.modified_ns,
            state=row.state,
            error=row.error,
            reader=row.reader,
            updated_at=row.updated_at,
            groups=frozenset(groups.get(row.id, ())),
            title=row.title,
            remote_version=row.remote_version,
            url=row.url,
            scans=row.scans,
        )
        for row in rows
    }


def roots(connection: Connection) -> dict[str, str]:
    """The folders that documents were taken from, with the source each belongs to."""
    statement = select(_documents.root, _documents.source).where(_documents.root.is_not(None)).distinct()
    return {row.root: row.source for row in connection.execute(statement)}


def find(connection: Connection, *where: Any) -> list[Document]:
    """Documents that fulfil the conditions on `schema.documents`, by source and name."""
    rows = connection.execute(_select_documents().where(*where)).all()
    ids = [row.id for row in rows]
    groups, labels = grants.current(connection, ids), tags.of(connection, ids)
    return [_document(row, groups.get(row.id, ()), labels.get(row.id, ())) for row in rows]


def only(found: Sequence[Document], name_or_id: str) -> Document:
    """The one that was found; raises DocumentNotFound when there is none, or several of that name."""
    if len(found) == 1:
        return found[0]
    if not found:
        raise DocumentNotFound(f"There is no document {name_or_id!r}. `pilares documents list` shows their names.")
    ids = ", ".join(f"{each.id} (from {each.source})" for each in found)
    raise DocumentNotFound(f"{len(found)} documents are called {name_or_id!r}. Use the id of one: {ids}.")


def count(connection: Connection, *where: Any) -> int:
    """How many documents with a text fulfil the conditions on `schema.documents`."""
    statement = select(func.count()).select_from(schema.documents).where(_documents.state != State.FAILED, *where)
    return int(connection.execute(statement).scalar() or 0)


def readable_by(groups: Iterable[str]) -> Any:
    """The condition that a document is granted to at least one of `groups`; nothing for no groups."""
    names = sorted(set(groups))
    granted = select(1).where(_grants.document_id == _documents.id, unindexed(_grants.group_name).in_(names))
    return granted.correlate(schema.documents).exists()


def unindexed(column: Any) -> Any:
    """A text column as an expression, which no index is looked up for.

    Otherwise SQLite looks for each of a person's groups where a document has one or two, and begins with all documents
    of a source where it should begin with the few chunks that are asked about.
    """
    return column.concat("")


def visible_to(groups: Iterable[str] | None) -> list[Any]:
    """The conditions for what is shown to `groups`; none for the operator, who is None."""
    return [] if groups is None else [findable_by(groups)]


def findable_by(groups: Iterable[str]) -> Any:
    """The condition that searches of `groups` find a document: they may read it, and it is not hidden."""
    return and_(readable_by(groups), ~_documents.hidden)


def names(connection: Connection) -> dict[str, str]:
    """The names of all documents, by id."""
    return {row.id: row.name for row in connection.execute(select(_documents.id, _documents.name))}


def stored_ids(connection: Connection) -> list[str]:
    """Ids of the documents that have a text."""
    return list(connection.execute(select(_texts.document_id).order_by(_texts.document_id)).scalars())


def parsed(connection: Connection, document_id: str) -> ParsedDocument | None:
    """The stored text and structure, as the parser gave it."""
    joined = select(schema.texts, schema.documents).join(schema.documents, _documents.id == _texts.document_id)
    row = connection.execute(joined.where(_documents.id == document_id)).one_or_none()
    if row is None:
        return None
    return ParsedDocument(
        title=row.title,
        text=row.text,
        media_type=row.media_type,
        headings=tuple(Heading(*heading) for heading in json.loads(row.headings)),
        pages=tuple(PageStart(*page) for page in json.loads(row.pages)),
        boxes=boxes.loaded(row.boxes),
        language=row.language,
    )


def text_of(connection: Connection, document_id: str) -> str | None:
    """The stored text, or None."""
    return connection.execute(select(_texts.text).where(_texts.document_id == document_id)).scalar()


def _select_documents() -> Select[Any]:
    count = select(func.count()).where(_chunks.document_id == _documents.id).scalar_subquery()
    return select(*_DESCRIBED, count.label("chunks")).order_by(_documents.source, _documents.name)


def _document(row: Row[Any], groups: Sequence[str], labels: Sequence[str]) -> Document:
    return Document(
        id=row.id,
        name=row.name,
        source=row.source,
        title=row.title,
        media_type=row.media_type,
        language=row.language,
        state=State(row.state),
        error=row.error,
        audience=tuple(groups),
        bytes=row.bytes,
        characters=row.characters,
        chunks=row.chunks,
        sha256=row.sha256,
        version=row.version,
        added_at=datetime.fromtimestamp(row.added_at, UTC),
        updated_at=datetime.fromtimestamp(row.updated_at, UTC),
        modified_at=datetime.fromtimestamp(row.modified_ns / 1e9, UTC) if row.modified_ns else None,
        duplicate_of=row.duplicate_of,
        dated_at=datetime.fromtimestamp(row.dated_at, UTC) if row.dated_at is not None else None,
        pinned=bool(row.pinned),
        hidden=bool(row.hidden),
        superseded_by=row.superseded_by,
        tags=tuple(labels),
        scans=row.scans,
    )
