"""Where a document's text stands on its pages, in SQL."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from knowledge.parse.document import Boxed, PageBox
from knowledge.parse.wire import box_rows, boxes_from
from knowledge.store import documents, schema

_documents, _texts = schema.documents.c, schema.texts.c


def stored(boxes: Sequence[Boxed]) -> str | None:
    """The form of `texts.boxes`; NULL for a document without any."""
    return json.dumps(box_rows(boxes), separators=(",", ":")) if boxes else None


def loaded(column: str | None) -> tuple[Boxed, ...]:
    """The reverse of `stored`."""
    return boxes_from(json.loads(column)) if column else ()


def between(connection: Connection, document_id: str, start: int, end: int, groups: Iterable[str]) -> list[PageBox]:
    """The lines that hold some of the text from `start` to `end`; none of a document that `groups` may not read."""
    joined = select(_texts.boxes).join(schema.documents, _documents.id == _texts.document_id)
    column = connection.execute(joined.where(_documents.id == document_id, documents.readable_by(groups))).scalar()
    rows = json.loads(column) if column else []
    return [each.box for each in boxes_from(row for row in rows if row[0] < end and start < row[1])]
