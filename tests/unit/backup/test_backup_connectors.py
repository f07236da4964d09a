"""Chat platforms in a backup: what came in and went out comes back, and nothing is answered or sent without a word."""

import json
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.backup.databases import Held
from assistant.backup.restore import restore
from assistant.backup.write import write
from assistant.cli import app
from assistant.errors import InvalidRequest
from connectors.adapter import Post
from connectors.event import Message, Person, Place
from connectors.outside import held_back
from connectors.store import inbox, outbox, threads
from connectors.store.database import Database
from connectors.store.outbox import Letter
from connectors.store.threads import Thread

PLACE = Place("C1", "7.0")
ANSWERED, ASKED = (Message(f"e{number}", PLACE, Person("ana"), f"question {number}") for number in range(2))


@pytest.fixture
def home(home: Path) -> Path:
    """A home with one question answered, one waiting, a letter sent, one on its way, one waiting."""
    database = Database(f"sqlite:///{home / 'connectors.db'}")
    letters = [Letter(Post(PLACE, f"letter {number}", f"letter {number}", f"k{number}")) for number in range(3)]
    with database.write() as connection:
        inbox.receive(connection, "work", [ANSWERED, ASKED], 1.0)
        inbox.finish(connection, [1], 2.0)
        outbox.put(connection, "work", letters, 2.0)
        outbox.sent(connection, 1, "m1", 3.0)
        outbox.take(connection, "work", "C1")
        threads.keep(connection, "work", PLACE.conversation, Thread("c1", following=True), 3.0)
    database.close()
    return home


@pytest.fixture
def restored(archive: Path, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    other = tmp_path / "other"
    assert restore(archive, other).held == Held(questions=1, messages=2)
    database = Database(f"sqlite:///{other / 'connectors.db'}")
    yield other, database
    database.close()


def run(home: Path, *arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"PILARES_HOME": str(home)})
    assert done.exit_code == 0, done.output
    return done.output


def test_it_says_what_is_in_it(archive: Path) -> None:
    with tarfile.open(archive, "r:gz") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert manifest["counts"]["messages"] == 2
    assert manifest["schemas"]["connectors"] == "2"
    assert manifest["format"] == 3


def test_what_waited_is_held_back_and_nothing_is_answered_or_sent(restored: tuple[Path, Database]) -> None:
    _, database = restored
    with database.write() as connection:
        assert inbox.waiting(connection, "work", PLACE.conversation) == []
        assert outbox.take(connection, "work", "C1") is None
        assert threads.get(connection, "work", PLACE.conversation).own_id == "c1"
        # What was answered before the backup is not answered when the platform delivers it again.
        assert inbox.receive(connection, "work", [ANSWERED, ASKED], 9.0) == []


def test_the_operator_is_told_and_lets_it_go_on_or_drops_it(restored: tuple[Path, Database], archive: Path) -> None:
    home, database = restored
    assert "question 1" in run(home, "connectors", "held")
    assert "3 released" in run(home, "connectors", "held", "--release")
    with database.write() as connection:
        (asked,) = inbox.waiting(connection, "work", PLACE.conversation)
        letter = outbox.take(connection, "work", "C1")
    assert asked.event.event_id == "e1"
    assert letter is not None
    assert letter.letter.post.text == "letter 1"
    assert "Nothing is held back" in run(home, "connectors", "held")


def test_what_is_dropped_never_comes_back(restored: tuple[Path, Database]) -> None:
    home, database = restored
    assert "3 dropped" in run(home, "connectors", "held", "--drop")
    with database.write() as connection:
        assert inbox.waiting(connection, "work", PLACE.conversation) == []
        assert inbox.receive(connection, "work", [ASKED], 9.0) == []
        assert outbox.channels(connection, "work") == []
    assert held_back(f"sqlite:///{home / 'connectors.db'}") == []


def test_the_restore_says_so(archive: Path, tmp_path: Path) -> None:
    said = run(tmp_path / "new", "restore", archive)
    assert "1 questions waited" not in said
    assert "1 question waited" in said
    assert "2 messages" in said
    assert "pilares connectors held" in said


def test_a_home_with_nothing_but_chats_is_not_overwritten_unasked(home: Path, archive: Path) -> None:
    for name in ("pilares.db", "knowledge/knowledge.db"):
        (home / name).unlink()
    with pytest.raises(InvalidRequest, match="2 messages"):
        restore(archive, home)
    done = restore(archive, home, force=True)
    assert done.aside is not None
    assert (done.aside / "connectors.db").exists()


def test_messages_that_come_in_meanwhile_do_not_disturb_it(home: Path, tmp_path: Path) -> None:
    """Everything up to one moment is in it, and nothing half."""
    database = Database(f"sqlite:///{home / 'connectors.db'}")
    with database.write() as connection:
        inbox.receive(connection, "work", [Message("late", PLACE, Person("ana"), "not committed yet")], 4.0)
        write(home, tmp_path / "during.tar.gz")
    database.close()
    with tarfile.open(tmp_path / "during.tar.gz", "r:gz") as tar:
        tar.extract("connectors.db", tmp_path, filter="data")
    connection = sqlite3.connect(tmp_path / "connectors.db")
    events = [event for (event,) in connection.execute("SELECT event_id FROM connector_inbox")]
    connection.close()
    assert events == ["e0", "e1"]


def test_one_of_a_newer_version_is_refused(home: Path, archive: Path, tmp_path: Path) -> None:
    newer = Database(f"sqlite:///{home / 'connectors.db'}")
    with newer.write() as connection:
        connection.exec_driver_sql("UPDATE connector_facts SET value = '99'")
    newer.close()
    write(home, tmp_path / "newer.tar.gz")
    with pytest.raises(InvalidRequest, match="newer Pilares"):
        restore(tmp_path / "newer.tar.gz", tmp_path / "third")


def test_from_files_to_a_server_and_back(archive: Path, tmp_path: Path, postgres_url: str) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "pilares.toml").write_text(
        f'database_url = "{postgres_url}"\n[connectors.telegram]\ntoken = "4711:made-up-for-this-test"\n'
    )
    assert "held back" in run(moved, "restore", archive, "--keep-settings")
    assert not (moved / "connectors.db").exists()
    assert "question 1" in run(moved, "connectors", "held")
    run(moved, "backup", tmp_path / "again.tar.gz")
    assert restore(tmp_path / "again.tar.gz", tmp_path / "back").held == Held()  # held back already
    assert len(held_back(f"sqlite:///{tmp_path / 'back' / 'connectors.db'}")) == 3
