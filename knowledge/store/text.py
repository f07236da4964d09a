"""The type of every text column."""

import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StoredText(TypeDecorator[str]):
    """Text that sorts by code point on every database, as Python does: names and groups are compared in order.

    PostgreSQL keeps neither NUL nor lone surrogates: what holds them (somebody asking for such a name) is looked for
    with a replacement character in their place, and not found.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL would sort by the database's language."""
        plain: TypeEngine[Any] = TEXT(collation="C") if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(plain)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The value as this database can keep it."""
        if value is None or dialect.name != "postgresql":
            return value
        return _UNSTORABLE.sub("\ufffd", value)
