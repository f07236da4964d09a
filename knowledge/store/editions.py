"""Which document replaces which, in SQL; every function works inside the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from knowledge.dates import stated_day
from knowledge.parse.document import ParsedDocument
from knowledge.store import schema
from knowledge.store.database import batched, upsert
from knowledge.versions import Edition, edition_of, successor_of

_documents, _editions = schema.documents.c, schema.editions.c


def put(connection: Connection, items: Iterable[tuple[str, str, ParsedDocument]]) -> None:
    """Note what documents (id, name, content) say of their versions and their day, and who now replaces whom."""
    rows, days = [], []
    for document_id, name, parsed in items:
        rows.append(_row(edition_of(document_id, name, parsed.title, parsed.text)))
        days.append({"key": document_id, "day": stated_day(name, parsed.text)})
    if not rows:
        return
    new = upsert(schema.editions, connection.dialect)
    changed = {key: new.excluded[key] for key in rows[0] if key != "document_id"}
    connection.execute(new.on_conflict_do_update(index_elements=["document_id"], set_=changed), rows)
    dated = update(schema.documents).where(_documents.id == bindparam("key"))
    connection.execute(dated.values(dated_at=bindparam("day")), days)
    settle(connection, [row["document_id"] for row in rows])


def renew(connection: Connection, document_id: str, parsed: ParsedDocument) -> None:
    """The same for a stored document whose text is cut again: an older store has noted nothing."""
    name = connection.execute(select(_documents.name).where(_documents.id == document_id)).scalar_one()
    put(connection, [(document_id, name, parsed)])


def settle(connection: Connection, document_ids: Sequence[str]) -> None:
    """Find the successors of some documents (new, changed or just removed) and of all whose successors they may be."""
    touched = _of(connection, _editions.document_id, document_ids)
    scope = {each.document_id: each for each in touched}
    scope |= {each.document_id: each for each in _replaced_by(connection, document_ids)}
    families = _of(connection, _editions.family, sorted({each.family for each in scope.values()} - {""}))
    scope |= {each.document_id: each for each in families}
    speakers = [_edition(row) for row in connection.execute(select(schema.editions).where(_editions.replaces != "[]"))]
    if any(each.replaces for each in touched):
        everything = (_edition(row) for row in connection.execute(select(schema.editions)))
        scope |= {each.document_id: each for each in everything if any(new.names(each) for new in touched)}
    others = [*families, *speakers]
    rows = [{"key": key, "to": successor_of(each, others)} for key, each in scope.items()]
    if rows:
        moved = update(schema.documents).where(_documents.id == bindparam("key"))
        moved = moved.where(_documents.superseded_by.is_distinct_from(bindparam("to")))
        connection.execute(moved.values(superseded_by=bindparam("to")), rows)


def _replaced_by(connection: Connection, document_ids: Sequence[str]) -> list[Edition]:
    found: list[Edition] = []
    joined = select(schema.editions).join(schema.documents, _documents.id == _editions.document_id)
    for some in batched(document_ids):
        found += [_edition(row) for row in connection.execute(joined.where(_documents.superseded_by.in_(some)))]
    return found


def _of(connection: Connection, column: Any, values: Sequence[str]) -> list[Edition]:
    found: list[Edition] = []
    for some in batched(values):
        found += [_edition(row) for row in connection.execute(select(schema.editions).where(column.in_(some)))]
    return found


def _row(edition: Edition) -> dict[str, Any]:
    return {
        "document_id": edition.document_id,
        "family": edition.family,
        "marks": json.dumps(edition.marks),
        "words": json.dumps(sorted(edition.words), ensure_ascii=False),
        "replaces": json.dumps([sorted(each) for each in edition.replaces], ensure_ascii=False),
    }


def _edition(row: Row[Any]) -> Edition:
    return Edition(
        row.document_id,
        row.family,
        tuple(json.loads(row.marks)),
        frozenset(json.loads(row.words)),
        tuple(frozenset(each) for each in json.loads(row.replaces)),
    )
