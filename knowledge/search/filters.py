"""Which documents a question is asked of."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Filter:
    """Limits a search to some documents: within a field any of the values will do, between fields all must hold.

    `types` are file endings ("pdf") or media types ("application/pdf"), `languages` codes such as "en", `documents`
    names or ids. A document's date is the day it says it is of, else the time its file was changed, else the time it
    was added; `since` is included, `until` is not.
    """

    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(
        cls,
        *,
        sources: Iterable[str] = (),
        types: Iterable[str] = (),
        languages: Iterable[str] = (),
        tags: Iterable[str] = (),
        documents: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> "Filter":
        """A filter of what people type: blanks and upper case in types, languages and tags do not count."""
        return cls(
            sources=_distinct(sources),
            types=tuple(each.lower().removeprefix(".") for each in _distinct(types)),
            languages=tuple(each.lower() for each in _distinct(languages)),
            tags=tuple(clean_tag(each) for each in _distinct(tags)),
            documents=_distinct(documents),
            since=_zoned(since),
            until=_zoned(until),
        )

    def __bool__(self) -> bool:
        """Whether anything is asked for at all."""
        return any(_value(self, each.name) not in ((), None) for each in fields(self))


EVERYTHING = Filter()


def clean_tag(tag: str) -> str:
    """A tag as it is stored: lower case, single blanks."""
    return " ".join(tag.lower().split())


def _value(found: Filter, name: str) -> Any:
    return getattr(found, name)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stripped for each in values if (stripped := each.strip())))


def _zoned(moment: datetime | None) -> datetime | None:
    """A moment without a time zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
