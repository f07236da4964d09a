"""Recognises documents that say nearly the same, word for word, and links the younger to the older one."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select, update

from knowledge.ingest.signature import BANDS, Signature, bands_of, from_blob, similarity
from knowledge.store import schema
from knowledge.store.database import batched

ALIKE = 0.9
_documents = schema.documents.c


class NearDuplicates:
    """Keeps the keys of all signatures in memory (64 bytes a document); what they point to is checked in SQL."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._keys: Signature | None = None

    def link(self, connection: Connection, ids: Iterable[str]) -> None:
        """Set or clear `duplicate_of` of documents that were stored just now, and of those it makes a difference to."""
        if self._keys is None:
            self._load(connection)
        changed = sorted(set(ids))
        rows = _rows(connection, changed)
        self._note(rows)
        affected = {row.id: row for row in [*rows, *_pointing_to(connection, changed)]}
        for row in rows:
            affected.update((each.id, each) for each in self._alike(connection, row) if _age(each) > _age(row))
        for row in affected.values():
            older = [each for each in self._alike(connection, row) if _age(each) < _age(row)]
            # An original rather than another copy of it.
            first = min(older, key=lambda each: (each.duplicate_of is not None, _age(each)), default=None)
            linked = None if first is None else first.id
            if linked != row.duplicate_of:
                connection.execute(update(schema.documents).where(_documents.id == row.id).values(duplicate_of=linked))

    def forget(self, connection: Connection, ids: Sequence[str]) -> None:
        """Link the copies of documents that have just been removed to one another."""
        orphans = _pointing_to(connection, ids)
        for document_id in ids:
            place = self._places.pop(document_id, None)
            if place is not None:
                self._ids[place] = ""
        self.link(connection, sorted(row.id for row in orphans))

    def _load(self, connection: Connection) -> None:
        self._ids, self._places, self._keys = [], {}, np.zeros((BANDS, 1024), dtype=np.uint32)
        query = select(_documents.id, _documents.signature).where(_documents.signature.is_not(None))
        self._note(connection.execute(query).all())

    def _note(self, rows: Sequence[Any]) -> None:
        assert self._keys is not None
        signed = [row for row in rows if row.signature is not None]
        if not signed:
            return
        keys = bands_of(np.stack([from_blob(row.signature) for row in signed]))
        while len(self._ids) + len(signed) > self._keys.shape[1]:
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)], axis=1)
        for row, mine in zip(signed, keys, strict=True):
            place = self._places.setdefault(row.id, len(self._ids))
            if place == len(self._ids):
                self._ids.append(row.id)
            self._keys[:, place] = mine

    def _alike(self, connection: Connection, row: Row[Any]) -> list[Row[Any]]:
        if row.signature is None:
            return []
        assert self._keys is not None
        mine = from_blob(row.signature)
        bands = zip(self._keys[:, : len(self._ids)], bands_of(mine[np.newaxis])[0], strict=True)
        places = {int(place) for keys, key in bands for place in np.flatnonzero(keys == key)}
        ids = [self._ids[place] for place in sorted(places) if self._ids[place] not in ("", row.id)]
        return [
            other
            for other in _rows(connection, ids)
            if other.signature is not None and similarity(mine, from_blob(other.signature)) >= ALIKE
        ]


def _rows(connection: Connection, ids: Sequence[str], column: Any = _documents.id) -> list[Row[Any]]:
    columns = (_documents.id, _documents.added_at, _documents.duplicate_of, _documents.signature)
    found: list[Row[Any]] = []
    for some in batched(ids):
        found += connection.execute(select(*columns).where(column.in_(some)))
    return found


def _pointing_to(connection: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    return _rows(connection, ids, _documents.duplicate_of)


def _age(row: Row[Any]) -> tuple[float, str]:
    return row.added_at, row.id
