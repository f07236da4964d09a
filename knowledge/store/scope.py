"""Who asks, and of which documents: one condition in SQL that every way to a text goes through."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from knowledge.search.filters import EVERYTHING, Filter
from knowledge.store import schema
from knowledge.store.documents import findable_by, unindexed

_documents, _tags = schema.documents.c, schema.tags.c
_DATE = func.coalesce(_documents.dated_at, _documents.modified_ns / 1e9, _documents.added_at)


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents that a search may look at: granted to one of `groups`, not hidden, and let through by `filter`."""

    groups: frozenset[str]
    filter: Filter = EVERYTHING

    def condition(self) -> ColumnElement[bool]:
        """The condition on `schema.documents`."""
        found: ColumnElement[bool] = findable_by(self.groups)
        for each in conditions(self.filter):
            found = found & each
        return found


def conditions(filter: Filter) -> list[ColumnElement[bool]]:
    """What a filter asks of a row of `schema.documents`; nothing for the empty filter."""
    found: list[ColumnElement[bool]] = []
    if filter.sources:
        found.append(unindexed(_documents.source).in_(filter.sources))
    if filter.types:
        ends = [func.lower(_documents.name).endswith(f".{each}", autoescape=True) for each in filter.types]
        found.append(or_(_documents.media_type.in_(filter.types), *ends))
    if filter.languages:
        found.append(_documents.language.in_(filter.languages))
    if filter.tags:
        found.append(_tagged(filter.tags))
    if filter.documents:
        found.append(or_(*(unindexed(each).in_(filter.documents) for each in (_documents.id, _documents.name))))
    if filter.since is not None:
        found.append(filter.since.timestamp() <= _DATE)
    if filter.until is not None:
        found.append(filter.until.timestamp() > _DATE)
    return found


def _tagged(tags: tuple[str, ...]) -> Any:
    tagged = select(1).where(_tags.document_id == _documents.id, _tags.tag.in_(tags))
    return tagged.correlate(schema.documents).exists()
