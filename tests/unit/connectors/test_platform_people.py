"""What is kept of one person of a platform, in every table, and of nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.adapter import Post
from connectors.event import Message, Person, Place
from connectors.store import inbox, outbox, threads
from connectors.store.database import Database
from connectors.store.outbox import Letter
from connectors.store.people import forget_person, kept_of, named, opened
from connectors.store.threads import Thread

CHANNEL = Place("channel")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{tmp_path / 'connectors.db'}") as database:
        with database.write() as connection:
            for connector, person in (("one", "p1"), ("one", "p2"), ("two", "p1")):
                direct = Place(f"direct-{person}", direct=True)
                said = [
                    Message(f"a{person}", direct, Person(person), f"{connector} {person} writes"),
                    Message(f"b{person}", CHANNEL, Person(person), f"{connector} {person} writes to all"),
                ]
                inbox.receive(connection, connector, said, 1.0)
                post = Post(direct, f"for {connector} {person}", "x", f"{connector}a{person}")
                hidden = Post(CHANNEL, f"hidden {connector} {person}", "x", f"{connector}b{person}", only_for=person)
                outbox.put(connection, connector, [Letter(post), Letter(hidden)], 1.0)
                threads.keep(connection, connector, direct.conversation, Thread(f"own-{connector}-{person}"), 1.0)
            outbox.put(connection, "one", [Letter(Post(CHANNEL, "for all", "x", "c"))], 1.0)
            threads.keep(connection, "one", CHANNEL.conversation, Thread("own-channel"), 1.0)
        yield database


def test_a_person_has_their_words_their_talk_and_what_only_they_saw(database: Database) -> None:
    with database.write() as connection:
        rows = list(kept_of(connection, "one", "p1", []))
    assert [row["kept"] for row in rows] == ["received", "received", "sent", "sent", "conversation"]
    said = str(rows)
    assert "one p1 writes to all" in said
    assert "hidden one p1" in said
    assert "p2" not in said
    assert "two" not in said
    assert "for all" not in said


def test_deleting_them_leaves_everybody_else(database: Database) -> None:
    with database.write() as connection:
        assert forget_person(connection, "one", "p1", []) == 5
        assert list(kept_of(connection, "one", "p1", [])) == []
        assert forget_person(connection, "one", "p1", []) == 0
        assert len(list(kept_of(connection, "one", "p2", []))) == 5
        assert len(list(kept_of(connection, "two", "p1", []))) == 5
        assert threads.get(connection, "one", "channel").own_id == "own-channel"


def test_the_next_question_is_answered_though_it_gets_the_number_of_a_deleted_one(database: Database) -> None:
    with database.write() as connection:
        inbox.receive(connection, "one", [Message("last", CHANNEL, Person("p1"), "when?")], 2.0)
        newest = connection.execute(sa.select(sa.func.max(inbox.inbox.c.id))).scalar_one()
        answer = Letter(Post(CHANNEL, "at six", "x", f"in{newest}.0"))
        outbox.put(connection, "one", [answer], 2.0)
        forget_person(connection, "one", "p1", [])
        inbox.receive(connection, "one", [Message("next", CHANNEL, Person("p3"), "where?")], 3.0)
        assert connection.execute(sa.select(sa.func.max(inbox.inbox.c.id))).scalar_one() == newest
        outbox.put(connection, "one", [Letter(Post(CHANNEL, "in Cork", "x", f"in{newest}.0"))], 3.0)
        sent = connection.execute(sa.select(outbox.outbox.c.payload)).scalars().all()
    assert {"at six", "in Cork"} <= {each["text"] for each in sent}


def test_what_failed_last_has_still_to_be_sent(database: Database) -> None:
    with database.write() as connection:
        before = set(outbox.channels(connection, "one"))
        for channel in before:
            assert outbox.take(connection, "one", channel) is not None
        assert set(outbox.channels(connection, "one")) == before


def test_a_talk_is_found_by_the_assistants_id_when_its_messages_are_forgotten(database: Database) -> None:
    with database.write() as connection:
        connection.execute(inbox.inbox.delete())
        rows = list(kept_of(connection, "one", "p1", ["own-one-p1"]))
    assert [row["kept"] for row in rows] == ["sent", "sent", "conversation"]


def test_a_channel_has_what_was_said_in_it(database: Database) -> None:
    with database.write() as connection:
        rows = list(kept_of(connection, "one", "", ["own-channel"]))
    assert {row["conversation"] for row in rows} == {"channel"}
    assert len([row for row in rows if row["kept"] == "received"]) == 2


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ("slack:person/U1", ("slack", "U1")),
        ("slack:C1/17.2", ("slack", "")),
        ("teams:person/29:1x", ("teams", "29:1x")),
        ("local", None),
        ("", None),
    ],
)
def test_ids_of_the_assistant_name_a_connector_and_a_person(user: str, found: tuple[str, str] | None) -> None:
    assert named(user) == found
