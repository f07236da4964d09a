"""SQLite's write-ahead log, also when several processes open a fresh file together."""

import sqlite3
import time

_PATIENCE_S = 5.0
_PAUSE_S = 0.01


def write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to its write-ahead log, which lasts; nothing to do when it was switched before.

    Two that switch a fresh file together each hold the shared lock that the other one waits for: SQLite tells one of
    them "database is locked" at once, whatever its busy timeout, and means that it should let go and ask again
    (https://www.sqlite.org/c3ref/busy_handler.html). Raises sqlite3.OperationalError when it stays locked.
    """
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
