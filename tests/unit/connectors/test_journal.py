"""The journal: one commit for many, and one that fails takes nobody with it."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.errors import StoreError
from connectors.event import Message, Person, Place
from connectors.store import inbox
from connectors.store.database import Database
from connectors.store.journal import Journal
from connectors.store.schema import facts

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connectors.db'}"


def _message(number: int) -> Message:
    return Message(f"e{number}", Place("c"), Person("p"), "words", position=float(-number))


async def test_copies_that_come_at_the_same_time_are_one(url: str) -> None:
    journal = Journal(url)
    found = await asyncio.gather(
        *(journal.do(lambda c: inbox.receive(c, "one", [_message(1)], 1.0)) for _ in range(50))
    )
    assert sorted(map(len, found)) == [0] * 49 + [1]
    await asyncio.to_thread(journal.close)


async def test_what_fails_is_undone_and_the_others_are_kept(url: str) -> None:
    journal = Journal(url)

    def failing(connection: Connection) -> None:
        inbox.receive(connection, "one", [_message(2)], 1.0)
        raise ValueError("on purpose")

    async def fails() -> None:
        with pytest.raises(ValueError, match="on purpose"):
            await journal.do(failing)

    def broken(connection: Connection) -> None:
        connection.execute(sa.text("SELECT * FROM nowhere"))

    async def breaks() -> None:
        with pytest.raises(StoreError):
            await journal.do(broken)

    await asyncio.gather(
        journal.do(lambda c: inbox.receive(c, "one", [_message(1)], 1.0)), fails(), breaks(),
        journal.do(lambda c: inbox.receive(c, "one", [_message(3)], 1.0)),
    )  # fmt: skip
    waiting = await journal.do(lambda c: inbox.waiting(c, "one", "c"))
    assert [each.event.event_id for each in waiting] == ["e3", "e1"]
    await asyncio.to_thread(journal.close)


async def test_a_database_that_cannot_be_opened_is_said_to_whoever_asks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    journal = Journal(f"sqlite:///{tmp_path / 'file' / 'connectors.db'}")
    with pytest.raises(StoreError, match="free disk space"):
        await journal.do(lambda c: inbox.conversations(c, "one"))
    await asyncio.to_thread(journal.close)


def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        connection.execute(sa.update(facts).values(value="99"))
    database.close()
    with pytest.raises(StoreError, match="newer Pilares"):
        Database(url)
