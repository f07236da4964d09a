"""The event loop's way to the database: one thread, and one commit for everything that waits for one.

A hundred deliveries a second need as many commits, and each waits for the disk; those that arrive meanwhile share the
next one (group commit, https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-COMMIT-DELAY).
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from connectors.errors import StoreError
from connectors.store.database import Database
from connectors.store.lanes import Lanes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[[Connection], Any]
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Journal:
    """Runs functions on a connection; what `do` returned is committed when it is awaited.

    A function may run twice (what it did the first time is undone), so it does nothing but read and write there.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lanes: Lanes[_Work] = Lanes()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()
        self._closed = False

    async def do(self, work: Callable[[Connection], T], *, first: bool = False) -> T:
        """Run `work` in a transaction, before what waits when it is to be `first`.

        Raises StoreError, and what `work` raises; nothing of it is kept then.
        """
        if self._closed:
            raise StoreError("The connectors are closed. Start them again.")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._lanes.put(_Work(work, done, loop), first=first)
        return await done

    def close(self) -> None:
        """Finish what waits, then close the database."""
        if not self._closed:
            self._closed = True
            self._lanes.close()
            self._thread.join()

    def _run(self) -> None:
        """The database is opened here as well: the event loop may not wait for a disk."""
        database: Database | StoreError
        try:
            database = Database(self._url)
        except StoreError as error:
            database = error
        try:
            self._serve(database)
        finally:
            if isinstance(database, Database):
                database.close()

    def _serve(self, database: Database | StoreError) -> None:
        for group in self._lanes.groups():
            _commit(database, group)


def _commit(database: Database | StoreError, group: Iterable[_Work]) -> None:
    """All of a group in one transaction; when one of them fails, each in its own: it takes nobody with it."""
    done: list[_Work] = []
    results: list[Any] = []
    try:
        if isinstance(database, StoreError):
            done.extend(group)
            raise database
        with database.write() as connection:
            for work in group:
                done.append(work)
                results.append(work.do(connection))
    except Exception as error:
        if len(done) == 1:
            _tell(done[0], None, error)
            return
        for work in done:
            _commit(database, [work])
        return
    for work, result in zip(done, results, strict=True):
        _tell(work, result, None)


def _tell(work: _Work, result: Any, error: Exception | None) -> None:
    def settle() -> None:
        if not work.done.done():
            work.done.set_result(result) if error is None else work.done.set_exception(error)

    with suppress(RuntimeError):  # the loop that waited is closed
        work.loop.call_soon_threadsafe(settle)
