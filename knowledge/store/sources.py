"""Sources in SQL: those added at run time, and when each runs next; every function works inside the caller's
transaction."""

import time
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select, update

from knowledge.sources.config import SourceConfig
from knowledge.store import schema

_sources = schema.sources.c


@dataclass(frozen=True, slots=True)
class StoredSource:
    """What is kept of a source; `config` is None for one that stands, or stood, in the settings file."""

    name: str
    config: SourceConfig | None
    next_at: float | None
    failures: int


def all_stored(connection: Connection) -> dict[str, StoredSource]:
    """Every source that was added at run time or has run, by name."""
    rows = connection.execute(select(schema.sources).order_by(_sources.name))
    return {row.name: StoredSource(row.name, _config(row.config), row.next_at, row.failures) for row in rows}


def put(connection: Connection, name: str, config: SourceConfig | None) -> None:
    """Remember a source; one that is remembered keeps its times."""
    text = None if config is None else config.model_dump_json()
    done = connection.execute(update(schema.sources).where(_sources.name == name).values(config=text))
    if not done.rowcount:
        connection.execute(insert(schema.sources).values(name=name, config=text, added_at=time.time(), failures=0))


def change(connection: Connection, name: str, **values: Any) -> None:
    """Set columns of a source."""
    connection.execute(update(schema.sources).where(_sources.name == name).values(**values))


def remove(connection: Connection, name: str) -> None:
    """Forget a source; its documents are another matter."""
    connection.execute(delete(schema.sources).where(_sources.name == name))


def _config(text: str | None) -> SourceConfig | None:
    try:
        return None if text is None else SourceConfig.model_validate_json(text)
    except ValidationError:  # written by another version, which knew other keys
        return None
