"""One process owns a PostgreSQL store: what the lock file is for a folder."""

import os
import socket
from contextlib import suppress
from threading import Lock

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from knowledge.errors import StoreLocked

_OWNER = 0x6F776E72  # "ownr"
_PREFIX = "pilares process "
# Advisory locks are of one database; stores in several schemas of it do not stand in each other's way.
_KEY = (_OWNER, func.hashtext(func.current_schema()))
_HOLDER = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
    "AND classid = :owner AND objid = CAST(CAST(hashtext(current_schema()) AS bigint) & 4294967295 AS oid) "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def application_name() -> str:
    """What the server shows of a connection: process and computer."""
    return f"{_PREFIX}{os.getpid()} on {socket.gethostname()}"[:63]


class Ownership:
    """An advisory lock held by a connection of its own: it ends with the process, however that ends."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._lock = Lock()

    def assert_held(self) -> None:
        """Take the lock, or make sure it is still held: a restart of the server forgets it.

        Raises StoreLocked, naming the holder, when another process has it, and SQLAlchemy's errors.
        """
        with self._lock:
            if self._connection is not None and self._alive(self._connection):
                return
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                if not connection.execute(select(func.pg_try_advisory_lock(*_KEY))).scalar():
                    raise StoreLocked(
                        f"The documents in {self._name} are in use by {self._holder(connection)}. "
                        "Stop that process first, or give this one another knowledge.database_url."
                    )
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    def release(self) -> None:
        """Let the next process in; a second call does nothing."""
        with self._lock:
            if self._connection is not None:
                with suppress(SQLAlchemyError):
                    self._connection.execute(select(func.pg_advisory_unlock(*_KEY)))
                    self._connection.close()
                self._connection = None

    def _alive(self, connection: Connection) -> bool:
        try:
            connection.execute(select(1))
        except SQLAlchemyError:
            with suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()
            self._connection = None
            return False
        return True

    def _holder(self, connection: Connection) -> str:
        found = connection.execute(_HOLDER, {"owner": _OWNER}).scalar() or ""
        return found.removeprefix("pilares ") if found.startswith(_PREFIX) else "another process"
