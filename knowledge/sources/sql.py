"""A database: each row of one query one document."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from knowledge.errors import SourceError
from knowledge.sources.limits import SourceLimits
from knowledge.sources.names import name_from_id
from knowledge.sources.options import Secrets, SourceOptions, without_secrets
from knowledge.sources.source import Entry, Gap
from knowledge.sources.spool import Spool
from knowledge.sources.statement import check_statement

_READ_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = {milliseconds}"),
    "mysql": ("SET TRANSACTION READ ONLY", "SET SESSION max_execution_time = {milliseconds}"),
    "mariadb": ("SET TRANSACTION READ ONLY",),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "sqlite": ("PRAGMA query_only = ON",),
}
_WAITS = {
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
    "pg8000": "timeout",
}


Column = Annotated[str, Field(pattern=r"^[^:/@\r\n]{1,128}$")]
"""A column's name, which no address of a database fits: that belongs into a variable."""


class SqlOptions(SourceOptions):
    """The database, the query, and which of its columns means what; without `text` every column is a line."""

    url_env: str
    query: Annotated[str, AfterValidator(check_statement)]
    id: Column
    title: Column | None = None
    text: Column | None = None
    url: Column | None = None
    modified: Column | None = None
    groups: Column | None = None
    max_rows: int = Field(default=100_000, ge=1, le=10_000_000)


class SqlSource:
    """The rows of a query that only reads."""

    def __init__(self, name: str, options: SqlOptions, secrets: Secrets, limits: SourceLimits) -> None:
        self._name, self._options, self._secrets, self._limits = name, options, secrets, limits
        self._spool = Spool(limits.max_listing_bytes)

    def entries(self) -> Iterator[Entry | Gap]:
        """Every row, as the database sends it.

        Raises SourceError when the query fails, or when the ids do not tell its rows apart.
        """
        self._spool.clear()
        for count, row in enumerate(self._rows()):
            if count >= self._options.max_rows:
                yield Gap("", f"Only the first {self._options.max_rows} rows were read (option max_rows).")
                return
            yield self._entry(row)

    def fetch(self, entry: Entry) -> bytes:
        """The row as a Markdown document; raises SourceError when the query does not bring it any more."""
        return self._spool.fetch(entry.name, self.entries, f"{entry.name} is no longer among the rows.")

    def close(self) -> None:
        """Give back temporary files; connections are closed with each listing."""
        self._spool.clear()

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        options = self._options
        columns = (options.id, options.title, options.text, options.url, options.modified, options.groups)
        missing = [each for each in columns if each is not None and each not in row]
        if missing:
            raise SourceError(f"The query of {self._name!r} has no column {missing[0]!r}; it has {', '.join(row)}.")
        if row[options.id] is None or not str(row[options.id]).strip():
            raise SourceError(f"The query of {self._name!r} brings a row whose {options.id!r} is empty.")
        name = name_from_id(str(row[options.id]), ".md")
        if name in self._spool:
            raise SourceError(f"The query of {self._name!r} brings {options.id} {row[options.id]!r} twice.")
        content = self._document(row)
        self._spool.put(name, content)
        groups = _groups(row[options.groups]) if options.groups else None
        url = str(row[options.url] or "") if options.url else ""
        return Entry(
            name,
            sha256(content).hexdigest()[:32],
            _moment(row[options.modified]) if options.modified else None,
            len(content),
            url if url.startswith(("http://", "https://")) else None,
            groups,
        )

    def _document(self, row: Mapping[str, Any]) -> bytes:
        options = self._options
        title = f"# {' '.join(str(row[options.title]).split())}\n\n" if options.title and row[options.title] else ""
        if options.text:
            text = "" if row[options.text] is None else str(row[options.text])
        else:
            left_out = (options.title, options.url, options.groups)
            shown = [(key, value) for key, value in row.items() if key not in left_out and value is not None]
            text = "\n".join(f"- {key}: {' '.join(str(value).split())}" for key, value in shown)
        return (title + text).encode("utf-8", "replace")

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        from sqlalchemy import create_engine, text
        from sqlalchemy.engine import make_url
        from sqlalchemy.pool import NullPool

        try:
            address = make_url(self._secrets["url"].get_secret_value())
            if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
                raise FileNotFoundError("there is no such file")  # it would be made, empty
            wait = _WAITS.get(address.get_driver_name())
            waits = {wait: int(self._limits.connect_seconds)} if wait else {}
            engine = create_engine(address, poolclass=NullPool, connect_args=waits)
            with engine.connect() as connection:
                for each in _READ_ONLY.get(engine.dialect.name, ()):
                    connection.execute(text(each.format(milliseconds=int(self._limits.total_seconds * 1000))))
                query = text(self._options.query.replace(":", r"\:"))
                rows = connection.execute(query.execution_options(stream_results=True, yield_per=500)).mappings()
                yield from (dict(row) for row in rows)
                connection.rollback()
            return
        except ImportError as error:
            problem = f"its driver is not installed ({error.name}); install it with pip"
        except Exception as error:  # drivers raise their own
            problem = without_secrets(str(getattr(error, "orig", None) or error), self._hidden())
        raise SourceError(
            f"The database of {self._name!r} cannot be read ({problem}). Check the query and {self._options.url_env}."
        )

    def _hidden(self) -> Secrets:
        """The address, and the password in it, which a driver may say alone."""
        from pydantic import SecretStr
        from sqlalchemy.engine import make_url

        try:
            password = str(make_url(self._secrets["url"].get_secret_value()).password or "")
        except Exception:  # not even an address
            password = ""
        return {**self._secrets, "password": SecretStr(password)}


def _groups(value: Any) -> frozenset[str]:
    """Names from an array, a JSON list or words between commas; nothing means nobody."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if isinstance(value, str):
        value = value.split(",")
    return frozenset(str(each).strip() for each in value or () if str(each).strip())


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    except ValueError:
        return None
    return None
