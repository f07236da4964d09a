"""Passages that are to rise for a question: those that hold a sentence of a document, by a share of the best score."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

from knowledge.search.fusion import Scores
from knowledge.store import schema


@dataclass(frozen=True, slots=True)
class Raise:
    """A sentence of a document, word for word, and by how much of the best score its passages rise (0 to 1)."""

    document_id: str
    quote: str
    share: float


def raised(connection: Connection, scores: Scores, raises: Sequence[Raise]) -> dict[str, float]:
    """The scores with those passages raised, also ones that were not found; who may read them is asked afterwards."""
    top = max(scores.values(), default=0.0)
    if not raises or top <= 0:
        return dict(scores)
    chunks = schema.chunks.c
    holds = [
        and_(chunks.document_id == each.document_id, chunks.text.contains(each.quote, autoescape=True))
        for each in raises
    ]
    risen = dict(scores)
    for row in connection.execute(select(chunks.id, chunks.document_id, chunks.text).where(or_(*holds))):
        mine = (each.share for each in raises if each.document_id == row.document_id and each.quote in row.text)
        risen[row.id] = risen.get(row.id, 0.0) + max(mine, default=0.0) * top
    return risen
