"""Chunks by their number. A number is never given twice, and what stands under it never changes."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, func, select, true

from knowledge.embedder import Vectors
from knowledge.store import schema
from knowledge.store.chunks import from_blob
from knowledge.store.database import batched, fact, set_fact
from knowledge.store.scope import Scope

Numbers = npt.NDArray[np.int64]

_chunks, _documents = schema.chunks.c, schema.documents.c
_LAST_FACT = "last_chunk_number"
_TOGETHER = 8_192


def first_free(connection: Connection, count: int) -> int:
    """Take `count` numbers that no chunk has ever had; returns the first."""
    highest = connection.execute(select(func.max(_chunks.number))).scalar() or 0
    first = max(highest, int(fact(connection, _LAST_FACT) or 0)) + 1
    set_fact(connection, _LAST_FACT, str(first + count - 1))
    return first


def is_all(connection: Connection, scope: Scope) -> bool:
    """Whether a scope lets through every document there is."""
    if not scope.groups:
        return False
    outside = select(_documents.id).where(scope.condition().is_not(true())).limit(1)
    return connection.execute(outside).first() is None


def numbers_in(connection: Connection, scope: Scope, most: int | None = None) -> Numbers | None:
    """The numbers of the chunks in a scope, in order; None when there are more than `most`."""
    inside = select(_documents.id).where(scope.condition())
    statement = select(_chunks.number).where(_chunks.document_id.in_(inside))
    if most is not None:
        statement = statement.limit(most + 1)
    found = np.fromiter(connection.execute(statement).scalars(), dtype=np.int64)
    return None if most is not None and len(found) > most else np.sort(found)


def all_numbers(connection: Connection) -> Numbers:
    """The numbers of all chunks, in order."""
    return np.fromiter(connection.execute(select(_chunks.number).order_by(_chunks.number)).scalars(), dtype=np.int64)


def pending(connection: Connection) -> Numbers:
    """The numbers of the chunks that have no vector yet."""
    waiting = select(_chunks.number).where(_chunks.vector.is_(None)).order_by(_chunks.number)
    return np.fromiter(connection.execute(waiting).scalars(), dtype=np.int64)


def count(connection: Connection) -> int:
    """How many chunks there are."""
    return int(connection.execute(select(func.count()).select_from(schema.chunks)).scalar() or 0)


def vectors_of_numbers(connection: Connection, numbers: Numbers) -> Iterator[tuple[Numbers, Vectors]]:
    """The stored vectors of chunks, some thousands at a time; chunks without one are left out."""
    if not len(numbers):
        return
    columns = select(_chunks.number, _chunks.vector).where(_chunks.vector.is_not(None))
    low, high = int(numbers[0]), int(numbers[-1])
    if 4 * len(numbers) < high - low:  # a few of many
        for some in batched([int(each) for each in numbers]):
            yield from _blocks(connection, columns.where(_chunks.number.in_(some)))
        return
    for start in range(low, high + 1, _TOGETHER):
        within = columns.where(_chunks.number.between(start, min(high, start + _TOGETHER - 1)))
        for found, vectors in _blocks(connection, within):
            wanted = np.isin(found, numbers, assume_unique=True)
            yield found[wanted], vectors[wanted]


def ids_with_vectors(connection: Connection, numbers: Sequence[int]) -> dict[str, Vectors]:
    """The ids of some chunks, each with its vector."""
    found: dict[str, Vectors] = {}
    for some in batched(numbers):
        statement = select(_chunks.id, _chunks.vector).where(_chunks.number.in_(some), _chunks.vector.is_not(None))
        found.update({row.id: from_blob(row.vector) for row in connection.execute(statement)})
    return found


def inside(connection: Connection, ids: Sequence[str], scope: Scope) -> set[str]:
    """Those of the chunks that are in a scope."""
    found: set[str] = set()
    for some in batched(ids):
        found.update(row.id for row in connection.execute(_within(scope).where(_chunks.id.in_(some))))
    return found


def ids_inside(connection: Connection, numbers: Sequence[int], scope: Scope) -> dict[int, str]:
    """The ids of those of the chunks that are in a scope, by number."""
    statement = _within(scope).add_columns(_chunks.number).where(_chunks.number.in_(numbers))
    return {row.number: row.id for row in connection.execute(statement)}


def _within(scope: Scope) -> Select[tuple[str]]:
    joined = select(_chunks.id).join(schema.documents, _documents.id == _chunks.document_id)
    return joined.where(scope.condition())


def _blocks(connection: Connection, statement: Select[tuple[int, bytes]]) -> Iterator[tuple[Numbers, Vectors]]:
    rows = connection.execute(statement).all()
    if rows:
        blobs = b"".join(row.vector for row in rows)
        vectors = np.frombuffer(blobs, dtype=np.float16).reshape(len(rows), -1).astype(np.float32)
        yield np.array([row.number for row in rows], dtype=np.int64), vectors
